// Lanelets as roads: what lies side by side becomes one road, what parts, joins or crosses a junction.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "maps/lanelet_map.h"
#include "maps/strips.h"

namespace gigalane {
namespace {

constexpr double kSamePlaceM = 0.1;  ///< ends and borders nearer than this are the same
constexpr double kSameHeightM = 1.0;
constexpr double kCellM = 2;

Vec2 plane(const BoundPoint& p) { return {p.x, p.y}; }
bool same_place(const BoundPoint& a, const BoundPoint& b) {
  return length(plane(a) - plane(b)) < kSamePlaceM && std::abs(a.z - b.z) < kSameHeightM;
}

BoundPoint halfway(const std::vector<BoundPoint>& line) {
  double whole = 0, passed = 0;
  for (size_t k = 1; k < line.size(); ++k) whole += length(plane(line[k]) - plane(line[k - 1]));
  for (size_t k = 1; k < line.size(); ++k) {
    const double step = length(plane(line[k]) - plane(line[k - 1]));
    if (passed + step >= 0.5 * whole) {
      const double f = step > 0 ? (0.5 * whole - passed) / step : 0;
      const BoundPoint &a = line[k - 1], &b = line[k];
      return {a.x + f * (b.x - a.x), a.y + f * (b.y - a.y), a.z + f * (b.z - a.z)};
    }
    passed += step;
  }
  return line.back();
}

/// Sets of lanelets that grow together.
class Sets {
 public:
  explicit Sets(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
  int root(int k) {
    while (parent_[size_t(k)] != k) k = parent_[size_t(k)] = parent_[size_t(parent_[size_t(k)])];
    return k;
  }
  void merge(int a, int b) { parent_[size_t(std::max(root(a), root(b)))] = std::min(root(a), root(b)); }

 private:
  std::vector<int> parent_;
};

/// Values by place: those within a cell of it or one of the cells around.
class PlaceIndex {
 public:
  void add(const BoundPoint& p, int value) { cells_[cell(p.x, p.y)].push_back(value); }
  template <class Visit>
  void near(const BoundPoint& p, Visit visit) const {
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx) {
        const auto found = cells_.find(cell(p.x + dx * kCellM, p.y + dy * kCellM));
        if (found == cells_.end()) continue;
        for (const int value : found->second) visit(value);
      }
  }

 private:
  static std::pair<long, long> cell(double x, double y) {
    return {std::lround(x / kCellM), std::lround(y / kCellM)};
  }
  std::map<std::pair<long, long>, std::vector<int>> cells_;
};

/// Which lanelets follow each other, lie side by side, or share the ground of a junction.
class Neighbours {
 public:
  explicit Neighbours(const std::vector<Lanelet>& lanelets)
      : next(lanelets.size()),
        left(lanelets.size(), -1),
        right(lanelets.size(), -1),
        across_left(lanelets.size(), -1),
        across_right(lanelets.size(), -1),
        junction(lanelets.size(), -1),
        lanelets_(lanelets) {
    for (size_t k = 0; k < lanelets.size(); ++k) {
      starts_.add(lanelets[k].left.front(), int(k));
      ends_.add(lanelets[k].left.back(), int(k));
      right_ends_.add(lanelets[k].right.back(), int(k));
    }
    for (size_t k = 0; k < lanelets.size(); ++k) {
      find_next(int(k));
      find_beside(int(k));
    }
    find_junctions();
  }

  std::vector<std::vector<int>> next;
  std::vector<int> left, right;                ///< of the same direction; -1: none
  std::vector<int> across_left, across_right;  ///< of the other direction, beyond its left or right bound
  std::vector<int> junction;                   ///< -1: none
  int junction_count = 0;

 private:
  const Lanelet& at(int k) const { return lanelets_[size_t(k)]; }

  static bool starts_where(const Lanelet& b, const BoundPoint& l, const BoundPoint& r) {
    return same_place(b.left.front(), l) && same_place(b.right.front(), r);
  }

  void find_next(int k) {
    const Lanelet& a = at(k);
    starts_.near(a.left.back(), [&](int other) {
      if (other != k && starts_where(at(other), a.left.back(), a.right.back()))
        next[size_t(k)].push_back(other);
    });
  }

  static bool same_line(const std::vector<BoundPoint>& a, const std::vector<BoundPoint>& b) {
    return same_place(a.front(), b.front()) && same_place(a.back(), b.back()) &&
           same_place(halfway(a), halfway(b));
  }
  static bool opposite_line(const std::vector<BoundPoint>& a, const std::vector<BoundPoint>& b) {
    return same_place(a.front(), b.back()) && same_place(a.back(), b.front()) &&
           same_place(halfway(a), halfway(b));
  }

  void find_beside(int k) {
    const Lanelet& a = at(k);
    starts_.near(a.right.front(), [&](int other) {  // whose left bound is this one's right
      if (other == k || right[size_t(k)] >= 0 || left[size_t(other)] >= 0) return;
      if (!same_line(a.right, at(other).left)) return;
      right[size_t(k)] = other;
      left[size_t(other)] = k;
    });
    ends_.near(a.left.front(), [&](int other) {
      if (other != k && across_left[size_t(k)] < 0 && opposite_line(a.left, at(other).left))
        across_left[size_t(k)] = other;
    });
    right_ends_.near(a.right.front(), [&](int other) {
      if (other != k && across_right[size_t(k)] < 0 && opposite_line(a.right, at(other).right))
        across_right[size_t(k)] = other;
    });
  }

  /// Lanelets that part from, join or cross another, and those tagged as a part of an intersection.
  void find_junctions() {
    Sets sets(lanelets_.size());
    std::vector<bool> inside(lanelets_.size(), false);
    const auto meet = [&](int a, int b) {
      inside[size_t(a)] = inside[size_t(b)] = true;
      sets.merge(a, b);
    };
    for (size_t k = 0; k < lanelets_.size(); ++k) {
      inside[k] = inside[k] || lanelets_[k].intersection;
      for (size_t i = 1; i < next[k].size(); ++i) meet(next[k][0], next[k][i]);
    }
    std::vector<int> before(lanelets_.size(), -1);
    for (size_t k = 0; k < lanelets_.size(); ++k)
      for (const int to : next[k]) {
        int& first = before[size_t(to)];
        if (first < 0)
          first = int(k);
        else
          meet(first, int(k));
      }
    for (const auto& [a, b] : crossing_pairs()) meet(a, b);
    std::map<int, int> number;
    for (size_t k = 0; k < lanelets_.size(); ++k)
      if (inside[k]) junction[k] = number.emplace(sets.root(int(k)), int(number.size())).first->second;
    junction_count = int(number.size());
  }

  /// Pairs whose centre lines cross at one height.
  std::vector<std::pair<int, int>> crossing_pairs() const {
    struct Segment {
      Vec2 a, b;
      double z;
      int lanelet;
    };
    std::vector<Segment> segments;
    std::map<std::pair<long, long>, std::vector<int>> cells;
    constexpr double kCell = 10;
    std::vector<std::pair<int, int>> pairs;
    for (size_t k = 0; k < lanelets_.size(); ++k) {
      constexpr int kPieces = 16;
      std::vector<BoundPoint> line;
      for (int p = 0; p <= kPieces; ++p) line.push_back(centre(lanelets_[k], double(p) / kPieces));
      for (int p = 0; p < kPieces; ++p)
        segments.push_back({plane(line[size_t(p)]), plane(line[size_t(p) + 1]), line[size_t(p)].z, int(k)});
    }
    for (size_t s = 0; s < segments.size(); ++s) {
      const Segment& g = segments[s];
      for (long x = std::lround(std::floor(std::min(g.a.x, g.b.x) / kCell));
           x <= std::lround(std::floor(std::max(g.a.x, g.b.x) / kCell)); ++x)
        for (long y = std::lround(std::floor(std::min(g.a.y, g.b.y) / kCell));
             y <= std::lround(std::floor(std::max(g.a.y, g.b.y) / kCell)); ++y) {
          auto& cell = cells[{x, y}];
          for (const int other : cell) {
            const Segment& h = segments[size_t(other)];
            if (h.lanelet != g.lanelet && std::abs(h.z - g.z) < 2.5 && cross_each_other(g.a, g.b, h.a, h.b))
              pairs.push_back({h.lanelet, g.lanelet});
          }
          cell.push_back(int(s));
        }
    }
    return pairs;
  }

  static bool cross_each_other(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    const auto side = [](Vec2 p, Vec2 q, Vec2 r) { return cross(q - p, r - p); };
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }

  static BoundPoint along(const std::vector<BoundPoint>& line, double u) {
    const double at = u * double(line.size() - 1);
    const size_t k = std::min(line.size() - 2, size_t(at));
    const double f = at - double(k);
    const BoundPoint &a = line[k], &b = line[k + 1];
    return {a.x + f * (b.x - a.x), a.y + f * (b.y - a.y), a.z + f * (b.z - a.z)};
  }
  static BoundPoint centre(const Lanelet& lanelet, double u) {
    const BoundPoint l = along(lanelet.left, u), r = along(lanelet.right, u);
    return {0.5 * (l.x + r.x), 0.5 * (l.y + r.y), 0.5 * (l.z + r.z)};
  }

  const std::vector<Lanelet>& lanelets_;
  PlaceIndex starts_, ends_;  ///< of left bounds
  PlaceIndex right_ends_;     ///< of right bounds
};

class RoadMaker {
 public:
  explicit RoadMaker(const LaneletMap& map)
      : map_(map),
        beside_(map.lanelets),
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

  /// Lanelets whose way on crosses a stop line: their last 5 m come nearer than 2 m to it.
  std::vector<int> lanelets_before(const std::vector<BoundPoint>& line) const {
    std::vector<int> found;
    const Vec2 a = plane(line.front()), d = plane(line.back()) - a;
    for (size_t k = 0; k < map_.lanelets.size(); ++k) {
      const Lanelet& lanelet = map_.lanelets[k];
      if (beside_.junction[k] >= 0 || lanelet.type != LaneType::driving) continue;
      const Vec2 end = 0.5 * (plane(lanelet.left.back()) + plane(lanelet.right.back()));
      const double u = std::clamp(dot(end - a, d) / std::max(dot(d, d), 1e-9), 0.0, 1.0);
      if (length(end - a - u * d) < kLineNearEndM &&
          std::abs(lanelet.left.back().z - line.front().z) < 2 * kSameHeightM)
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

  static constexpr double kLineNearEndM = 4;

  const LaneletMap& map_;
  const Neighbours beside_;
  std::vector<int> road_of_, lane_of_;  ///< by lanelet
  RoadNetwork network_;
};

}  // namespace

RoadNetwork make_roads(const LaneletMap& map) { return RoadMaker(map).make(); }

}  // namespace gigalane
