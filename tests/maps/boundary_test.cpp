// The boundary: nothing drivable just outside of it, no gap in it, and no car on a lane's middle that touches
// it.
#include <doctest/doctest.h>

#include <cmath>

#include "maps/generate.h"
#include "maps/localise.h"
#include "maps/region.h"
#include "tests/maps/towns.h"

using namespace gigalane;

namespace {

/// Whether a box touches a segment, by separating axes.
bool touches(const Record& edge, double x, double y, double tx, double ty, double half_length,
             double half_width) {
  const double dx = edge.a - x, dy = edge.b - y;
  const double along = dx * tx + dy * ty, across = dy * tx - dx * ty;
  const double u = edge.c * tx + edge.d * ty, v = edge.d * tx - edge.c * ty;
  return std::abs(along) <= half_length + std::abs(u) && std::abs(across) <= half_width + std::abs(v) &&
         std::abs(along * v - across * u) <= half_length * std::abs(v) + half_width * std::abs(u);
}

/// Whether a car of 4.5 x 1.8 m touches an edge listed for the quad.
bool car_touches(const MapView& map, int q, double x, double y, double tx, double ty) {
  const GroupList edges = listed_edges(map, q);
  for (int k = 0; k < edges.count; ++k)
    if (touches(edges[k], x, y, tx, ty, 2.25, 0.9)) return true;
  return false;
}

bool covered(const CompiledMap& map, double x, double y, float z) {
  bool found = false;
  for_each_quad_at(map.view(), float(x), float(y),
                   [&](int q) { found |= std::abs(map.quads[size_t(q)].z - z) < 2.5f; });
  return found;
}

void check_edges(const CompiledMap& map) {
  for (int e = 0; e < map.boundary_count(); ++e) {
    const Record& edge = map.boundary[size_t(e)];
    const double size = std::hypot(edge.c, edge.d), nx = edge.d / size, ny = -edge.c / size;  // outwards
    const int q = map.boundary_quad[size_t(e)];
    const float z = map.quads[size_t(q)].z;
    CAPTURE(e);
    REQUIRE(2 * size <= 1.001);
    CHECK(covered(map, edge.a - 0.01 * nx, edge.b - 0.01 * ny, z));
    CHECK(!covered(map, edge.a + 0.01 * nx, edge.b + 0.01 * ny, z));
    CHECK(!covered(map, edge.a + 0.19 * nx, edge.b + 0.19 * ny, z));
    // a car whose middle is across the edge
    CHECK(car_touches(map.view(), q, edge.a + 0.4 * nx, edge.b + 0.4 * ny, edge.c / size, edge.d / size));
  }
}

/// Points of quad edges that are open to the outside but far from every boundary edge.
int count_gaps(const CompiledMap& map, int step) {
  int gaps = 0;
  for (int q = 0; q < int(map.quads.size()); q += step)
    for (int k = 0; k < 4; ++k) {
      const Quad& quad = map.quads[size_t(q)];
      const double ax = quad.corner_x[k], ay = quad.corner_y[k], bx = quad.corner_x[(k + 1) & 3],
                   by = quad.corner_y[(k + 1) & 3];
      const double size = std::hypot(bx - ax, by - ay);
      if (size < 0.1) continue;
      const double x = 0.5 * (ax + bx), y = 0.5 * (ay + by), nx = (by - ay) / size, ny = (ax - bx) / size;
      bool open = true;
      for (const double out : {0.004, 0.05, 0.1, 0.15, 0.2, 0.21})
        open = open && !covered(map, x + out * nx, y + out * ny, quad.z);
      if (!open) continue;
      bool found = false;
      const MapView view = map.view();
      const GroupList edges = listed_edges(view, q);
      for (int n = 0; n < edges.count && !found; ++n) found = touches(edges[n], x, y, 1, 0, 0.03, 0.03);
      gaps += !found;
    }
  return gaps;
}

}  // namespace

TEST_CASE("boundary edges have drivable ground on their left and none on their right") {
  check_edges(generate_crossing());
  check_edges(generate_ring_road());
  for (const char* name : {"Town02", "Town03", "Town04"})
    if (const auto map = testing::load_town(name)) check_edges(*map);
}

TEST_CASE("a road's boundary has no gap") {
  CHECK(count_gaps(generate_crossing(), 1) == 0);
  CHECK(count_gaps(generate_ring_road(), 1) == 0);
  CHECK(count_gaps(generate_straight_road(), 1) == 0);
  if (const auto map = testing::load_town("Town02")) CHECK(count_gaps(*map, 1) == 0);
  if (const auto map = testing::load_town("Town04")) CHECK(count_gaps(*map, 3) <= 5);  // seams between lanes
}

TEST_CASE("a ring has the boundary of two circles") {
  const CompiledMap map = generate_ring_road();
  double length = 0;
  for (int e = 0; e < map.boundary_count(); ++e)
    length += 2 * std::hypot(map.boundary[size_t(e)].c, map.boundary[size_t(e)].d);
  CHECK(length == doctest::Approx(2 * M_PI * (51.75 + 48.25)).epsilon(1e-3));
}

TEST_CASE("a car on the middle of a lane is on the road, but where lanes end or narrow to nothing") {
  for (const char* name :
       {"Town01", "Town02", "Town03", "Town04", "Town05", "Town06", "Town07", "Town10HD"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    const MapView view = map->view();
    int touching = 0;
    for (int q = 0; q < view.quad_count; ++q) {
      const Quad& quad = view.quads[q];
      if (!car_touches(view, q, quad.x, quad.y, quad.tangent_x, quad.tangent_y)) continue;
      const Lane& lane = view.lanes[quad.lane];
      const float to_end = std::min(quad.lane_offset_m, lane.length_m - quad.lane_offset_m);
      const bool lane_ends = !lane.routable && to_end < 2.5f;
      CAPTURE(name);
      CAPTURE(quad.x);
      CAPTURE(quad.y);
      CHECK((lane_ends || quad.width < 3));
      ++touching;
    }
    CHECK(touching < 60);
  }
}

TEST_CASE("no bit of an edge stands alone on the road of a junction") {
  for (const char* name : {"Town01", "Town06", "Town15"}) {  // 2, 3 and 6 bits between cracks, of up to 16 cm
    const auto map = testing::load_town(name);
    if (!map) return;
    const auto near = [](const Record& e, const Record& other) {
      for (const double from : {-1.0, 1.0})
        for (const double to : {-1.0, 1.0})
          if (std::hypot(e.a + from * e.c - other.a - to * other.c,
                         e.b + from * e.d - other.b - to * other.d) < 0.5)
            return true;
      return false;
    };
    for (int k = 0; k < map->boundary_count(); ++k) {
      const Record& e = map->boundary[size_t(k)];
      if (2 * std::hypot(e.c, e.d) > 0.2) continue;
      bool alone = true;
      for (int other = 0; alone && other < map->boundary_count(); ++other)
        alone = other == k || !near(e, map->boundary[size_t(other)]);
      CHECK_MESSAGE(!alone, name, ": ", e.a, ", ", e.b);
    }
  }
}
