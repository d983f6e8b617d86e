/// Sine, cosine, arctangent, exponential and logarithm of our own, so that every back end, compiler and
/// machine gives the same bits: only + - * / and bit operations, no library.
///
/// Each function comes twice: over the lanes of a back end, `sine<L>(x)`, and for one number, `sine(x)`.
/// Polynomials for sine, cosine, exponential and logarithm: Cephes (S. Moshier, single precision); for the
/// arctangent: Abramowitz and Stegun 4.4.49.
#pragma once
#include "base/lanes.h"

namespace gigalane {

constexpr float kPi = 3.14159265f, kHalfPi = 1.57079633f, kTwoPi = 6.28318531f;

/// Sine and cosine, each to 2e-7 for |angle| <= 20 and to 1e-6 for |angle| <= 1,000; |angle| <= 10,000.
template <class L>
LANES_FUNCTION void sine_cosine(typename L::Float angle, typename L::Float& sine, typename L::Float& cosine) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  // quarter turns, and what is left, in [-pi/4, pi/4]; pi/2 in three parts so that the products are exact
  const Float quarters = L::floor(angle * 0.636619772f + 0.5f);
  Float rest = angle - quarters * 1.5703125f;
  rest = rest - quarters * 4.837512969970703125e-4f;
  rest = rest - quarters * 7.54978995489188216e-8f;
  const Float square = rest * rest;
  Float s = square * -1.9515295891e-4f + 8.3321608736e-3f;
  s = s * square - 1.6666654611e-1f;
  s = s * square * rest + rest;
  Float c = square * 2.443315711809948e-5f - 1.388731625493765e-3f;
  c = c * square + 4.166664568298827e-2f;
  c = c * square * square - square * 0.5f + 1.0f;
  const Int quarter = L::to_int(quarters);
  const auto odd = (quarter & Int(1)) == Int(1);
  const Float sine_size = L::select(odd, c, s), cosine_size = L::select(odd, s, c);
  sine = L::as_float(L::as_int(sine_size) ^ ((quarter & Int(2)) << 30));
  cosine = L::as_float(L::as_int(cosine_size) ^ (((quarter + Int(1)) & Int(2)) << 30));
}
template <class L>
LANES_FUNCTION typename L::Float sine(typename L::Float angle) {
  typename L::Float s, c;
  sine_cosine<L>(angle, s, c);
  return s;
}
template <class L>
LANES_FUNCTION typename L::Float cosine(typename L::Float angle) {
  typename L::Float s, c;
  sine_cosine<L>(angle, s, c);
  return c;
}
/// To 1e-6 for |angle| <= 1.2.
template <class L>
LANES_FUNCTION typename L::Float tangent(typename L::Float angle) {
  typename L::Float s, c;
  sine_cosine<L>(angle, s, c);
  return s / c;
}

/// The angle of (x, y) in [-pi, pi] to 1e-6; 0 at (0, 0); lengths under 1e-30 count as 0.
template <class L>
LANES_FUNCTION typename L::Float angle_of(typename L::Float x, typename L::Float y) {
  using Float = typename L::Float;
  const Float size_x = L::abs(x), size_y = L::abs(y);
  const Float slope = L::min(size_x, size_y) / L::max(L::max(size_x, size_y), Float(1e-30f));
  const Float square = slope * slope;
  Float p = square * -0.0040540580f + 0.0218612288f;
  p = p * square - 0.0559098861f;
  p = p * square + 0.0964200441f;
  p = p * square - 0.1390853351f;
  p = p * square + 0.1994653599f;
  p = p * square - 0.3332985605f;
  p = p * square + 0.9999993329f;
  Float angle = p * slope;
  angle = L::select(size_y > size_x, Float(kHalfPi) - angle, angle);
  angle = L::select(x < Float(0.0f), Float(kPi) - angle, angle);
  return L::copy_sign(angle, y);
}
/// In [-pi/2, pi/2], to 1e-6.
template <class L>
LANES_FUNCTION typename L::Float arctangent(typename L::Float slope) {
  return angle_of<L>(typename L::Float(1.0f), slope);
}

/// The same direction in [-pi, pi), as floats: -kPi <= result < kPi. What lies there stays as it is.
/// |angle| <= 10,000.
template <class L>
LANES_FUNCTION typename L::Float wrap_angle(typename L::Float angle) {
  using Float = typename L::Float;
  const Float turns = L::floor(angle * 0.159154943f + 0.5f);
  Float rest = angle - turns * 6.28125f;
  rest = rest - turns * 1.93500518798828125e-3f;
  rest = rest - turns * 3.01991598195675286e-7f;
  rest = L::select(rest >= Float(kPi), rest - Float(kTwoPi), rest);
  rest = L::select(rest < Float(-kPi), rest + Float(kTwoPi), rest);
  return L::select((angle >= Float(-kPi)) & (angle < Float(kPi)), angle, rest);
}

/// e to the power x, to 3e-7 of its value, for x <= 88; 0 below -87.
template <class L>
LANES_FUNCTION typename L::Float exponential(typename L::Float x) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  const Float bounded = L::max(x, Float(-87.0f));
  const Float doublings = L::floor(bounded * 1.44269504f + 0.5f);
  Float rest = bounded - doublings * 0.693359375f;
  rest = rest - doublings * -2.12194440e-4f;
  Float p = rest * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * rest + 8.3334519073e-3f;
  p = p * rest + 4.1665795894e-2f;
  p = p * rest + 1.6666665459e-1f;
  p = p * rest + 5.0000001201e-1f;
  p = p * (rest * rest) + rest + 1.0f;
  const Float scale = L::as_float((L::to_int(doublings) + Int(127)) << 23);
  return L::select(x < Float(-87.0f), Float(0.0f), p * scale);
}

/// The natural logarithm, to 3e-7 absolute or of its value; x a normal number above 0 (>= 1.2e-38).
template <class L>
LANES_FUNCTION typename L::Float logarithm(typename L::Float x) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  // x = 2^exponent * mantissa, mantissa in [sqrt(1/2), sqrt(2))
  const Int bits = L::as_int(x) - Int(0x3f3504f3);
  const Float exponent = L::to_float(bits >> 23);
  const Float m = L::as_float((bits & Int(0x007fffff)) + Int(0x3f3504f3)) - Float(1.0f);
  const Float square = m * m;
  Float p = m * 7.0376836292e-2f - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  Float result = p * m * square + exponent * -2.12194440e-4f;
  result = result - square * 0.5f;
  return m + result + exponent * 0.693359375f;
}

// The same for one number.
HOST_DEVICE void sine_cosine(float angle, float& sine, float& cosine) {
  sine_cosine<OneLane>(angle, sine, cosine);
}
HOST_DEVICE float sine(float angle) { return sine<OneLane>(angle); }
HOST_DEVICE float cosine(float angle) { return cosine<OneLane>(angle); }
HOST_DEVICE float tangent(float angle) { return tangent<OneLane>(angle); }
HOST_DEVICE float arctangent(float slope) { return arctangent<OneLane>(slope); }
HOST_DEVICE float angle_of(float x, float y) { return angle_of<OneLane>(x, y); }
HOST_DEVICE float wrap_angle(float angle) { return wrap_angle<OneLane>(angle); }
HOST_DEVICE float exponential(float x) { return exponential<OneLane>(x); }
HOST_DEVICE float logarithm(float x) { return logarithm<OneLane>(x); }

}  // namespace gigalane
