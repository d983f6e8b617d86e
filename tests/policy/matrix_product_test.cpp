// Products of the network's matrices against sums in double, for sizes that fill no block of the kernels.
#include "policy/matrix_product.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "base/error.h"

using namespace gigalane;

namespace {

template <class Number>
Number number(float value) {
  Number n;
  assign(n, value);
  return n;
}

/// Normal numbers, rows a little apart, with a mark between them.
template <class Number>
struct Matrix {
  int64_t rows, columns, stride;
  std::vector<Number> numbers;
  static constexpr float kMark = 77;

  Matrix(int64_t r, int64_t c, uint32_t seed)
      : rows(r), columns(c), stride(c + 3), numbers(size_t(r * (c + 3)), number<Number>(kMark)) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j)
        numbers[size_t(i * stride + j)] = number<Number>(normal(generator));
  }
  double at(int64_t i, int64_t j) const { return to_float(numbers[size_t(i * stride + j)]); }
  MatrixView<const Number> view() const { return {numbers.data(), rows, columns, stride}; }
  MatrixView<Number> view() { return {numbers.data(), rows, columns, stride}; }
  bool keeps_marks() const {
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = columns; j < stride; ++j)
        if (at(i, j) != kMark) return false;
    return true;
  }
};

struct Size {
  int64_t m, k, n;
};

/// The largest error of a product, finished with a bias and the ReLU or not, in parts of the sum of absolute
/// terms; NaN if numbers beyond the columns were written.
template <class Number, class Out>
double worst_error(const Size& size, bool left_transposed, bool right_transposed, bool relu) {
  const Matrix<Number> left(left_transposed ? size.k : size.m, left_transposed ? size.m : size.k, 1);
  const Matrix<float> source(right_transposed ? size.n : size.k, right_transposed ? size.k : size.n, 2);
  const Matrix<float> bias(1, size.n, 3);
  Matrix<Out> out(size.m, size.n, 4);
  RightMatrix<Number> right;
  right.set(source.view(), right_transposed);
  multiply(left.view(), left_transposed, right, Finish{bias.numbers.data(), relu}, out.view());
  double worst = 0;
  for (int64_t i = 0; i < size.m; ++i)
    for (int64_t j = 0; j < size.n; ++j) {
      double sum = bias.at(0, j), terms = std::abs(sum);
      for (int64_t k = 0; k < size.k; ++k) {
        const float w = float(right_transposed ? source.at(j, k) : source.at(k, j));
        const double term =
            (left_transposed ? left.at(k, i) : left.at(i, k)) * double(to_float(number<Number>(w)));
        sum += term, terms += std::abs(term);
      }
      if (relu) sum = std::max(sum, 0.0);
      const double error = std::abs(sum - out.at(i, j)) / terms;
      if (std::isnan(error)) return error;
      worst = std::max(worst, error);
    }
  return out.keeps_marks() ? worst : NAN;
}

const std::vector<Size> kSizes = {{1, 3, 1},      {5, 32, 12},  {16, 64, 32}, {17, 60, 31},   {33, 100, 70},
                                  {48, 384, 256}, {64, 33, 16}, {130, 1, 40}, {250, 192, 128}};

}  // namespace

TEST_CASE("products agree with sums in double, transposed or not, and write nothing else") {
  for (const Size& size : kSizes)
    for (const bool left : {false, true})
      for (const bool right : {false, true}) {
        CAPTURE(size.m);
        CAPTURE(size.k);
        CAPTURE(size.n);
        CAPTURE(left);
        CAPTURE(right);
        for (const bool relu : {false, true}) {
          CHECK(worst_error<float, float>(size, left, right, relu) < 1e-6);
          CHECK(worst_error<BFloat16, float>(size, left, right, relu) < 1e-6);
          CHECK(worst_error<BFloat16, BFloat16>(size, left, right, relu) < 1.0 / 256);
        }
      }
}

TEST_CASE("products of nothing are the bias, and of no rows nothing; sizes that do not fit are refused") {
  for (const bool transposed : {false, true}) {
    CHECK(worst_error<float, float>({3, 0, 20}, transposed, transposed, false) == 0);
    CHECK(worst_error<BFloat16, float>({3, 0, 20}, transposed, transposed, true) == 0);
    CHECK(worst_error<float, float>({0, 5, 20}, transposed, transposed, false) == 0);
    CHECK(worst_error<BFloat16, BFloat16>({0, 5, 20}, transposed, transposed, false) == 0);
  }
  const Matrix<float> left(4, 5, 20), source(6, 7, 21);
  Matrix<float> out(4, 7, 22);
  RightMatrix<float> right;
  right.set(source.view(), false);
  CHECK_THROWS_WITH_AS(multiply(left.view(), false, right, {}, out.view()),
                       "multiply: 4 x 5 by 6 x 7 does not give 4 x 7", Error);
}

TEST_CASE("what stands on the right may be of bfloat16 itself") {
  const Matrix<BFloat16> left(40, 30, 5), source(30, 50, 6);
  Matrix<float> wide(30, 50, 7), a(40, 50, 8), b(40, 50, 9);
  convert(source.view(), wide.view());
  RightMatrix<BFloat16> right;
  right.set(source.view(), false);
  multiply(left.view(), false, right, {}, a.view());
  right.set(std::as_const(wide).view(), false);
  multiply(left.view(), false, right, {}, b.view());
  for (int64_t i = 0; i < a.rows; ++i)
    for (int64_t j = 0; j < a.columns; ++j) CHECK(a.at(i, j) == b.at(i, j));
}

TEST_CASE("a row's product does not depend on the rows beside it") {
  const Matrix<float> left(61, 96, 10), source(96, 64, 11);
  RightMatrix<float> right;
  RightMatrix<BFloat16> rounded;
  right.set(source.view(), false);
  rounded.set(source.view(), false);
  Matrix<BFloat16> short_left(61, 96, 12);
  convert(left.view(), short_left.view());
  Matrix<float> all(61, 64, 13), all_rounded(61, 64, 14), one(1, 64, 15);
  multiply(left.view(), false, right, {}, all.view());
  multiply(std::as_const(short_left).view(), false, rounded, {}, all_rounded.view());
  for (int64_t i = 0; i < left.rows; ++i) {
    multiply({left.numbers.data() + i * left.stride, 1, 96, left.stride}, false, right, {}, one.view());
    for (int64_t j = 0; j < 64; ++j) CHECK(one.at(0, j) == all.at(i, j));
    multiply({short_left.numbers.data() + i * short_left.stride, 1, 96, short_left.stride}, false, rounded,
             {}, one.view());
    for (int64_t j = 0; j < 64; ++j) CHECK(one.at(0, j) == all_rounded.at(i, j));
  }
}

TEST_CASE_TEMPLATE("gradients are masked where the activation is 0 and summed by column", Number, float,
                   BFloat16) {
  const Matrix<Number> gradient(700, 20, 16);
  Matrix<Number> y(700, 20, 17), masked(700, 20, 18);
  for (Number& value : y.numbers) value = number<Number>(std::max(to_float(value), 0.0f));
  std::vector<float> sums(20), all(20);
  mask_and_sum(gradient.view(), std::as_const(y).view(), masked.view(), sums.data());
  CHECK(masked.keeps_marks());
  Matrix<Number> copy(700, 20, 19);
  mask_and_sum(gradient.view(), MatrixView<const Number>{nullptr, 0, 0, 0}, copy.view(), all.data());
  for (int64_t j = 0; j < 20; ++j) {
    double sum = 0, whole = 0;
    for (int64_t i = 0; i < 700; ++i) {
      const double expected = y.at(i, j) > 0 ? gradient.at(i, j) : 0;
      REQUIRE(masked.at(i, j) == expected);
      REQUIRE(copy.at(i, j) == gradient.at(i, j));
      sum += expected, whole += gradient.at(i, j);
    }
    CHECK(sums[size_t(j)] == doctest::Approx(sum).epsilon(1e-4));
    CHECK(all[size_t(j)] == doctest::Approx(whole).epsilon(1e-4));
  }
}
