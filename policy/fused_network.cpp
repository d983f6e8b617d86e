#include "policy/fused_network.h"

#include "policy/plain_network.h"

namespace gigalane {

torch::Tensor forward_fused(const Network& network, const ObservationBatch& batch) {
  return forward_plain(network, batch);
}

}  // namespace gigalane
