#include "train/collector.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "policy/fused_network.h"
#include "policy/sampling.h"
#include "train/learner.h"
#include "train/minibatches.h"

namespace gigalane {

namespace {

/// Rows that both networks look at before the next: on CUDA what the elements of an encoder of two layers
/// have room for, on a CPU what its second-level cache holds.
int rows_at_once(Device device) { return device == Device::cuda ? 16384 : int(kFusedRows); }

enum Part { kSimulate, kAct, kParts };

}  // namespace

Collector::Collector(Simulator& simulator, const Network& actor, const Network& critic,
                     const Executor& executor)
    : simulator_(simulator),
      actor_(actor),
      critic_(critic),
      executor_(executor),
      watch_(executor.device, executor.stream, kParts) {}

struct Collector::Networks {
  Network::Look actor, critic;
};

CollectReport Collector::collect(RolloutBuffer& rollout, Snapshots& snapshots, EventCounter& counter) {
  CollectReport report;
  watch_.start();
  const Networks networks{actor_.prepare(), critic_.prepare()};
  watch_.mark(kAct);
  simulator_.observe(simulator_.observation());
  watch_.mark(kSimulate);
  for (int step = 0; step < rollout.step_count(); ++step) {
    act(networks, rollout, step);
    watch_.mark(kAct);
    snapshots.record(step, simulator_.view(), executor_.stream);
    simulator_.step();
    rollout.record(step, simulator_.view(), executor_);
    counter.count(simulator_.view());
    watch_.mark(kSimulate);
  }
  act(networks, rollout, rollout.step_count());  // the last observation: values alone
  watch_.mark(kAct);
  report.sums = rollout.sums(executor_);
  const std::vector<double> seconds = watch_.seconds();
  report.simulate_s = seconds[kSimulate], report.act_s = seconds[kAct];
  return report;
}

void Collector::act(const Networks& networks, RolloutBuffer& rollout, int step) {
  const int slots = rollout.slot_count(), at_once = rows_at_once(executor_.device);
  const auto look_at = [&](int begin, int end) {
    for (int first = begin; first < end; first += at_once)
      look(networks, rollout, step, first, std::min(at_once, end - first));
  };
  if (executor_.device == Device::cuda) return look_at(0, slots);
  const int workers = executor_.pool->thread_count();
  executor_.pool->parallel_for(workers, [&](int worker) {
    const SampleRange part = part_of(slots, workers, worker);
    look_at(int(part.begin), int(part.end));
  });
}

void Collector::look(const Networks& networks, RolloutBuffer& rollout, int step, int first_slot,
                     int slot_count) {
  use_one_torch_thread();
  const at::NoGradGuard no_gradient;
  const ObservationView seen = simulator_.observation().from(size_t(first_slot));
  const ObservationBatch batch = batch_of(seen, slot_count, to_torch(executor_.device));
  const size_t sample = size_t(step) * size_t(rollout.slot_count()) + size_t(first_slot);
  const auto copy = [&](const auto* from, auto* to) {
    copy_memory_async(executor_.device, to, from, size_t(slot_count) * sizeof *from, executor_.stream);
  };

  const torch::Tensor value = networks.critic(batch).contiguous();
  copy(value.const_data_ptr<float>(), rollout.value.data() + sample);
  if (step == rollout.step_count()) return;

  const torch::Tensor logits = networks.actor(batch).contiguous();
  const WorldView& world = simulator_.view();
  const ActionKey key{world.seed, simulator_.steps_done(), world.first_world, world.agents_per_world};
  uint8_t* action = rollout.action.data() + sample;
  float* log_probability = rollout.log_probability.data() + sample;
  const float* values = logits.const_data_ptr<float>();
  if (executor_.device == Device::cuda)
    choose_actions_cuda(values, slot_count, first_slot, key, ActionMode::sampled, action, log_probability,
                        executor_.stream);
  else
    choose_actions(values, slot_count, first_slot, key, ActionMode::sampled, action, log_probability);
  copy(action, world.action + first_slot);
}

}  // namespace gigalane
