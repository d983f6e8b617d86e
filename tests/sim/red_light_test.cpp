// Crossing a stop line: once, forwards, anywhere on the carriageway.
#include "sim/stop_line.h"

#include <doctest/doctest.h>

#include "maps/localise.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {
// into the junction is +x; over the whole carriageway of a two-way road: right end y = -3.5, left end y = 3.5
constexpr StopLine kLine{10, -3.5f, 10, 3.5f, 1, 0, 0, 0, 0};
}  // namespace

TEST_CASE("the step that crosses from behind to ahead counts, and no other") {
  CHECK(crosses_line(kLine, {9, 0}, {11, 0}));
  CHECK(crosses_line(kLine, {9.99f, 0}, {10, 0}));     // arriving on the line
  CHECK_FALSE(crosses_line(kLine, {10, 0}, {12, 0}));  // it counted before
  CHECK_FALSE(crosses_line(kLine, {7, 0}, {9.9f, 0}));
  CHECK_FALSE(crosses_line(kLine, {11, 0}, {13, 0}));  // already inside when the light turns
  CHECK_FALSE(crosses_line(kLine, {11, 0}, {9, 0}));   // backwards, or out of the junction
}

TEST_CASE("driving round over the oncoming lane crosses it too; the pavement does not") {
  CHECK(crosses_line(kLine, {9, 3}, {11, 3}));
  CHECK(crosses_line(kLine, {9, -3}, {11, -3}));
  CHECK_FALSE(crosses_line(kLine, {9, 4}, {11, 4}));
  CHECK_FALSE(crosses_line(kLine, {9, -4}, {11, -4}));
}

TEST_CASE("a slanted line") {
  const StopLine line{0, 0, 4, 4, 0.7071f, -0.7071f, 0, 0, 0};  // into the junction: to the lower right
  CHECK(crosses_line(line, {1, 3}, {3, 1}));
  CHECK_FALSE(crosses_line(line, {3, 1}, {1, 3}));
  CHECK_FALSE(crosses_line(line, {4, 6}, {6, 4}));
}

TEST_CASE("in a world: the event and its penalty belong to the step of crossing, on red as seen before it") {
  SimulationConfig c = testing::plain_world(1, 1);
  c.lights.light_removed = c.lights.group_removed = c.lights.all_off = c.lights.always_green = 0;
  Simulator sim(c, testing::crossing(), {});
  WorldView& v = sim.view();
  const MapView map = sim.maps()[0]->view();
  REQUIRE(map.stop_line_count == 4);
  const Record red{1000, 10, 3, 3000}, green{0, 1000, 3, 3000};
  int crossed = 0;
  for (int n = 0; n < map.stop_line_count; ++n) {
    const StopLine& line = map.stop_lines[n];
    REQUIRE(line.kind == int16_t(StopLineKind::light));
    for (const bool is_red : {false, true}) {
      sim.reset();
      for (int k = 0; k < map.signal_count; ++k)
        v.signal_plan[k] = k == line.signal ? (is_red ? red : green) : red;
      // the front 1 m behind the line, on the lane that ends there
      float x = 0, y = 0;
      int quad = -1;
      for (float share = 0.05f; share < 1 && quad < 0; share += 0.05f) {
        x = line.x0 + share * (line.x1 - line.x0) - 3 * line.direction_x;
        y = line.y0 + share * (line.y1 - line.y0) - 3 * line.direction_y;
        for_each_quad_at(map, x, y, [&](int q) {
          const Record pose = map.quad_pose[q];
          if (pose.c * line.direction_x + pose.d * line.direction_y > 0.9f) quad = q;
        });
      }
      REQUIRE(quad >= 0);
      const Record pose = map.quad_pose[quad];
      v.pose[0] = {pose.a, pose.b, pose.c, pose.d};
      v.quad[0] = quad;
      v.motion[0] = {8, 0, 0, 0};
      testing::set_actions(sim, 7);
      int events = 0;
      for (int step = 0; step < 4; ++step) {
        sim.step();
        if (v.events[0] & kRanRedLight) {
          ++events;
          CHECK(v.reward_terms[kStopLineTerm] == -v.coefficient[kStopLine]);
        }
        // the light turns red when it is inside: nothing more happens
        for (int k = 0; k < map.signal_count; ++k)
          if (step > 0) v.signal_plan[k] = red;
      }
      CHECK(events == (is_red ? 1 : 0));
      ++crossed;
    }
  }
  CHECK(crossed == 8);
}
