/// The fused set encoder of one layer on the executor's device: CUDA, and the CPU for tests (there
/// policy/set_encoder.h is faster). All pointers are to the device's memory. Nothing waits for the device.
#pragma once
#include "base/schedule.h"
#include "policy/set_encoder.h"

namespace gigalane {

/// As encode(). `weight` is [feature][channel], transposed from LibTorch's order. Winners (samples, width)
/// may be null.
void encode_on_device(const Executor&, const SetInput&, int width, const float* weight, const float* bias,
                      float* code, int64_t code_stride, uint8_t* winners);

/// Floats that encode_backward_on_device needs to work in.
int64_t backward_room(const SetInput&, int width);
/// As encode_backward(), of one layer: gradients of the weight (width, features) and bias (width), the same
/// bits each time. `winners` is padded by kWidestLanes bytes.
void encode_backward_on_device(const Executor&, const SetInput&, int width, const float* code,
                               int64_t code_stride, const uint8_t* winners, const float* gradient,
                               int64_t gradient_stride, float* room, float* weight_gradient,
                               float* bias_gradient);

}  // namespace gigalane
