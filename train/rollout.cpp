#include "train/rollout.h"

#include <unistd.h>

#include <algorithm>

namespace gigalane {

namespace {

/// Checks before allocating: a rollout that does not fit would be killed without a word.
int64_t checked_row_count(int step_count, int slot_count, const ObservationShape& shape) {
  const int64_t rows = (int64_t(step_count) + 1) * slot_count;
  const double needed = double(rows) * double(shape.row_stride()) * sizeof(float);
  const double present = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGE_SIZE));
  require(needed <= 0.9 * present, "a rollout of ", step_count, " steps and ", slot_count, " agents needs ",
          int64_t(needed * 1e-9 + 0.5), " GB of memory, this machine has ", int64_t(present * 1e-9 + 0.5),
          " GB: lower simulation.worlds or ppo.rollout_steps");
  return rows;
}

}  // namespace

RolloutBuffer::RolloutBuffer(int step_count, int slot_count, const ObservationShape& shape)
    : step_count_(step_count), slot_count_(slot_count), shape_(shape) {
  const int64_t rows = checked_row_count(step_count, slot_count, shape);
  rows_ = DeviceBuffer<float>(Device::cpu, size_t(rows) * size_t(shape.row_stride()));
  counts_ = DeviceBuffer<int32_t>(Device::cpu, size_t(rows) * kSetCount);
  const size_t samples = size_t(sample_count());
  action.assign(samples, 0);
  log_probability.assign(samples, 0);
  value.assign(size_t(rows), 0);
  reward.assign(samples, 0);
  flags.assign(samples, 0);
}

ObservationView RolloutBuffer::observation(int step) {
  const size_t row = size_t(step) * size_t(slot_count_);
  return {shape_, rows_.data() + row * size_t(shape_.row_stride()), counts_.data() + row * kSetCount};
}

ObservationView RolloutBuffer::observations() { return observation(0); }

void RolloutBuffer::record(int step, const WorldView& world) {
  const size_t first = size_t(step) * size_t(slot_count_);
  std::copy_n(world.reward, slot_count_, reward.data() + first);
  for (int slot = 0; slot < slot_count_; ++slot)
    flags[first + size_t(slot)] =
        uint8_t((world.transition[slot] ? kTransition : 0) | (world.terminated[slot] ? kTerminated : 0) |
                (world.truncated[slot] ? kTruncated : 0));
}

}  // namespace gigalane
