#include "train/loss.h"

#include <algorithm>
#include <cmath>

#include "base/angles.h"
#include "base/scalar.h"

namespace gigalane {

namespace {

constexpr int kLane = 16;  // samples side by side: the inner loops below are vector instructions
using Row = float[kLane];

/// Sixteen samples side by side.
struct Block {
  Row logit[kActionCount], probability[kActionCount], log_probability[kActionCount];
  Row entropy, old_log_probability, advantage, coefficient, ratio, log_ratio;
  int action[kLane];
  int64_t sample[kLane];
};

void load(const LossInput& in, const LossWeights& weights, int64_t first, int present, Block& b) {
  for (int i = 0; i < kLane; ++i) {
    const int64_t position = first + std::min(i, present - 1);  // the last one again beyond the end
    const int64_t sample = in.index[position];
    for (int j = 0; j < kActionCount; ++j) b.logit[j][i] = in.logits[position * kActionCount + j];
    b.sample[i] = sample;
    b.action[i] = in.action[sample];
    b.old_log_probability[i] = in.log_probability[sample];
    b.advantage[i] = in.advantage[sample] * weights.advantage_scale;
  }
}

void softmax(Block& b) {
  Row largest, sum = {};
  std::copy_n(b.logit[0], kLane, largest);
  for (int j = 1; j < kActionCount; ++j)
    for (int i = 0; i < kLane; ++i) largest[i] = std::max(largest[i], b.logit[j][i]);
  for (int j = 0; j < kActionCount; ++j)
    for (int i = 0; i < kLane; ++i) {
      b.probability[j][i] = exponential(b.logit[j][i] - largest[i]);
      sum[i] += b.probability[j][i];
    }
  Row inverse, log_sum;
  for (int i = 0; i < kLane; ++i) {
    inverse[i] = 1.0f / sum[i];
    log_sum[i] = largest[i] + std::log(sum[i]);
    b.entropy[i] = 0;
  }
  for (int j = 0; j < kActionCount; ++j)
    for (int i = 0; i < kLane; ++i) {
      b.probability[j][i] *= inverse[i];
      b.log_probability[j][i] = b.logit[j][i] - log_sum[i];
      b.entropy[i] -= b.probability[j][i] * b.log_probability[j][i];
    }
}

/// Ratios, and the coefficient A r where the clip does not hold it.
void weigh(const LossWeights& weights, Block& b) {
  for (int i = 0; i < kLane; ++i)
    b.log_ratio[i] = b.log_probability[b.action[i]][i] - b.old_log_probability[i];
  for (int i = 0; i < kLane; ++i) {
    const float ratio = exponential(minimum(b.log_ratio[i], 88.0f)), advantage = b.advantage[i];
    const bool free = advantage > 0 ? ratio < 1 + weights.clip : ratio > 1 - weights.clip;
    b.ratio[i] = ratio;
    b.coefficient[i] = free ? advantage * ratio : 0.0f;
  }
}

void store_logit_gradients(const LossWeights& weights, float scale, int64_t first, int present, Block& b,
                           float* out) {
  for (int j = 0; j < kActionCount; ++j)
    for (int i = 0; i < kLane; ++i) {
      const float chosen = b.action[i] == j ? 1.0f : 0.0f;
      const float policy = -b.coefficient[i] * (chosen - b.probability[j][i]);
      const float entropy = weights.entropy * b.probability[j][i] * (b.log_probability[j][i] + b.entropy[i]);
      b.logit[j][i] = (policy + entropy) * scale;
    }
  for (int i = 0; i < present; ++i)
    for (int j = 0; j < kActionCount; ++j) out[(first + i) * kActionCount + j] = b.logit[j][i];
}

void add_sums(const LossWeights& weights, int present, const Block& b, LossSums& sums) {
  for (int i = 0; i < present; ++i) {
    const float held = std::min(std::max(b.ratio[i], 1 - weights.clip), 1 + weights.clip);
    sums.entropy += double(b.entropy[i]);
    sums.kl += double(b.ratio[i]) - 1 - double(b.log_ratio[i]);
    sums.clipped += std::fabs(b.ratio[i] - 1) > weights.clip;
    sums.policy_loss -= double(std::min(b.ratio[i] * b.advantage[i], held * b.advantage[i]));
  }
  sums.samples += present;
}

}  // namespace

LossSums& LossSums::operator+=(const LossSums& o) {
  samples += o.samples, entropy += o.entropy, kl += o.kl, clipped += o.clipped;
  policy_loss += o.policy_loss, value_loss += o.value_loss;
  return *this;
}

void loss_gradient(const LossInput& in, const LossWeights& weights, float* logit_gradient,
                   float* value_gradient, LossSums& sums) {
  const float scale = 1.0f / float(in.batch_size);
  Block block;
  for (int64_t first = 0; first < in.count; first += kLane) {
    const int present = int(std::min<int64_t>(kLane, in.count - first));
    load(in, weights, first, present, block);
    softmax(block);
    weigh(weights, block);
    store_logit_gradients(weights, scale, first, present, block, logit_gradient);
    add_sums(weights, present, block, sums);
  }
  for (int64_t position = 0; position < in.count; ++position) {
    const float error = in.value[position] - in.target[in.index[position]];
    value_gradient[position] = 2 * weights.value * error * scale;
    sums.value_loss += double(error) * double(error);
  }
}

}  // namespace gigalane
