#include "train/advantage.h"

#include <algorithm>
#include <cmath>

#include "train/rollout.h"

namespace gigalane {

void estimate_advantages(const RolloutView& rollout, float gamma, float lambda, float* advantage,
                         float* target) {
  const size_t slots = size_t(rollout.slot_count);
  std::vector<float> chain(slots, 0.0f);  // gamma lambda A_{t+1}, 0 where the chain is broken
  for (int step = rollout.step_count - 1; step >= 0; --step) {
    const size_t first = size_t(step) * slots;
    const float* value = rollout.value + first;
    const float* next_value = value + slots;
    for (size_t slot = 0; slot < slots; ++slot) {
      const uint8_t flags = rollout.flags[first + slot];
      const float transition = (flags & kTransition) ? 1.0f : 0.0f;
      const float bootstrap = (flags & kTerminated) ? 0.0f : gamma * next_value[slot];
      const float later = (flags & (kTerminated | kTruncated)) ? 0.0f : chain[slot];
      const float estimate = transition * (rollout.reward[first + slot] + bootstrap - value[slot] + later);
      advantage[first + slot] = estimate;
      target[first + slot] = estimate + value[slot];
      chain[slot] = gamma * lambda * estimate;
    }
  }
}

std::vector<int64_t> AdvantageFilter::choose(const RolloutView& rollout, const float* advantage,
                                             float factor) {
  const int64_t samples = int64_t(rollout.step_count) * rollout.slot_count;
  float largest = 0;
  for (int64_t sample = 0; sample < samples; ++sample)
    largest = std::max(largest, std::fabs(advantage[sample]));  // 0 where it is no transition
  average = average < 0 ? double(largest) : 0.25 * double(largest) + 0.75 * average;

  const float threshold = float(double(factor) * average);
  std::vector<int64_t> chosen;
  for (int64_t sample = 0; sample < samples; ++sample)
    if ((rollout.flags[sample] & kTransition) && std::fabs(advantage[sample]) >= threshold)
      chosen.push_back(sample);
  return chosen;
}

Spread spread_of(const std::vector<int64_t>& samples, const float* advantage) {
  if (samples.size() < 2) return {};
  double sum = 0, squares = 0;
  for (int64_t sample : samples) sum += double(advantage[sample]);
  const double mean = sum / double(samples.size());
  for (int64_t sample : samples)
    squares += (double(advantage[sample]) - mean) * (double(advantage[sample]) - mean);
  const double deviation = std::sqrt(squares / double(samples.size()));
  return {mean, deviation > 1e-8 ? deviation : 1.0};
}

double explained_variance(const RolloutView& rollout, const float* target) {
  const int64_t samples = int64_t(rollout.step_count) * rollout.slot_count;
  double count = 0, sum = 0, squares = 0, error_sum = 0, error_squares = 0;
  for (int64_t sample = 0; sample < samples; ++sample) {
    if (!(rollout.flags[sample] & kTransition)) continue;
    const double wanted = double(target[sample]), error = wanted - double(rollout.value[sample]);
    count += 1, sum += wanted, squares += wanted * wanted, error_sum += error, error_squares += error * error;
  }
  if (count == 0) return 0;
  const double variance = squares / count - (sum / count) * (sum / count);
  const double error_variance = error_squares / count - (error_sum / count) * (error_sum / count);
  return variance > 1e-12 ? 1 - error_variance / variance : 0;
}

}  // namespace gigalane
