// Floats of 16 bits: every number there is, what lies between them, and the same on every width of lanes.
#include "base/half.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/lanes.h"

namespace gigalane {
namespace {

/// Rounded by arithmetic in double precision: `digits` significant bits, no exponent below `least`.
double rounded(float value, int digits, int least) {
  if (value == 0) return double(value);
  int exponent;
  std::frexp(double(value), &exponent);
  const double unit = std::ldexp(1.0, std::max(exponent, least) - digits);
  return std::nearbyint(double(value) / unit) * unit;  // to even
}
double as_float16(float value) {
  const double r = rounded(value, 11, -13);
  return std::abs(r) > 65504 ? std::copysign(INFINITY, r) : r;
}
double as_bfloat16(float value) {
  const double r = rounded(value, 8, -125);
  return std::abs(r) > 3.4e38 ? std::copysign(INFINITY, r) : r;
}

/// All signs and exponents, with mantissas where rounding is decided.
std::vector<float> interesting() {
  std::vector<float> values;
  for (int exponent = 0; exponent < 255; ++exponent)
    for (uint32_t top = 0; top < 128; top += exponent % 7 == 0 ? 1 : 9)
      for (const uint32_t rest : {0u, 1u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu, 0x0fffu, 0x1000u, 0x1001u,
                                  0x2000u, 0x3000u, 0x5000u, 0xf000u})
        for (const uint32_t sign : {0u, 0x80000000u})
          values.push_back(float_of(int(sign | uint32_t(exponent) << 23 | top << 16 | rest)));
  while (values.size() % 32) values.push_back(0);
  return values;
}

template <class Number>
Number narrowed(float value) {
  Number n;
  assign(n, value);
  return n;
}

template <class L, class Number>
int differences(const std::vector<float>& values) {
  int different = 0;
  alignas(64) Number stored[64], streamed[64];
  for (size_t k = 0; k < values.size(); k += L::width) {
    in_lanes<L>([&] {
      const auto v = L::load(values.data() + k);
      L::store(stored, v, L::width);
      L::stream(streamed, v, L::width);
      L::sync();
    });
    for (int i = 0; i < L::width; ++i) {
      const uint16_t wanted = narrowed<Number>(values[k + size_t(i)]).bits;
      different += stored[i].bits != wanted || streamed[i].bits != wanted;
    }
  }
  return different;
}

}  // namespace

TEST_CASE("every number of 16 bits comes back, and has the value of its bits") {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const Float16 half{uint16_t(bits)};
    const int exponent = int(bits >> 10 & 31), mantissa = int(bits & 1023);
    if (exponent < 31) {
      const double size =
          exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
      REQUIRE(double(to_float(half)) == (bits & 0x8000 ? -size : size));
      REQUIRE(float16_bits(to_float(half)) == bits);
    }
    const BFloat16 brain{uint16_t(bits)};
    if ((bits >> 7 & 255) < 255) REQUIRE(bfloat16_bits(to_float(brain)) == bits);
  }
  CHECK(to_float(Float16{0x7c00}) == INFINITY);
  CHECK(std::isnan(to_float(Float16{0x7e00})));
}

TEST_CASE("rounding is to the nearest, ties to even, as double precision says") {
  for (const float value : interesting()) {
    REQUIRE(double(to_float(Float16{float16_bits(value)})) == as_float16(value));
    REQUIRE(double(to_float(BFloat16{bfloat16_bits(value)})) == as_bfloat16(value));
    REQUIRE((float16_bits(value) >> 15) == int(std::signbit(value)));
  }
  CHECK(to_float(Float16{float16_bits(65519.9f)}) == 65504);
  CHECK(to_float(Float16{float16_bits(65520)}) == INFINITY);
  CHECK(to_float(Float16{float16_bits(-1e30f)}) == -INFINITY);
}

TEST_CASE("lanes of every width store the same 16 bits") {
  const std::vector<float> values = interesting();
  CHECK(differences<ScalarLanes, Float16>(values) == 0);
  CHECK(differences<VectorLanes<8>, Float16>(values) == 0);
  CHECK(differences<VectorLanes<16>, Float16>(values) == 0);
  CHECK(differences<VectorLanes<32>, Float16>(values) == 0);
  CHECK(differences<ScalarLanes, BFloat16>(values) == 0);
  CHECK(differences<VectorLanes<8>, BFloat16>(values) == 0);
  CHECK(differences<VectorLanes<16>, BFloat16>(values) == 0);
  CHECK(differences<VectorLanes<32>, BFloat16>(values) == 0);
  const std::vector<float> some(values.begin(), values.begin() + 32 * 40);
  CHECK(differences<WarpLanes, Float16>(some) == 0);
  CHECK(differences<WarpLanes, BFloat16>(some) == 0);
}

TEST_CASE("a part of a block is stored, and nothing beyond") {
  for (int count = 0; count <= CpuLanes::width; ++count) {
    alignas(64) Float16 to[32];
    std::memset(to, 0xab, sizeof to);
    CpuLanes::stream(to, CpuLanes::Float(1.5f), count);
    for (int k = 0; k < 32; ++k) CHECK(to[k].bits == (k < count ? 0x3e00 : 0xabab));
  }
}

}  // namespace gigalane
