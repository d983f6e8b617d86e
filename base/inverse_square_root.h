/// 1 / sqrt(x) without square root or division, which take longer than all the rest of a transform; only + -
/// * and bit operations, so that every back end gives the same bits.
#pragma once
#include "base/lanes.h"

namespace gigalane {

/// To 5e-6 of its value, for normal x > 0; something large and finite for 0. A guess by halving the exponent,
/// then two steps of Newton's method (C. Lomont, "Fast Inverse Square Root", 2003).
template <class L>
LANES_FUNCTION typename L::Float inverse_square_root(typename L::Float x) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  const Float half = x * 0.5f;
  Float y = L::as_float(Int(0x5f375a86) - (L::as_int(x) >> 1));
  y = y * (Float(1.5f) - half * y * y);
  return y * (Float(1.5f) - half * y * y);
}
HOST_DEVICE float inverse_square_root(float x) { return inverse_square_root<OneLane>(x); }

}  // namespace gigalane
