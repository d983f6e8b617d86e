/// The network in tensor operations: the path of CUDA, and the reference for the fused one of the CPU.
#pragma once
#include "policy/network.h"

namespace gigalane {

/// As Network::forward, on any device. `fused_sets`: encoders of one layer by set_code() (policy/set_code.h),
/// else these too by LibTorch's own operations.
torch::Tensor forward_in_tensors(const Network&, const ObservationBatch&, bool fused_sets);

}  // namespace gigalane
