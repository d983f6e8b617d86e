/// Lanes of 8, 16 and 32 over GCC's vector extensions, with intrinsics of AVX2 and AVX-512 where the compiler
/// does not find them, and plain loops where the machine has neither. See lanes.h for the operations.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__x86_64__)
#include <immintrin.h>
#else
#error "lanes_vector.h is written for x86-64"
#endif

#include "base/lanes_scalar.h"

namespace gigalane {

// These run on the host alone, whatever compiles them.
#define LANES_HOST inline __attribute__((always_inline))

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
constexpr bool kHasAvx512 = true;
#else
constexpr bool kHasAvx512 = false;
#endif
#if defined(__AVX2__)
constexpr bool kHasAvx2 = true;
#else
constexpr bool kHasAvx2 = false;
#endif
#if defined(__F16C__)
constexpr bool kHasF16c = true;
#else
constexpr bool kHasF16c = false;
#endif

/// Masked forms of intrinsics where g++ 12's plain ones warn of their own undefined sources.
constexpr __mmask16 kAll16 = 0xffff;

/// g++ 12 drops vector_size where it depends on a template parameter, hence one copy a width.
template <int W>
struct Vectors;
#define LANES_VECTORS(W)                                              \
  template <>                                                         \
  struct Vectors<W> {                                                 \
    typedef float Floats __attribute__((vector_size(4 * W)));         \
    typedef int Ints __attribute__((vector_size(4 * W)));             \
    typedef uint16_t Shorts __attribute__((vector_size(2 * W)));      \
    typedef int16_t SignedShorts __attribute__((vector_size(2 * W))); \
    typedef uint8_t Bytes __attribute__((vector_size(W)));            \
  }
LANES_VECTORS(8);
LANES_VECTORS(16);
LANES_VECTORS(32);
#undef LANES_VECTORS

/// Keeps g++ from looking through a pointer or an array: else it turns stored lanes into chains of
/// extractions, and keeps sixteen indexes in registers from one gather to the next.
template <class P>
LANES_HOST void hide(P& pointer) {
  if constexpr (std::is_pointer_v<P>) {
    asm("" : "+r"(pointer));
  } else {
    asm("" : "+m"(pointer));
  }
}

/// A mask is a vector of 0 and -1 (what the extensions know), or bits in an AVX-512 mask register.
template <int W>
struct VectorMask {
  typename Vectors<W>::Ints v;
  friend LANES_HOST VectorMask operator&(VectorMask a, VectorMask b) { return {a.v & b.v}; }
  friend LANES_HOST VectorMask operator|(VectorMask a, VectorMask b) { return {a.v | b.v}; }
  friend LANES_HOST VectorMask operator!(VectorMask a) { return {~a.v}; }
};
template <int W>
struct BitMask {
  uint16_t bits;
  static constexpr uint16_t kAll = uint16_t((1u << (W < 16 ? W : 16)) - 1);
  friend LANES_HOST BitMask operator&(BitMask a, BitMask b) { return {uint16_t(a.bits & b.bits)}; }
  friend LANES_HOST BitMask operator|(BitMask a, BitMask b) { return {uint16_t(a.bits | b.bits)}; }
  friend LANES_HOST BitMask operator!(BitMask a) { return {uint16_t(~a.bits & kAll)}; }
};

template <int W>
struct VectorLanes {
  static constexpr int width = W;
  static constexpr bool is_512 = kHasAvx512 && W == 16;  ///< one AVX-512 register
  static constexpr bool is_256 = kHasAvx2 && W == 8;     ///< one AVX2 register
  static constexpr bool bit_mask = kHasAvx512 && (W == 16 || W == 8);
  using FloatVector = typename Vectors<W>::Floats;
  using IntVector = typename Vectors<W>::Ints;
  using Mask = std::conditional_t<bit_mask, BitMask<W>, VectorMask<W>>;

  enum class Order { less, less_equal, equal };
  template <Order O>
  static LANES_HOST Mask compare(FloatVector a, FloatVector b) {
    if constexpr (bit_mask) {
      constexpr int op = O == Order::less ? _CMP_LT_OQ : O == Order::less_equal ? _CMP_LE_OQ : _CMP_EQ_OQ;
      if constexpr (W == 16)
        return {uint16_t(_mm512_cmp_ps_mask((__m512)a, (__m512)b, op))};
      else
        return {uint16_t(_mm256_cmp_ps_mask((__m256)a, (__m256)b, op))};
    } else if constexpr (O == Order::less) {
      return {a < b};
    } else if constexpr (O == Order::less_equal) {
      return {a <= b};
    } else {
      return {a == b};
    }
  }
  template <Order O>
  static LANES_HOST Mask compare(IntVector a, IntVector b) {
    if constexpr (bit_mask) {
      constexpr auto op = O == Order::less         ? _MM_CMPINT_LT
                          : O == Order::less_equal ? _MM_CMPINT_LE
                                                   : _MM_CMPINT_EQ;
      if constexpr (W == 16)
        return {uint16_t(_mm512_cmp_epi32_mask((__m512i)a, (__m512i)b, op))};
      else
        return {uint16_t(_mm256_cmp_epi32_mask((__m256i)a, (__m256i)b, op))};
    } else if constexpr (O == Order::less) {
      return {a < b};
    } else if constexpr (O == Order::less_equal) {
      return {a <= b};
    } else {
      return {a == b};
    }
  }

  struct Float {
    FloatVector v;
    Float() = default;
    LANES_HOST Float(FloatVector vector) : v(vector) {}
    LANES_HOST Float(float uniform) : v(uniform - FloatVector{}) {}
    friend LANES_HOST Float operator+(Float a, Float b) { return a.v + b.v; }
    friend LANES_HOST Float operator-(Float a, Float b) { return a.v - b.v; }
    friend LANES_HOST Float operator*(Float a, Float b) { return a.v * b.v; }
    friend LANES_HOST Float operator/(Float a, Float b) { return a.v / b.v; }
    friend LANES_HOST Float operator-(Float a) { return -a.v; }
    friend LANES_HOST Mask operator<(Float a, Float b) { return compare<Order::less>(a.v, b.v); }
    friend LANES_HOST Mask operator>(Float a, Float b) { return compare<Order::less>(b.v, a.v); }
    friend LANES_HOST Mask operator<=(Float a, Float b) { return compare<Order::less_equal>(a.v, b.v); }
    friend LANES_HOST Mask operator>=(Float a, Float b) { return compare<Order::less_equal>(b.v, a.v); }
    friend LANES_HOST Mask operator==(Float a, Float b) { return compare<Order::equal>(a.v, b.v); }
    friend LANES_HOST Mask operator!=(Float a, Float b) { return !(a == b); }
  };
  struct Int {
    IntVector v;
    Int() = default;
    LANES_HOST Int(IntVector vector) : v(vector) {}
    LANES_HOST Int(int uniform) : v(uniform - IntVector{}) {}
    friend LANES_HOST Int operator+(Int a, Int b) { return a.v + b.v; }
    friend LANES_HOST Int operator-(Int a, Int b) { return a.v - b.v; }
    friend LANES_HOST Int operator*(Int a, Int b) { return a.v * b.v; }
    friend LANES_HOST Int operator&(Int a, Int b) { return a.v & b.v; }
    friend LANES_HOST Int operator|(Int a, Int b) { return a.v | b.v; }
    friend LANES_HOST Int operator^(Int a, Int b) { return a.v ^ b.v; }
    friend LANES_HOST Int operator<<(Int a, int bits) { return a.v << bits; }
    friend LANES_HOST Int operator>>(Int a, int bits) { return a.v >> bits; }
    friend LANES_HOST Mask operator<(Int a, Int b) { return compare<Order::less>(a.v, b.v); }
    friend LANES_HOST Mask operator>(Int a, Int b) { return compare<Order::less>(b.v, a.v); }
    friend LANES_HOST Mask operator<=(Int a, Int b) { return compare<Order::less_equal>(a.v, b.v); }
    friend LANES_HOST Mask operator>=(Int a, Int b) { return compare<Order::less_equal>(b.v, a.v); }
    friend LANES_HOST Mask operator==(Int a, Int b) { return compare<Order::equal>(a.v, b.v); }
    friend LANES_HOST Mask operator!=(Int a, Int b) { return !(a == b); }
  };

  // by lane
  static LANES_HOST Mask mask(bool uniform) {
    if constexpr (bit_mask)
      return {uniform ? Mask::kAll : uint16_t(0)};
    else
      return {-int(uniform) - IntVector{}};
  }
  static LANES_HOST Float multiply_add(Float a, Float b, Float c) { return a * b + c; }
  static LANES_HOST Float select(Mask m, Float yes, Float no) {
    if constexpr (is_512)
      return FloatVector(_mm512_mask_blend_ps(m.bits, (__m512)no.v, (__m512)yes.v));
    else if constexpr (bit_mask)
      return FloatVector(_mm256_mask_blend_ps(__mmask8(m.bits), (__m256)no.v, (__m256)yes.v));
    else
      return FloatVector(m.v ? yes.v : no.v);
  }
  static LANES_HOST Int select(Mask m, Int yes, Int no) {
    if constexpr (is_512)
      return IntVector(_mm512_mask_blend_epi32(m.bits, (__m512i)no.v, (__m512i)yes.v));
    else if constexpr (bit_mask)
      return IntVector(_mm256_mask_blend_epi32(__mmask8(m.bits), (__m256i)no.v, (__m256i)yes.v));
    else
      return IntVector(m.v ? yes.v : no.v);
  }
  static LANES_HOST Int increment(Int a, Mask m) {
    if constexpr (is_512)
      return IntVector(_mm512_mask_sub_epi32((__m512i)a.v, m.bits, (__m512i)a.v, _mm512_set1_epi32(-1)));
    else if constexpr (bit_mask)
      return IntVector(
          _mm256_mask_sub_epi32((__m256i)a.v, __mmask8(m.bits), (__m256i)a.v, _mm256_set1_epi32(-1)));
    else
      return a.v - m.v;
  }
  static LANES_HOST Float min(Float a, Float b) {
    if constexpr (is_512)
      return FloatVector(_mm512_maskz_min_ps(kAll16, (__m512)a.v, (__m512)b.v));
    else if constexpr (is_256)
      return FloatVector(_mm256_min_ps((__m256)a.v, (__m256)b.v));
    else
      return select(a < b, a, b);
  }
  static LANES_HOST Float max(Float a, Float b) {
    if constexpr (is_512)
      return FloatVector(_mm512_maskz_max_ps(kAll16, (__m512)a.v, (__m512)b.v));
    else if constexpr (is_256)
      return FloatVector(_mm256_max_ps((__m256)a.v, (__m256)b.v));
    else
      return select(a > b, a, b);
  }
  static LANES_HOST Int as_int(Float a) { return IntVector(a.v); }
  static LANES_HOST Float as_float(Int a) { return FloatVector(a.v); }
  static LANES_HOST Float abs(Float a) { return as_float(as_int(a) & 0x7fffffff); }
  static LANES_HOST Float copy_sign(Float size, Float sign) {
    return as_float((as_int(size) & 0x7fffffff) | (as_int(sign) & int(0x80000000u)));
  }
  static LANES_HOST Int multiply_wide(Int a, uint32_t b, Int& high) {
    if constexpr (is_512) {
      constexpr __mmask8 all = 0xff;
      const __m512i factor = _mm512_set1_epi32(int(b));
      const __m512i even = _mm512_maskz_mul_epu32(all, (__m512i)a.v, factor);
      const __m512i odd = _mm512_maskz_mul_epu32(all, _mm512_maskz_srli_epi64(all, (__m512i)a.v, 32), factor);
      high = IntVector(_mm512_mask_blend_epi32(0xaaaa, _mm512_maskz_srli_epi64(all, even, 32), odd));
      return IntVector(_mm512_mask_blend_epi32(0xaaaa, even, _mm512_maskz_slli_epi64(all, odd, 32)));
    } else if constexpr (is_256) {
      const __m256i factor = _mm256_set1_epi32(int(b));
      const __m256i even = _mm256_mul_epu32((__m256i)a.v, factor);
      const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64((__m256i)a.v, 32), factor);
      high = IntVector(_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa));
      return IntVector(_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa));
    } else {
      Int low;
      for (int i = 0; i < W; ++i) {
        const uint64_t product = uint64_t(uint32_t(a.v[i])) * b;
        high.v[i] = int(uint32_t(product >> 32)), low.v[i] = int(uint32_t(product));
      }
      return low;
    }
  }
  static LANES_HOST Float to_float(Int a) { return __builtin_convertvector(a.v, FloatVector); }
  static LANES_HOST Int to_int(Float a) { return __builtin_convertvector(a.v, IntVector); }
  static LANES_HOST Float sqrt(Float a) {
    if constexpr (is_512) {
      return FloatVector(_mm512_maskz_sqrt_ps(kAll16, (__m512)a.v));
    } else if constexpr (is_256) {
      return FloatVector(_mm256_sqrt_ps((__m256)a.v));
    } else {
      for (int i = 0; i < W; ++i) a.v[i] = __builtin_sqrtf(a.v[i]);
      return a;
    }
  }
  static LANES_HOST Float floor(Float a) {
    if constexpr (is_512) {
      return FloatVector(_mm512_maskz_roundscale_ps(kAll16, (__m512)a.v, _MM_FROUND_TO_NEG_INF));
    } else if constexpr (is_256) {
      return FloatVector(_mm256_floor_ps((__m256)a.v));
    } else {
      for (int i = 0; i < W; ++i) a.v[i] = __builtin_floorf(a.v[i]);
      return a;
    }
  }

  // across the lanes
  static LANES_HOST Int lane_index() {
    IntVector v;
    for (int i = 0; i < W; ++i) v[i] = i;
    return v;
  }
  static LANES_HOST Mask first(int count) { return lane_index() < Int(count); }
  static LANES_HOST uint32_t bits(Mask m) {
    if constexpr (bit_mask) {
      return m.bits;
    } else if constexpr (is_256) {
      return uint32_t(_mm256_movemask_ps((__m256)m.v));
    } else {
      uint32_t b = 0;
      for (int i = 0; i < W; ++i) b |= uint32_t(m.v[i] & 1) << i;
      return b;
    }
  }
  static LANES_HOST bool any(Mask m) { return bits(m) != 0; }
  static LANES_HOST bool all(Mask m) { return bits(m) == (W == 32 ? 0xffffffffu : (1u << (W & 31)) - 1); }
  static LANES_HOST int count(Mask m) { return __builtin_popcount(bits(m)); }
  static LANES_HOST int first_set(Mask m) {
    const uint32_t b = bits(m);
    return b ? __builtin_ctz(b) : W;
  }
  static LANES_HOST float at(Float a, int lane) { return a.v[lane]; }
  static LANES_HOST int at(Int a, int lane) { return a.v[lane]; }
  static LANES_HOST float reduce_min(Float a) {
    if constexpr (W <= 16) {
      return folded(
                 a, [](Float x, Float y) __attribute__((always_inline)) { return min(x, y); })
                 .v[0] +
             0.0f;
    } else {
      float least = a.v[0];
      for (int i = 1; i < W; ++i) least = minimum(float(a.v[i]), least);
      return least + 0.0f;
    }
  }
  static LANES_HOST float reduce_max(Float a) {
    if constexpr (W <= 16) {
      return folded(
                 a, [](Float x, Float y) __attribute__((always_inline)) { return max(x, y); })
                 .v[0] +
             0.0f;
    } else {
      float most = a.v[0];
      for (int i = 1; i < W; ++i) most = maximum(float(a.v[i]), most);
      return most + 0.0f;
    }
  }
  static LANES_HOST int reduce_min(Int a) {
    if constexpr (W <= 16)
      return folded(
                 a, [](Int x, Int y) __attribute__((always_inline)) { return select(x < y, x, y); })
          .v[0];
    int least = a.v[0];
    for (int i = 1; i < W; ++i) least = minimum(least, int(a.v[i]));
    return least;
  }
  static LANES_HOST int reduce_max(Int a) {
    if constexpr (W <= 16)
      return folded(
                 a, [](Int x, Int y) __attribute__((always_inline)) { return select(x > y, x, y); })
          .v[0];
    int most = a.v[0];
    for (int i = 1; i < W; ++i) most = maximum(most, int(a.v[i]));
    return most;
  }
  static LANES_HOST int reduce_add(Int a) {
    if constexpr (W <= 16)
      return folded(
                 a, [](Int x, Int y) __attribute__((always_inline)) { return x + y; })
          .v[0];
    uint32_t sum = 0;
    for (int i = 0; i < W; ++i) sum += uint32_t(a.v[i]);
    return int(sum);
  }

  // memory
  static LANES_HOST Float load(const float* from) { return load_as<FloatVector>(from); }
  static LANES_HOST Int load(const int32_t* from) { return load_as<IntVector>(from); }
  static LANES_HOST Int load(const uint16_t* from) {
    if constexpr (is_512)
      return IntVector(_mm512_maskz_cvtepu16_epi32(kAll16, _mm256_loadu_si256((const __m256i*)from)));
    else
      return widened<typename Vectors<W>::Shorts>(from);
  }
  static LANES_HOST Int load(const int16_t* from) { return widened<typename Vectors<W>::SignedShorts>(from); }
  /// g++ 12 would take the bytes out one by one.
  static LANES_HOST Int load(const uint8_t* from) {
    if constexpr (is_512)
      return IntVector(_mm512_maskz_cvtepu8_epi32(kAll16, _mm_loadu_si128((const __m128i*)from)));
    else if constexpr (is_256)
      return IntVector(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)from)));
    else
      return widened<typename Vectors<W>::Bytes>(from);
  }

  static LANES_HOST void store(float* to, Float a) { __builtin_memcpy(to, &a.v, sizeof a.v); }
  static LANES_HOST void store(int32_t* to, Int a) { __builtin_memcpy(to, &a.v, sizeof a.v); }
  static LANES_HOST void store(uint16_t* to, Int a) {
    if constexpr (is_512)
      return _mm256_storeu_si256((__m256i*)to, _mm512_maskz_cvtepi32_epi16(kAll16, (__m512i)a.v));
    const auto v = __builtin_convertvector(a.v, typename Vectors<W>::Shorts);
    __builtin_memcpy(to, &v, sizeof v);
  }
  static LANES_HOST void store(uint8_t* to, Int a) {
    if constexpr (is_512)
      return _mm_storeu_si128((__m128i*)to, _mm512_maskz_cvtepi32_epi8(kAll16, (__m512i)a.v));
    const auto v = __builtin_convertvector(a.v, typename Vectors<W>::Bytes);
    __builtin_memcpy(to, &v, sizeof v);
  }
  static LANES_HOST void store(float* to, Float a, int count) {
    if (count >= W)
      store(to, a);
    else if constexpr (is_512)
      _mm512_mask_storeu_ps(to, __mmask16(first(count).bits), (__m512)a.v);
    else if constexpr (bit_mask)
      _mm256_mask_storeu_ps(to, __mmask8(first(count).bits), (__m256)a.v);
    else
      for (int i = 0; i < count; ++i) to[i] = a.v[i];
  }
  static LANES_HOST void store(int32_t* to, Int a, int count) {
    if (count >= W)
      store(to, a);
    else if constexpr (is_512)
      _mm512_mask_storeu_epi32(to, __mmask16(first(count).bits), (__m512i)a.v);
    else if constexpr (bit_mask)
      _mm256_mask_storeu_epi32(to, __mmask8(first(count).bits), (__m256i)a.v);
    else
      for (int i = 0; i < count; ++i) to[i] = a.v[i];
  }
  static LANES_HOST void store(uint16_t* to, Int a, int count) { store_narrow(to, a, count); }
  static LANES_HOST void store(uint8_t* to, Int a, int count) { store_narrow(to, a, count); }
  static LANES_HOST void stream(float* to, Float a, int count = W) {
    if constexpr (is_512) {
      if (count >= W) return _mm512_stream_ps(to, (__m512)a.v);
    }
    if constexpr (is_256) {
      if (count >= W) return _mm256_stream_ps(to, (__m256)a.v);
    }
    store(to, a, count);
  }
  static LANES_HOST void store(Float16* to, Float a, int count = W) {
    store_shorts(to, shorts(a, to), count);
  }
  static LANES_HOST void store(BFloat16* to, Float a, int count = W) {
    store_shorts(to, shorts(a, to), count);
  }
  static LANES_HOST void stream(Float16* to, Float a, int count = W) {
    stream_shorts(to, shorts(a, to), count);
  }
  static LANES_HOST void stream(BFloat16* to, Float a, int count = W) {
    stream_shorts(to, shorts(a, to), count);
  }

  // Records: 128-bit loads, joined and transposed in registers.
  template <class Index>
  static LANES_HOST Four<Float> gather(const Record* base, const Index* index, int count) {
    hide(index);
    auto r = [&](int lane) __attribute__((always_inline)) { return record(base, index, lane); };
    FloatVector a, b, c, d;
    if constexpr (is_512) {
      if (__builtin_constant_p(count) && count <= 4) {  // a last block of four: skip twelve loads
        transpose(widen(r(0)), widen(r(1)), widen(r(2)), widen(r(3)), a, b, c, d);
      } else {
        transpose(join(r(0), r(4), r(8), r(12)), join(r(1), r(5), r(9), r(13)),
                  join(r(2), r(6), r(10), r(14)), join(r(3), r(7), r(11), r(15)), a, b, c, d);
      }
    } else if constexpr (is_256) {
      transpose(join(r(0), r(4)), join(r(1), r(5)), join(r(2), r(6)), join(r(3), r(7)), a, b, c, d);
    } else {
      a = b = c = d = FloatVector{};
      for (int i = 0; i < W && i < count; ++i) {
        const Record& one = base[index[i]];
        a[i] = one.a, b[i] = one.b, c[i] = one.c, d[i] = one.d;
      }
    }
    return {a, b, c, d};
  }
  template <class Index>
  static LANES_HOST Two<Float> gather(const Pair* base, const Index* index, int count) {
    hide(index);
    if constexpr (is_512 || is_256) {
      // Two pairs make a 128-bit word; pairs i and i + 2 meet in one lane of the shuffle.
      auto two = [&](int i, int j) __attribute__((always_inline)) {
        return FourFloats(
            _mm_loadh_pd(_mm_load_sd((const double*)(base + index[i])), (const double*)(base + index[j])));
      };
      if constexpr (is_512) {
        const bool few = __builtin_constant_p(count) && count <= 4;
        const FloatVector even = few ? widen(two(0, 1)) : join(two(0, 1), two(4, 5), two(8, 9), two(12, 13));
        const FloatVector odd = few ? widen(two(2, 3)) : join(two(2, 3), two(6, 7), two(10, 11), two(14, 15));
        return {FloatVector(_mm512_shuffle_ps((__m512)even, (__m512)odd, 0x88)),
                FloatVector(_mm512_shuffle_ps((__m512)even, (__m512)odd, 0xdd))};
      } else {
        const FloatVector even = join(two(0, 1), two(4, 5)), odd = join(two(2, 3), two(6, 7));
        return {FloatVector(_mm256_shuffle_ps((__m256)even, (__m256)odd, 0x88)),
                FloatVector(_mm256_shuffle_ps((__m256)even, (__m256)odd, 0xdd))};
      }
    } else {
      FloatVector a = {}, b = {};
      for (int i = 0; i < W && i < count; ++i) a[i] = base[index[i]].a, b[i] = base[index[i]].b;
      return {a, b};
    }
  }
  template <class Index>
  static LANES_HOST Float gather(const float* base, const Index* index, int count) {
    if constexpr (is_512 || is_256) {
      return gather(base, load(index));
    } else {
      FloatVector v = {};
      for (int i = 0; i < W && i < count; ++i) v[i] = base[index[i]];
      return v;
    }
  }

  // Groups: a cache line each, whose 128-bit words change places.
  template <class Index>
  static LANES_HOST Four<Float> gather(const RecordGroup* base, const Index* list, int first, int count) {
    list += first / kGroupSize;
    hide(list);
    FloatVector a, b, c, d;
    if constexpr (is_512) {
      auto group = [&](int k) __attribute__((always_inline)) {
        return load_as<FloatVector>(base[list[k]].a);
      };
      const FloatVector g0 = group(0), g1 = group(1), g2 = group(2), g3 = group(3);
      const FloatVector low01 = low_halves(g0, g1), low23 = low_halves(g2, g3);
      const FloatVector high01 = high_halves(g0, g1), high23 = high_halves(g2, g3);
      a = even_words(low01, low23), b = odd_words(low01, low23);
      c = even_words(high01, high23), d = odd_words(high01, high23);
    } else if constexpr (is_256) {
      const RecordGroup &g0 = base[list[0]], &g1 = base[list[1]];
      const FloatVector ab0 = load_as<FloatVector>(g0.a), ab1 = load_as<FloatVector>(g1.a);
      const FloatVector cd0 = load_as<FloatVector>(g0.c), cd1 = load_as<FloatVector>(g1.c);
      a = low_halves(ab0, ab1), b = high_halves(ab0, ab1), c = low_halves(cd0, cd1),
      d = high_halves(cd0, cd1);
    } else {
      a = b = c = d = FloatVector{};
      for (int i = 0; i < W && i < count; ++i) {
        const RecordGroup& group = base[list[i / kGroupSize]];
        const int k = i % kGroupSize;
        a[i] = group.a[k], b[i] = group.b[k], c[i] = group.c[k], d[i] = group.d[k];
      }
    }
    return {a, b, c, d};
  }
  template <class Index>
  static LANES_HOST Float gather(const float* base, const Index* list, int first, int count) {
    list += first / kGroupSize;
    hide(list);
    if constexpr (is_512 || is_256) {
      if constexpr (is_512)
        return join(four_at(base, list[0]), four_at(base, list[1]), four_at(base, list[2]),
                    four_at(base, list[3]));
      else
        return join(four_at(base, list[0]), four_at(base, list[1]));
    } else {
      FloatVector v = {};
      for (int i = 0; i < W && i < count; ++i)
        v[i] = base[kGroupSize * size_t(list[i / kGroupSize]) + size_t(i % kGroupSize)];
      return v;
    }
  }
  template <class Index>
  static LANES_HOST Int places(const Index* list, int first, int count) {
    list += first / kGroupSize;
    IntVector v = {};
    for (int i = 0; i < W && i < count; ++i) v[i] = kGroupSize * int(list[i / kGroupSize]) + i % kGroupSize;
    return v;
  }
  static LANES_HOST Four<Float> gather(const RecordGroup* base, Int place) {
    const Int first = ((place >> 2) << 4) | (place & 3);  // among the floats
    const float* floats = base->a;
    return {gather(floats, first), gather(floats, first + Int(4)), gather(floats, first + Int(8)),
            gather(floats, first + Int(12))};
  }
  static LANES_HOST Float gather(const float* base, Int index) {
    if constexpr (is_512) {
      return FloatVector(_mm512_mask_i32gather_ps(_mm512_setzero_ps(), kAll16, (__m512i)index.v, base, 4));
    } else if constexpr (is_256) {
      return FloatVector(_mm256_i32gather_ps(base, (__m256i)index.v, 4));
    } else {
      FloatVector v;
      for (int i = 0; i < W; ++i) v[i] = base[index.v[i]];
      return v;
    }
  }
  static LANES_HOST Int gather(const int32_t* base, Int index) {
    if constexpr (is_512) {
      return IntVector(
          _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), kAll16, (__m512i)index.v, base, 4));
    } else if constexpr (is_256) {
      return IntVector(_mm256_i32gather_epi32(base, (__m256i)index.v, 4));
    } else {
      IntVector v;
      for (int i = 0; i < W; ++i) v[i] = base[index.v[i]];
      return v;
    }
  }
  static LANES_HOST void scatter(uint16_t* to, Int slot, Int value) {
    int slots[W], values[W];
    __builtin_memcpy(slots, &slot.v, sizeof slots);
    __builtin_memcpy(values, &value.v, sizeof values);
    hide(slots), hide(values);
    LANES_UNROLL(32)
    for (int i = 0; i < W; ++i) to[slots[i]] = uint16_t(values[i]);
  }

  static LANES_HOST void scatter(float* to, Int slot, Float value, Mask m) {
    if constexpr (is_512)
      _mm512_mask_i32scatter_ps(to, m.bits, (__m512i)slot.v, (__m512)value.v, 4);
    else
      for_each(m, [&](int i) { to[slot.v[i]] = value.v[i]; });
  }

  // Records that follow one another: whole vectors, then the 128-bit words and their floats transposed.
  static LANES_HOST Four<Float> load(const Record* from) {
    if constexpr (is_512 || is_256) {
      const float* p = &from->a;
      FloatVector r0, r1, r2, r3, a, b, c, d;
      deal(load_as<FloatVector>(p), load_as<FloatVector>(p + W), load_as<FloatVector>(p + 2 * W),
           load_as<FloatVector>(p + 3 * W), r0, r1, r2, r3);
      transpose(r0, r1, r2, r3, a, b, c, d);
      return {a, b, c, d};
    } else {
      Four<Float> v;
      for (int i = 0; i < W; ++i)
        v.a.v[i] = from[i].a, v.b.v[i] = from[i].b, v.c.v[i] = from[i].c, v.d.v[i] = from[i].d;
      return v;
    }
  }
  static LANES_HOST Two<Float> load(const Pair* from) {
    if constexpr (is_512 || is_256) {
      const FloatVector low = load_as<FloatVector>(&from->a), high = load_as<FloatVector>(&from->a + W);
      if constexpr (is_512)
        return {FloatVector(__builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24,
                                                    26, 28, 30)),
                FloatVector(__builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25,
                                                    27, 29, 31))};
      else
        return {FloatVector(__builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14)),
                FloatVector(__builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15))};
    } else {
      Two<Float> v;
      for (int i = 0; i < W; ++i) v.a.v[i] = from[i].a, v.b.v[i] = from[i].b;
      return v;
    }
  }
  static LANES_HOST void store(Record* to, const Four<Float>& v, int count = W) {
    if constexpr (is_512 || is_256) {
      FloatVector r0, r1, r2, r3, row[4];
      transpose(v.a.v, v.b.v, v.c.v, v.d.v, r0, r1, r2, r3);
      collect(r0, r1, r2, r3, row[0], row[1], row[2], row[3]);
      for (int k = 0; k < 4; ++k)
        if (4 * count > k * W) store(&to->a + k * W, Float(row[k]), 4 * count - k * W);
    } else {
      for (int i = 0; i < W && i < count; ++i) to[i] = {v.a.v[i], v.b.v[i], v.c.v[i], v.d.v[i]};
    }
  }
  static LANES_HOST void store(Pair* to, const Two<Float>& v, int count = W) {
    if constexpr (is_512 || is_256) {
      Float low, high;
      if constexpr (is_512) {
        low = FloatVector(
            __builtin_shufflevector(v.a.v, v.b.v, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
        high = FloatVector(__builtin_shufflevector(v.a.v, v.b.v, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
                                                   14, 30, 15, 31));
      } else {
        low = FloatVector(__builtin_shufflevector(v.a.v, v.b.v, 0, 8, 1, 9, 2, 10, 3, 11));
        high = FloatVector(__builtin_shufflevector(v.a.v, v.b.v, 4, 12, 5, 13, 6, 14, 7, 15));
      }
      store(&to->a, low, 2 * count);
      if (2 * count > W) store(&to->a + W, high, 2 * count - W);
    } else {
      for (int i = 0; i < W && i < count; ++i) to[i] = {v.a.v[i], v.b.v[i]};
    }
  }

  template <class Visit>
  static LANES_HOST void for_each(Mask m, const Visit& visit) {
    for (uint32_t left = bits(m); left; left &= left - 1) visit(__builtin_ctz(left));
  }

  struct Packing {
    uint32_t bits;
  };
  static LANES_HOST Packing packing(Mask m) { return {bits(m)}; }
  static LANES_HOST int packed_count(Packing p) { return __builtin_popcount(p.bits); }
  static LANES_HOST void store_packed(float* to, Packing p, Float a) {
    if constexpr (is_512)
      _mm512_storeu_ps(to, _mm512_maskz_compress_ps(__mmask16(p.bits), (__m512)a.v));
    else if constexpr (bit_mask)
      _mm256_storeu_ps(to, _mm256_maskz_compress_ps(__mmask8(p.bits), (__m256)a.v));
    else
      for (uint32_t left = p.bits; left; left &= left - 1) *to++ = a.v[__builtin_ctz(left)];
  }
  static LANES_HOST void store_packed(int32_t* to, Packing p, Int a) {
    if constexpr (bit_mask)
      store(to, compressed(p, a));
    else
      for (uint32_t left = p.bits; left; left &= left - 1) *to++ = a.v[__builtin_ctz(left)];
  }
  static LANES_HOST void store_packed(uint16_t* to, Packing p, Int a) {
    if constexpr (bit_mask)
      store(to, compressed(p, a));
    else
      for (uint32_t left = p.bits; left; left &= left - 1) *to++ = uint16_t(a.v[__builtin_ctz(left)]);
  }

  static LANES_HOST void sync() {}
  static LANES_HOST void fence() { _mm_sfence(); }

 private:
  typedef float FourFloats __attribute__((vector_size(16)));

  /// The lanes joined two by two, in halves, quarters, ...; the result is in each lane.
  template <class T, class Join>
  static LANES_HOST T folded(T a, const Join& join) {
    if constexpr (W == 16) {
      a = join(a, T(__builtin_shufflevector(a.v, a.v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
      a = join(a, T(__builtin_shufflevector(a.v, a.v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)));
      a = join(a, T(__builtin_shufflevector(a.v, a.v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)));
      return join(a,
                  T(__builtin_shufflevector(a.v, a.v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)));
    } else {
      a = join(a, T(__builtin_shufflevector(a.v, a.v, 4, 5, 6, 7, 0, 1, 2, 3)));
      a = join(a, T(__builtin_shufflevector(a.v, a.v, 2, 3, 0, 1, 6, 7, 4, 5)));
      return join(a, T(__builtin_shufflevector(a.v, a.v, 1, 0, 3, 2, 5, 4, 7, 6)));
    }
  }

  template <class V, class T>
  static LANES_HOST V load_as(const T* from) {
    V v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
  }
  template <class V, class T>
  static LANES_HOST Int widened(const T* from) {
    return __builtin_convertvector(load_as<V>(from), IntVector);
  }
  template <class T>
  static LANES_HOST void store_narrow(T* to, Int a, int count) {
    if (count >= W)
      store(to, a);
    else
      for (int i = 0; i < count; ++i) to[i] = T(a.v[i]);
  }
  using ShortVector = typename Vectors<W>::Shorts;

  static LANES_HOST ShortVector shorts(Float a, const Float16*) {
    if constexpr (is_512) {
      return ShortVector(
          _mm512_maskz_cvtps_ph(kAll16, (__m512)a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    } else if constexpr (is_256 && kHasF16c) {
      return ShortVector(_mm256_cvtps_ph((__m256)a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
    } else {
      ShortVector s = {};
      for (int i = 0; i < W; ++i) s[i] = float16_bits(a.v[i]);
      return s;
    }
  }
  static LANES_HOST ShortVector shorts(Float a, const BFloat16*) {
    const Int word = as_int(a), rounded = (word + 0x7fff + ((word >> 16) & 1)) >> 16;
    if constexpr (is_512)
      return ShortVector(_mm512_maskz_cvtepi32_epi16(kAll16, (__m512i)rounded.v));
    else
      return __builtin_convertvector(rounded.v, ShortVector);
  }
  template <class T>
  static LANES_HOST void store_shorts(T* to, ShortVector s, int count) {
    static_assert(sizeof(T) == 2, "numbers of 16 bits");
    if (count >= W) {
      __builtin_memcpy(static_cast<void*>(to), &s, sizeof s);
    } else {
      for (int i = 0; i < count; ++i) to[i].bits = uint16_t(s[i]);
    }
  }
  template <class T>
  static LANES_HOST void stream_shorts(T* to, ShortVector s, int count) {
    if constexpr (is_512) {
      if (count >= W) return _mm256_stream_si256((__m256i*)to, (__m256i)s);
    }
    if constexpr (is_256) {
      if (count >= W) return _mm_stream_si128((__m128i*)to, (__m128i)s);
    }
    store_shorts(to, s, count);
  }
  static LANES_HOST Int compressed(Packing p, Int a) {
    if constexpr (W == 16)
      return IntVector(_mm512_maskz_compress_epi32(__mmask16(p.bits), (__m512i)a.v));
    else
      return IntVector(_mm256_maskz_compress_epi32(__mmask8(p.bits), (__m256i)a.v));
  }

  template <class Index>
  static LANES_HOST FourFloats record(const Record* base, const Index* index, int lane) {
    FourFloats r;
    __builtin_memcpy(&r, __builtin_assume_aligned(base + index[lane], 16), 16);
    return r;
  }
  static LANES_HOST FourFloats four_at(const float* base, int group) {
    FourFloats four;
    __builtin_memcpy(&four, base + kGroupSize * size_t(group), sizeof four);
    return four;
  }
  static LANES_HOST FloatVector widen(FourFloats a) { return FloatVector(_mm512_zextps128_ps512((__m128)a)); }
  static LANES_HOST FloatVector join(FourFloats a, FourFloats b) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
  }
  static LANES_HOST FloatVector join(FourFloats a, FourFloats b, FourFloats c, FourFloats d) {
    const __m256 low = _mm256_insertf128_ps(_mm256_castps128_ps256((__m128)a), (__m128)b, 1);
    const __m256 high = _mm256_insertf128_ps(_mm256_castps128_ps256((__m128)c), (__m128)d, 1);
    return FloatVector(_mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1));
  }
  /// Records r0 to r15 in order become four vectors of r0 r4 r8 r12, r1 r5 r9 r13, ...; with eight records,
  /// of r0 r4, r1 r5, ...
  template <class V>
  static LANES_HOST void deal(V v0, V v1, V v2, V v3, V& r0, V& r1, V& r2, V& r3) {
    if constexpr (sizeof(V) == 64) {
      const V low01 = low_halves(v0, v1), low23 = low_halves(v2, v3);
      const V high01 = high_halves(v0, v1), high23 = high_halves(v2, v3);
      r0 = even_words(low01, low23), r1 = odd_words(low01, low23);
      r2 = even_words(high01, high23), r3 = odd_words(high01, high23);
    } else {
      r0 = low_halves(v0, v2), r1 = high_halves(v0, v2), r2 = low_halves(v1, v3), r3 = high_halves(v1, v3);
    }
  }
  /// The other way round.
  template <class V>
  static LANES_HOST void collect(V r0, V r1, V r2, V r3, V& v0, V& v1, V& v2, V& v3) {
    if constexpr (sizeof(V) == 64) {
      deal(r0, r1, r2, r3, v0, v1, v2, v3);
    } else {
      v0 = low_halves(r0, r1), v1 = low_halves(r2, r3), v2 = high_halves(r0, r1), v3 = high_halves(r2, r3);
    }
  }
  template <class V>
  static LANES_HOST V low_halves(V a, V b) {
    if constexpr (sizeof(V) == 64)
      return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    else
      return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
  }
  template <class V>
  static LANES_HOST V high_halves(V a, V b) {
    if constexpr (sizeof(V) == 64)
      return __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    else
      return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  }
  /// 128-bit words 0 and 2, or 1 and 3, of each.
  template <class V>
  static LANES_HOST V even_words(V a, V b) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
  }
  template <class V>
  static LANES_HOST V odd_words(V a, V b) {
    return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  }
  template <class V>
  static LANES_HOST void transpose(V r0, V r1, V r2, V r3, V& a, V& b, V& c, V& d) {
    if constexpr (sizeof(V) == 64) {
      const V t0 = __builtin_shufflevector(r0, r1, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
      const V t1 =
          __builtin_shufflevector(r0, r1, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
      const V t2 = __builtin_shufflevector(r2, r3, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
      const V t3 =
          __builtin_shufflevector(r2, r3, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
      a = __builtin_shufflevector(t0, t2, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
      b = __builtin_shufflevector(t0, t2, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
      c = __builtin_shufflevector(t1, t3, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
      d = __builtin_shufflevector(t1, t3, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    } else {
      const V t0 = __builtin_shufflevector(r0, r1, 0, 8, 1, 9, 4, 12, 5, 13);
      const V t1 = __builtin_shufflevector(r0, r1, 2, 10, 3, 11, 6, 14, 7, 15);
      const V t2 = __builtin_shufflevector(r2, r3, 0, 8, 1, 9, 4, 12, 5, 13);
      const V t3 = __builtin_shufflevector(r2, r3, 2, 10, 3, 11, 6, 14, 7, 15);
      a = __builtin_shufflevector(t0, t2, 0, 1, 8, 9, 4, 5, 12, 13);
      b = __builtin_shufflevector(t0, t2, 2, 3, 10, 11, 6, 7, 14, 15);
      c = __builtin_shufflevector(t1, t3, 0, 1, 8, 9, 4, 5, 12, 13);
      d = __builtin_shufflevector(t1, t3, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
};

}  // namespace gigalane
