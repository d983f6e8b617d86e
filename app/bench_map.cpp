#include "app/bench_map.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/philox.h"
#include "maps/localise.h"

namespace gigalane {
namespace {

constexpr int kPlaces = 1 << 16;

struct Place {
  float x, y, z;
};

/// Places on quads drawn at random, up to 0.4 widths beside the lane's centre, half a metre above the road.
std::vector<Place> draw_places(const MapView& map, uint64_t seed) {
  std::vector<Place> places;
  KeyedRandom random(seed, 0, 0, 0, 0);
  for (int k = 0; k < kPlaces; ++k) {
    const Quad& q = map.quads[random.below(uint32_t(map.quad_count))];
    const float along = random.uniform(-0.9f, 0.9f) * q.half_length,
                aside = random.uniform(-0.4f, 0.4f) * q.width;
    places.push_back({q.x + along * q.tangent_x - aside * q.tangent_y,
                      q.y + along * q.tangent_y + aside * q.tangent_x, q.z + q.slope * along + 0.5f});
  }
  return places;
}

/// Whether the place found is on the surface meant, and whether there is another.
void check_levels(const MapView& map, const std::vector<Place>& places, MapBench& bench) {
  constexpr float kOtherSurfaceM = 2.5f;
  int right = 0, known = 0;
  for (const Place& p : places) {
    const MapPlace found = locate(map, p.x, p.y, p.z);
    if (found.quad < 0) continue;  // beside a bend
    bool other = false;
    for_each_quad_at(map, p.x, p.y,
                     [&](int q) { other = other || std::abs(map.quads[q].z - p.z) > kOtherSurfaceM; });
    ++known;
    bench.stacked_places += other;
    right += std::abs(map.quads[found.quad].z - p.z) < kOtherSurfaceM;
  }
  bench.right_level_share = known > 0 ? double(right) / known : 0;
}

}  // namespace

MapBench bench_map(const CompiledMap& map, double seconds, uint64_t seed) {
  const MapView view = map.view();
  const std::vector<Place> places = draw_places(view, seed);
  MapBench bench;
  bench.map = map.name;
  check_levels(view, places, bench);
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  double spent = 0, sum = 0;
  int64_t looked_up = 0;
  while (spent < seconds) {
    for (const Place& p : places) {
      const MapPlace found = locate(view, p.x, p.y, p.z);
      sum += double(found.quad) + double(found.place.along_m);
    }
    looked_up += kPlaces;
    spent = std::chrono::duration<double>(Clock::now() - start).count();
  }
  bench.nanoseconds = std::isfinite(sum) ? 1e9 * spent / double(looked_up) : 0;  // the sum keeps the loop
  return bench;
}

std::string describe(const MapBench& bench) {
  char text[200];
  std::snprintf(
      text, sizeof text,
      "%s: %.1f ns a look-up of quad and place in it; %.4f on the right level, %d places over or under "
      "another road\n",
      bench.map.c_str(), bench.nanoseconds, bench.right_level_share, bench.stacked_places);
  return text;
}

std::string to_json(const MapBench& bench) {
  return nlohmann::ordered_json{{"map", bench.map},
                                {"nanoseconds", bench.nanoseconds},
                                {"right_level_share", bench.right_level_share},
                                {"stacked_places", bench.stacked_places}}
      .dump(2);
}

}  // namespace gigalane
