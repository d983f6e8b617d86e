/// The linear layers of the fused network on a CPU, through the faster of LibTorch's two matrix products.
///
/// On Intel's processors that is MKL (at::addmm; here 10 to 20 % before oneDNN), on all others oneDNN, which
/// knows their vectors where MKL takes a slow path (on AMD Zen 5 oneDNN gives 250 GFLOP/s a core, MKL 115).
/// bfloat16 always goes to oneDNN, which uses AMX. The rule goes by the processor's vendor, not by a
/// measurement, so that runs on one machine agree to the bit.
#pragma once
#include <torch/types.h>

namespace gigalane {

/// y = x w^T + b, at 0 at least if `relu`. x (M, in) contiguous, w (out, in), b (out); y (M, out), rows may
/// be apart. x, w and y all float32 or all bfloat16, b float32.
void linear_into(torch::Tensor& y, const torch::Tensor& x, const torch::Tensor& w, const torch::Tensor& b,
                 bool relu);

/// out = a b for matrices, each contiguous or the transpose of a contiguous one; out contiguous. All of one
/// type.
void multiply_into(torch::Tensor& out, const torch::Tensor& a, const torch::Tensor& b);

/// masked = gradient where y > 0 (everywhere if y is undefined), contiguous, and sums of its columns in
/// order. gradient and y (M, n) may have their rows apart. gradient, y and masked all float32 or all
/// bfloat16, sums float32.
void mask_and_sum(const torch::Tensor& gradient, const torch::Tensor& y, torch::Tensor& masked,
                  torch::Tensor& sums);

}  // namespace gigalane
