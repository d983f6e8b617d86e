/// The network on a CPU: fused set encoders, products of its own, one autograd node.
#pragma once
#include <memory>

#include "policy/network.h"

namespace gigalane {

constexpr int64_t kFusedRows = 256;  ///< looked at in one go: activations stay in the second-level cache

/// As Network::forward, on CPU tensors. Runs on the calling thread.
torch::Tensor forward_fused(const Network&, const ObservationBatch&);

/// A network's weights, rearranged for many looks while they do not change, from any thread.
class FusedNetwork {
 public:
  virtual ~FusedNetwork() = default;
  /// Without gradients.
  virtual torch::Tensor forward(const ObservationBatch&) const = 0;
};
std::shared_ptr<const FusedNetwork> prepare_fused(const Network&);

}  // namespace gigalane
