// Off-road against the area itself: what is left of a body when all quads of the road are cut away from it,
// in double precision.
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "sim/localise.h"
#include "sim/off_road.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

struct P {
  double x, y;
};
using Polygon = std::vector<P>;  // convex, counter-clockwise

double side(const P& a, const P& b, const P& p) {
  return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
}
double area(const Polygon& p) {
  double twice = 0;
  for (size_t k = 0; k < p.size(); ++k) {
    const P &a = p[k], &b = p[(k + 1) % p.size()];
    twice += a.x * b.y - a.y * b.x;
  }
  return twice / 2;
}
/// What of a convex polygon lies to the left of a line (sign +1), or to its right (-1).
Polygon cut(const Polygon& p, const P& a, const P& b, double sign) {
  Polygon kept;
  for (size_t k = 0; k < p.size(); ++k) {
    const P &from = p[k], &to = p[(k + 1) % p.size()];
    const double s0 = sign * side(a, b, from), s1 = sign * side(a, b, to);
    if (s0 >= 0) kept.push_back(from);
    if ((s0 > 0 && s1 < 0) || (s0 < 0 && s1 > 0)) {
      const double t = s0 / (s0 - s1);
      kept.push_back({from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)});
    }
  }
  return kept;
}
/// Cuts a quad away from a set of convex polygons: each leaves at most one piece outside each of its edges.
void subtract(std::vector<Polygon>& left, const Quad& q) {
  std::vector<Polygon> result;
  for (Polygon rest : left) {
    for (int k = 0; k < 4 && rest.size() > 2; ++k) {
      const P a{q.corner_x[k], q.corner_y[k]}, b{q.corner_x[(k + 1) & 3], q.corner_y[(k + 1) & 3]};
      if (a.x == b.x && a.y == b.y) continue;
      Polygon outside = cut(rest, a, b, -1);
      if (outside.size() > 2 && area(outside) > 1e-9) result.push_back(outside);
      rest = cut(rest, a, b, 1);
    }
  }
  left.swap(result);
}
Polygon corners(const Box& box, double grown) {
  Polygon p;
  for (int k = 0; k < 4; ++k) {
    const double u = (k == 0 || k == 3 ? -1 : 1) * (box.half_length + grown),
                 v = (k < 2 ? -1 : 1) * (box.half_width + grown);
    p.push_back({box.x + box.cos_heading * u - box.sin_heading * v,
                 box.y + box.sin_heading * u + box.cos_heading * v});
  }
  return p;
}

/// What of a convex polygon around (x, y), at most 12 m wide, no quad covers.
std::vector<Polygon> uncovered(const MapView& map, const Polygon& polygon, double x, double y) {
  std::vector<Polygon> left{polygon};
  for (int q = 0; q < map.quad_count && !left.empty(); ++q) {
    const Quad& quad = map.quads[q];
    const double reach = 6 + quad.half_length + quad.width;
    if (std::abs(quad.x - x) < reach && std::abs(quad.y - y) < reach) subtract(left, quad);
  }
  return left;
}
double area(const std::vector<Polygon>& pieces) {
  double sum = 0;
  for (const Polygon& p : pieces) sum += area(p);
  return sum;
}

/// Square metres of a body off the road: certainly, and perhaps. Holes between lanes of less than a square
/// metre are no boundary by the map's own rule; what lies in one has less than that uncovered around it.
struct OffRoad {
  double certain = 0, perhaps = 0;
};
OffRoad off_road(const MapView& map, const Box& box, double grown) {
  OffRoad result;
  for (const Polygon& piece : uncovered(map, corners(box, grown), box.x, box.y)) {
    P middle{0, 0};
    for (const P& p : piece) middle.x += p.x / double(piece.size()), middle.y += p.y / double(piece.size());
    const Box around{float(middle.x), float(middle.y), 1, 0, 2, 2};
    const double open = area(uncovered(map, corners(around, 0), middle.x, middle.y));
    if (open > 3) result.certain += area(piece);
    if (open > 0.9) result.perhaps += area(piece);
    if (result.certain > 1e-4) break;  // enough to know
  }
  return result;
}

void compare(const MapView& map, int boxes, int least_on, int least_off) {
  std::mt19937 random(9);
  std::uniform_real_distribution<float> unit(-1, 1);
  int on = 0, off = 0;
  for (int n = 0; n < boxes; ++n) {
    const int quad = int(random() % unsigned(map.quad_count));
    const Quad& q = map.quads[quad];
    const float turn = n % 3 == 0 ? 3.14f * unit(random) : 0.2f * unit(random);
    const float c = q.tangent_x * std::cos(turn) - q.tangent_y * std::sin(turn),
                s = q.tangent_y * std::cos(turn) + q.tangent_x * std::sin(turn);
    const float length = 3.9f + 3.1f * unit(random), aside = 0.45f * q.width * unit(random);
    // the middle lies on the quad, so that the box is on the road or over its edge
    const Box box{q.x - q.tangent_y * aside,
                  q.y + q.tangent_x * aside,
                  c,
                  s,
                  0.5f * length,
                  0.5f * std::min(length, 1.9f + 1.1f * unit(random))};
    if (!contains(q, box.x, box.y, 0)) continue;
    const float reach = half_diagonal(length, 2 * box.half_width) + std::abs(aside) + 0.1f;
    const bool touches = touches_boundary<CpuLanes>(edges_within(map, quad, reach), Affine{}, box);
    INFO("box at " << box.x << ", " << box.y << " heading " << c << ", " << s << " size " << length << " x "
                   << 2 * box.half_width);
    if (off_road(map, box, -0.002).certain > 1e-4) {  // over the edge, by more than two millimetres
      CHECK(touches);
      ++off;
    } else if (off_road(map, box, 0.002).perhaps < 1e-9) {  // clear of it, by as much
      CHECK_FALSE(touches);
      ++on;
    }
  }
  CHECK(on > least_on);
  CHECK(off > least_off);
}

}  // namespace

TEST_CASE("off the road is what the union of quads leaves uncovered: a crossing and a ring") {
  compare(testing::crossing()[0]->view(), 1200, 150, 150);
  compare(testing::ring()[0]->view(), 800, 100, 100);
}

TEST_CASE("off the road is what the union of quads leaves uncovered: a town without bridges") {
  const testing::Maps maps = testing::town("Town02");
  if (maps.empty()) {
    MESSAGE("Town02 was not fetched: skipped");
    return;
  }
  compare(maps[0]->view(), 800, 100, 100);
}
