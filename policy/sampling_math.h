/// One row's choice among 12 actions, once for both back ends: the CPU runs it on 16 rows side by side.
/// Only correctly rounded operations, so that both give the same bits.
///
/// Gumbel-max draws argmax_j (logit_j - log(-log u_j)). The same order, with one exponential a logit, which
/// the softmax needs anyway, for the outer logarithm: argmax_j exp(logit_j - max) / -log u_j.
#pragma once
#include <cstdint>

#include "base/angles.h"
#include "base/host_device.h"
#include "base/philox.h"
#include "base/scalar.h"
#include "policy/sampling.h"
#include "sim/purposes.h"

namespace gigalane {

constexpr int kChoices = 12;

/// Uniform in (0, 1), neither end, with 23 bits.
HOST_DEVICE float open_unit(uint32_t bits) {
  return (float(int32_t(bits >> 9)) + 0.5f) * 1.1920928955078125e-7f;
}

/// -log u of one draw.
HOST_DEVICE float exponential_draw(uint32_t bits) { return -logarithm(open_unit(bits)); }

/// Philox's counter for one row, block 0, 1 or 2 of its twelve numbers: the same as KeyedRandom's.
HOST_DEVICE Random4 noise_counter(const ActionKey& key, int64_t slot, uint32_t block) {
  const uint32_t world = key.first_world + uint32_t(slot / key.agents_per_world);
  const uint32_t agent = uint32_t(slot % key.agents_per_world);
  return {{world, agent, uint32_t(key.step), (uint32_t(Purpose::actions) << 20) | block}};
}

/// What the one-row form gives, here for CUDA and as the reference of tests.
HOST_DEVICE void choose_action(const float* logits, int64_t slot, const ActionKey& key, bool greedy,
                               uint8_t* action, float* log_probability) {
  float largest = logits[0];
  for (int j = 1; j < kChoices; ++j) largest = maximum(largest, logits[j]);
  Random4 noise{};
  float sum = 0, best = -1, chosen_logit = logits[0];
  int chosen = 0;
  for (int j = 0; j < kChoices; ++j) {
    const float weight = exponential(logits[j] - largest);
    sum = sum + weight;
    if (!greedy && j % 4 == 0)
      noise =
          philox4x32(noise_counter(key, slot, uint32_t(j / 4)), uint32_t(key.seed), uint32_t(key.seed >> 32));
    const float score = greedy ? weight : weight / exponential_draw(noise.v[j % 4]);
    if (score > best) best = score, chosen = j, chosen_logit = logits[j];
  }
  *action = uint8_t(chosen);
  if (log_probability) *log_probability = (chosen_logit - largest) - logarithm(sum);
}

}  // namespace gigalane
