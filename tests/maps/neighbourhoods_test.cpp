// The lists of each quad against brute force.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "maps/generate.h"
#include "maps/localise.h"
#include "maps/region.h"
#include "tests/maps/towns.h"

using namespace gigalane;

namespace {

/// Distance of a boundary edge to a place, by its nearest of 2,001 points.
double slow_distance(const Record& edge, double x, double y) {
  double nearest = 1e9;
  for (int k = -1000; k <= 1000; ++k)
    nearest = std::min(nearest, std::hypot(edge.a + edge.c * k / 1000 - x, edge.b + edge.d * k / 1000 - y));
  return nearest;
}

/// A packed heading may look like no number at all: a whole one in its place.
float bits(float packed) {
  int32_t word;
  std::memcpy(&word, &packed, sizeof word);
  return float(word);
}

using Found = std::vector<std::pair<double, int>>;

/// The group that holds each record, found by its values.
std::vector<int> group_of(const std::vector<RecordGroup>& groups, const std::vector<Record>& records) {
  std::map<std::array<float, 4>, int> by_value;
  for (size_t g = 0; g + 1 < groups.size(); ++g)  // behind the last one is padding
    for (int k = 0; k < kGroupSize; ++k)
      by_value[{groups[g].a[k], groups[g].b[k], groups[g].d[k], bits(groups[g].c[k])}] = int(g);
  std::vector<int> result;
  for (const Record& r : records) result.push_back(by_value.at({r.a, r.b, r.d, bits(r.c)}));
  return result;
}

/// Groups by the distance of their nearest member, nearest first.
Found nearest_groups(const std::vector<int>& group_of, const Found& members) {
  std::map<int, double> nearest;
  for (const auto& [distance, index] : members) {
    const int group = group_of[size_t(index)];
    const auto found = nearest.emplace(group, distance).first;
    found->second = std::min(found->second, distance);
  }
  Found groups;
  for (const auto& [group, distance] : nearest) groups.push_back({distance, group});
  std::sort(groups.begin(), groups.end());
  return groups;
}

double distance_of(const Found& groups, int group) {
  for (const auto& [distance, index] : groups)
    if (index == group) return distance;
  return 1e9;
}

bool same_level(const CompiledMap& map, const Quad& quad, int edge, double distance) {
  return std::abs(map.quads[size_t(map.boundary_quad[size_t(edge)])].z - quad.z) <= 2.5 + 0.12 * distance;
}

void check_boundary_list(const CompiledMap& map, const std::vector<int>& group_of, int q) {
  const MapView view = map.view();
  const Quad& quad = view.quads[q];
  Found members;
  for (int e = 0; e < view.boundary_count; ++e) {
    if (std::hypot(view.boundary[e].a - quad.x, view.boundary[e].b - quad.y) > 102) continue;
    const double distance = slow_distance(view.boundary[e], quad.x, quad.y);
    if (distance <= 100 && same_level(map, quad, e, distance)) members.push_back({distance, e});
  }
  const Found expected = nearest_groups(group_of, members);
  size_t within = 0;
  while (within < expected.size() && expected[within].first < 31 - 1e-3) ++within;
  const GroupList edges = listed_edges(view, q);
  const auto count = size_t(edges.count / kGroupSize);
  REQUIRE(count >= std::min(std::max<size_t>(within, 20), expected.size()));
  std::set<int> listed;
  for (size_t k = 0; k < count; ++k) {
    REQUIRE(listed.insert(edges.list[k]).second);
    REQUIRE(distance_of(expected, edges.list[k]) == doctest::Approx(expected[k].first).epsilon(2e-3));
  }
  for (int r = 0; r < kReachCount; ++r) {
    const auto first = [&](double reach) {
      return std::min<long>(
          255, std::count_if(expected.begin(), expected.end(), [&](auto& e) { return e.first <= reach; }));
    };
    const int counted = view.edge_reach_counts[q * kReachCount + r];
    CHECK(counted >= first(r - 2e-3));
    CHECK(counted <= first(r + 2e-3));
  }
}

void check_lane_list(const CompiledMap& map, const std::vector<int>& group_of, int q) {
  const MapView view = map.view();
  Found members;
  for (int p = 0; p < view.lane_point_count; ++p) {
    const double d =
        std::hypot(view.lane_points[p].a - view.quads[q].x, view.lane_points[p].b - view.quads[q].y);
    if (d <= 300) members.push_back({d, p});
  }
  const Found expected = nearest_groups(group_of, members);
  const GroupList points = listed_points(view, q);
  REQUIRE(size_t(points.count) == kGroupSize * std::min<size_t>(expected.size(), 20));
  std::set<int> listed;
  for (int k = 0; k < points.count; k += kGroupSize) {
    const int group = points.list[k / kGroupSize];
    REQUIRE(listed.insert(group).second);
    CHECK(distance_of(expected, group) ==
          doctest::Approx(expected[size_t(k / kGroupSize)].first).epsilon(1e-4));
  }
}

void check_some_lists(const CompiledMap& map, int first, int step) {
  const std::vector<int> edge_group = group_of(map.edge_groups, map.boundary),
                         point_group = group_of(map.point_groups, map.lane_points);
  for (int q = first; q < int(map.quads.size()); q += step)
    check_boundary_list(map, edge_group, q), check_lane_list(map, point_group, q);
}

/// Of a group's members the furthest from the first, and how many groups repeat a member.
struct Spread {
  double furthest_m = 0;
  int short_groups = 0;
};
Spread spread_of(const std::vector<RecordGroup>& groups) {
  Spread spread;
  for (size_t g = 0; g + 1 < groups.size(); ++g) {
    for (int k = 1; k < kGroupSize; ++k)
      spread.furthest_m =
          std::max(spread.furthest_m,
                   double(std::hypot(groups[g].a[k] - groups[g].a[0], groups[g].b[k] - groups[g].b[0])));
    spread.short_groups += groups[g].a[3] == groups[g].a[2] && groups[g].b[3] == groups[g].b[2];
  }
  return spread;
}

}  // namespace

TEST_CASE("lists equal brute force") {
  const CompiledMap crossing = generate_crossing();
  check_some_lists(crossing, 0, 97);
  for (const char* name : {"Town02", "Town04", "Town10HD"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    check_some_lists(*map, 17, int(map->quads.size()) / 12);
  }
}

TEST_CASE("groups hold every lane point and edge once, near each other, and few are short") {
  for (const char* name : {"Town02", "Town04", "Town10HD"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    CAPTURE(name);
    const MapView view = map->view();
    std::vector<int> met(size_t(view.lane_point_count), 0);
    for (size_t place = 0; place + kGroupSize < map->grouped_points.size(); ++place) {
      const int point = map->grouped_points[place];
      const bool repeated = place % kGroupSize > 0 && map->grouped_points[place - 1] == point;
      met[size_t(point)] += !repeated;
      const RecordGroup& group = map->point_groups[place / kGroupSize];
      REQUIRE(group.a[place % kGroupSize] == view.lane_points[point].a);
      REQUIRE(group.b[place % kGroupSize] == view.lane_points[point].b);
      REQUIRE(map->grouped_points[size_t(map->point_place[size_t(point)])] == point);
    }
    CHECK(std::count(met.begin(), met.end(), 1) == view.lane_point_count);
    CHECK(group_of(map->edge_groups, map->boundary).size() == size_t(view.boundary_count));
    const Spread points = spread_of(map->point_groups), edges = spread_of(map->edge_groups);
    CHECK(points.furthest_m <= 60);
    CHECK(edges.furthest_m <= 6);
    MESSAGE(name, ": of ", map->point_groups.size(), " and ", map->edge_groups.size(), " groups ",
            points.short_groups, " and ", edges.short_groups, " are short");
    CHECK(points.short_groups <= int(map->point_groups.size()) / 5);
    CHECK(edges.short_groups <= int(map->edge_groups.size()) / 10);
  }
}

TEST_CASE("a bridge and the road below it do not list each other's boundary nearby") {
  const auto map = testing::load_town("Town04");
  if (!map) return;
  const MapView view = map->view();
  int stacked = 0;
  const std::vector<int> edge_group = group_of(map->edge_groups, map->boundary);
  std::vector<std::vector<int>> members(map->edge_groups.size());
  for (size_t e = 0; e < edge_group.size(); ++e) members[size_t(edge_group[e])].push_back(int(e));
  for (int q = 0; q < view.quad_count; ++q) {
    const GroupList edges = listed_edges(view, q);
    for (int k = 0; k < edges.count / kGroupSize; ++k)
      for (const int e : members[edges.list[k]]) {
        const Quad& owner = view.quads[map->boundary_quad[size_t(e)]];
        const float distance =
            std::hypot(view.boundary[e].a - view.quads[q].x, view.boundary[e].b - view.quads[q].y);
        if (distance < 10 && std::abs(owner.z - view.quads[q].z) > 4) ++stacked;
      }
  }
  CHECK(stacked == 0);
}

TEST_CASE("buckets find every quad that contains a point") {
  const auto map = testing::load_town("Town03");
  if (!map) return;
  const MapView view = map->view();
  for (int q = 3; q < view.quad_count; q += 61) {
    const Quad& quad = view.quads[q];
    const float x = quad.x + 0.4f * quad.half_length * quad.tangent_x - 0.3f * quad.width * quad.tangent_y;
    const float y = quad.y + 0.4f * quad.half_length * quad.tangent_y + 0.3f * quad.width * quad.tangent_x;
    std::vector<int> found, expected;
    for_each_quad_at(view, x, y, [&](int other) { found.push_back(other); });
    for (int other = 0; other < view.quad_count; ++other)
      if (contains(view.quads[other], x, y)) expected.push_back(other);
    CHECK(found == expected);
    CHECK(std::find(found.begin(), found.end(), q) != found.end());
    const QuadPlace place = place_in_quad(quad, x, y);
    CHECK(place.along_m == doctest::Approx(0.4 * quad.half_length).epsilon(1e-2));
    CHECK(place.offset_m == doctest::Approx(0.3 * quad.width).epsilon(1e-3));
  }
}

TEST_CASE("each quad knows the next lane point and its distance") {
  const auto map = testing::load_town("Town05");
  if (!map) return;
  for (size_t q = 0; q < map->quads.size(); ++q) {
    const Quad& quad = map->quads[q];
    const Lane& lane = map->lanes[size_t(quad.lane)];
    int expected = -1;
    for (int p = lane.first_point; p < lane.first_point + lane.point_count && expected < 0; ++p)
      if (map->lane_point_quad[size_t(p)] >= int(q)) expected = p;
    if (expected < 0) {
      REQUIRE(quad.next_point == kNoPoint);
    } else {
      REQUIRE(quad.next_point == expected);
      REQUIRE(quad.next_point_m ==
              doctest::Approx(map->quads[size_t(map->lane_point_quad[size_t(expected)])].lane_offset_m -
                              quad.lane_offset_m));
    }
  }
}
