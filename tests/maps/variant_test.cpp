// Variants of a map: in their ranges, reproducible, and really affine.
#include "maps/variant.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace gigalane;

TEST_CASE("variants keep to their ranges and fill them") {
  const PerturbationConfig config;
  float least = 9, most = 0;
  int mirrored = 0;
  for (uint32_t world = 0; world < 2000; ++world) {
    KeyedRandom random(7, world, 0, 3, 1), again(7, world, 0, 3, 1);
    const Affine a = draw_variant(config, random), b = draw_variant(config, again);
    CHECK(a.xx == b.xx);
    CHECK(a.xy == b.xy);
    const float scale = std::sqrt(std::abs(determinant(a)));
    CHECK(scale >= 0.9f - 1e-4f);
    CHECK(scale <= 1.25f + 1e-4f);
    CHECK(std::abs(a.xy / a.yy) <= 0.1001f);
    CHECK(std::abs(std::sqrt(std::abs(a.xx / a.yy)) - 1) <= 0.0501f);
    least = std::min(least, scale);
    most = std::max(most, scale);
    mirrored += determinant(a) < 0;
  }
  CHECK(least < 0.91f);
  CHECK(most > 1.24f);
  CHECK(mirrored > 900);
  CHECK(mirrored < 1100);
}

TEST_CASE("switched off, a variant is the map itself, and as many numbers are drawn") {
  KeyedRandom random(1, 2, 3, 4, 5), other(1, 2, 3, 4, 5);
  const Affine a = draw_variant(PerturbationConfig::identity(), random);
  CHECK(a.xx == 1);
  CHECK(a.xy == 0);
  CHECK(a.yx == 0);
  CHECK(a.yy == 1);
  draw_variant(PerturbationConfig{}, other);
  CHECK(random.bits() == other.bits());
}

TEST_CASE("the inverse takes back what a variant does") {
  KeyedRandom random(5, 1, 0, 0, 1);
  const Affine a = draw_variant(PerturbationConfig{}, random), back = inverse(a);
  const Point p = apply(back, apply(a, 12, -34).x, apply(a, 12, -34).y);
  CHECK(p.x == doctest::Approx(12));
  CHECK(p.y == doctest::Approx(-34));
}
