#include "policy/linear.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <vector>

#include "base/half.h"

// Exported by libtorch_cpu, declared in no public header: out = beta * out + alpha * a b through oneDNN.
namespace at::native {
void mkldnn_matmul(const at::Tensor& a, const at::Tensor& b, const at::Tensor& out, float beta, float alpha);
}

namespace gigalane {
namespace {

using torch::Tensor;

constexpr int kNarrow = 16;  // columns below which oneDNN's set-up costs more than it saves

bool prefers_mkl() {
#if defined(__x86_64__)
  static const bool intel = __builtin_cpu_is("intel");
  return intel;
#else
  return true;  // at::addmm, whatever it uses there
#endif
}

Tensor linear_pointwise(const Tensor& x, const Tensor& w, const Tensor& b, bool relu) {
  using Signature = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, std::string_view,
                           c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "").typed<Signature>();
  return op.call(x, w, b, relu ? "relu" : "none", c10::List<std::optional<at::Scalar>>(), "");
}

/// A tensor's numbers; those of bfloat16 as base/half.h has them.
template <class T>
T* numbers_of(const Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

/// y + bias, by row, and the ReLU: one pass while y is in the caches.
template <bool relu, class T>
void finish_layer(Tensor& y, const Tensor& bias) {
  const int64_t width = y.size(1), stride = y.stride(0);
  const float* __restrict b = bias.const_data_ptr<float>();
  T* __restrict row = numbers_of<T>(y);
  for (int64_t m = 0; m < y.size(0); ++m, row += stride)
    for (int64_t n = 0; n < width; ++n) {
      const float value = to_float(row[n]) + b[n];
      assign(row[n], !relu || value > 0 ? value : 0.0f);
    }
}

bool is_short(const Tensor& t) { return t.scalar_type() == torch::kBFloat16; }

}  // namespace

void linear_into(Tensor& y, const Tensor& x, const Tensor& w, const Tensor& b, bool relu) {
  if (is_short(y)) {
    at::mm_out(y, x, w.t());
    relu ? finish_layer<true, BFloat16>(y, b) : finish_layer<false, BFloat16>(y, b);
  } else if (prefers_mkl() || w.size(0) < kNarrow || x.size(0) == 0) {
    at::mm_out(y, x, w.t());
    relu ? finish_layer<true, float>(y, b) : finish_layer<false, float>(y, b);
  } else if (y.is_contiguous()) {
    y = linear_pointwise(x, w, b, relu);
  } else {
    y.copy_(linear_pointwise(x, w, b, relu));
  }
}

void multiply_into(Tensor& out, const Tensor& a, const Tensor& b) {
  if (is_short(out) || prefers_mkl() || std::min({a.size(0), a.size(1), b.size(1)}) < kNarrow)
    at::mm_out(out, a, b);
  else
    at::native::mkldnn_matmul(a, b, out, 0, 1);
}

namespace {

template <class T>
void mask_and_sum_of(const Tensor& gradient, const Tensor& y, Tensor& masked, Tensor& sums) {
  constexpr int64_t kFlush = 512;  // rows summed in one go: keeps float sums accurate
  const int64_t rows = gradient.size(0), width = gradient.size(1);
  std::vector<float> part(size_t(width), 0.0f);
  float* __restrict sum = part.data();
  float* __restrict total = sums.data_ptr<float>();
  std::fill_n(total, width, 0.0f);
  const T* g = numbers_of<T>(gradient);
  const T* code = y.defined() ? numbers_of<T>(y) : nullptr;
  T* __restrict out = numbers_of<T>(masked);
  for (int64_t m = 0; m < rows; ++m, g += gradient.stride(0), out += width) {
    if (code) {
      for (int64_t n = 0; n < width; ++n) {
        const float value = to_float(code[n]) > 0 ? to_float(g[n]) : 0.0f;
        assign(out[n], value), sum[n] += value;
      }
      code += y.stride(0);
    } else {
      for (int64_t n = 0; n < width; ++n) out[n] = g[n], sum[n] += to_float(g[n]);
    }
    if (m % kFlush == kFlush - 1 || m == rows - 1)
      for (int64_t n = 0; n < width; ++n) total[n] += sum[n], sum[n] = 0;
  }
}

}  // namespace

void mask_and_sum(const Tensor& gradient, const Tensor& y, Tensor& masked, Tensor& sums) {
  is_short(gradient) ? mask_and_sum_of<BFloat16>(gradient, y, masked, sums)
                     : mask_and_sum_of<float>(gradient, y, masked, sums);
}

}  // namespace gigalane
