/// A point against the four edges of a quad at once.
#pragma once
#include "base/host_device.h"

#if !defined(__CUDACC__)
#include <immintrin.h>
#endif

namespace gigalane {

/// Bit k: the point lies further than `tolerance` to the right of the edge from corner k to the next. Edges
/// without a length set no bit. The corners lie in `corner_x[4]`, `corner_y[4]`. Without a branch an edge:
/// which one excludes a point is hard to foresee. Same bits on every back end.
HOST_DEVICE int edges_excluding(const float* corner_x, const float* corner_y, float x, float y,
                                float tolerance) {
  // left = edge length * distance, compared as squares
#if defined(__CUDACC__)
  int excluding = 0;
  for (int k = 0; k < 4; ++k) {
    const int next = (k + 1) & 3;
    const float ux = corner_x[next] - corner_x[k], uy = corner_y[next] - corner_y[k];
    const float left = ux * (y - corner_y[k]) - uy * (x - corner_x[k]);
    excluding |= int(left < 0 && left * left > tolerance * tolerance * (ux * ux + uy * uy)) << k;
  }
  return excluding;
#else
  constexpr int kNext = 0x39;  // 1, 2, 3, 0
  const __m128 ax = _mm_loadu_ps(corner_x), ay = _mm_loadu_ps(corner_y);
  const __m128 ux = _mm_sub_ps(_mm_shuffle_ps(ax, ax, kNext), ax),
               uy = _mm_sub_ps(_mm_shuffle_ps(ay, ay, kNext), ay);
  const __m128 left = _mm_sub_ps(_mm_mul_ps(ux, _mm_sub_ps(_mm_set1_ps(y), ay)),
                                 _mm_mul_ps(uy, _mm_sub_ps(_mm_set1_ps(x), ax)));
  const __m128 most =
      _mm_mul_ps(_mm_set1_ps(tolerance * tolerance), _mm_add_ps(_mm_mul_ps(ux, ux), _mm_mul_ps(uy, uy)));
  const __m128 right = _mm_cmplt_ps(left, _mm_setzero_ps()), far = _mm_cmpgt_ps(_mm_mul_ps(left, left), most);
  return _mm_movemask_ps(_mm_and_ps(right, far));
#endif
}

}  // namespace gigalane
