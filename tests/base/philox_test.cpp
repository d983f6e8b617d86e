#include "base/philox.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

namespace gigalane {

static void check_block(Random4 counter, uint32_t key0, uint32_t key1, Random4 expected) {
  const Random4 got = philox4x32(counter, key0, key1);
  for (int i = 0; i < 4; ++i) CHECK(got.v[i] == expected.v[i]);
}

TEST_CASE("Philox4x32-10 gives the known answers of Random123") {
  check_block({{0, 0, 0, 0}}, 0, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
  check_block({{~0u, ~0u, ~0u, ~0u}}, ~0u, ~0u, {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
  check_block({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0,
              {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

TEST_CASE("a stream is a function of its key, and every part of the key changes it") {
  const auto first = [](uint64_t seed, uint32_t world, uint32_t agent, uint32_t when, uint32_t purpose) {
    return KeyedRandom(seed, world, agent, when, purpose).bits();
  };
  CHECK(first(1, 2, 3, 4, 5) == first(1, 2, 3, 4, 5));
  const std::set<uint32_t> firsts = {
      first(1, 2, 3, 4, 5), first(2, 2, 3, 4, 5), first(1 + (1ull << 32), 2, 3, 4, 5),
      first(1, 3, 3, 4, 5), first(1, 2, 4, 4, 5), first(1, 2, 3, 5, 5),
      first(1, 2, 3, 4, 6)};
  CHECK(firsts.size() == 7);
}

TEST_CASE("a stream hands out its blocks word by word") {
  KeyedRandom random(0x0123456789abcdef, 1, 2, 3, 4);
  for (uint32_t block = 0; block < 3; ++block) {
    const Random4 expected = philox4x32({{1, 2, 3, 4u << 20 | block}}, 0x89abcdef, 0x01234567);
    for (int i = 0; i < 4; ++i) CHECK(random.bits() == expected.v[i]);
  }
}

TEST_CASE("units lie in [0, 1) and reach its ends") {
  CHECK(to_unit(0) == 0.0f);
  CHECK(to_unit(~0u) == 1.0f - std::ldexp(1.0f, -24));
}

TEST_CASE("draws are uniform: mean and spread, and a chi-square over ten bins") {
  KeyedRandom random(7, 0, 0, 0, 0);
  const int draws = 100000;
  double sum = 0, squares = 0;
  int bins[10] = {};
  for (int i = 0; i < draws; ++i) {
    const double u = random.unit();
    sum += u, squares += u * u;
    ++bins[random.below(10)];
  }
  CHECK(sum / draws == doctest::Approx(0.5).epsilon(0.005));
  CHECK(squares / draws == doctest::Approx(1.0 / 3).epsilon(0.01));
  double chi2 = 0;
  for (const int n : bins) chi2 += (n - draws / 10.0) * (n - draws / 10.0) / (draws / 10.0);
  CHECK(chi2 < 27.9);  // 9 degrees of freedom, p = 0.001
}

TEST_CASE("uniform covers its interval and chance keeps its probability") {
  KeyedRandom random(8, 0, 0, 0, 0);
  float least = 1e9f, most = -1e9f;
  int hits = 0;
  for (int i = 0; i < 10000; ++i) {
    const float u = random.uniform(-2.0f, 3.0f);
    least = u < least ? u : least, most = u > most ? u : most;
    hits += random.chance(0.3f);
  }
  CHECK(least >= -2.0f);
  CHECK(least < -1.99f);
  CHECK(most <= 3.0f);
  CHECK(most > 2.99f);
  CHECK(std::abs(hits - 3000) < 200);
}

}  // namespace gigalane
