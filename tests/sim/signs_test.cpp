// Stop and yield signs: seen as such, and penalised where the configuration says so.
#include <doctest/doctest.h>

#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

/// A crossing whose lights are signs.
testing::Maps crossing_with(StopLineKind kind) {
  CompiledMap map = generate_crossing();
  for (StopLine& line : map.stop_lines) line.kind = int16_t(kind), line.signal = -1;
  return {std::make_shared<const CompiledMap>(map)};
}

SimulationConfig strict_about_signs() {
  SimulationConfig c = testing::plain_world(1, 1);
  c.reward.stop_sign = 0.7f;
  c.reward.yield_sign = 0.4f;
  c.reward.yield_speed_mps = 5;
  return c;
}

/// Puts the agent on a lane with a stop line `way_m` ahead of its front. Returns that line.
int put_before_line(Simulator& sim, float way_m, float speed) {
  const WorldView& v = sim.view();
  const MapView map = sim.maps()[0]->view();
  const float ahead = way_m + 0.5f * v.body[0].a;
  for (int quad = 0; quad < map.quad_count; ++quad) {
    const Quad& q = map.quads[quad];
    if (q.next_stop_line == kNone16 || !map.lanes[q.lane].routable) continue;
    const float along = q.next_stop_line_m - ahead;
    if (along < 0 || along > 2 * q.half_length || map.lanes[q.lane].junction >= 0) continue;
    const Record p = map.quad_pose[quad];
    v.pose[0] = {p.a + along * p.c, p.b + along * p.d, p.c, p.d};
    v.x_m[0] = v.pose[0].a, v.y_m[0] = v.pose[0].b;
    v.quad[0] = quad;
    v.motion[0] = {speed, 0, 0, 0};
    v.goal_count[0] = 2, v.goal_index[0] = 0;
    v.coefficient[kGoalRadius] = 0;
    return q.next_stop_line;
  }
  FAIL("no lane leads to a stop line");
  return -1;
}

/// Steps with one action until something about a line happens, at most `steps` times. Returns the events.
int drive_over(Simulator& sim, int action, int steps) {
  for (int step = 0; step < steps; ++step) {
    testing::set_actions(sim, action);
    sim.step();
    const int events = sim.view().events[0] & (kRanStopSign | kRanYieldSign | kRanRedLight);
    if (events != 0) return events;
  }
  return 0;
}

}  // namespace

TEST_CASE("a sign is seen with the lines around, without a light, a stop sign apart from a yield sign") {
  for (const StopLineKind kind : {StopLineKind::stop_sign, StopLineKind::yield_sign}) {
    Simulator sim(testing::plain_world(1, 1), crossing_with(kind), {});
    sim.set_actions({7});
    sim.step();
    put_before_line(sim, 12, 0);
    sim.step();
    const ObservationView seen = sim.observation();
    REQUIRE(seen.count(0, kStopLineSet) > 0);
    CHECK(seen.feature(0, kStopLineSet, kStopSign)[0] == (kind == StopLineKind::stop_sign ? 1.0f : 0.5f));
    CHECK(seen.feature(0, kStopLineSet, kStopRed)[0] == 0);
    CHECK(seen.feature(0, kStopLineSet, kStopGreen)[0] == 0);
    CHECK(seen.feature(0, kStopLineSet, kStopX)[0] / kPositionScale == doctest::Approx(14).epsilon(0.05));
  }
}

TEST_CASE("passing a stop sign costs, once, unless the agent stood before it") {
  Simulator sim(strict_about_signs(), crossing_with(StopLineKind::stop_sign), {});
  const WorldView& v = sim.view();
  sim.set_actions({7});
  sim.step();
  put_before_line(sim, 3, 6);
  CHECK(drive_over(sim, 7, 4) == kRanStopSign);
  CHECK(v.reward_terms[kStopLineTerm] == -0.7f);
  CHECK(v.terminated[0] == 0);
  CHECK(drive_over(sim, 7, 2) == 0);  // it belongs to one step

  put_before_line(sim, 3, 0);
  CHECK(drive_over(sim, 7, 1) == 0);  // stands
  CHECK(drive_over(sim, 10, 12) == 0);
  CHECK(v.stood_line[0] == 0);  // used up in passing
  CHECK(v.reward_terms[kStopLineTerm] == 0);

  put_before_line(sim, 8, 0);  // too far from the line to count
  CHECK(drive_over(sim, 10, 20) == kRanStopSign);
}

TEST_CASE("a yield sign may be passed slowly") {
  Simulator sim(strict_about_signs(), crossing_with(StopLineKind::yield_sign), {});
  const WorldView& v = sim.view();
  sim.set_actions({7});
  sim.step();
  put_before_line(sim, 3, 4.5f);
  CHECK(drive_over(sim, 7, 5) == 0);
  put_before_line(sim, 3, 6);
  CHECK(drive_over(sim, 7, 4) == kRanYieldSign);
  CHECK(v.reward_terms[kStopLineTerm] == -0.4f);
}

TEST_CASE("signs cost nothing unless the configuration says so") {
  for (const StopLineKind kind : {StopLineKind::stop_sign, StopLineKind::yield_sign}) {
    Simulator sim(testing::plain_world(1, 1), crossing_with(kind), {});
    sim.set_actions({7});
    sim.step();
    put_before_line(sim, 3, 8);
    CHECK(drive_over(sim, 7, 6) == 0);
    CHECK(sim.view().reward_terms[kStopLineTerm] == 0);
  }
}
