#include "train/rollout.h"

namespace gigalane {

namespace {

/// Checks before allocating: a rollout that does not fit would be killed without a word.
int64_t checked_row_count(Device device, int step_count, int slot_count, const ObservationShape& shape) {
  const int64_t rows = (int64_t(step_count) + 1) * slot_count;
  const double needed = double(rows) * double(shape.row_stride()) * sizeof(float);
  const double present = double(total_memory(device));
  require(needed <= 0.9 * present, "a rollout of ", step_count, " steps and ", slot_count, " agents needs ",
          int64_t(needed * 1e-9 + 0.5), " GB of memory, this ", device == Device::cpu ? "machine" : "GPU",
          " has ", int64_t(present * 1e-9 + 0.5), " GB: lower simulation.worlds or ppo.rollout_steps");
  return rows;
}

struct RecordStep {
  static constexpr Over over = Over::agents;
  WorldView view;
  bool first;
  float* reward;
  uint8_t* flags;
  RolloutBuffer::Sums* sums;

  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * view.agents_per_world + agent;
    const bool transition = view.transition[slot] != 0;
    reward[slot] = view.reward[slot];
    flags[slot] = uint8_t((transition ? kTransition : 0) | (view.terminated[slot] ? kTerminated : 0) |
                          (view.truncated[slot] ? kTruncated : 0));
    RolloutBuffer::Sums& sum = sums[slot];
    sum.transitions = (first ? 0 : sum.transitions) + (transition ? 1 : 0);
    for (int term = 0; term < kRewardTerms; ++term)
      sum.reward_terms[term] = (first ? 0 : sum.reward_terms[term]) +
                               (transition ? double(view.reward_terms[slot * kRewardTerms + term]) : 0.0);
  }
};

}  // namespace

RolloutBuffer::RolloutBuffer(Device device, int step_count, int slot_count, const ObservationShape& shape)
    : step_count_(step_count), slot_count_(slot_count), shape_(shape) {
  const auto rows = size_t(checked_row_count(device, step_count, slot_count, shape));
  const auto samples = size_t(sample_count());
  rows_ = DeviceBuffer<float>(device, rows * size_t(shape.row_stride()));
  counts_ = DeviceBuffer<int32_t>(device, rows * kSetCount);
  action = DeviceBuffer<uint8_t>(device, samples);
  log_probability = DeviceBuffer<float>(device, samples);
  value = DeviceBuffer<float>(device, rows);
  reward = DeviceBuffer<float>(device, samples);
  flags = DeviceBuffer<uint8_t>(device, samples);
  sums_ = DeviceBuffer<Sums>(device, size_t(slot_count));
}

ObservationView RolloutBuffer::observation(int step) {
  const size_t row = size_t(step) * size_t(slot_count_);
  return {shape_, rows_.data() + row * size_t(shape_.row_stride()), counts_.data() + row * kSetCount};
}

ObservationView RolloutBuffer::observations() { return observation(0); }

void RolloutBuffer::record(int step, const WorldView& world, const Executor& executor) {
  const size_t first = size_t(step) * size_t(slot_count_);
  run_phases(executor, world.world_count, world.agents_per_world,
             RecordStep{world, step == 0, reward.data() + first, flags.data() + first, sums_.data()});
}

RolloutBuffer::Sums RolloutBuffer::sums(const Executor& executor) const {
  Sums total;
  for (const Sums& slot : sums_.to_host(executor.stream)) {
    total.transitions += slot.transitions;
    for (int term = 0; term < kRewardTerms; ++term) total.reward_terms[term] += slot.reward_terms[term];
  }
  return total;
}

}  // namespace gigalane
