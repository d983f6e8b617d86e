#include "maps/strips.h"

#include <algorithm>

namespace gigalane {
namespace {

/// Everything about a road at one s that its lanes need.
struct CrossSection {
  double s;
  CurvePlace place;
  double offset, offset_slope, z, bank;
};

CrossSection cross_section(const Road& road, double s) {
  CrossSection c;
  c.s = s;
  c.place = place_at(road.geometry, s);
  c.offset = value_at(road.lane_offset, s);
  c.offset_slope = slope_at(road.lane_offset, s);
  c.z = value_at(road.elevation, s);
  c.bank = std::tan(value_at(road.superelevation, s));
  return c;
}

Vec2 point_at(const CrossSection& c, double t) {
  return {c.place.x - t * c.place.direction_y, c.place.y + t * c.place.direction_x};
}

/// Inner and outer border of a lane as t, with their slopes along s.
struct Borders {
  double inner, outer, inner_slope, outer_slope;
  double width() const { return std::abs(outer - inner); }
};

Borders borders_of(const LaneSection& section, int lane_id, const CrossSection& c) {
  const int sign = lane_id > 0 ? 1 : -1;
  Borders b{c.offset, c.offset, c.offset_slope, c.offset_slope};
  for (int id = sign; id * sign <= lane_id * sign; id += sign) {
    b.inner = b.outer;
    b.inner_slope = b.outer_slope;
    const RoadLane* lane = section.find(id);
    if (!lane) continue;
    const double ds = c.s - section.s;
    if (!lane->borders.empty()) {  // given as t, whose sign some programs leave out
      const double t = value_at(lane->borders, ds);
      b.outer = sign * std::max(std::abs(t), sign * b.inner);
      b.outer_slope = sign * t < 0 ? -slope_at(lane->borders, ds) : slope_at(lane->borders, ds);
      continue;
    }
    b.outer += sign * std::max(0.0, value_at(lane->widths, ds));
    b.outer_slope += sign * slope_at(lane->widths, ds);
  }
  return b;
}

/// Direction of the line at t (unit), which need not be parallel to the reference line.
Vec2 direction_at(const CrossSection& c, double t, double t_slope) {
  const double along = 1 - t * c.place.curvature;
  const Vec2 d{along * c.place.direction_x - t_slope * c.place.direction_y,
               along * c.place.direction_y + t_slope * c.place.direction_x};
  const double norm = length(d);
  return norm > 1e-9 ? (1 / norm) * d : Vec2{c.place.direction_x, c.place.direction_y};
}

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
        section_(road_.sections[size_t(section)]) {
    start_ = section_.s;
    end_ = road_.section_end(size_t(section));
  }

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
      strip.z.push_back(c.z + t * c.bank);
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
  const LaneSection& section_;
  double start_, end_;
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
