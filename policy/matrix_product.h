/// Products of the matrices of a small network on one thread of a CPU, which a library's call would cost more
/// than it computes: 256 samples times a layer take 15 to 300 us. In bfloat16 by tiles (base/tiles.h) where
/// the machine has them. Each number of a product is summed over k in one order, whatever the other rows are.
/// No LibTorch in here.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/half.h"

namespace gigalane {

/// Whether this processor multiplies bfloat16 faster than float.
bool multiplies_bfloat16_faster();

/// A row-major matrix of float or BFloat16; `stride` numbers from one row to the next.
template <class Number>
struct MatrixView {
  Number* numbers;
  int64_t rows, columns, stride;
};

/// 64-byte aligned memory that grows, and keeps nothing when it does.
class AlignedRoom {
 public:
  AlignedRoom() = default;
  AlignedRoom(const AlignedRoom&) = delete;
  AlignedRoom& operator=(const AlignedRoom&) = delete;
  ~AlignedRoom();
  void* get(size_t bytes);

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
};

/// What stands on the right of products: (k, n), rearranged for the kernels and rounded to what they multiply
/// in, float or BFloat16.
template <class Number>
class RightMatrix {
 public:
  /// As it is, or its transpose.
  template <class From>
  void set(const MatrixView<const From>&, bool transposed);
  int64_t inner() const { return inner_; }
  int64_t columns() const { return columns_; }
  const void* panels() const { return panels_; }

 private:
  AlignedRoom room_;
  void* panels_ = nullptr;
  int64_t inner_ = 0, columns_ = 0;
};

/// What follows a product, column by column: plus `bias` unless null, then at 0 at least if `relu`.
struct Finish {
  const float* bias = nullptr;
  bool relu = false;
};

/// out (m, n) = left (m, k) right (k, n), or the transpose of left (k, m) times right; summed in float32,
/// finished, then rounded to what `out` stores. Number: float or BFloat16; Out: float, or BFloat16 from
/// BFloat16.
template <class Number, class Out>
void multiply(const MatrixView<const Number>& left, bool transposed, const RightMatrix<Number>& right,
              const Finish&, const MatrixView<Out>& out);

/// masked = gradient where y > 0 (everywhere if y.numbers is null), and the sums of its columns, in order of
/// rows.
template <class Number>
void mask_and_sum(const MatrixView<const Number>& gradient, const MatrixView<const Number>& y,
                  const MatrixView<Number>& masked, float* sums);

/// Rounds or widens.
template <class From, class To>
void convert(const MatrixView<const From>& from, const MatrixView<To>& to);

}  // namespace gigalane
