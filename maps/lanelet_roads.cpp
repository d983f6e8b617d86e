// Lanelets as roads: what lies side by side becomes one road, what parts, joins or crosses a junction.
#include <algorithm>
#include <cmath>
#include <map>

#include "maps/lanelet_map.h"
#include "maps/lanelet_neighbours.h"
#include "maps/strips.h"

namespace gigalane {
namespace {

constexpr double kLineNearEndM = 4;  ///< a stop line holds for lanes that end this near to it
constexpr double kSameLevelM = 2;

Vec2 plane(const BoundPoint& p) { return {p.x, p.y}; }

class RoadMaker {
 public:
  explicit RoadMaker(const LaneletMap& map)
      : map_(map),
        beside_(find_neighbours(map.lanelets)),
        road_of_(map.lanelets.size(), -1),
        lane_of_(map.lanelets.size(), 0) {}

  RoadNetwork make() {
    for (int k = 0; k < beside_.junction_count; ++k)
      network_.junctions.push_back({std::to_string(k), {}, {}});
    for (size_t k = 0; k < map_.lanelets.size(); ++k)
      if (road_of_[k] < 0) add_road(int(k));
    for (size_t k = 0; k < map_.lanelets.size(); ++k)
      for (const int next : beside_.next[k])
        network_.lane_links.push_back(
            {road_of_[k], lane_of_[k], road_of_[size_t(next)], lane_of_[size_t(next)]});
    for (const LaneletRule& rule : map_.rules) add_signals(rule);
    return std::move(network_);
  }

 private:
  /// The row of one direction that a lanelet lies in, from the left; only what is in no road yet.
  std::vector<int> row_of(int k) const {
    std::vector<int> row;
    while (free_at(beside_.left[size_t(k)]) && row.size() < map_.lanelets.size()) {
      k = beside_.left[size_t(k)];
      row.push_back(k);  // only counts the steps
    }
    row.assign(1, k);
    while (free_at(beside_.right[size_t(k)]) &&
           std::find(row.begin(), row.end(), beside_.right[size_t(k)]) == row.end())
      row.push_back(k = beside_.right[size_t(k)]);
    return row;
  }
  bool free_at(int k) const { return k >= 0 && road_of_[size_t(k)] < 0; }

  void add_road(int k) {
    std::vector<int> row = row_of(k), other;
    Road road;
    const int over_left = beside_.across_left[size_t(row.front())],
              over_right = beside_.across_right[size_t(row.back())];
    if (free_at(over_left)) {
      other = row_of(over_left);
      if (other.front() != over_left) other.clear();
    } else if (free_at(over_right)) {
      other = row_of(over_right);
      road.left_hand_traffic = other.back() == over_right;
      if (!road.left_hand_traffic) other.clear();
    }
    if (road.left_hand_traffic) {  // ids count from the reference line outwards
      std::reverse(row.begin(), row.end());
      std::reverse(other.begin(), other.end());
    }
    const Lanelet& first = map_.lanelets[size_t(row.front())];
    road.id = first.id;
    draw_reference(road.left_hand_traffic ? first.right : first.left, road);
    road.junction = beside_.junction[size_t(row.front())];
    road.sections.emplace_back();
    add_lanes(row, road.left_hand_traffic ? 1 : -1, road);
    add_lanes(other, road.left_hand_traffic ? -1 : 1, road);
    auto& lanes = road.sections[0].lanes;
    std::sort(lanes.begin(), lanes.end(), [](const RoadLane& a, const RoadLane& b) { return a.id < b.id; });
    network_.roads.push_back(std::move(road));
  }

  void add_lanes(const std::vector<int>& row, int sign, Road& road) {
    int id = 0;
    for (const int k : row) {
      const Lanelet& lanelet = map_.lanelets[size_t(k)];
      RoadLane lane;
      lane.id = id += sign;
      lane.type = lanelet.type;
      if (lanelet.speed_mps > 0) lane.speeds = {{0, lanelet.speed_mps}};
      lane.left = lanelet.left;
      lane.right = lanelet.right;
      road.sections[0].lanes.push_back(std::move(lane));
      road_of_[size_t(k)] = int(network_.roads.size());
      lane_of_[size_t(k)] = id;
      if (beside_.junction[size_t(k)] < 0) road.junction = -1;
    }
  }

  static void draw_reference(const std::vector<BoundPoint>& line, Road& road) {
    for (size_t k = 1; k < line.size(); ++k) {
      const Vec2 d = plane(line[k]) - plane(line[k - 1]);
      Geometry g;
      g.s = road.length;
      g.x = line[k - 1].x;
      g.y = line[k - 1].y;
      g.heading = std::atan2(d.y, d.x);
      g.length = length(d);
      road.elevation.push_back(
          {road.length, line[k - 1].z, g.length > 0 ? (line[k].z - line[k - 1].z) / g.length : 0, 0, 0});
      road.geometry.push_back(g);
      road.length += g.length;
    }
  }

  // ---- lights and signs

  /// One signal, where it stands, and a reference to it on each road that it holds for.
  void add_signals(const LaneletRule& rule) {
    std::vector<int> lanelets = rule.lanelets;
    if (lanelets.empty() && rule.line.size() >= 2) lanelets = lanelets_before(rule.line);
    std::map<int, std::vector<int>> lanes;  // by road
    for (const int k : lanelets) lanes[road_of_[size_t(k)]].push_back(lane_of_[size_t(k)]);
    const int home = lanes.empty() ? nearest_road(rule) : lanes.begin()->first;
    for (const auto& [road, ids] : lanes)
      network_.roads[size_t(road)].signals.push_back(signal(rule, road, ids));
    if (home < 0) return;
    RoadSignal post = signal(rule, home, {});
    post.is_reference = false;
    post.type = rule.type;
    post.dynamic = rule.type == "1000001";
    const auto& place = rule.post.empty() ? rule.line : rule.post;
    if (!place.empty()) stand(place, network_.roads[size_t(home)], post);
    network_.roads[size_t(home)].signals.push_back(post);
  }

  /// A reference at the end of the lanes that it holds for.
  RoadSignal signal(const LaneletRule& rule, int road, const std::vector<int>& lanes) const {
    const Road& r = network_.roads[size_t(road)];
    RoadSignal s;
    s.id = rule.id;
    s.is_reference = true;
    const bool forward = lanes.empty() || (lanes.front() < 0) != r.left_hand_traffic;
    s.s = forward ? std::max(0.0, r.length - 0.5) : std::min(0.5, r.length);
    for (const int lane : lanes) s.validities.push_back({lane, lane});
    return s;
  }

  /// Puts the post where its way has its middle, in the coordinates of the road.
  static void stand(const std::vector<BoundPoint>& way, const Road& road, RoadSignal& post) {
    const Vec2 p = 0.5 * (plane(way.front()) + plane(way.back()));
    double nearest = 1e300;
    for (const Geometry& g : road.geometry) {
      const Vec2 d{std::cos(g.heading), std::sin(g.heading)}, from{g.x, g.y};
      const double ahead = dot(p - from, d), along = std::clamp(ahead, 0.0, g.length);
      const double away = length(p - from - along * d);
      if (away >= nearest) continue;
      nearest = away;
      const bool beyond =
          (&g == &road.geometry.front() && ahead < 0) || (&g == &road.geometry.back() && ahead > 0);
      post.s = g.s + (beyond ? ahead : along);
      post.t = cross(d, p - from);
    }
    post.z_offset = way.front().z - value_at(road.elevation, post.s);
  }

  /// Lanelets outside of junctions that end near a stop line.
  std::vector<int> lanelets_before(const std::vector<BoundPoint>& line) const {
    std::vector<int> found;
    const Vec2 a = plane(line.front()), d = plane(line.back()) - a;
    for (size_t k = 0; k < map_.lanelets.size(); ++k) {
      const Lanelet& lanelet = map_.lanelets[k];
      if (beside_.junction[k] >= 0 || lanelet.type != LaneType::driving) continue;
      const Vec2 end = 0.5 * (plane(lanelet.left.back()) + plane(lanelet.right.back()));
      const double u = std::clamp(dot(end - a, d) / std::max(dot(d, d), 1e-9), 0.0, 1.0);
      if (length(end - a - u * d) < kLineNearEndM &&
          std::abs(lanelet.left.back().z - line.front().z) < kSameLevelM)
        found.push_back(int(k));
    }
    return found;
  }

  int nearest_road(const LaneletRule& rule) const {
    const auto& place = rule.post.empty() ? rule.line : rule.post;
    if (place.empty()) return -1;
    int best = -1;
    double nearest = 1e300;
    for (size_t k = 0; k < network_.roads.size(); ++k)
      for (const Geometry& g : network_.roads[k].geometry)
        if (const double d = std::hypot(g.x - place[0].x, g.y - place[0].y); d < nearest) {
          nearest = d;
          best = int(k);
        }
    return best;
  }

  const LaneletMap& map_;
  const LaneletNeighbours beside_;
  std::vector<int> road_of_, lane_of_;  ///< by lanelet
  RoadNetwork network_;
};

}  // namespace

RoadNetwork make_roads(const LaneletMap& map) { return RoadMaker(map).make(); }

}  // namespace gigalane
