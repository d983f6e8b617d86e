/// The clipped PPO loss and its gradient, by hand: what autograd would give, in one pass over the samples.
/// (Schulman et al., "Proximal Policy Optimization Algorithms", 2017, eq. 7 and 9.) With p = softmax(logits),
/// ratio r = p[a] / p_old[a], entropy H = -sum p log p, the mean over a minibatch of
///   -min(r A, clamp(r, 1 - clip, 1 + clip) A) - entropy H + value_weight (v - target)^2
/// whose gradients are
///   d/dlogit_j = -[not clipped] A r ([j = a] - p_j) + entropy p_j (log p_j + H)
///   d/dv       = 2 value_weight (v - target)
#pragma once
#include <cstdint>

#include "policy/network_config.h"

namespace gigalane {

/// `count` samples of a minibatch of `batch_size`: network outputs by position, the rollout's arrays by
/// index[position].
struct LossInput {
  int64_t count, batch_size;
  const float* logits;   ///< (count, 12)
  const float* value;    ///< (count)
  const int64_t* index;  ///< (count)
  const uint8_t* action;
  const float* log_probability;  ///< of the action, when it was sampled
  const float* advantage;
  const float* target;
};

struct LossWeights {
  float clip, entropy, value;
  float advantage_scale = 1;  ///< advantages are multiplied by this
};

/// Sums over samples.
struct LossSums {
  double samples = 0;
  double entropy = 0;
  double kl = 0;       ///< r - 1 - log r, an estimate of KL(old, new) that is never negative
  double clipped = 0;  ///< samples whose ratio is beyond the clip, whether or not it holds them
  double policy_loss = 0, value_loss = 0;

  LossSums& operator+=(const LossSums&);
};

/// Writes the gradient of the mean over the minibatch, (count, 12) and (count), and adds to `sums`.
void loss_gradient(const LossInput&, const LossWeights&, float* logit_gradient, float* value_gradient,
                   LossSums& sums);

}  // namespace gigalane
