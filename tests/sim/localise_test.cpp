// Which quad an agent is on, and what it means in a variant.
#include "sim/localise.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "maps/generate.h"
#include "maps/route.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

Whereabouts at_quad(const MapView& map, int quad, int last, int goal, float offset = 0) {
  const Record p = map.quad_pose[quad];
  return {p.a - p.d * offset, p.b + p.c * offset, p.c, p.d, last, goal};
}

/// Follows routes to random goals, a few metres at a time; returns the share of steps on which the quad found
/// is one from which the goal is as near as from the route's.
void follow_routes(const MapView& map, int routes) {
  std::mt19937 random(1);
  int steps = 0, on_route = 0, arrived = 0, begun = 0;
  for (int n = 0; n < routes; ++n) {
    const int goal = int(random() % uint32_t(map.lane_point_count));
    int quad = int(random() % uint32_t(map.quad_count));
    if (!map.lanes[map.quads[quad].lane].routable ||
        !map.lanes[map.quads[map.lane_point_quad[goal]].lane].routable)
      continue;
    ++begun;
    float route = route_distance(map, quad, 0, goal);
    REQUIRE(route < 0.5f * kUnreachable);
    float no_change_m = 0;
    for (int step = 0; step < 2000; ++step) {
      const int next = route_quad(map, quad, 0, goal, 4, no_change_m);
      const int found = find_quad(map, at_quad(map, next, quad, goal, 0.2f));
      REQUIRE(found >= 0);
      CHECK(contains(map.quads[found], map.quads[next].x, map.quads[next].y, 0.3f));
      ++steps;
      on_route += std::abs(route_distance(map, found, 0, goal) - route_distance(map, next, 0, goal)) < 4;
      quad = next;
      if (quad == map.lane_point_quad[goal]) {
        ++arrived;
        break;
      }
    }
  }
  CHECK(arrived >= begun * 9 / 10);
  CHECK(on_route >= steps * 98 / 100);
}

}  // namespace

TEST_CASE("following a route, the quad found is on the route, at forks too") {
  follow_routes(testing::crossing()[0]->view(), 200);
  for (const char* town : {"Town01", "Town03", "Town04"}) {
    const testing::Maps maps = testing::town(town);
    if (maps.empty()) {
      MESSAGE(town, " was not fetched: skipped");
      continue;
    }
    CAPTURE(town);
    follow_routes(maps[0]->view(), 60);
  }
}

TEST_CASE("off the road there is no quad") {
  const MapView map = testing::ring()[0]->view();
  const Record p = map.quad_pose[10];
  CHECK(find_quad(map, {p.a - p.d * 1.7f, p.b + p.c * 1.7f, p.c, p.d, 10, 0}) == 10);
  CHECK(find_quad(map, {p.a - p.d * 1.9f, p.b + p.c * 1.9f, p.c, p.d, 10, 0}) == -1);
  CHECK(find_quad(map, {1e5f, -1e5f, 1, 0, 10, 0}) == -1);
}

TEST_CASE("a lane change leads to the quad beside, also for a car that is turned") {
  Crossing wide;
  wide.lanes = 2;
  const CompiledMap compiled = generate_crossing(wide);
  const MapView map = compiled.view();
  int changes = 0;
  for (int last = 0; last < map.quad_count; ++last) {
    for (const int lane : {map.lanes[map.quads[last].lane].left, map.lanes[map.quads[last].lane].right}) {
      const int beside = quad_beside(map, last, lane);
      if (beside < 0 || map.lanes[lane].junction >= 0) continue;
      ++changes;
      const Record p = map.quad_pose[beside];
      for (const float degrees : {0.0f, 25.0f, 180.0f}) {
        const float c = std::cos(degrees * 0.0174533f), d = std::sin(degrees * 0.0174533f);
        CAPTURE(degrees);
        CHECK(find_quad(map, {p.a, p.b, p.c * c - p.d * d, p.d * c + p.c * d, last, 0}) == beside);
      }
    }
  }
  CHECK(changes > 100);
}

TEST_CASE("bridges: the height that the road leads to decides, whatever the heading") {
  const testing::Maps maps = testing::town("Town04");
  if (maps.empty()) {
    MESSAGE("Town04 was not fetched: skipped");
    return;
  }
  const MapView map = maps[0]->view();
  int over = 0, changes = 0;
  for (int quad = 0; quad < map.quad_count; ++quad) {
    const Record p = map.quad_pose[quad];
    int below = -1;
    for_each_quad_at(map, p.a, p.b, [&](int q) {
      if (map.quads[quad].z - map.quads[q].z > 4) below = q;
    });
    if (below < 0) continue;
    ++over;
    for (const int own : {quad, below}) {
      // along its own road, or turned to go along the one above or below
      for (const int along : {quad, below}) {
        const Record heading = map.quad_pose[along];
        const auto level_from = [&](int last) {
          const int found = find_quad(map, {p.a, p.b, heading.c, heading.d, last, 0});
          REQUIRE(found >= 0);
          CHECK(std::abs(map.quads[found].z - map.quads[own].z) < 1.5f);
        };
        const Lane& lane = map.lanes[map.quads[own].lane];
        level_from(std::max(lane.first_quad, own - 4));  // a step earlier on the same lane
        // from the lane beside, so that all quads under the point are looked at
        for (const int neighbour : {lane.left, lane.right}) {
          const int beside = quad_beside(map, own, neighbour);
          if (beside < 0) continue;
          ++changes;
          level_from(beside);
        }
      }
    }
  }
  CHECK(over > 10);
  CHECK(changes > 10);
}

TEST_CASE("left is positive in every variant; widths and slopes follow the roads") {
  const MapView map = testing::ring()[0]->view();
  std::mt19937 random(4);
  std::uniform_real_distribution<float> unit(-1, 1);
  for (int n = 0; n < 300; ++n) {
    const float fx = random() % 2 ? -1.0f : 1.0f, fy = random() % 2 ? -1.0f : 1.0f;
    const Affine m{fx * (1.1f + 0.2f * unit(random)),
                   0.1f * unit(random),
                   0.05f * unit(random),
                   fy * (1.1f + 0.2f * unit(random)),
                   7,
                   -3};
    const int quad = int(random() % uint32_t(map.quad_count));
    const Quad& q = map.quads[quad];
    const Point middle = apply(m, q.x, q.y), ahead = apply(m, q.x + q.tangent_x, q.y + q.tangent_y);
    const double heading = std::atan2(double(ahead.y - middle.y), double(ahead.x - middle.x));
    const double along = 0.4, offset = 0.7 * unit(random), turned = 0.3 * unit(random);
    const Pose pose{float(middle.x + along * std::cos(heading) - offset * std::sin(heading)),
                    float(middle.y + along * std::sin(heading) + offset * std::cos(heading)),
                    float(std::cos(heading + turned)), float(std::sin(heading + turned))};
    const LanePlace place = place_on_quad(map, quad, m, pose);
    CHECK(place.along == doctest::Approx(along).epsilon(1e-3));
    CHECK(place.offset == doctest::Approx(offset).epsilon(1e-3));
    CHECK(place.cos_lane == doctest::Approx(std::cos(turned)).epsilon(1e-4));
    CHECK(place.sin_lane == doctest::Approx(std::sin(turned)).epsilon(1e-3));
    // the width across: distance between the edges' lines, measured perpendicular to the lane
    const Point left = apply(m, q.x - q.tangent_y * 0.5f * q.width, q.y + q.tangent_x * 0.5f * q.width);
    const double half =
        std::abs((left.y - middle.y) * std::cos(heading) - (left.x - middle.x) * std::sin(heading));
    CHECK(place.width == doctest::Approx(2 * half).epsilon(1e-3));
  }
}
