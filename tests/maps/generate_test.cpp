// Generated maps are what their options say.
#include "maps/generate.h"

#include <doctest/doctest.h>

#include <cmath>

#include "maps/map_view.h"

using namespace gigalane;

TEST_CASE("a straight road with loops is one part, without them two") {
  StraightRoad options;
  options.length_m = 120;
  const CompiledMap closed = generate_straight_road(options);
  CHECK(closed.statistics.components == 1);
  CHECK(closed.statistics.dead_end_lanes == 0);
  CHECK(closed.lanes.size() == 4);
  for (const Lane& lane : closed.lanes) CHECK(lane.routable == 1);
  options.loops = false;
  const CompiledMap open = generate_straight_road(options);
  CHECK(open.statistics.components == 2);
  CHECK(open.statistics.dead_end_lanes == 2);
  CHECK(open.statistics.lane_km == doctest::Approx(0.24));
}

TEST_CASE("a ring has its radius, curvature and length") {
  RingRoad options;
  options.radius_m = 30;
  const CompiledMap map = generate_ring_road(options);
  CHECK(map.statistics.lane_km == doctest::Approx(2 * M_PI * 0.030).epsilon(1e-3));
  for (const Quad& quad : map.quads) {
    CHECK(quad.curvature == doctest::Approx(1.0 / 30).epsilon(0.01));
    CHECK(std::hypot(quad.x + map.origin_x, quad.y + map.origin_y) == doctest::Approx(30).epsilon(1e-3));
    CHECK(quad.width == doctest::Approx(3.5).epsilon(1e-3));
  }
  CHECK(map.half_width_m == doctest::Approx(31.75).epsilon(1e-3));
}

TEST_CASE("every approach of a crossing leads on in three directions") {
  const CompiledMap map = generate_crossing();
  CHECK(map.statistics.components == 1);
  int approaches = 0;
  for (const Lane& lane : map.lanes) {
    if (lane.successor_count != 3) continue;
    ++approaches;
    for (int k = 0; k < 3; ++k)
      CHECK(map.lanes[size_t(map.successors[size_t(lane.first_successor + k)])].junction == 0);
  }
  CHECK(approaches == 4);
  for (const Lane& lane : map.lanes) {
    const Quad& end = map.quads[size_t(lane.first_quad + lane.quad_count - 1)];
    for (int k = 0; k < lane.successor_count; ++k) {
      const Quad& start =
          map.quads[size_t(map.lanes[size_t(map.successors[size_t(lane.first_successor + k)])].first_quad)];
      CHECK(end.corner_x[1] == start.corner_x[0]);
      CHECK(end.corner_y[2] == start.corner_y[3]);
    }
  }
}
