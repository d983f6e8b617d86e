/// Advantages and which samples are worth learning from. Functions of arrays, [step][slot], in the memory of
/// an executor's device. What they sum or compare, they do over all processes of the run.
#pragma once
#include <cstdint>

#include "base/schedule.h"
#include "train/processes.h"

namespace gigalane {

/// What happened, as advantages need it: see the picture in rollout.h.
struct RolloutView {
  int step_count, slot_count;
  const float* reward;   ///< (step, slot)
  const float* value;    ///< (step + 1, slot)
  const uint8_t* flags;  ///< (step, slot) StepFlag
  int64_t sample_count() const { return int64_t(step_count) * slot_count; }
};

/// Generalised advantage estimation (Schulman et al., "High-Dimensional Continuous Control Using Generalized
/// Advantage Estimation", 2016, eq. 16), gamma and lambda per step:
///   delta_t = r_t + gamma V(o_{t+1}) [not terminated] - V(o_t)
///   A_t     = delta_t + gamma lambda A_{t+1} [not ended, and t+1 a transition]
/// Writes `advantage` and `target` = A_t + V(o_t), (step, slot); 0 and V where step t is no transition.
void estimate_advantages(const Executor&, const RolloutView&, float gamma, float lambda, float* advantage,
                         float* target);

/// Advantage filtering: samples with |A| below `factor` times a moving average of the rollouts' largest |A|
/// are not learnt from. The average is part of checkpoints; negative until the first rollout.
struct AdvantageFilter {
  double average = -1;

  /// Takes the largest |A| of a rollout's transitions into the average (a quarter; the first time all of it),
  /// then writes the samples to learn from into `chosen` (room for all), ascending, and returns their number.
  int64_t choose(const Executor&, const RolloutView&, const float* advantage, float factor, int64_t* chosen,
                 const Processes& = one_process());
};

/// The same for a share of the transitions of all processes, those of the largest |A|: all with |A| of at
/// least the largest threshold that leaves ceil(share * transitions) or more, so more only where some are
/// equal.
int64_t choose_share(const Executor&, const RolloutView&, const float* advantage, float share,
                     int64_t* chosen, const Processes& = one_process());

/// Mean and standard deviation of the chosen advantages; deviation 1 where it would be 0 or fewer than two
/// are chosen.
struct Spread {
  double mean = 0, deviation = 1;
};
Spread spread_of(const Executor&, const int64_t* chosen, int64_t count, const float* advantage,
                 const Processes& = one_process());

/// 1 - Var(target - value) / Var(target) over transitions; 0 where targets do not vary, NaN where a value or
/// target of a transition is not a finite number.
double explained_variance(const Executor&, const RolloutView&, const float* target,
                          const Processes& = one_process());

}  // namespace gigalane
