/// Vectors of floats as wide as the machine this is compiled for has them: 16 lanes with AVX-512, 8 with AVX,
/// 4 without. For the units of the network that may round as they like (-ffp-contract=fast), so all is
/// inlined.
#pragma once
#include <cstdint>

namespace gigalane {

constexpr int kLanes = __BIGGEST_ALIGNMENT__ >= 64 ? 16 : __BIGGEST_ALIGNMENT__ >= 32 ? 8 : 4;
typedef float FloatVector __attribute__((vector_size(kLanes * 4), may_alias));
typedef float FloatVectorAnywhere __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

constexpr int kFlush = 512;  ///< rows summed in one go: keeps float sums accurate

inline __attribute__((always_inline)) FloatVector load(const float* p) {
  return *reinterpret_cast<const FloatVectorAnywhere*>(p);
}
inline __attribute__((always_inline)) void store(float* p, FloatVector v) {
  *reinterpret_cast<FloatVectorAnywhere*>(p) = v;
}
constexpr int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

}  // namespace gigalane
