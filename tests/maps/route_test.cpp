// Distances over the lane graph against fresh searches of it, and ways that lead by them.
#include "maps/route.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "maps/compile.h"
#include "maps/compile_steps.h"
#include "maps/generate.h"
#include "maps/generator_list.h"
#include "maps/open_drive.h"
#include "tests/maps/lane_search.h"
#include "tests/maps/quad_search.h"
#include "tests/maps/towns.h"

using namespace gigalane;

TEST_CASE("distances equal a fresh search of the graph that they are defined on") {
  for (const char* name : {"crossing", "straight?lanes=3", "merge", "lane_drop", "grid?blocks=4&lanes=2"}) {
    const RoadNetwork network = generate_network(name);
    testing::check_distances(compile(network), network, 20);
  }
}

TEST_CASE("lanes changed anywhere would save little: a change or two, and a hundredth on curves") {
  const auto check = [](const MapView& map, float relative) {
    for (int goal = 3; goal < map.lane_point_count; goal += 1 + map.lane_point_count / 6) {
      const std::vector<double> anywhere = testing::search_quads(map, map.lane_point_quad[goal]);
      for (int q = 0; q < map.quad_count; q += 7) {
        const float d = route_distance(map, q, 0, goal);
        CAPTURE(goal);
        CAPTURE(q);
        if (anywhere[size_t(q)] >= kUnreachable) {
          CHECK(d >= 0.5f * kUnreachable);
          continue;
        }
        CHECK(d >= anywhere[size_t(q)] - 0.05f);
        CHECK(d <= anywhere[size_t(q)] * (1 + relative) + 0.05f + (relative > 0 ? 3.5f : 0));
      }
    }
  };
  check(generate_crossing().view(), 0);
  check(generate_straight_road().view(), 0);
  if (const auto map = testing::load_town("Town01")) check(map->view(), 0);
  if (const auto map = testing::load_town("Town04")) check(map->view(), 0.01f);
  if (const auto map = testing::load_town("Town10HD")) check(map->view(), 0.01f);
}

TEST_CASE("every routable place reaches every goal") {
  for (const char* name : {"Town01", "Town06", "Town07"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    const MapView view = map->view();
    for (int goal = 0; goal < view.lane_point_count; goal += 5) {
      if (!view.lanes[view.quads[view.lane_point_quad[goal]].lane].routable) continue;
      for (int q = 0; q < view.quad_count; q += 97)
        if (view.lanes[view.quads[q].lane].routable) REQUIRE(route_distance(view, q, 0, goal) < 1e5f);
    }
  }
}

TEST_CASE("distance falls as one drives on, until the goal and a round more behind it") {
  const CompiledMap ring = generate_ring_road();
  const MapView map = ring.view();
  const int goal = 2, quad = map.lane_point_quad[goal];
  CHECK(route_distance(map, quad, 0, goal) == 0);
  CHECK(route_distance(map, quad - 5, 0.2f, goal) ==
        doctest::Approx(map.quads[quad].lane_offset_m - map.quads[quad - 5].lane_offset_m - 0.2));
  const float round = map.lanes[0].length_m + map.lanes[1].length_m;
  CHECK(route_distance(map, quad, 0.3f, goal) == doctest::Approx(round - 0.3f).epsilon(1e-4));
}

TEST_CASE("the quad ahead on a route is nearer to the goal by as much") {
  for (const char* name : {"Town01", "Town04", "Town10HD"}) {
    const auto loaded = testing::load_town(name);
    if (!loaded) return;
    const MapView map = loaded->view();
    int checked = 0;
    for (int q = 5; q < map.quad_count; q += 211)
      for (int goal = 1; goal < map.lane_point_count; goal += 1 + map.lane_point_count / 9) {
        const float here = route_distance(map, q, 0, goal);
        if (here > 1e5f || here < 60) continue;
        for (const float ahead : {6.0f, 14.0f, 40.0f}) {
          float no_change_m = 0;
          const int to = route_quad(map, q, 0, goal, ahead, no_change_m);
          const float gained = here - route_distance(map, to, 0, goal);
          CAPTURE(name);
          CAPTURE(q);
          CAPTURE(goal);
          // at most a few lane changes more than driven, and half a quad's rounding; curves differ a little
          REQUIRE(gained > ahead - 1.5f);
          REQUIRE(gained < ahead + 3.5f * 5 + 1.5f);
          ++checked;
        }
      }
    CHECK(checked > 100);
  }
}

TEST_CASE("a route ahead stops at its goal") {
  const CompiledMap straight = generate_straight_road();
  const MapView map = straight.view();
  const int goal = map.lanes[0].first_point + 2, quad = map.lane_point_quad[goal];
  float no_change_m = 0;
  CHECK(route_quad(map, quad - 10, 0, goal, 40, no_change_m) == quad);
  CHECK(route_quad(map, quad - 30, 0, goal, 12, no_change_m) <= quad - 17);
}

/// Lane changes from one lane to another of the same section; 0 if it is not beside.
static int lanes_between(const MapView& map, int from, int to) {
  for (const bool leftward : {true, false}) {
    int count = 0;
    for (int lane = from; lane >= 0; lane = leftward ? map.lanes[lane].left : map.lanes[lane].right, ++count)
      if (lane == to) return count;
  }
  return 0;
}

TEST_CASE("a route that changes several lanes changes one in 25 m, whatever the steps that it is walked in") {
  const CompiledMap compiled = compile(generate_network("straight?lanes=4&length_m=400"));
  const MapView map = compiled.view();
  int changed = 0;
  for (int lane = 0; lane < map.lane_count; ++lane)
    for (int goal_lane = 0; goal_lane < map.lane_count; ++goal_lane) {
      const Lane &from = map.lanes[lane], &to = map.lanes[goal_lane];
      const int start = from.first_quad + 20, goal = to.first_point + to.point_count - 1;
      if (from.length_m < 399.0f || lanes_between(map, lane, goal_lane) == 0) continue;
      for (const float step_m : {3.0f, 7.0f, 14.0f}) {
        int quad = start, lanes_changed = 0;
        float no_change_m = 0, since_m = 1e3f;
        for (float done = 0; done < 140 && map.quads[quad].lane != goal_lane; done += step_m) {
          const int next = route_quad(map, quad, 0, goal, step_m, no_change_m);
          since_m += step_m;
          if (map.quads[next].lane != map.quads[quad].lane) {
            const Lane& left = map.lanes[map.quads[quad].lane];
            CHECK((left.left == map.quads[next].lane || left.right == map.quads[next].lane));
            CHECK(since_m > kLaneChangeWayM - step_m - 0.1f);
            since_m = 0, ++lanes_changed;
          }
          quad = next;
        }
        CHECK(map.quads[quad].lane == goal_lane);
        CHECK(lanes_changed == lanes_between(map, lane, goal_lane));
        changed += lanes_changed > 1;
      }
    }
  CHECK(changed > 20);
}

TEST_CASE("goals that may follow a goal lie ahead, at the asked distance and heading") {
  const auto loaded = testing::load_town("Town03");
  if (!loaded) return;
  const MapView map = loaded->view();
  int as_meant = 0;
  for (int from = 0; from < map.lane_point_count; ++from) {
    const Quad& a = map.quads[map.lane_point_quad[from]];
    REQUIRE((map.next_goal_start[from + 1] > map.next_goal_start[from]) == (map.lanes[a.lane].routable == 1));
    bool meant = true;
    for (int k = map.next_goal_start[from]; k < map.next_goal_start[from + 1]; ++k) {
      const int to = map.next_goals[k];
      const Quad& b = map.quads[map.lane_point_quad[to]];
      const float d = distance_from_point(map, from, to);
      CHECK(d < kUnreachable);
      CHECK(map.lanes[b.lane].routable == 1);
      meant = meant && d >= 20 && d <= 200 && a.tangent_x * b.tangent_x + a.tangent_y * b.tangent_y >= 0.5f;
    }
    as_meant += meant;
  }
  CHECK(as_meant > 0.95 * map.lane_point_count);
}
