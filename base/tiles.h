/// Products of tiles of bfloat16, summed in float. A tile is 16 rows of 64 bytes. To be used where
/// have_tiles(): the build is for a processor that multiplies them, by AMX, which the system has to let this
/// process use, or by pairs in AVX-512's vectors (AVX512_BF16: Zen 4 and later, Cooper Lake). The two round
/// differently.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/half.h"

#if defined(__AVX512F__) && (defined(__AMX_BF16__) || defined(__AVX512BF16__))
#include <immintrin.h>
#endif
#if defined(__AVX512F__) && defined(__AMX_BF16__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace gigalane {

constexpr int kTile = 16;       ///< rows, and columns of a product
constexpr int kTileDepth = 32;  ///< numbers of bfloat16 in a row
constexpr size_t kTileNumbers = size_t(kTile) * kTileDepth;

#if defined(__AMX_BF16__) && defined(__AVX512F__)

/// Asks the system for the tiles, once.
inline bool have_tiles() {
  constexpr int kRequest = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  static const bool have = syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
  return have;
}

/// Makes all tiles ready on this thread while it lives; what was there before comes back, for others who use
/// them.
class Tiles {
 public:
  Tiles() {
    _tile_storeconfig(&before_);
    Config config;
    for (int t = 0; t < 8; ++t) config.row_bytes[t] = 64, config.rows[t] = kTile;
    touch_memory();
    _tile_loadconfig(&config);
    touch_memory();
  }
  ~Tiles() {
    touch_memory();
    if (before_.palette == 0)
      _tile_release();
    else
      _tile_loadconfig(&before_);
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  /// One or two tiles of rows on the left, `depth` deep, times two tiles side by side on the right: sums (16
  /// or 32, 32). Rows on the left are `left_stride` bytes apart, its tiles `left_step` numbers from one depth
  /// to the next and `left_next` from one tile of rows to the next. On the right, of each depth, two tiles
  /// follow one another: 16 pairs of k by 16 columns.
  template <bool kTwo>
  void multiply(const BFloat16* left, int64_t left_stride, int64_t left_step, int64_t left_next,
                const BFloat16* right, int64_t depth, float (*sums)[2 * kTile]) const {
    touch_memory();
    _tile_zero(0);
    _tile_zero(1);
    if (kTwo) {
      _tile_zero(2);
      _tile_zero(3);
    }
    for (int64_t k = 0; k < depth; ++k, left += left_step, right += 2 * kTileNumbers) {
      _tile_loadd(4, left, left_stride);
      _tile_loadd(6, right, 64);
      _tile_loadd(7, right + kTileNumbers, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      if (kTwo) {
        _tile_loadd(5, left + left_next, left_stride);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
      }
    }
    constexpr size_t kStride = sizeof *sums;
    _tile_stored(0, sums[0], kStride);
    _tile_stored(1, sums[0] + kTile, kStride);
    if (kTwo) {
      _tile_stored(2, sums[kTile], kStride);
      _tile_stored(3, sums[kTile] + kTile, kStride);
    }
  }

 private:
  struct alignas(64) Config {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {};
    uint8_t rows[16] = {};
  };
  /// g++ 12 does not know what memory the instructions of tiles read and write: what stands before this in
  /// the source is in memory, what stands after it is read anew.
  static void touch_memory() { asm volatile("" ::: "memory"); }

  Config before_;
};

#elif defined(__AVX512F__) && defined(__AVX512BF16__)

inline bool have_tiles() { return true; }

/// As with AMX, in vectors of 16 pairs: a pair of numbers of a row on the left times those of 16 columns.
class Tiles {
 public:
  template <bool kTwo>
  void multiply(const BFloat16* left, int64_t left_stride, int64_t left_step, int64_t left_next,
                const BFloat16* right, int64_t depth, float (*sums)[2 * kTile]) const {
    for (int tile = 0; tile < (kTwo ? 2 : 1); ++tile, left += left_next, sums += kTile)
      for (int row = 0; row < kTile; row += kRows)
        multiply_rows(reinterpret_cast<const char*>(left) + row * left_stride, left_stride, left_step, right,
                      depth, sums + row);
  }

 private:
  static constexpr int kRows = 8;  // times two vectors of columns: the sums fill the registers

  /// _mm512_dpbf16_ps, for which g++ 12 copies its arguments through the stack.
  static void add_products(__m512& sum, __m512i left, __m512i right) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(left), "v"(right));
  }

  static void multiply_rows(const char* left, int64_t stride, int64_t step, const BFloat16* right,
                            int64_t depth, float (*sums)[2 * kTile]) {
    __m512 low[kRows], high[kRows];
#pragma GCC unroll 8
    for (int u = 0; u < kRows; ++u) low[u] = high[u] = _mm512_setzero_ps();
    for (int64_t k = 0; k < depth; ++k, left += step * int64_t(sizeof(BFloat16)), right += 2 * kTileNumbers)
      for (int pair = 0; pair < kTileDepth / 2; ++pair) {
        const BFloat16* columns = right + pair * kTileDepth;
        const __m512i first = _mm512_loadu_si512(columns);
        const __m512i second = _mm512_loadu_si512(columns + kTileNumbers);
#pragma GCC unroll 8
        for (int u = 0; u < kRows; ++u) {
          int bits;
          __builtin_memcpy(&bits, left + u * stride + pair * int(sizeof bits), sizeof bits);
          const __m512i both = _mm512_set1_epi32(bits);
          add_products(low[u], both, first);
          add_products(high[u], both, second);
        }
      }
#pragma GCC unroll 8
    for (int u = 0; u < kRows; ++u) {
      _mm512_storeu_ps(sums[u], low[u]);
      _mm512_storeu_ps(sums[u] + kTile, high[u]);
    }
  }
};

#else

inline bool have_tiles() { return false; }

/// Never made: have_tiles() says so.
class Tiles {
 public:
  template <bool kTwo>
  void multiply(const BFloat16*, int64_t, int64_t, int64_t, const BFloat16*, int64_t,
                float (*)[2 * kTile]) const {
    __builtin_trap();
  }
};

#endif

}  // namespace gigalane
