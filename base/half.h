/// Floats of 16 bits, for storage: IEEE 754 binary16 (11 significant bits, up to 65504) and bfloat16 (8
/// significant bits, the range of float). Conversions round to the nearest, ties to even, subnormal numbers
/// included; beyond the largest number they give infinity. A NaN may not be converted.
#pragma once
#include <cstdint>

#include "base/host_device.h"
#include "base/scalar.h"

namespace gigalane {

struct Float16 {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

/// How numbers are stored.
enum class NumberFormat : uint8_t { float32, float16, bfloat16 };
HOST_DEVICE int bytes_of(NumberFormat format) { return format == NumberFormat::float32 ? 4 : 2; }

HOST_DEVICE uint16_t float16_bits(float value) {
#if defined(__CUDA_ARCH__)
  uint16_t bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
#else
  const uint32_t word = uint32_t(bits_of(value)), sign = word >> 16 & 0x8000u, size = word & 0x7fffffffu;
  if (size >= 0x477ff000u) return uint16_t(sign | 0x7c00u);  // 65520 and more
  if (size <
      0x38800000u) {  // below 2^-14: adding 0.5 leaves the multiple of 2^-24, rounded, in the last bits
    return uint16_t(sign | uint32_t(bits_of(float_of(int(size)) + 0.5f) - bits_of(0.5f)));
  }
  const uint32_t even = size >> 13 & 1u;
  return uint16_t(sign | ((size - 0x38000000u + 0xfffu + even) >> 13));
#endif
}
HOST_DEVICE uint16_t bfloat16_bits(float value) {
  const uint32_t word = uint32_t(bits_of(value));
  return uint16_t((word + 0x7fffu + (word >> 16 & 1u)) >> 16);
}

HOST_DEVICE void assign(float& to, float value) { to = value; }
HOST_DEVICE void assign(Float16& to, float value) { to.bits = float16_bits(value); }
HOST_DEVICE void assign(BFloat16& to, float value) { to.bits = bfloat16_bits(value); }

/// Exact.
HOST_DEVICE float to_float(float value) { return value; }
HOST_DEVICE float to_float(Float16 value) {
  const uint32_t sign = uint32_t(value.bits & 0x8000u) << 16, size = value.bits & 0x7fffu;
  if (size >= 0x7c00u) return float_of(int(sign | 0x7f800000u | (size & 0x3ffu) << 13));
  if (size < 0x400u) {  // a multiple of 2^-24
    const float small = float(int(size)) * 5.9604644775390625e-8f;
    return sign ? -small : small;
  }
  return float_of(int(sign | ((size << 13) + 0x38000000u)));
}
HOST_DEVICE float to_float(BFloat16 value) { return float_of(int(uint32_t(value.bits) << 16)); }

}  // namespace gigalane
