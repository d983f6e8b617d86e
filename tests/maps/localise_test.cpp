// Looking up places against a search of all quads.
#include "maps/localise.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/philox.h"
#include "maps/compile.h"
#include "maps/generate.h"
#include "maps/open_drive.h"
#include "tests/maps/towns.h"

using namespace gigalane;

namespace {

struct Place {
  float x, y, z;
};

/// contains(), edge by edge.
bool is_inside(const Quad& quad, float x, float y) {
  for (int k = 0; k < 4; ++k) {
    const int next = (k + 1) % 4;
    const float ux = quad.corner_x[next] - quad.corner_x[k], uy = quad.corner_y[next] - quad.corner_y[k];
    const float left = ux * (y - quad.corner_y[k]) - uy * (x - quad.corner_x[k]);
    const float square = ux * ux + uy * uy;
    if (left < 0 && left * left > 1e-3f * 1e-3f * square) return false;
  }
  return true;
}

/// The quads that contain a place, and of these the nearest in height.
struct Found {
  std::vector<int> quads;
  int nearest = -1;
};
Found search_all(const MapView& map, const Place& p) {
  Found found;
  float least = 1e9f;
  for (int q = 0; q < map.quad_count; ++q) {
    const Quad& quad = map.quads[q];
    if (std::abs(quad.x - p.x) > 50 || !is_inside(quad, p.x, p.y)) continue;
    found.quads.push_back(q);
    const float along = (p.x - quad.x) * quad.tangent_x + (p.y - quad.y) * quad.tangent_y;
    const float apart = std::abs(quad.z + quad.slope * along - p.z);
    if (apart < least) least = apart, found.nearest = q;
  }
  return found;
}

/// Places anywhere on quads, on their corners and edges, on the borders of buckets' parts, and off the road.
std::vector<Place> draw_places(const MapView& map, int count) {
  std::vector<Place> places;
  KeyedRandom random(11, 0, 0, 0, 0);
  for (int k = 0; k < count; ++k) {
    const Quad& q = map.quads[random.below(uint32_t(map.quad_count))];
    const int corner = int(random.below(4)), next = (corner + 1) & 3;
    const float share = random.uniform(0, 1), z = q.z + random.uniform(-4, 4);
    const float ex = q.corner_x[corner] + share * (q.corner_x[next] - q.corner_x[corner]),
                ey = q.corner_y[corner] + share * (q.corner_y[next] - q.corner_y[corner]);
    places.push_back({q.corner_x[corner], q.corner_y[corner], z});
    places.push_back({ex, ey, z});
    places.push_back({q.x + share * (ex - q.x), q.y + share * (ey - q.y), z});
    const float part = map.bucket_size_m / 8;
    places.push_back({map.bucket_x0 + std::round((ex - map.bucket_x0) / part) * part, q.y, z});
    places.push_back({q.x, map.bucket_y0 + std::round((ey - map.bucket_y0) / part) * part, z});
    places.push_back({q.x + random.uniform(-20, 20), q.y + random.uniform(-20, 20), z});
  }
  return places;
}

void check_places(const MapView& map, const std::vector<Place>& places) {
  int on_several = 0;
  for (const Place& p : places) {
    const Found expected = search_all(map, p);
    std::vector<int> found;
    for_each_quad_at(map, p.x, p.y, [&](int q) { found.push_back(q); });
    REQUIRE(found == expected.quads);
    on_several += found.size() > 1;
    const MapPlace at = locate(map, p.x, p.y, p.z);
    REQUIRE(at.quad == expected.nearest);
    if (at.quad < 0) continue;
    const Quad& q = map.quads[at.quad];
    const float dx = p.x - q.x, dy = p.y - q.y;
    REQUIRE(at.place.along_m == dx * q.tangent_x + dy * q.tangent_y);
    REQUIRE(at.place.offset_m == dy * q.tangent_x - dx * q.tangent_y);
  }
  CHECK(on_several > int(places.size() / 10));
}

}  // namespace

TEST_CASE("a place is looked up as if all quads were asked, bridges and roads below told apart") {
  const CompiledMap crossing = generate_crossing();
  check_places(crossing.view(), draw_places(crossing.view(), 500));
  for (const char* name : {"Town02", "Town04", "Town10HD"})
    if (const auto map = testing::load_town(name)) check_places(map->view(), draw_places(map->view(), 300));
}

TEST_CASE("where buckets are wider, on a map of a city, the same") {
  if (!testing::has_town("Town11")) return;
  const CompiledMap map = compile(read_open_drive(testing::town_file("Town11").string()));  // not kept
  REQUIRE(map.bucket_size_m > 4);
  check_places(map.view(), draw_places(map.view(), 40));
}

TEST_CASE("off the map there is no quad") {
  const CompiledMap crossing = generate_crossing();
  const MapView map = crossing.view();
  for (const float far : {1e3f, 1e6f, 1e30f})
    for (const Place& p : {Place{far, 0, 0}, Place{-far, 0, 0}, Place{0, far, 0}, Place{0, -far, 0}})
      CHECK(locate(map, p.x, p.y, p.z).quad == -1);
}

TEST_CASE("an outline says what its quad says") {
  const CompiledMap map = generate_crossing();
  REQUIRE(map.quad_outlines.size() == map.quads.size());
  for (size_t k = 0; k < map.quads.size(); ++k) {
    const Quad& quad = map.quads[k];
    const QuadOutline& outline = map.quad_outlines[k];
    REQUIRE(std::memcmp(outline.corner_x, quad.corner_x, sizeof quad.corner_x) == 0);
    REQUIRE(std::memcmp(outline.corner_y, quad.corner_y, sizeof quad.corner_y) == 0);
    REQUIRE(outline.x == quad.x);
    REQUIRE(outline.y == quad.y);
    REQUIRE(outline.tangent_x == quad.tangent_x);
    REQUIRE(outline.tangent_y == quad.tangent_y);
    REQUIRE(outline.z == quad.z);
    REQUIRE(outline.slope == quad.slope);
    REQUIRE(outline.half_length == quad.half_length);
    REQUIRE(outline.width == quad.width);
  }
}
