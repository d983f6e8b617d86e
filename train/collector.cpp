#include "train/collector.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>

#include "policy/sampling.h"
#include "train/minibatches.h"
#include "train/ppo.h"

namespace gigalane {

namespace {

/// Adds the seconds since the last call to `sum`.
class Stopwatch {
 public:
  void add_to(double& sum) {
    const auto now = std::chrono::steady_clock::now();
    sum += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace

Collector::Collector(Simulator& simulator, const Network& actor, const Network& critic, ThreadPool& pool)
    : simulator_(simulator), actor_(actor), critic_(critic), pool_(pool) {}

CollectReport Collector::collect(RolloutBuffer& rollout, EventCounter& counter) {
  CollectReport report;
  Stopwatch watch;
  simulator_.observe(rollout.observation(0));
  watch.add_to(report.simulate_s);
  for (int step = 0; step < rollout.step_count(); ++step) {
    act(rollout, step);
    watch.add_to(report.act_s);
    simulator_.bind_observation(rollout.observation(step + 1));
    simulator_.step();
    rollout.record(step, simulator_.view());
    counter.count(simulator_.view());
    add_rewards(report);
    watch.add_to(report.simulate_s);
  }
  act(rollout, rollout.step_count());  // the last observation: values alone
  watch.add_to(report.act_s);
  return report;
}

void Collector::act(RolloutBuffer& rollout, int step) {
  const int workers = pool_.thread_count(), slots = rollout.slot_count();
  pool_.parallel_for(workers, [&](int worker) {
    const SampleRange part = part_of(slots, workers, worker);
    if (part.size() > 0) look(rollout, step, int(part.begin), int(part.size()));
  });
}

void Collector::look(RolloutBuffer& rollout, int step, int first_slot, int slot_count) {
  use_one_torch_thread();
  const at::NoGradGuard no_gradient;
  ObservationView seen = rollout.observation(step);
  seen.rows += size_t(first_slot) * size_t(seen.shape.row_stride());
  seen.counts += size_t(first_slot) * kSetCount;
  const ObservationBatch batch = batch_of(seen, slot_count, torch::kCPU);
  const size_t sample = size_t(step) * size_t(rollout.slot_count()) + size_t(first_slot);

  const torch::Tensor value = critic_.forward(batch);
  std::copy_n(value.const_data_ptr<float>(), slot_count, rollout.value.data() + sample);
  if (step == rollout.step_count()) return;

  const torch::Tensor logits = actor_.forward(batch);
  const WorldView& world = simulator_.view();
  const ActionKey key{world.seed, simulator_.steps_done(), world.first_world, world.agents_per_world};
  uint8_t* action = rollout.action.data() + sample;
  choose_actions(logits.const_data_ptr<float>(), slot_count, first_slot, key, ActionMode::sampled, action,
                 rollout.log_probability.data() + sample);
  std::copy_n(action, slot_count, world.action + first_slot);
}

void Collector::add_rewards(CollectReport& report) const {
  const WorldView& world = simulator_.view();
  float sums[kRewardTerms] = {};
  int transitions = 0;
  for (int slot = 0; slot < simulator_.slot_count(); ++slot) {
    if (!world.transition[slot]) continue;
    ++transitions;
    for (int term = 0; term < kRewardTerms; ++term)
      sums[term] += world.reward_terms[slot * kRewardTerms + term];
  }
  report.transitions += transitions;
  for (int term = 0; term < kRewardTerms; ++term) report.reward_terms[term] += double(sums[term]);
}

}  // namespace gigalane
