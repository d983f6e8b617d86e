#include "base/geometry.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "base/philox.h"

namespace gigalane {

namespace {

Box box(float x, float y, float heading, float length, float width) {
  return {x, y, std::cos(heading), std::sin(heading), length / 2, width / 2};
}

/// Whether any point of a grid over one box lies in the other: an independent, coarse test for overlap.
bool grids_meet(const Box& a, const Box& b) {
  const int n = 40;
  for (int i = -n; i <= n; ++i)
    for (int j = -n; j <= n; ++j) {
      const double u = a.half_length * i / n, v = a.half_width * j / n;
      const double x = a.x + a.cos_heading * u - a.sin_heading * v - b.x;
      const double y = a.y + a.sin_heading * u + a.cos_heading * v - b.y;
      if (std::abs(b.cos_heading * x + b.sin_heading * y) <= b.half_length &&
          std::abs(b.cos_heading * y - b.sin_heading * x) <= b.half_width)
        return true;
    }
  return false;
}

Box grown(Box b, float by) {
  b.half_length += by, b.half_width += by;
  return b;
}

}  // namespace

TEST_CASE("boxes by hand: side by side, corner to side, cross") {
  CHECK(boxes_touch(box(0, 0, 0, 4, 2), box(3.9f, 0, 0, 4, 2)));
  CHECK(!boxes_touch(box(0, 0, 0, 4, 2), box(4.1f, 0, 0, 4, 2)));
  CHECK(boxes_touch(box(0, 0, 0, 4, 2), box(0, 1.9f, 0, 4, 2)));
  CHECK(!boxes_touch(box(0, 0, 0, 4, 2), box(0, 2.1f, 0, 4, 2)));
  // a square on its corner, whose diagonal is 2 sqrt(2)
  CHECK(boxes_touch(box(0, 0, 0, 4, 2), box(2 + 1.41f, 0, 0.7853982f, 2, 2)));
  CHECK(!boxes_touch(box(0, 0, 0, 4, 2), box(2 + 1.42f, 0, 0.7853982f, 2, 2)));
  // no corner in the other
  CHECK(boxes_touch(box(0, 0, 0, 6, 1), box(0, 0, 1.5707963f, 6, 1)));
}

TEST_CASE("boxes touch where their grids meet, and the order does not matter") {
  KeyedRandom random(1, 0, 0, 0, 0);
  int touching = 0;
  for (int i = 0; i < 2000; ++i) {
    const Box a = box(0, 0, random.uniform(-3, 3), random.uniform(1, 6), random.uniform(1, 3));
    const Box b = box(random.uniform(-4, 4), random.uniform(-4, 4), random.uniform(-3, 3),
                      random.uniform(1, 6), random.uniform(1, 3));
    const bool touch = boxes_touch(a, b);
    touching += touch;
    CHECK(touch == boxes_touch(b, a));
    if (grids_meet(a, b)) CHECK(touch);
    if (!grids_meet(grown(a, 0.1f), grown(b, 0.1f))) CHECK(!touch);
  }
  CHECK(touching > 500);
  CHECK(touching < 1500);
}

TEST_CASE("a segment touches a box as a box without width does") {
  KeyedRandom random(2, 0, 0, 0, 0);
  int touching = 0;
  for (int i = 0; i < 5000; ++i) {
    const float x = random.uniform(-4, 4), y = random.uniform(-3, 3), heading = random.uniform(-3, 3);
    const float half = random.uniform(0.01f, 2);
    const Box segment = box(x, y, heading, 2 * half, 0);
    const bool touch =
        segment_touches_box(x, y, half * segment.cos_heading, half * segment.sin_heading, 2, 1);
    touching += touch;
    CHECK((touch || !boxes_touch(segment, box(0, 0, 0, 3.998f, 1.998f))));
    CHECK((!touch || boxes_touch(segment, box(0, 0, 0, 4.002f, 2.002f))));
  }
  CHECK(touching > 500);
}

TEST_CASE("segments and boxes over lanes") {
  KeyedRandom random(3, 0, 0, 0, 0);
  alignas(64) float in[4][32];
  for (auto& row : in)
    for (float& value : row) value = random.uniform(-3, 3);
  alignas(64) float out[32];
  for (int k = 0; k < 32; k += CpuLanes::width) {
    using Float = CpuLanes::Float;
    const auto touches =
        segment_touches_box<CpuLanes>(CpuLanes::load(in[0] + k), CpuLanes::load(in[1] + k),
                                      CpuLanes::load(in[2] + k), CpuLanes::load(in[3] + k), 2.0f, 1.0f);
    CpuLanes::store(out + k, CpuLanes::select(touches, Float(1.0f), Float(0.0f)));
  }
  int touching = 0;
  for (int k = 0; k < 32; ++k) {
    const bool one = segment_touches_box(in[0][k], in[1][k], in[2][k], in[3][k], 2, 1);
    touching += one;
    CHECK(out[k] == float(one));
  }
  CHECK(touching > 0);
  CHECK(touching < 32);
}

TEST_CASE("distance to a segment: beside it, beyond its ends, and a segment that is a point") {
  CHECK(squared_distance_to_segment(1, 2, 0, 0, 3, 0) == 4.0f);
  CHECK(squared_distance_to_segment(-3, 4, 0, 0, 3, 0) == 25.0f);
  CHECK(squared_distance_to_segment(6, 4, 0, 0, 3, 0) == 25.0f);
  CHECK(squared_distance_to_segment(1, 1, 0, 1, 2, 1) == 0.0f);
  CHECK(squared_distance_to_segment(3, 4, 0, 0, 0, 0) == 25.0f);
}

}  // namespace gigalane
