// Swept contact of two bodies against brute force in fine sub-steps.
#include "sim/collision.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/sim/fine_steps.h"

using namespace gigalane;

namespace {

/// Sub-steps along both arcs until no corner moves more than a millimetre between two; further only where the
/// boxes are so far apart that they cannot meet before.
bool touch_in_fine_steps(const Sweep& a, const Sweep& b, double grown) {
  const double motion = testing::most_motion(a) + testing::most_motion(b) + 1e-6;
  for (double fraction = 0;;) {
    const double gap = testing::gap(testing::box_at(a, fraction, grown), testing::box_at(b, fraction, grown));
    if (gap <= 0) return true;
    if (fraction == 1) return false;
    fraction = std::min(1.0, fraction + std::max(1e-3, gap) / motion);
  }
}

Sweep random_sweep(std::mt19937& random, float spread) {
  std::uniform_real_distribution<float> unit(-1, 1);
  const float length = 0.8f + 3.1f * (1 + unit(random)), heading = 3.14f * unit(random);
  const float width = std::min(length, 1.9f + 1.1f * unit(random));
  const float steering = 0.55f * unit(random) * std::abs(unit(random));
  const float distance = 9 * unit(random) * std::abs(unit(random));
  return {{spread * unit(random), spread * unit(random), std::cos(heading), std::sin(heading)},
          {distance, std::tan(steering) / (0.6f * length)},
          length,
          width};
}

/// What the bicycle can do with bodies up to a truck's: up to 25 m/s for up to half a second, twice the
/// acceleration across that it is held to.
Sweep driven_sweep(std::mt19937& random, float spread) {
  std::uniform_real_distribution<float> unit(-1, 1), share(0, 1);
  Sweep sweep = random_sweep(random, spread);
  sweep.length = 0.8f + 11.2f * share(random);
  sweep.width = std::min(sweep.length, 1.9f + 0.65f * unit(random));
  const float speed = 25 * share(random), seconds = 0.05f + 0.45f * share(random);
  const float sharpest = std::min(0.61f / (0.6f * sweep.length), 8 / std::max(1.0f, speed * speed));
  sweep.arc = {(unit(random) < -0.8f ? -0.1f : 1) * speed * seconds, sharpest * unit(random)};
  return sweep;
}

Sweep straight(float x, float y, float heading, float distance, float length = 4.5f, float width = 2) {
  return {{x, y, std::cos(heading), std::sin(heading)}, {distance, 0}, length, width};
}

}  // namespace

TEST_CASE("swept contact agrees with fine sub-steps to two millimetres") {
  for (const bool driven : {false, true}) {
    CAPTURE(driven);
    std::mt19937 random(5);
    int looked_at = 0, touching = 0, apart = 0, at_end = 0;
    while (looked_at < 100000) {
      const Sweep a = driven ? driven_sweep(random, 12) : random_sweep(random, 5),
                  b = driven ? driven_sweep(random, 12) : random_sweep(random, 5);
      // not in contact when the step begins: they would have collided before
      if (testing::overlap(testing::box_at(a, 0, 0.002), testing::box_at(b, 0, 0.002))) continue;
      ++looked_at;
      const bool hit = sweeps_touch(a, b);
      if (touch_in_fine_steps(a, b, -0.001)) {
        CHECK(hit);
        ++touching;
        at_end += testing::overlap(testing::box_at(a, 1, 0), testing::box_at(b, 1, 0));
      } else if (!touch_in_fine_steps(a, b, 0.001)) {
        CHECK_FALSE(hit);
        ++apart;
      }
    }
    MESSAGE(touching, " of 100,000 pairs touch, ", apart, " do not");
    CHECK(touching > 4000);
    CHECK(apart > 15000);
    CHECK(touching + apart > 99000);  // the others by less than a millimetre
    CHECK(at_end < touching - 50);    // many contacts are over by the end of the step
  }
}

TEST_CASE("nothing tunnels at 20 m/s") {
  const Sweep pedestrian = straight(3, 0, 0, 0, 0.8f, 0.8f);
  CHECK(sweeps_touch(straight(0, -4, 1.5707963f, 6), straight(0, 4, 1.5707963f, -6)));          // head on
  CHECK(sweeps_touch(straight(-3, 0, 0, 6), straight(0, 5.9f, -1.5707963f, 5)));                // crossing
  CHECK(sweeps_touch(straight(0, 0, 0, 6), pedestrian));                                        // run over
  CHECK(sweeps_touch(straight(-3, 0, 0, 12, 4.5f, 1), straight(3, 0, 0.785f, 0, 0.8f, 0.1f)));  // and through
  CHECK_FALSE(sweeps_touch(straight(0, 0, 0, 6), straight(0, 2.01f, 0, 6)));  // side by side
  CHECK_FALSE(sweeps_touch(straight(0, 0, 0, 6), straight(4.6f, 0, 0, 6)));   // following
  CHECK(sweeps_touch(straight(0, 0, 0, 6), straight(4.6f, 0, 0, 5.8f)));
}

TEST_CASE("a cross of two long bodies without a corner inside either") {
  const Sweep along = straight(0, 0, 0, 0, 7, 0.8f), across = straight(0, 0, 1.5707963f, 0, 7, 0.8f);
  CHECK(sweeps_touch(along, across));
}

TEST_CASE("the cover holds every corner on the way") {
  std::mt19937 random(9);
  double widest = 0;
  for (int n = 0; n < 2000; ++n) {
    const Sweep s = random_sweep(random, 50);
    const Box cover = cover_of(s);
    for (int k = 0; k <= 60; ++k) {
      const testing::FineBox box = testing::box_at(s, k / 60.0, 0);
      for (int corner = 0; corner < 4; ++corner) {
        const double ahead = corner < 2 ? box.half_length : -box.half_length;
        const double left = corner % 3 == 0 ? box.half_width : -box.half_width;
        const double x = box.x + box.c * ahead - box.s * left - cover.x,
                     y = box.y + box.s * ahead + box.c * left - cover.y;
        const double along = cover.cos_heading * x + cover.sin_heading * y,
                     across = cover.cos_heading * y - cover.sin_heading * x;
        CHECK(std::abs(along) <= double(cover.half_length));
        CHECK(std::abs(across) <= double(cover.half_width));
      }
    }
    widest = std::max(widest, double(cover.half_length - 0.5f * (s.length + std::abs(s.arc.distance))));
  }
  CHECK(widest < 1.0);  // and is not much larger than it must be
}

TEST_CASE("bodies on a slope meet, bodies on a bridge and under it do not") {
  CHECK_FALSE(on_different_levels(0.8f, 6));  // 13 % over six metres
  CHECK_FALSE(on_different_levels(3.0f, 8));
  CHECK(on_different_levels(5, 4));
  CHECK(on_different_levels(-5, 4));
}
