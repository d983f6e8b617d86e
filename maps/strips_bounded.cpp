// Strips of lanes whose borders are given as polylines.
#include <algorithm>

#include "maps/strips.h"

namespace gigalane {
namespace {

constexpr double kFlatM = 0.003;  ///< corners nearer than this to the line between others are left out
constexpr double kLongestPieceM = 1.0;

/// A border with a parameter from 0 to 1 along the road's s.
class Bound {
 public:
  Bound(std::vector<BoundPoint> points, bool by_corner) : points_(std::move(points)) {
    double whole = 0;
    knots.assign(1, 0);
    for (size_t k = 1; k < points_.size(); ++k)
      knots.push_back(whole += by_corner ? 1 : length(plane(points_[k]) - plane(points_[k - 1])));
    for (double& knot : knots) knot = whole > 0 ? knot / whole : double(&knot - knots.data());
    knots.back() = 1;
  }

  BoundPoint at(double u) const {
    const auto after = std::upper_bound(knots.begin() + 1, knots.end() - 1, u);
    const size_t k = size_t(after - knots.begin());
    const double span = knots[k] - knots[k - 1], f = span > 0 ? (u - knots[k - 1]) / span : 1;
    const BoundPoint &a = points_[k - 1], &b = points_[k];
    return {a.x + f * (b.x - a.x), a.y + f * (b.y - a.y), a.z + f * (b.z - a.z)};
  }
  static Vec2 plane(const BoundPoint& p) { return {p.x, p.y}; }

  std::vector<double> knots;  ///< parameters of the corners

 private:
  std::vector<BoundPoint> points_;
};

class BoundedCutter {
 public:
  BoundedCutter(const RoadNetwork& network, int road, int section)
      : road_index_(road), section_index_(section), road_(network.roads[size_t(road)]) {
    const LaneSection& lanes = road_.sections[size_t(section)];
    bool by_corner = true;
    const size_t corners = lanes.lanes.front().left.size();
    for (const RoadLane& lane : lanes.lanes)
      by_corner = by_corner && lane.left.size() == corners && lane.right.size() == corners;
    for (const RoadLane& lane : lanes.lanes) {
      if (lane.type == LaneType::none) continue;
      lanes_.push_back(&lane);
      bounds_.emplace_back(along_s(lane, lane.left), by_corner);
      bounds_.emplace_back(along_s(lane, lane.right), by_corner);
    }
  }

  void cut(std::vector<Strip>& out) {
    if (lanes_.empty()) return;
    place_cuts();
    for (size_t k = 0; k < lanes_.size(); ++k) cut_lane(k, out);
  }

 private:
  bool forward(const RoadLane& lane) const { return (lane.id < 0) != road_.left_hand_traffic; }

  std::vector<BoundPoint> along_s(const RoadLane& lane, std::vector<BoundPoint> points) const {
    if (!forward(lane)) std::reverse(points.begin(), points.end());
    return points;
  }

  /// All corners, without those that are not needed, and more where they are far apart.
  void place_cuts() {
    std::vector<double> knots;
    for (const Bound& bound : bounds_) knots.insert(knots.end(), bound.knots.begin(), bound.knots.end());
    std::sort(knots.begin(), knots.end());
    knots.erase(std::unique(knots.begin(), knots.end()), knots.end());
    cuts_.assign(1, 0);
    for (size_t at = 0; at + 1 < knots.size();) {
      size_t next = at + 1;
      while (next + 1 < knots.size() && flat(knots, at, next + 1)) ++next;
      const int pieces = std::max(1, int(std::ceil(longest(knots[at], knots[next]) / kLongestPieceM - 1e-6)));
      for (int k = 1; k <= pieces; ++k) cuts_.push_back(knots[at] + (knots[next] - knots[at]) * k / pieces);
      cuts_.back() = knots[next];
      at = next;
    }
  }

  double longest(double from, double to) const {
    double most = 0;
    for (const Bound& bound : bounds_)
      most = std::max(most, length(Bound::plane(bound.at(to)) - Bound::plane(bound.at(from))));
    return most;
  }

  /// Whether one piece may run from knot `first` to knot `last`.
  bool flat(const std::vector<double>& knots, size_t first, size_t last) const {
    if (longest(knots[first], knots[last]) > kLongestPieceM) return false;
    for (const Bound& bound : bounds_) {
      const Vec2 a = Bound::plane(bound.at(knots[first])), d = Bound::plane(bound.at(knots[last])) - a;
      const double size = length(d);
      for (size_t k = first + 1; k < last; ++k) {
        const Vec2 p = Bound::plane(bound.at(knots[k])) - a;
        const double off = size > 1e-9 ? std::abs(cross(d, p)) / size : length(p);
        if (off > kFlatM || dot(d, p) < 0 || dot(d, p) > size * size) return false;
      }
    }
    return true;
  }

  void cut_lane(size_t index, std::vector<Strip>& out) const {
    const RoadLane& lane = *lanes_[index];
    Strip strip;
    strip.road = road_index_;
    strip.section = section_index_;
    strip.lane_id = lane.id;
    strip.type = lane.type;
    strip.forward = forward(lane);
    strip.section_pieces = int(cuts_.size()) - 1;
    for (size_t k = 0; k < cuts_.size(); ++k) {
      const double u = cuts_[strip.forward ? k : cuts_.size() - 1 - k];
      const BoundPoint left = bounds_[2 * index].at(u), right = bounds_[2 * index + 1].at(u);
      strip.left.push_back(Bound::plane(left));
      strip.right.push_back(Bound::plane(right));
      strip.z.push_back(0.5 * (left.z + right.z));
    }
    const double speed = lane.speeds.empty() ? 0 : lane.speeds.front().limit_mps;
    strip.speed.assign(size_t(strip.section_pieces), speed);
    find_curvature(strip);
    out.push_back(std::move(strip));
  }

  /// From the turn between the pieces before and after each.
  static void find_curvature(Strip& strip) {
    const size_t pieces = strip.left.size() - 1;
    std::vector<Vec2> along;
    for (size_t k = 0; k < pieces; ++k) {
      along.push_back(0.5 * (strip.left[k + 1] - strip.left[k] + strip.right[k + 1] - strip.right[k]));
      strip.reference_length += length(along.back());
    }
    for (size_t k = 0; k < pieces; ++k) {
      const bool first = k == 0, last = k + 1 == pieces;
      const Vec2 before = along[first ? k : k - 1], after = along[last ? k : k + 1];
      const double way = (first ? 0 : 0.5 * (length(before) + length(along[k]))) +
                         (last ? 0 : 0.5 * (length(along[k]) + length(after)));
      const bool known = pieces > 1 && length(before) > 1e-6 && length(after) > 1e-6;
      strip.curvature.push_back(
          known ? std::atan2(cross(before, after), dot(before, after)) / std::max(way, 0.05) : 0);
    }
  }

  int road_index_, section_index_;
  const Road& road_;
  std::vector<const RoadLane*> lanes_;
  std::vector<Bound> bounds_;  ///< left and right of each lane
  std::vector<double> cuts_;
};

}  // namespace

void cut_bounded_section(const RoadNetwork& network, int road, int section, std::vector<Strip>& out) {
  BoundedCutter(network, road, section).cut(out);
}

}  // namespace gigalane
