// Off-road against the area itself: what GEOS, a library of polygons in double precision, finds left of a
// body when the road is taken away from it, on maps as they are and in variants.
#include <doctest/doctest.h>
#include <geos_c.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "base/error.h"
#include "sim/localise.h"
#include "sim/off_road.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

struct P {
  double x, y;
};
using Corners = std::vector<P>;

class Geos {
 public:
  Geos() : context_(GEOS_init_r()) {}
  ~Geos() { GEOS_finish_r(context_); }
  Geos(const Geos&) = delete;
  Geos& operator=(const Geos&) = delete;
  GEOSContextHandle_t context() const { return context_; }

 private:
  GEOSContextHandle_t context_;
};
GEOSContextHandle_t geos() {
  static const Geos library;
  return library.context();
}

struct Free {
  void operator()(GEOSGeometry* g) const { GEOSGeom_destroy_r(geos(), g); }
};
using Shape = std::unique_ptr<GEOSGeometry, Free>;

Shape made(GEOSGeometry* g) {
  if (g == nullptr) throw Error("GEOS failed");
  return Shape(g);
}
Shape polygon(const Corners& corners) {
  GEOSCoordSequence* points = GEOSCoordSeq_create_r(geos(), unsigned(corners.size()) + 1, 2);
  for (unsigned k = 0; k <= corners.size(); ++k)
    GEOSCoordSeq_setXY_r(geos(), points, k, corners[k % corners.size()].x, corners[k % corners.size()].y);
  return made(GEOSGeom_createPolygon_r(geos(), GEOSGeom_createLinearRing_r(geos(), points), nullptr, 0));
}
double area(const GEOSGeometry* g) {
  double result = NAN;
  GEOSArea_r(geos(), g, &result);
  return result;
}
P middle_of(const GEOSGeometry* g) {
  const Shape point = made(GEOSGetCentroid_r(geos(), g));
  P p{};
  GEOSGeomGetX_r(geos(), point.get(), &p.x), GEOSGeomGetY_r(geos(), point.get(), &p.y);
  return p;
}

/// The quads that may lie within 6 m of a place, as one shape. Slits narrower than `slit_m` belong to it.
Shape road_around(const MapView& map, const P& place, double slit_m) {
  std::vector<GEOSGeometry*> quads;
  for (int q = 0; q < map.quad_count; ++q) {
    const Quad& quad = map.quads[q];
    const double reach = 6 + double(quad.half_length + quad.width);
    if (std::abs(quad.x - place.x) > reach || std::abs(quad.y - place.y) > reach) continue;
    Corners corners;
    for (int k = 0; k < 4; ++k) corners.push_back({quad.corner_x[k], quad.corner_y[k]});
    const Shape shape = polygon(corners);
    quads.push_back(made(GEOSMakeValid_r(geos(), shape.get())).release());  // some have an edge of no length
  }
  const Shape all = made(
      GEOSGeom_createCollection_r(geos(), GEOS_GEOMETRYCOLLECTION, quads.data(), unsigned(quads.size())));
  Shape road = made(GEOSUnaryUnion_r(geos(), all.get()));
  for (const double by : {slit_m / 2, -slit_m / 2})
    if (by != 0) road = made(GEOSBuffer_r(geos(), road.get(), by, 8));
  return road;
}

/// What of a shape around a place, at most 12 m wide, the road does not cover.
Shape uncovered(const MapView& map, const GEOSGeometry* shape, const P& place, double slit_m) {
  return made(GEOSDifference_r(geos(), shape, road_around(map, place, slit_m).get()));
}

/// Square metres of what lies open, without road, in one piece with a part of a body that is off the road, up
/// to 3 m from it.
double open_around(const MapView& map, const GEOSGeometry* part, double slit_m) {
  const P at = middle_of(part);
  const Shape square =
      polygon({{at.x - 3, at.y - 3}, {at.x + 3, at.y - 3}, {at.x + 3, at.y + 3}, {at.x - 3, at.y + 3}});
  const Shape open = uncovered(map, square.get(), at, slit_m);
  double sum = 0;
  for (int n = 0; n < GEOSGetNumGeometries_r(geos(), open.get()); ++n) {
    const GEOSGeometry* piece = GEOSGetGeometryN_r(geos(), open.get(), n);
    if (GEOSIntersects_r(geos(), piece, part)) sum += area(piece);
  }
  return sum;
}

/// Square metres of a body off the road that lie open in one piece with more than so many around them.
double off_road(const MapView& map, const Corners& body, double slit_m, double least_open_m2) {
  const Shape shape = polygon(body);
  const Shape rest = uncovered(map, shape.get(), middle_of(shape.get()), slit_m);
  double sum = 0;
  for (int n = 0; n < GEOSGetNumGeometries_r(geos(), rest.get()); ++n) {
    const GEOSGeometry* part = GEOSGetGeometryN_r(geos(), rest.get(), n);
    if (area(part) > 1e-9 && open_around(map, part, slit_m) > least_open_m2) sum += area(part);
  }
  return sum;
}
/// By the map's own rule slits narrower than 0.2 m, and holes of less than a square metre or narrower than
/// 0.3 m, are no boundary (docs/maps.md). Certainly off the road is what is so with more than these as road,
/// perhaps what is with less.
double certainly_off(const MapView& map, const Corners& body) { return off_road(map, body, 0.32, 1.1); }
double perhaps_off(const MapView& map, const Corners& body) { return off_road(map, body, 0, 0.9); }

/// Where the corners of a body of the world, `grown` on each side, lie on the base map.
Corners on_base_map(const Box& box, const Affine& m, double grown) {
  const double det = double(m.xx) * double(m.yy) - double(m.xy) * double(m.yx);
  Corners p;
  for (int k = 0; k < 4; ++k) {
    const double u = (k == 0 || k == 3 ? -1 : 1) * (double(box.half_length) + grown),
                 v = (k < 2 ? -1 : 1) * (double(box.half_width) + grown);
    const double x = double(box.x) + double(box.cos_heading) * u - double(box.sin_heading) * v - double(m.x0),
                 y = double(box.y) + double(box.sin_heading) * u + double(box.cos_heading) * v - double(m.y0);
    p.push_back({(double(m.yy) * x - double(m.xy) * y) / det, (double(m.xx) * y - double(m.yx) * x) / det});
  }
  return p;
}

void compare(const MapView& map, const Affine& variant, int boxes, int least_on, int least_off) {
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
    const float x = q.x - q.tangent_y * aside, y = q.y + q.tangent_x * aside;
    const Point at = apply(variant, x, y), along = apply_direction(variant, c, s);
    const float scale = std::hypot(along.x, along.y);
    const Box box{at.x,
                  at.y,
                  along.x / scale,
                  along.y / scale,
                  0.5f * length,
                  0.5f * std::min(length, 1.9f + 1.1f * unit(random))};
    if (!contains(q, x, y, 0)) continue;
    const float reach =
        half_diagonal(length, 2 * box.half_width) / smallest_scale(variant) + std::abs(aside) + 0.1f;
    const bool touches = touches_boundary<CpuLanes>(edges_within(map, quad, reach), variant, box);
    INFO("box at " << box.x << ", " << box.y << " heading " << c << ", " << s << " size " << length << " x "
                   << 2 * box.half_width);
    if (certainly_off(map, on_base_map(box, variant, -0.002)) >
        1e-4) {  // over the edge, by more than two millimetres
      CHECK(touches);
      ++off;
    } else if (perhaps_off(map, on_base_map(box, variant, 0.002)) < 1e-9) {  // clear of it, by as much
      CHECK_FALSE(touches);
      ++on;
    }
  }
  CHECK(on > least_on);
  CHECK(off > least_off);
}

/// As it is; turned, stretched and sheared; mirrored and narrower.
const Affine kVariants[] = {
    {}, {0.8f, -0.75f, 0.62f, 0.95f, 310, -140}, {-0.93f, 0.1f, 0.05f, 0.9f, -20, 75}};

}  // namespace

TEST_CASE("off the road is what the union of quads leaves uncovered: a crossing and a ring, in variants") {
  for (const Affine& variant : kVariants) {
    CAPTURE(variant.xx);
    compare(testing::crossing()[0]->view(), variant, 1200, 150, 150);
    compare(testing::ring()[0]->view(), variant, 800, 100, 100);
  }
}

TEST_CASE("off the road is what the union of quads leaves uncovered: a town without bridges, in variants") {
  const testing::Maps maps = testing::town("Town02");
  if (maps.empty()) {
    MESSAGE("Town02 was not fetched: skipped");
    return;
  }
  for (const Affine& variant : kVariants) {
    CAPTURE(variant.xx);
    compare(maps[0]->view(), variant, 800, 100, 100);
  }
}
