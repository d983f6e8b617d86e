/// One-number helpers with the same bits on every back end: only exact or correctly rounded operations.
#pragma once
#include <cstdint>
#include <cstring>

#include "base/host_device.h"

namespace gigalane {

/// a < b ? a : b: the second where they are equal, so the sign of a zero is defined.
HOST_DEVICE float minimum(float a, float b) { return a < b ? a : b; }
HOST_DEVICE float maximum(float a, float b) { return a > b ? a : b; }
HOST_DEVICE int minimum(int a, int b) { return a < b ? a : b; }
HOST_DEVICE int maximum(int a, int b) { return a > b ? a : b; }
/// `value` brought into [low, high].
HOST_DEVICE float clamp(float value, float low, float high) { return minimum(maximum(value, low), high); }
HOST_DEVICE int clamp(int value, int low, int high) { return minimum(maximum(value, low), high); }

HOST_DEVICE int32_t bits_of(float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}
HOST_DEVICE float float_of(int32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
HOST_DEVICE float absolute(float value) { return float_of(bits_of(value) & 0x7fffffff); }
/// The size of one number with the sign bit of another.
HOST_DEVICE float copy_sign(float size, float sign) {
  return float_of((bits_of(size) & 0x7fffffff) | (bits_of(sign) & int32_t(0x80000000u)));
}

/// Correctly rounded; value >= 0.
HOST_DEVICE float square_root(float value) {
#if defined(__CUDA_ARCH__)
  return __fsqrt_rn(value);
#else
  return __builtin_sqrtf(value);
#endif
}
/// Asks for memory that is read soon; it need not be readable. Nothing to do on CUDA, where other warps hide
/// the wait.
HOST_DEVICE void prefetch(const void* memory) {
#if !defined(__CUDA_ARCH__)
  __builtin_prefetch(memory);
  asm volatile("");  // g++ drops calls of a function that does nothing but prefetch
#else
  (void)memory;
#endif
}

HOST_DEVICE float round_down(float value) {
#if defined(__CUDA_ARCH__)
  return floorf(value);
#else
  return __builtin_floorf(value);
#endif
}

}  // namespace gigalane
