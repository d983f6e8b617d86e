/// The fused set encoder on a CPU: for each sample code = relu(bias + max over present elements of W
/// lift(element)), 0 for an empty set; with two layers code = relu(bias_2 + max of W_2 relu(W lift(element) +
/// bias)). Nothing by element reaches memory (with a second layer in bfloat16, 512 elements at a time do);
/// the backward pass touches only the elements that won a channel. One thread; sums run in the order of
/// samples, so results do not depend on anything else. No LibTorch in here.
#pragma once
#include <cstdint>

#include "policy/matrix_product.h"

namespace gigalane {

/// One set of a batch of observations (sim/observation_layout.h), stored [feature][element] a row. The floats
/// up to 16 beyond a row's last element are read, so something must follow (the ego vector does).
struct SetInput {
  const float* rows;      ///< the set's first feature of row 0
  int64_t row_stride;     ///< floats from one row to the next
  const int32_t* counts;  ///< elements present in row 0
  int64_t count_stride;
  const int64_t* index;  ///< sample n is row index[n]; null: row n
  int64_t samples;
  int features, capacity;
  float lift_scale_m;  ///< s of the polar lift (set_lift.h); 0: no lift
  bool closing;        ///< the lift has a closing speed: velocity is features 4 and 5

  int lifted_features() const { return features + (lift_scale_m > 0 ? (closing ? 4 : 3) : 0); }
};

/// Row-major (outputs, inputs), as LibTorch stores them. `width` is a multiple of 16. Null weight_2: one
/// layer. `rounded_2`, unless null, is its transpose: encode() then multiplies in bfloat16.
struct EncoderWeights {
  int width;
  const float *weight, *bias, *weight_2, *bias_2;
  const RightMatrix<BFloat16>* rounded_2 = nullptr;
};
struct EncoderGradients {
  float *weight, *bias, *weight_2, *bias_2;
};

/// Writes code (samples, width) with a stride, and, unless null, which element won each channel (samples,
/// width).
void encode(const SetInput&, const EncoderWeights&, float* code, int64_t code_stride, uint8_t* winners);

/// Gradients of the weights, written, not added. `code` and `winners` are what encode() wrote. capacity <=
/// 256.
void encode_backward(const SetInput&, const EncoderWeights&, const float* code, int64_t code_stride,
                     const uint8_t* winners, const float* gradient, int64_t gradient_stride,
                     const EncoderGradients&);

}  // namespace gigalane
