// Large maps: cut into regions, they give the same answers as whole tables do.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "maps/compile.h"
#include "maps/generate.h"
#include "maps/open_drive.h"
#include "maps/route.h"
#include "tests/maps/towns.h"

using namespace gigalane;

namespace {

constexpr CompileLimits kManyRegions{0, 40};

/// A town compiled as a small map and as a large one.
struct BothWays {
  explicit BothWays(const RoadNetwork& network)
      : whole(compile(network, 1)), cut(compile(network, 1, kManyRegions)) {
    REQUIRE(whole.regions.empty());
    REQUIRE(cut.regions.size() > 1);
    REQUIRE(cut.point_distance.empty());
  }
  CompiledMap whole, cut;
};

RoadNetwork town(const char* name) { return read_open_drive(testing::town_file(name).string()); }

void check_same_distance(float small, float large) {
  if (small >= kUnreachable)
    REQUIRE(large >= kUnreachable);
  else
    REQUIRE(std::abs(small - large) < 2e-3f);
}

void check_distances(const BothWays& both) {
  const MapView small = both.whole.view(), large = both.cut.view();
  for (int goal = 0; goal < small.lane_point_count; ++goal) {
    for (int p = 0; p < small.lane_point_count; ++p)
      check_same_distance(distance_from_point(small, p, goal), distance_from_point(large, p, goal));
    for (int lane = 0; lane < small.lane_count; ++lane)
      check_same_distance(distance_from_end(small, lane, goal), distance_from_end(large, lane, goal));
  }
}

bool same(const Record& a, const Record& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

void check_lists(const BothWays& both) {
  const MapView small = both.whole.view(), large = both.cut.view();
  REQUIRE(both.whole.edge_reach_counts == both.cut.edge_reach_counts);
  for (int q = 0; q < small.quad_count; ++q) {
    const GroupList points = listed_points(small, q), cut_points = listed_points(large, q);
    REQUIRE(cut_points.count == points.count);
    for (int k = 0; k < points.count; ++k) {
      REQUIRE(listed_point(large, q, cut_points.place(k)) == listed_point(small, q, points.place(k)));
      REQUIRE(same(cut_points[k], points[k]));
    }
    const GroupList edges = listed_edges(small, q), cut_edges = listed_edges(large, q);
    REQUIRE(cut_edges.count == edges.count);
    for (int k = 0; k < edges.count; ++k) REQUIRE(same(cut_edges[k], edges[k]));
  }
}

}  // namespace

TEST_CASE("a map cut into regions has the distances and lists of one that is not") {
  for (const char* name : {"Town02", "Town03", "Town10HD"}) {
    if (!testing::has_town(name)) return;
    CAPTURE(name);
    const BothWays both(town(name));
    check_distances(both);
    check_lists(both);
    CHECK(both.cut.next_goal_start == both.whole.next_goal_start);
    CHECK(both.cut.next_goals == both.whole.next_goals);
  }
}

TEST_CASE("a region is of whole lane sections, near its size, and knows its own points") {
  if (!testing::has_town("Town04")) return;
  const BothWays both(town("Town04"));
  const MapView map = both.cut.view();
  std::vector<int> points(size_t(map.region_count), 0);
  std::vector<std::set<int>> roads{size_t(map.region_count)};
  for (int lane = 0; lane < map.lane_count; ++lane) {
    const Lane& l = map.lanes[lane];
    REQUIRE(l.region < map.region_count);
    points[l.region] += l.point_count;
    roads[l.region].insert(l.road);
    for (const int side : {l.left, l.right})
      if (side >= 0) REQUIRE(map.lanes[side].region == l.region);
  }
  for (int r = 0; r < map.region_count; ++r) {
    CHECK(points[size_t(r)] == map.regions[r].point_count);
    if (roads[size_t(r)].size() > 1) CHECK(points[size_t(r)] <= 40);  // a road may be too long
    CHECK(points[size_t(r)] > 0);
  }
  CHECK(map.region_count >= both.whole.lane_point_count() / 40);
}

TEST_CASE("routes lead the same way on a map cut into regions") {
  if (!testing::has_town("Town10HD")) return;
  const BothWays both(town("Town10HD"));
  const MapView small = both.whole.view(), large = both.cut.view();
  int other = 0, asked = 0;
  for (int q = 3; q < small.quad_count; q += 17)
    for (int goal = 1; goal < small.lane_point_count; goal += 13) {
      check_same_distance(route_distance(small, q, 0, goal), route_distance(large, q, 0, goal));
      float of_small = 0, of_large = 0;
      other += route_quad(small, q, 0, goal, 30, of_small) != route_quad(large, q, 0, goal, 30, of_large);
      ++asked;
    }
  CHECK(asked > 1000);
  CHECK(other <= asked / 500);  // ties between lanes may fall either way
}

TEST_CASE("corners of a map of many kilometres are floats exactly, on a grid of a millimetre") {
  for (const double length_m : {2000.0, 12000.0, 28000.0}) {
    StraightRoad options;
    options.length_m = length_m;
    const CompiledMap map = generate_straight_road(options);
    const double grid = length_m > 16384 ? 1.0 / 1024 : length_m > 8192 ? 1.0 / 2048 : 1.0 / 4096;
    for (const Quad& quad : map.quads)
      for (int k = 0; k < 4; ++k) {
        REQUIRE(std::abs(quad.corner_x[k] / grid - std::round(quad.corner_x[k] / grid)) == 0);
        REQUIRE(std::abs(quad.corner_y[k] / grid - std::round(quad.corner_y[k] / grid)) == 0);
      }
    // the road's own borders and nothing within it
    for (int e = 0; e < map.boundary_count(); ++e)
      if (std::abs(map.boundary[size_t(e)].a) < length_m / 2 - 40)
        REQUIRE(std::abs(map.boundary[size_t(e)].b) == 3.5f);
  }
}
