// Large maps cut into regions: straight cuts across few lanes, until few lane points are left in each.
#include <numeric>

#include "base/error.h"
#include "maps/compile_steps.h"

namespace gigalane {
namespace {

/// What stays together: the lanes of one section.
struct Unit {
  int first_lane, last_lane;  ///< the last one is not of it
  int points;
  Vec2 middle;
};

class RegionCutter {
 public:
  RegionCutter(const std::vector<Strip>& strips, int most_points, const CompiledMap& map)
      : map_(map), most_points_(most_points) {
    for (size_t first = 0, last; first < strips.size(); first = last) {
      last = end_of_section(strips, first);
      add_unit(int(first), int(last));
    }
    find_ways();
    region_of_unit.assign(units.size(), 0);
    place_.assign(units.size(), -1);
    std::vector<int> all(units.size());
    std::iota(all.begin(), all.end(), 0);
    cut(std::move(all));
  }

  std::vector<Unit> units;
  std::vector<int> region_of_unit;
  int region_count = 0;

 private:
  void add_unit(int first, int last) {
    Unit unit{first, last, 0, {}};
    for (int lane = first; lane < last; ++lane) unit.points += map_.lanes[size_t(lane)].point_count;
    const Lane& lane = map_.lanes[size_t(first)];
    const Quad& quad = map_.quads[size_t(lane.first_quad + lane.quad_count / 2)];
    unit.middle = {quad.x, quad.y};
    unit_of_lane_.resize(size_t(last), int(units.size()));
    units.push_back(unit);
  }

  void find_ways() {
    ways_.resize(units.size());
    for (size_t lane = 0; lane < map_.lanes.size(); ++lane)
      for (int k = 0; k < map_.lanes[lane].successor_count; ++k) {
        const int from = unit_of_lane_[lane],
                  to = unit_of_lane_[size_t(map_.successors[size_t(map_.lanes[lane].first_successor + k)])];
        if (from != to) ways_[size_t(from)].push_back(to);
      }
  }

  /// A cut behind the first `count` units in order of x or y.
  struct Cut {
    int axis = 0, count = 0, crossed = 1 << 30;
  };

  void sort_along(int axis, std::vector<int>& part) const {
    std::sort(part.begin(), part.end(), [&](int a, int b) {
      const Vec2 p = units[size_t(a)].middle, q = units[size_t(b)].middle;
      const double u = axis == 0 ? p.x : p.y, v = axis == 0 ? q.x : q.y;
      return u != v ? u < v : a < b;
    });
  }

  /// The cut across fewest lanes that leaves at least a third of the lane points on either side.
  Cut best_cut(std::vector<int>& part, int axis) {
    sort_along(axis, part);
    std::vector<int> change(part.size() + 1, 0);  // of the lanes crossed, from the cut behind k units on
    for (size_t k = 0; k < part.size(); ++k) place_[size_t(part[k])] = int(k);
    for (size_t k = 0; k < part.size(); ++k)
      for (const int to : ways_[size_t(part[k])]) {
        const int other = place_[size_t(to)];
        if (other < 0) continue;
        ++change[size_t(std::min(int(k), other)) + 1];
        --change[size_t(std::max(int(k), other)) + 1];
      }
    for (const int unit : part) place_[size_t(unit)] = -1;
    const int whole = points_of(part);
    Cut best{axis, int(part.size() / 2)};
    int crossed = 0, points = 0;
    for (size_t k = 1; k < part.size(); ++k) {
      crossed += change[k];
      points += units[size_t(part[k - 1])].points;
      if (3 * points < whole || 3 * (whole - points) < whole || crossed >= best.crossed) continue;
      best.count = int(k);
      best.crossed = crossed;
    }
    return best;
  }

  int points_of(const std::vector<int>& part) const {
    int points = 0;
    for (const int unit : part) points += units[size_t(unit)].points;
    return points;
  }

  void cut(std::vector<int> part) {
    if (points_of(part) <= most_points_ || part.size() < 2) {
      for (const int unit : part) region_of_unit[size_t(unit)] = region_count;
      ++region_count;
      return;
    }
    const Cut by_x = best_cut(part, 0), by_y = best_cut(part, 1);
    const Cut best = by_y.crossed < by_x.crossed ? by_y : by_x;
    sort_along(best.axis, part);
    const auto middle = part.begin() + best.count;
    cut({part.begin(), middle});
    cut({middle, part.end()});
  }

  const CompiledMap& map_;
  int most_points_;
  std::vector<int> unit_of_lane_;
  std::vector<std::vector<int>> ways_;  ///< by unit: the units that its lanes lead into, once a lane
  std::vector<int> place_;              ///< by unit, while cutting
};

}  // namespace

void cut_regions(const std::vector<Strip>& strips, int most_points, CompiledMap& map) {
  const RegionCutter cutter(strips, most_points, map);
  if (cutter.region_count > kNone16)
    fail(map.source, ": ", cutter.region_count, " regions, expected at most ", kNone16);
  map.regions.assign(size_t(cutter.region_count), Region{});
  for (size_t u = 0; u < cutter.units.size(); ++u)
    for (int lane = cutter.units[u].first_lane; lane < cutter.units[u].last_lane; ++lane)
      map.lanes[size_t(lane)].region = uint16_t(cutter.region_of_unit[u]);
}

}  // namespace gigalane
