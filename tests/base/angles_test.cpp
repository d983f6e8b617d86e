#include "base/angles.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/philox.h"

namespace gigalane {

namespace {

constexpr double kExactPi = 3.14159265358979323846;

/// Evenly spaced numbers, ends included; a whole number of widest blocks.
std::vector<float> spaced(float low, float high, int count = 20000) {
  count = (count + kWidestLanes - 1) / kWidestLanes * kWidestLanes;
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(float(low + (double(high) - low) * i / (count - 1)));
  return values;
}

template <class Function, class Exact>
double worst_error(const std::vector<float>& values, const Function& function, const Exact& exact) {
  double worst = 0;
  for (const float x : values) {
    const double error = std::abs(double(function(x)) - exact(double(x)));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/// Applies `function` by blocks of L.
template <class L, class Function>
std::vector<float> by_lanes(const std::vector<float>& x, const std::vector<float>& y,
                            const Function& function) {
  std::vector<float> out(x.size());
  in_lanes<L>([&] {
    for (size_t k = 0; k < x.size(); k += size_t(L::width))
      L::store(out.data() + k, function(L(), L::load(x.data() + k), L::load(y.data() + k)));
  });
  return out;
}

template <class Function, class One>
void check_same_bits(const std::vector<float>& x, const std::vector<float>& y, const Function& function,
                     const One& one) {
  std::vector<float> expected;
  for (size_t i = 0; i < x.size(); ++i) expected.push_back(one(x[i], y[i]));
  const auto check = [&](const std::vector<float>& got) {
    CHECK(std::memcmp(expected.data(), got.data(), got.size() * sizeof(float)) == 0);
  };
  check(by_lanes<ScalarLanes>(x, y, function));
  check(by_lanes<VectorLanes<8>>(x, y, function));
  check(by_lanes<VectorLanes<16>>(x, y, function));
  check(by_lanes<VectorLanes<32>>(x, y, function));
  check(by_lanes<WarpLanes>(x, y, function));
}

}  // namespace

TEST_CASE("sine and cosine keep to what they promise") {
  const auto near = spaced(-20, 20), far = spaced(-1000, 1000), very_far = spaced(-10000, 10000);
  const auto sin_of = [](float x) { return sine(x); };
  const auto cos_of = [](float x) { return cosine(x); };
  CHECK(worst_error(near, sin_of, [](double x) { return std::sin(x); }) < 2e-7);
  CHECK(worst_error(near, cos_of, [](double x) { return std::cos(x); }) < 2e-7);
  CHECK(worst_error(far, sin_of, [](double x) { return std::sin(x); }) < 1e-6);
  CHECK(worst_error(far, cos_of, [](double x) { return std::cos(x); }) < 1e-6);
  CHECK(worst_error(very_far, sin_of, [](double x) { return std::sin(x); }) < 1e-4);
}

TEST_CASE("sine is odd, cosine even, and their squares make one") {
  for (const float x : spaced(0, 50)) {
    CHECK(sine(-x) == -sine(x));
    CHECK(bits_of(cosine(-x)) == bits_of(cosine(x)));
    CHECK(std::abs(sine(x) * sine(x) + cosine(x) * cosine(x) - 1) < 4e-7f);
  }
  CHECK(sine(0.0f) == 0.0f);
  CHECK(cosine(0.0f) == 1.0f);
}

TEST_CASE("tangent") {
  CHECK(worst_error(
            spaced(-1.2f, 1.2f), [](float x) { return tangent(x); }, [](double x) { return std::tan(x); }) <
        1e-6);
}

TEST_CASE("arctangent") {
  const auto function = [](float x) { return arctangent(x); };
  const auto exact = [](double x) { return std::atan(x); };
  CHECK(worst_error(spaced(-3, 3), function, exact) < 1e-6);
  CHECK(worst_error(spaced(-1e6f, 1e6f), function, exact) < 1e-6);
}

TEST_CASE("the angle of a direction, all around") {
  double worst = 0;
  for (const float turn : spaced(-3.1415f, 3.1415f))
    for (const float length : {1e-6f, 1.0f, 3e4f}) {
      const float x = length * std::cos(turn), y = length * std::sin(turn);
      worst = std::max(worst, std::abs(double(angle_of(x, y)) - std::atan2(double(y), double(x))));
    }
  CHECK(worst < 1e-6);
}

TEST_CASE("the angle of directions along the axes and of none") {
  CHECK(angle_of(1, 0) == 0.0f);
  CHECK(angle_of(0, 1) == kHalfPi);
  CHECK(angle_of(0, -1) == -kHalfPi);
  CHECK(angle_of(-1, 0) == kPi);
  CHECK(angle_of(0, 0) == 0.0f);
  CHECK(angle_of(-0.0f, -0.0f) == 0.0f);
  CHECK(angle_of(0, 1e-45f) <= kHalfPi);  // not a NaN
  CHECK(angle_of(3e38f, 3e38f) == doctest::Approx(kExactPi / 4));
}

TEST_CASE("wrapped angles lie in [-pi, pi) and keep their direction") {
  for (const float x : spaced(-100, 100)) {
    const float wrapped = wrap_angle(x);
    CHECK(wrapped >= -kPi);
    CHECK(wrapped < kPi);
    CHECK(std::abs(std::remainder(double(wrapped) - double(x), 2 * kExactPi)) < 1e-6);
    CHECK(wrap_angle(wrapped) == wrapped);
  }
  CHECK(wrap_angle(kPi) == float(double(kPi) - 2 * kExactPi));  // kPi is a little more than pi
  CHECK(wrap_angle(-kPi) == -kPi);
  CHECK(wrap_angle(std::nextafter(kPi, 0.0f)) == std::nextafter(kPi, 0.0f));
  // around the borders every float, where rounding could leave the interval
  for (const float border : {kPi, -kPi, 3 * kPi, -3 * kPi, 5 * kPi, 31 * kPi}) {
    float x = border;
    for (int i = 0; i < 50; ++i) x = std::nextafter(x, -1e9f);
    for (int i = 0; i < 100; ++i, x = std::nextafter(x, 1e9f)) {
      CHECK(wrap_angle(x) >= -kPi);
      CHECK(wrap_angle(x) < kPi);
    }
  }
}

TEST_CASE("the exponential") {
  double worst = 0;
  for (const float x : spaced(-87, 88))
    worst = std::max(worst, std::abs(exponential(x) / std::exp(double(x)) - 1));
  CHECK(worst < 3e-7);
  CHECK(exponential(0) == 1.0f);
  CHECK(exponential(-88) == 0.0f);
  CHECK(exponential(-1e30f) == 0.0f);
}

TEST_CASE("the logarithm") {
  double worst = 0;
  for (const float x : spaced(-86, 88)) {
    const float value = float(std::exp(double(x)));
    const double exact = std::log(double(value));
    worst = std::max(worst, std::abs(logarithm(value) - exact) / std::max(1.0, std::abs(exact)));
  }
  CHECK(worst < 3e-7);
  CHECK(worst_error(
            spaced(0.5f, 2.0f), [](float x) { return logarithm(x); }, [](double x) { return std::log(x); }) <
        3e-7);
  CHECK(logarithm(1) == 0.0f);
}

TEST_CASE("all back ends give the same bits as the function of one number") {
  const auto x = spaced(-20, 20, 2000);
  std::vector<float> y = spaced(-7, 7, 2000);
  std::vector<float> zero_x = x, positive = spaced(1e-3f, 50, 2000);
  zero_x[0] = zero_x[1] = 0, y[0] = 0, y[1] = -0.0f;
  check_same_bits(
      x, y, [](auto l, auto a, auto) { return sine<decltype(l)>(a); },
      [](float a, float) { return sine(a); });
  check_same_bits(
      x, y, [](auto l, auto a, auto) { return cosine<decltype(l)>(a); },
      [](float a, float) { return cosine(a); });
  check_same_bits(
      x, y, [](auto l, auto a, auto) { return tangent<decltype(l)>(a); },
      [](float a, float) { return tangent(a); });
  check_same_bits(
      zero_x, y, [](auto l, auto a, auto b) { return angle_of<decltype(l)>(a, b); },
      [](float a, float b) { return angle_of(a, b); });
  check_same_bits(
      x, y, [](auto l, auto a, auto) { return arctangent<decltype(l)>(a); },
      [](float a, float) { return arctangent(a); });
  check_same_bits(
      x, y, [](auto l, auto a, auto) { return wrap_angle<decltype(l)>(a); },
      [](float a, float) { return wrap_angle(a); });
  check_same_bits(
      x, y, [](auto l, auto a, auto) { return exponential<decltype(l)>(a); },
      [](float a, float) { return exponential(a); });
  check_same_bits(
      positive, y, [](auto l, auto a, auto) { return logarithm<decltype(l)>(a); },
      [](float a, float) { return logarithm(a); });
}

TEST_CASE("golden bits: the same on every machine and compiler") {
  CHECK(bits_of(sine(1.0f)) == 0x3f576aa4);
  CHECK(bits_of(cosine(1.0f)) == 0x3f0a5140);
  CHECK(bits_of(angle_of(1.0f, 2.0f)) == 0x3f8db70d);
  CHECK(bits_of(exponential(-1.0f)) == 0x3ebc5ab2);
  CHECK(bits_of(logarithm(10.0f)) == 0x40135d8e);
}

}  // namespace gigalane
