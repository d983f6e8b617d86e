#include "train/rollout.h"

namespace gigalane {

namespace {

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

RolloutBuffer::RolloutBuffer(Device device, int step_count, int slot_count)
    : step_count_(step_count), slot_count_(slot_count) {
  const auto samples = size_t(sample_count());
  action = DeviceBuffer<uint8_t>(device, samples);
  log_probability = DeviceBuffer<float>(device, samples);
  value = DeviceBuffer<float>(device, samples + size_t(slot_count));
  reward = DeviceBuffer<float>(device, samples);
  flags = DeviceBuffer<uint8_t>(device, samples);
  sums_ = DeviceBuffer<Sums>(device, size_t(slot_count));
  total_ = GroupSums<Sums>(device, size_t(slot_count));
}

int64_t RolloutBuffer::bytes() const {
  const auto of = [](const auto&... arrays) {
    return int64_t(((arrays.size() * sizeof *arrays.data()) + ...));
  };
  return of(action, log_probability, value, reward, flags, sums_);
}

void RolloutBuffer::record(int step, const WorldView& world, const Executor& executor) {
  const size_t first = size_t(step) * size_t(slot_count_);
  run_phases(executor, world.world_count, world.agents_per_world,
             RecordStep{world, step == 0, reward.data() + first, flags.data() + first, sums_.data()});
}

RolloutBuffer::Sums RolloutBuffer::sums(const Executor& executor) { return total_.of(executor, sums_); }

}  // namespace gigalane
