// The lists of each quad against brute force.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "maps/generate.h"
#include "maps/localise.h"
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

bool same_level(const CompiledMap& map, const Quad& quad, int edge, double distance) {
  return std::abs(map.quads[size_t(map.boundary_quad[size_t(edge)])].z - quad.z) <= 2.5 + 0.12 * distance;
}

void check_boundary_list(const CompiledMap& map, int q) {
  const MapView view = map.view();
  const Quad& quad = view.quads[q];
  std::vector<std::pair<double, int>> expected;
  for (int e = 0; e < view.boundary_count; ++e) {
    if (std::hypot(view.boundary[e].a - quad.x, view.boundary[e].b - quad.y) > 102) continue;
    const double distance = slow_distance(view.boundary[e], quad.x, quad.y);
    if (distance <= 100 && same_level(map, quad, e, distance)) expected.push_back({distance, e});
  }
  std::sort(expected.begin(), expected.end());
  size_t within = 0;
  while (within < expected.size() && expected[within].first < 31 - 1e-3) ++within;
  const size_t count = view.boundary_counts[q];
  REQUIRE(count >= std::min(std::max<size_t>(within, 80), expected.size()));
  REQUIRE(size_t(view.boundary_start[q + 1] - view.boundary_start[q]) == (count + 15) / 16 * 16);
  for (size_t k = 0; k < count; ++k) {
    const int e = view.boundary_lists[view.boundary_start[q] + int(k)];
    REQUIRE(slow_distance(view.boundary[e], quad.x, quad.y) ==
            doctest::Approx(expected[k].first).epsilon(2e-3));
  }
  for (int r = 0; r < kReachCount; ++r) {
    const auto first = [&](double reach) {
      return std::min<long>(
          255, std::count_if(expected.begin(), expected.end(), [&](auto& e) { return e.first <= reach; }));
    };
    const int counted = view.boundary_reach_count[q * kReachCount + r];
    CHECK(counted >= first(r - 2e-3));
    CHECK(counted <= first(r + 2e-3));
  }
}

void check_lane_list(const CompiledMap& map, int q) {
  const MapView view = map.view();
  std::vector<std::pair<float, int>> expected;
  for (int p = 0; p < view.lane_point_count; ++p) {
    const float d =
        std::hypot(view.lane_points[p].a - view.quads[q].x, view.lane_points[p].b - view.quads[q].y);
    if (d <= 300) expected.push_back({d, p});
  }
  std::sort(expected.begin(), expected.end());
  REQUIRE(view.lane_counts[q] == std::min<size_t>(expected.size(), 80));
  for (int k = 0; k < view.lane_counts[q]; ++k) {
    const Record& point = view.lane_points[view.lane_lists[q * kListedLanePoints + k]];
    CHECK(std::hypot(point.a - view.quads[q].x, point.b - view.quads[q].y) ==
          doctest::Approx(expected[size_t(k)].first).epsilon(1e-4));
  }
}

}  // namespace

TEST_CASE("lists equal brute force") {
  const CompiledMap crossing = generate_crossing();
  for (int q = 0; q < int(crossing.quads.size()); q += 97)
    check_boundary_list(crossing, q), check_lane_list(crossing, q);
  for (const char* name : {"Town02", "Town04", "Town10HD"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    const int step = int(map->quads.size()) / 12;
    for (int q = 17; q < int(map->quads.size()); q += step)
      check_boundary_list(*map, q), check_lane_list(*map, q);
  }
}

TEST_CASE("a bridge and the road below it do not list each other's boundary nearby") {
  const auto map = testing::load_town("Town04");
  if (!map) return;
  const MapView view = map->view();
  int stacked = 0;
  for (int q = 0; q < view.quad_count; ++q)
    for (int k = 0; k < view.boundary_counts[q]; ++k) {
      const int e = view.boundary_lists[view.boundary_start[q] + k];
      const Quad& owner = view.quads[map->boundary_quad[size_t(e)]];
      const float distance =
          std::hypot(view.boundary[e].a - view.quads[q].x, view.boundary[e].b - view.quads[q].y);
      if (distance < 10 && std::abs(owner.z - view.quads[q].z) > 4) ++stacked;
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
