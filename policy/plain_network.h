/// The network in plain tensor operations: the path of CUDA, and the reference for the fused one.
#pragma once
#include "policy/network.h"

namespace gigalane {

/// As Network::forward, on any device.
torch::Tensor forward_plain(const Network&, const ObservationBatch&);

}  // namespace gigalane
