#include "maps/strips.h"

#include <algorithm>

#include "maps/cross_section.h"

namespace gigalane {
namespace {

double speed_at(const Road& road, const RoadLane& lane, double s, double section_s) {
  const auto last_before = [](const std::vector<SpeedRecord>& records, double at) {
    double limit = 0;
    for (const SpeedRecord& record : records)
      if (record.s <= at + 1e-9) limit = record.limit_mps;
    return limit;
  };
  const double limit = last_before(lane.speeds, s - section_s);
  return limit > 0 ? limit : last_before(road.speeds, s);
}

/// Cuts one section: cross-sections at the ends of its pieces and in their middles.
class SectionCutter {
 public:
  SectionCutter(const RoadNetwork& network, int road, int section)
      : road_index_(road),
        section_index_(section),
        road_(network.roads[size_t(road)]),
        start_(road_.sections[size_t(section)].s),
        end_(road_.section_end(size_t(section))),
        section_(without_slivers(road_.sections[size_t(section)], end_ - start_)) {}

  void cut(std::vector<Strip>& out) {
    if (end_ - start_ < 1e-3 || !has_drivable_lane()) return;
    place_cuts(std::max(1, int(std::ceil(end_ - start_))));
    const double longest = longest_edge();
    if (longest > end_ - start_)
      place_cuts(std::max(1, int(std::ceil(std::min(longest, 3 * (end_ - start_))))));
    for (const RoadLane& lane : section_.lanes)
      if (lane.type != LaneType::none) cut_lane(lane, out);
  }

 private:
  bool has_drivable_lane() const {
    return std::any_of(section_.lanes.begin(), section_.lanes.end(),
                       [](const RoadLane& lane) { return lane.type != LaneType::none; });
  }

  void place_cuts(int pieces) {
    pieces_ = pieces;
    ends_.clear();
    middles_.clear();
    for (int k = 0; k <= pieces; ++k) {
      // an ulp inside, so that the end takes the section's own records
      const double s = start_ + (end_ - start_) * k / pieces;
      ends_.push_back(cross_section(road_, k == pieces ? std::max(start_, s - 1e-7) : s));
      if (k < pieces) middles_.push_back(cross_section(road_, start_ + (end_ - start_) * (k + 0.5) / pieces));
    }
  }

  /// Length of the longest border of a drivable lane.
  double longest_edge() const {
    double longest = 0;
    for (const RoadLane& lane : section_.lanes) {
      if (lane.type == LaneType::none) continue;
      double outer = 0, inner = 0;
      for (size_t k = 0; k + 1 < ends_.size(); ++k) {
        const Borders a = borders_of(section_, lane.id, ends_[k]),
                      b = borders_of(section_, lane.id, ends_[k + 1]);
        outer += length(point_at(ends_[k + 1], b.outer) - point_at(ends_[k], a.outer));
        inner += length(point_at(ends_[k + 1], b.inner) - point_at(ends_[k], a.inner));
      }
      longest = std::max({longest, outer, inner});
    }
    return longest - 1e-6;
  }

  void cut_lane(const RoadLane& lane, std::vector<Strip>& out) const {
    int piece = 0;
    while (piece < pieces_) {
      while (piece < pieces_ && !wide_enough(lane, piece)) ++piece;
      const int first = piece;
      while (piece < pieces_ && wide_enough(lane, piece)) ++piece;
      if (piece > first) out.push_back(make_strip(lane, first, piece));
    }
  }

  bool wide_enough(const RoadLane& lane, int piece) const {
    return borders_of(section_, lane.id, middles_[size_t(piece)]).width() > kNarrowestLaneM;
  }

  Strip make_strip(const RoadLane& lane, int first, int last) const {
    Strip strip;
    strip.road = road_index_;
    strip.section = section_index_;
    strip.lane_id = lane.id;
    strip.type = lane.type;
    strip.forward = ((lane.id < 0) != road_.left_hand_traffic) != lane.reversed;
    strip.section_pieces = pieces_;
    strip.first_piece = strip.forward ? first : pieces_ - last;
    strip.reference_length = (end_ - start_) * (last - first) / pieces_;
    std::vector<Vec2> directions;
    for (int k = 0; k <= last - first; ++k) {
      const CrossSection& c = ends_[size_t(strip.forward ? first + k : last - k)];
      const Borders b = borders_of(section_, lane.id, c);
      const double t = 0.5 * (b.inner + b.outer);
      const Vec2 low = point_at(c, std::min(b.inner, b.outer)),
                 high = point_at(c, std::max(b.inner, b.outer));
      strip.left.push_back(strip.forward ? high : low);
      strip.right.push_back(strip.forward ? low : high);
      strip.z.push_back(height_of(section_, lane, c));
      directions.push_back(direction_at(c, t, 0.5 * (b.inner_slope + b.outer_slope)));
    }
    for (int k = 0; k < last - first; ++k) {
      const size_t i = size_t(k);
      const Vec2 a = 0.5 * (strip.left[i] + strip.right[i]),
                 b = 0.5 * (strip.left[i + 1] + strip.right[i + 1]);
      // against s both directions change their sign, so the turn does not
      strip.curvature.push_back(cross(directions[i], directions[i + 1]) / std::max(length(b - a), 0.05));
      const CrossSection& c = middles_[size_t(strip.forward ? first + k : last - 1 - k)];
      strip.speed.push_back(speed_at(road_, lane, c.s, start_));
    }
    return strip;
  }

  int road_index_, section_index_;
  const Road& road_;
  double start_, end_;
  LaneSection section_;
  int pieces_ = 0;
  std::vector<CrossSection> ends_, middles_;
};

bool has_bounds(const LaneSection& section) {
  return !section.lanes.empty() && !section.lanes.front().left.empty();
}

}  // namespace

std::vector<Strip> make_strips(const RoadNetwork& network) {
  std::vector<Strip> strips;
  for (size_t road = 0; road < network.roads.size(); ++road)
    for (size_t section = 0; section < network.roads[road].sections.size(); ++section)
      if (has_bounds(network.roads[road].sections[section]))
        cut_bounded_section(network, int(road), int(section), strips);
      else
        SectionCutter(network, int(road), int(section)).cut(strips);
  return strips;
}

}  // namespace gigalane
