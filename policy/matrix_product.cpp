// Compiled with -ffp-contract=fast, which is why it includes nothing with arithmetic that is not inlined.
#include "policy/matrix_product.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include "base/error.h"
#include "base/tiles.h"
#include "policy/float_vector.h"

namespace gigalane {
namespace {

using Float = FloatVector;

constexpr int kPanel = 32;                    // columns that are worked on at once
constexpr int kBlocks = kLanes >= 8 ? 2 : 1;  // vectors of them
constexpr int kRows = kLanes == 16 ? 8 : 6;   // times rows: the sums fill the registers

/// Rows [0, rows) of a block of sums to their place in `out`, `columns` of kPanel.
template <class Out>
void finish(const float (*block)[kPanel], int rows, int columns, const Finish& how, const float* bias,
            Out* out, int64_t stride) {
  for (int r = 0; r < rows; ++r, out += stride) {
    float row[kPanel];
    for (int c = 0; c < kPanel; ++c) {
      const float value = block[r][c] + bias[c];
      row[c] = how.relu && value <= 0 ? 0.0f : value;  // what is no number stays so
    }
    if (columns == kPanel)
      for (int c = 0; c < kPanel; ++c) assign(out[c], row[c]);
    else
      for (int c = 0; c < columns; ++c) assign(out[c], row[c]);
  }
}

/// The bias of a panel, 0 beyond the last column.
void panel_bias(const Finish& how, int64_t first, int columns, float* bias) {
  std::memset(bias, 0, kPanel * sizeof(float));
  if (how.bias) std::memcpy(bias, how.bias + first, size_t(columns) * sizeof(float));
}

// float: panels of [k][kPanel], zero beyond the last column

/// block[u] = row u of the left times the panel; row u's number k is at x[u * row_stride + k * k_stride].
template <int kCount>
void multiply_rows(const float* x, int64_t row_stride, int64_t k_stride, int64_t inner, const float* panel,
                   float (*block)[kPanel]) {
  for (int first = 0; first < kPanel; first += kBlocks * kLanes) {
    Float sum[kCount][kBlocks] = {};
    const float *a = x, *b = panel + first;
    for (int64_t k = 0; k < inner; ++k, a += k_stride, b += kPanel) {
      Float w[kBlocks];
#pragma GCC unroll 2
      for (int v = 0; v < kBlocks; ++v) w[v] = load(b + v * kLanes);
#pragma GCC unroll 8
      for (int u = 0; u < kCount; ++u) {
        const float value = a[u * row_stride];
#pragma GCC unroll 2
        for (int v = 0; v < kBlocks; ++v) sum[u][v] += w[v] * value;
      }
    }
#pragma GCC unroll 8
    for (int u = 0; u < kCount; ++u)
#pragma GCC unroll 2
      for (int v = 0; v < kBlocks; ++v) store(block[u] + first + v * kLanes, sum[u][v]);
  }
}

template <class Out>
void multiply_floats(const float* left, int64_t row_stride, int64_t k_stride, int64_t rows, int64_t inner,
                     const float* panels, int64_t columns, const Finish& how, const MatrixView<Out>& out) {
  alignas(64) float block[kRows][kPanel], bias[kPanel];
  for (int64_t n = 0; n < columns; n += kPanel, panels += inner * kPanel) {
    const int wide = int(std::min<int64_t>(kPanel, columns - n));
    panel_bias(how, n, wide, bias);
    for (int64_t m = 0; m < rows;) {
      const float* x = left + m * row_stride;
      const int count = rows - m >= kRows ? kRows : rows - m >= 2 ? 2 : 1;
      if (count == kRows)
        multiply_rows<kRows>(x, row_stride, k_stride, inner, panels, block);
      else if (count == 2)
        multiply_rows<2>(x, row_stride, k_stride, inner, panels, block);
      else
        multiply_rows<1>(x, row_stride, k_stride, inner, panels, block);
      finish(block, count, wide, how, bias, out.numbers + m * out.stride + n, out.stride);
      m += count;
    }
  }
}

/// Panels of a matrix or its transpose.
template <class From>
void pack_floats(const MatrixView<const From>& from, bool transposed, int64_t inner, int64_t columns,
                 float* panels) {
  for (int64_t n = 0; n < columns; n += kPanel, panels += inner * kPanel) {
    const int wide = int(std::min<int64_t>(kPanel, columns - n));
    if (wide < kPanel) std::fill_n(panels, inner * kPanel, 0.0f);
    if (transposed) {
      for (int64_t first = 0; first < inner; first += kTile) {  // what is written stays in the first cache
        const int64_t end = std::min(inner, first + kTile);
        for (int c = 0; c < wide; ++c) {
          const From* row = from.numbers + (n + c) * from.stride;
          for (int64_t k = first; k < end; ++k) panels[k * kPanel + c] = to_float(row[k]);
        }
      }
    } else {
      for (int64_t k = 0; k < inner; ++k)
        for (int c = 0; c < wide; ++c)
          panels[k * kPanel + c] = to_float(from.numbers[k * from.stride + n + c]);
    }
  }
}

// bfloat16: panels of tiles [k / 32][2 halves of 16 columns][16 pairs of k][16 columns][2], zero beyond

typedef uint32_t Words __attribute__((vector_size(64), may_alias));
typedef uint16_t Shorts __attribute__((vector_size(32), may_alias));
typedef Words WordsAnywhere __attribute__((aligned(2)));
typedef Shorts ShortsAnywhere __attribute__((aligned(2)));

/// Sixteen numbers as the bits of bfloat16 in words of 32.
inline Words bits_of_row(const BFloat16* p) {
  return __builtin_convertvector(*reinterpret_cast<const ShortsAnywhere*>(p), Words);
}
inline Words bits_of_row(const float* p) {  // as bfloat16_bits()
  const Words word = *reinterpret_cast<const WordsAnywhere*>(p);
  return (word + 0x7fff + (word >> 16 & 1)) >> 16;
}
/// Thirty-two numbers that follow one another as bfloat16.
inline Words whole_row(const BFloat16* p) { return *reinterpret_cast<const WordsAnywhere*>(p); }
inline Words whole_row(const float* p) {
  const Shorts halves[2] = {__builtin_convertvector(bits_of_row(p), Shorts),
                            __builtin_convertvector(bits_of_row(p + 16), Shorts)};
  Words row;
  std::memcpy(&row, halves, sizeof row);
  return row;
}

/// Words: rows become columns.
inline void transpose(Words (&r)[16]) {
  constexpr Words kLow = {0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29}, kHigh = kLow + 2;
  constexpr Words kLowPairs = {0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29},
                  kHighPairs = kLowPairs + 2;
  constexpr Words kFirst = {0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23}, kSecond = kFirst + 8;
  constexpr Words kEven = {0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27}, kOdd = kEven + 4;
  Words t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = __builtin_shuffle(r[i], r[i + 1], kLow);
    t[i + 1] = __builtin_shuffle(r[i], r[i + 1], kHigh);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = __builtin_shuffle(t[i], t[i + 2], kLowPairs);
    r[i + 1] = __builtin_shuffle(t[i], t[i + 2], kHighPairs);
    r[i + 2] = __builtin_shuffle(t[i + 1], t[i + 3], kLowPairs);
    r[i + 3] = __builtin_shuffle(t[i + 1], t[i + 3], kHighPairs);
  }
  // quarter q of r[4 g + j]: column 4 q + j of rows 4 g to 4 g + 3
  for (int j = 0; j < 4; ++j) {
    const Words a = __builtin_shuffle(r[j], r[4 + j], kFirst), b = __builtin_shuffle(r[j], r[4 + j], kSecond);
    const Words c = __builtin_shuffle(r[8 + j], r[12 + j], kFirst),
                d = __builtin_shuffle(r[8 + j], r[12 + j], kSecond);
    t[j] = __builtin_shuffle(a, c, kEven);
    t[4 + j] = __builtin_shuffle(a, c, kOdd);
    t[8 + j] = __builtin_shuffle(b, d, kEven);
    t[12 + j] = __builtin_shuffle(b, d, kOdd);
  }
  for (int i = 0; i < 16; ++i) r[i] = t[i];
}

/// A part of a matrix of at most `rows` by `columns` numbers, or a copy with zeros around it where it ends.
template <class From, int kMostRows, int kMostColumns>
struct Part {
  const From* numbers;
  int64_t stride;
  From copy[kMostRows][kMostColumns];

  Part(const MatrixView<const From>& from, int64_t row, int64_t column)
      : numbers(from.numbers + row * from.stride + column), stride(from.stride) {
    const int64_t rows = std::min<int64_t>(kMostRows, from.rows - row),
                  columns = std::min<int64_t>(kMostColumns, from.columns - column);
    if (rows == kMostRows && columns == kMostColumns) return;
    std::memset(copy, 0, sizeof copy);
    for (int64_t r = 0; r < rows; ++r)
      std::memcpy(copy[r], numbers + r * stride, size_t(columns) * sizeof(From));
    numbers = &copy[0][0], stride = kMostColumns;
  }
};

/// Pairs of rows of (32, 16) numbers side by side: 16 rows of 16 words.
template <class From>
inline void pair_rows(const MatrixView<const From>& from, int64_t row, int64_t column, Words (&pairs)[16]) {
  const Part<From, kTileDepth, kTile> part(from, row, column);
  for (int r = 0; r < 16; ++r) {
    const From* p = part.numbers + 2 * r * part.stride;
    pairs[r] = bits_of_row(p) | bits_of_row(p + part.stride) << 16;
  }
}
/// (16, 32) numbers as 16 rows of 16 words.
template <class From>
inline void whole_rows(const MatrixView<const From>& from, int64_t row, int64_t column, Words (&rows)[16]) {
  const Part<From, kTile, kTileDepth> part(from, row, column);
  for (int r = 0; r < 16; ++r) rows[r] = whole_row(part.numbers + r * part.stride);
}

inline void store_tile(const Words (&rows)[16], BFloat16* to) {
  for (int r = 0; r < 16; ++r) *reinterpret_cast<Words*>(to + r * kTileDepth) = rows[r];
}

template <class From>
void pack_tiles(const MatrixView<const From>& from, bool transposed, int64_t inner, int64_t columns,
                BFloat16* tiles) {
  for (int64_t n = 0; n < columns; n += kPanel)
    for (int64_t k = 0; k < inner; k += kTileDepth)
      for (int64_t half = n; half < n + kPanel; half += kTile, tiles += kTileNumbers) {
        Words rows[16];
        if (half >= columns) {
          for (Words& row : rows) row = Words{};
        } else if (transposed) {
          whole_rows(from, half, k, rows);
          transpose(rows);
        } else {
          pair_rows(from, k, half, rows);
        }
        store_tile(rows, tiles);
      }
}

/// Tiles of what stands on the left: [m / 16][k / 32][16 rows][32].
void pack_left(const MatrixView<const BFloat16>& from, bool transposed, int64_t rows, int64_t inner,
               BFloat16* tiles) {
  for (int64_t m = 0; m < rows; m += kTile)
    for (int64_t k = 0; k < inner; k += kTileDepth, tiles += kTileNumbers) {
      Words words[16];
      if (transposed) {
        pair_rows(from, k, m, words);
        transpose(words);
      } else {
        whole_rows(from, m, k, words);
      }
      store_tile(words, tiles);
    }
}

template <class Out>
void multiply_bfloats(const MatrixView<const BFloat16>& left, bool transposed, int64_t rows, int64_t inner,
                      const BFloat16* panels, int64_t columns, const Finish& how,
                      const MatrixView<Out>& out) {
  const int64_t depth = round_up(inner, kTileDepth) / kTileDepth;
  thread_local AlignedRoom room;
  // whole tiles of a left that lies as tiles do are read where they are, all else from a copy
  const bool in_place = !transposed && inner % kTileDepth == 0;
  const int64_t whole = in_place ? rows / kTile * kTile : 0;
  const int64_t packed_row_tiles = (round_up(rows, kTile) - whole) / kTile;
  BFloat16* packed =
      static_cast<BFloat16*>(room.get(size_t(packed_row_tiles * depth) * kTileNumbers * sizeof(BFloat16)));
  if (transposed)
    pack_left(left, true, rows, inner, packed);
  else
    pack_left({left.numbers + whole * left.stride, left.rows - whole, left.columns, left.stride}, false,
              rows - whole, inner, packed);

  const Tiles tiles;
  alignas(64) float block[2 * kTile][kPanel], bias[kPanel];
  for (int64_t n = 0; n < columns; n += kPanel, panels += depth * 2 * int64_t(kTileNumbers)) {
    const int wide = int(std::min<int64_t>(kPanel, columns - n));
    panel_bias(how, n, wide, bias);
    for (int64_t m = 0; m < rows;) {
      const int64_t end = m < whole ? whole : rows;
      const bool two = end - m > kTile, here = m < whole;
      const BFloat16* from = here ? left.numbers + m * left.stride
                                  : packed + (m - whole) / kTile * depth * int64_t(kTileNumbers);
      const int64_t row_bytes = here ? left.stride * int64_t(sizeof(BFloat16)) : 64;
      const int64_t step = here ? kTileDepth : int64_t(kTileNumbers);
      const int64_t next = here ? kTile * left.stride : depth * int64_t(kTileNumbers);
      if (two)
        tiles.multiply<true>(from, row_bytes, step, next, panels, depth, block);
      else
        tiles.multiply<false>(from, row_bytes, step, next, panels, depth, block);
      const int count = int(std::min<int64_t>(two ? 2 * kTile : kTile, end - m));
      finish(block, count, wide, how, bias, out.numbers + m * out.stride + n, out.stride);
      m += count;
    }
  }
}

}  // namespace

bool multiplies_bfloat16_faster() { return have_tiles(); }

AlignedRoom::~AlignedRoom() { ::operator delete (memory_, std::align_val_t{64}); }

void* AlignedRoom::get(size_t bytes) {
  if (bytes > bytes_) {
    ::operator delete (memory_, std::align_val_t{64});
    memory_ = nullptr, bytes_ = 0;
    memory_ = ::operator new (bytes, std::align_val_t{64});
    bytes_ = bytes;
  }
  return memory_;
}

template <class Number>
template <class From>
void RightMatrix<Number>::set(const MatrixView<const From>& from, bool transposed) {
  inner_ = transposed ? from.columns : from.rows;
  columns_ = transposed ? from.rows : from.columns;
  const int64_t wide = round_up(columns_, kPanel), deep = round_up(inner_, kTileDepth);
  panels_ = room_.get(size_t(wide * deep) * sizeof(float));
  if constexpr (sizeof(Number) == sizeof(BFloat16)) {
    if (have_tiles()) return pack_tiles(from, transposed, inner_, columns_, static_cast<BFloat16*>(panels_));
  }
  float* floats = static_cast<float*>(panels_);
  pack_floats(from, transposed, inner_, columns_, floats);
  if constexpr (sizeof(Number) < sizeof(From))  // rounded, though it is kept as float
    for (int64_t i = 0; i < wide * inner_; ++i) {
      Number rounded;
      assign(rounded, floats[i]);
      floats[i] = to_float(rounded);
    }
}

template <class Number, class Out>
void multiply(const MatrixView<const Number>& left, bool transposed, const RightMatrix<Number>& right,
              const Finish& how, const MatrixView<Out>& out) {
  const int64_t rows = transposed ? left.columns : left.rows, inner = right.inner();
  require(
      (transposed ? left.rows : left.columns) == inner && out.rows == rows && out.columns == right.columns(),
      "multiply: ", left.rows, " x ", left.columns, transposed ? " transposed" : "", " by ", inner, " x ",
      right.columns(), " does not give ", out.rows, " x ", out.columns);
  if constexpr (sizeof(Number) == sizeof(float)) {
    multiply_floats(left.numbers, transposed ? 1 : left.stride, transposed ? left.stride : 1, rows, inner,
                    static_cast<const float*>(right.panels()), right.columns(), how, out);
  } else {
    if (have_tiles())
      return multiply_bfloats(left, transposed, rows, inner, static_cast<const BFloat16*>(right.panels()),
                              right.columns(), how, out);
    thread_local AlignedRoom room;
    float* floats = static_cast<float*>(room.get(size_t(left.rows * left.columns) * sizeof(float)));
    convert(left, MatrixView<float>{floats, left.rows, left.columns, left.columns});
    multiply_floats(floats, transposed ? 1 : left.columns, transposed ? left.columns : 1, rows, inner,
                    static_cast<const float*>(right.panels()), right.columns(), how, out);
  }
}

template <class Number>
void mask_and_sum(const MatrixView<const Number>& gradient, const MatrixView<const Number>& y,
                  const MatrixView<Number>& masked, float* sums) {
  const int64_t rows = gradient.rows, width = gradient.columns;
  std::vector<float> part(size_t(width), 0.0f);
  float* __restrict sum = part.data();
  std::fill_n(sums, width, 0.0f);
  for (int64_t m = 0; m < rows; ++m) {
    const Number* g = gradient.numbers + m * gradient.stride;
    const Number* code = y.numbers ? y.numbers + m * y.stride : nullptr;
    Number* __restrict out = masked.numbers + m * masked.stride;
    for (int64_t n = 0; n < width; ++n) {
      const float value = !code || to_float(code[n]) > 0 ? to_float(g[n]) : 0.0f;
      assign(out[n], value), sum[n] += value;
    }
    if (m % kFlush == kFlush - 1 || m == rows - 1)
      for (int64_t n = 0; n < width; ++n) sums[n] += sum[n], sum[n] = 0;
  }
}

template <class From, class To>
void convert(const MatrixView<const From>& from, const MatrixView<To>& to) {
  for (int64_t m = 0; m < from.rows; ++m) {
    const From* a = from.numbers + m * from.stride;
    To* __restrict b = to.numbers + m * to.stride;
    for (int64_t n = 0; n < from.columns; ++n) assign(b[n], to_float(a[n]));
  }
}

template class RightMatrix<float>;
template class RightMatrix<BFloat16>;
template void RightMatrix<float>::set(const MatrixView<const float>&, bool);
template void RightMatrix<BFloat16>::set(const MatrixView<const float>&, bool);
template void RightMatrix<BFloat16>::set(const MatrixView<const BFloat16>&, bool);
template void multiply(const MatrixView<const float>&, bool, const RightMatrix<float>&, const Finish&,
                       const MatrixView<float>&);
template void multiply(const MatrixView<const BFloat16>&, bool, const RightMatrix<BFloat16>&, const Finish&,
                       const MatrixView<BFloat16>&);
template void multiply(const MatrixView<const BFloat16>&, bool, const RightMatrix<BFloat16>&, const Finish&,
                       const MatrixView<float>&);
template void mask_and_sum(const MatrixView<const float>&, const MatrixView<const float>&,
                           const MatrixView<float>&, float*);
template void mask_and_sum(const MatrixView<const BFloat16>&, const MatrixView<const BFloat16>&,
                           const MatrixView<BFloat16>&, float*);
template void convert(const MatrixView<const float>&, const MatrixView<BFloat16>&);
template void convert(const MatrixView<const BFloat16>&, const MatrixView<float>&);

}  // namespace gigalane
