/// What goes into an update and what it reports, without LibTorch.
#pragma once
#include <cstdint>

namespace gigalane {

/// What changes from one update to the next.
struct UpdateRates {
  double learning_rate, entropy;
};

/// Means over the samples and minibatches of an update.
struct UpdateReport {
  double entropy = 0, kl = 0, clip_fraction = 0, policy_loss = 0, value_loss = 0;
  double actor_gradient_norm = 0, critic_gradient_norm = 0;
  int64_t minibatches = 0;
};

}  // namespace gigalane
