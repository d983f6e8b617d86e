/// The code of one set of a batch as one node of autograd, by the fused encoder of policy/device_encoder.h.
#pragma once
#include "policy/network.h"
#include "policy/set_encoder.h"

namespace gigalane {

/// A set of a batch; it points into the batch's tensors.
SetInput set_input(const ObservationBatch&, int set, bool polar_lift);

/// relu(bias + max over elements of weight lift(element)): (M, width), on the batch's device. Gradients of
/// the weight (width, features) and the bias alone. Throws Error for sets of more than 256 elements where
/// GradMode is on.
torch::Tensor set_code(const ObservationBatch&, int set, bool polar_lift, const torch::Tensor& weight,
                       const torch::Tensor& bias);

}  // namespace gigalane
