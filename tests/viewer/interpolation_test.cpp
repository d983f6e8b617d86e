// Between two steps: along the arc, at an even change of speed, never from one life to another.
#include "viewer/interpolation.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/sim/worlds.h"
#include "viewer/camera.h"

using namespace gigalane;

namespace {

// An agent that drives a quarter circle to the left of radius 10 m about its rear axle at 5 m/s.
struct QuarterCircle {
  WorldSnapshot before{1, 1}, after{1, 1};
  QuarterCircle() {
    const float back = 0.3f * 4;
    for (WorldSnapshot* s : {&before, &after}) {
      s->view().status[0] = 1;
      s->view().life[0] = 1;
      s->view().body[0] = {4, 1.8f, 0, 0};
      s->view().motion[0] = {5, 0, 0, 0};
    }
    before.view().pose[0] = {back, 0, 1, 0};
    after.view().pose[0] = {10, 10 + back, 0, 1};
    after.view().arc[0] = {10 * 1.5707964f, 0.1f};
  }
};

}  // namespace

TEST_CASE("half-way round a quarter circle") {
  const QuarterCircle q;
  const Record p = pose_between(q.before.view(), q.after.view(), 0, 0.5f);
  const float s = std::sqrt(0.5f);
  CHECK(p.c == doctest::Approx(s).epsilon(1e-4));
  CHECK(p.d == doctest::Approx(s).epsilon(1e-4));
  CHECK(p.a == doctest::Approx(10 * s + 1.2f * s).epsilon(1e-4));
  CHECK(p.b == doctest::Approx(10 - 10 * s + 1.2f * s).epsilon(1e-4));
}

TEST_CASE("the ends are the steps' own poses") {
  const QuarterCircle q;
  const Record first = pose_between(q.before.view(), q.after.view(), 0, 0),
               last = pose_between(q.before.view(), q.after.view(), 0, 1);
  CHECK(first.a == q.before.view().pose[0].a);
  CHECK(last.b == q.after.view().pose[0].b);
}

TEST_CASE("speed changes evenly") {
  QuarterCircle q;
  q.after.view().pose[0] = {1.2f + 6, 0, 1, 0};
  q.after.view().arc[0] = {6, 0};
  q.before.view().motion[0].a = 0;
  q.after.view().motion[0].a = 8;
  // from rest, a quarter of the distance in half the time
  CHECK(pose_between(q.before.view(), q.after.view(), 0, 0.5f).a == doctest::Approx(1.2f + 1.5f));
}

TEST_CASE("another life does not pull the last one along") {
  QuarterCircle q;
  q.after.view().life[0] = 2;
  const Record p = pose_between(q.before.view(), q.after.view(), 0, 0.7f);
  CHECK(p.a == q.before.view().pose[0].a);
  CHECK(p.b == q.before.view().pose[0].b);
  q.after.view().life[0] = 1;
  q.after.view().status[0] = 0;
  CHECK(pose_between(q.before.view(), q.after.view(), 0, 0.7f).a == q.before.view().pose[0].a);
  CHECK(agents_between(q.before.view(), q.after.view(), 0.7f).size() == 1);
  CHECK(agents_between(q.after.view(), q.before.view(), 0.7f).empty());
}

TEST_CASE("a pose that the arc does not reach is blended to") {
  QuarterCircle q;
  q.after.view().pose[0] = {5.2f, 2, 0, 1};
  q.after.view().arc[0] = {0, 0};
  const Record p = pose_between(q.before.view(), q.after.view(), 0, 0.5f);
  CHECK(p.a == doctest::Approx(3.2f));
  CHECK(p.b == doctest::Approx(1));
  CHECK(p.d == doctest::Approx(std::sqrt(0.5f)));
}

TEST_CASE("in a simulation the arcs end where the steps do") {
  Simulator simulator(testing::plain_world(1, 16), testing::crossing(), {});
  WorldSnapshot before(16, simulator.view().signal_stride), after(16, simulator.view().signal_stride);
  int checked = 0;
  for (uint32_t step = 0; step < 40; ++step) {
    before.copy_from(simulator.view(), 0);
    testing::set_random_actions(simulator, step);
    simulator.step();
    after.copy_from(simulator.view(), 0);
    for (int slot = 0; slot < 16; ++slot) {
      if (after.view().transition[slot] == 0 || before.view().life[slot] != after.view().life[slot]) continue;
      const Record p = pose_between(before.view(), after.view(), slot, 0.9999f),
                   end = after.view().pose[slot];
      CHECK(std::hypot(p.a - end.a, p.b - end.b) < 0.01f);
      ++checked;
    }
  }
  CHECK(checked > 100);
}

TEST_CASE("kinds by size") {
  CHECK(kind_of(0.8f, 0.8f) == BodyKind::pedestrian);
  CHECK(kind_of(1.9f, 0.8f) == BodyKind::cyclist);
  CHECK(kind_of(4.5f, 1.9f) == BodyKind::car);
  CHECK(kind_of(6.8f, 2.6f) == BodyKind::truck);
  const KindMixConfig kinds;  // every body that a preset draws looks like what it is
  const auto shown_as = [](const KindConfig& kind, BodyKind as) {
    for (const float length : {kind.length_m.low, kind.length_m.high})
      for (const float width : {kind.width_m.low, kind.width_m.high}) CHECK(kind_of(length, width) == as);
  };
  shown_as(kinds.car, BodyKind::car);
  shown_as(kinds.truck, BodyKind::truck);
  shown_as(kinds.cyclist, BodyKind::cyclist);
  shown_as(kinds.pedestrian, BodyKind::pedestrian);
}

TEST_CASE("the camera has north up and zooms about the cursor") {
  Camera camera;
  camera.fit({-10, -10, 30, 20});
  const Point centre = camera.to_screen(10, 5), north = camera.to_screen(10, 15),
              east = camera.to_screen(20, 5);
  CHECK(centre.x == doctest::Approx(camera.width / 2));
  CHECK(north.y < centre.y);
  CHECK(east.x > centre.x);
  const Point under = camera.to_world(100, 200);
  camera.zoom(100, 200, 3);
  CHECK(camera.to_world(100, 200).x == doctest::Approx(under.x).epsilon(1e-3));
  CHECK(camera.to_world(100, 200).y == doctest::Approx(under.y).epsilon(1e-3));
}
