/// Advantages and which samples are worth learning from. Plain functions of arrays, [step][slot].
#pragma once
#include <cstdint>
#include <vector>

namespace gigalane {

/// What happened, as advantages need it: see the picture in rollout.h.
struct RolloutView {
  int step_count, slot_count;
  const float* reward;   ///< (step, slot)
  const float* value;    ///< (step + 1, slot)
  const uint8_t* flags;  ///< (step, slot) StepFlag
};

/// Generalised advantage estimation (Schulman et al., "High-Dimensional Continuous Control Using Generalized
/// Advantage Estimation", 2016, eq. 16), gamma and lambda per step:
///   delta_t = r_t + gamma V(o_{t+1}) [not terminated] - V(o_t)
///   A_t     = delta_t + gamma lambda A_{t+1} [not ended, and t+1 a transition]
/// Writes `advantage` and `target` = A_t + V(o_t), (step, slot); 0 and V where step t is no transition.
void estimate_advantages(const RolloutView&, float gamma, float lambda, float* advantage, float* target);

/// Advantage filtering: samples with |A| below `factor` times a moving average of the rollouts' largest |A|
/// are not learnt from. The average is part of checkpoints; negative until the first rollout.
struct AdvantageFilter {
  double average = -1;

  /// Takes the largest |A| of a rollout's transitions into the average (a quarter; the first time all of it),
  /// then returns the samples to learn from, ascending. No sample at all if the rollout held no transition.
  std::vector<int64_t> choose(const RolloutView&, const float* advantage, float factor);
};

/// Mean and standard deviation of the chosen advantages; deviation 1 where it would be 0 or fewer than two
/// are chosen.
struct Spread {
  double mean = 0, deviation = 1;
};
Spread spread_of(const std::vector<int64_t>& samples, const float* advantage);

/// 1 - Var(target - value) / Var(target) over transitions; 0 where targets do not vary.
double explained_variance(const RolloutView&, const float* target);

}  // namespace gigalane
