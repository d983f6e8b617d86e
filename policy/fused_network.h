/// The network on a CPU: fused set encoders, the fastest matrix product of this machine, one autograd node.
#pragma once
#include "policy/network.h"

namespace gigalane {

/// As Network::forward, on CPU tensors. Runs on the calling thread (and LibTorch's, if it has more than one).
torch::Tensor forward_fused(const Network&, const ObservationBatch&);

}  // namespace gigalane
