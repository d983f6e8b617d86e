/// One row's choice among 12 actions, once for both back ends: the CPU runs it on 16 rows side by side.
/// Only correctly rounded operations, so that both give the same bits.
///
/// Gumbel-max draws argmax_j (logit_j - log(-log u_j)). The same order, with one exponential a logit, which
/// the softmax needs anyway, for the outer logarithm: argmax_j exp(logit_j - max) / -log u_j.
#pragma once
#include <cstdint>

#include "base/host_device.h"
#include "base/philox.h"
#include "base/scalar.h"
#include "policy/sampling.h"
#include "sim/purposes.h"

namespace gigalane {

constexpr int kChoices = 12;

/// e^x to 2 ulp for x in [-87, 88], clamped beyond (Cephes' expf).
HOST_DEVICE float exponential(float x) {
  x = clamp(x, -87.0f, 88.0f);
  const float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;  // the nearest integer
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * float_of((int32_t(n) + 127) << 23);
}

/// log x to 2 ulp for normal x > 0 (Cephes' logf).
HOST_DEVICE float logarithm(float x) {
  // x = 2^n (1 + f), 1 + f in [sqrt(1/2), sqrt(2))
  const int32_t shifted = bits_of(x) - 0x3f3504f3;
  const float n = float(shifted >> 23);
  const float f = float_of((shifted & 0x007fffff) + 0x3f3504f3) - 1.0f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  const float square = f * f;
  float y = p * f * square + n * -2.12194440e-4f;
  y = y - 0.5f * square;
  return (f + y) + n * 0.693359375f;
}

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
