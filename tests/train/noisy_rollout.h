/// A rollout of noise to learn from, without worlds.
#pragma once
#include <algorithm>
#include <vector>

#include "base/philox.h"
#include "policy/network_config.h"
#include "sim/snapshots.h"
#include "train/rollout.h"

namespace gigalane {

constexpr int kSteps = 6, kSlots = 40;

inline NetworkConfig small_network() {
  NetworkConfig config;
  config.encoder_width = 16;
  config.trunk = {32};
  return config;
}

/// Small sets, so that tests take no time.
inline ObservationShape small_shape() {
  ObservationShape shape;
  const int capacities[kSetCount] = {20, 16, 8, 4};
  std::copy_n(capacities, int(kSetCount), shape.capacity);
  return shape;
}

/// What agents saw, made up: every sample's row is noise of its own.
class NoisyObserver : public SampleObserver {
 public:
  explicit NoisyObserver(const ObservationShape& shape)
      : shape_(shape),
        rows_(size_t(kSteps * kSlots * shape.row_stride())),
        counts_(kSteps * kSlots * kSetCount) {
    KeyedRandom random(3, 0, 0, 0, 0);
    for (int row = 0; row < kSteps * kSlots; ++row) {
      float* values = rows_.data() + size_t(row) * size_t(shape.row_stride());
      for (int set = 0; set < kSetCount; ++set) {
        const int present = int(random.below(uint32_t(shape.capacity[set]) + 1));
        counts_[size_t(row * kSetCount + set)] = present;
        for (int feature = 0; feature < kSetFeatures[set]; ++feature)
          for (int k = 0; k < present; ++k)
            values[shape.set_offset(set) + feature * shape.capacity[set] + k] = random.uniform(-1, 1);
      }
      for (int feature = 0; feature < kEgoFeatures; ++feature)
        values[shape.ego_offset() + feature] = random.uniform(-1, 1);
    }
  }
  ObservationShape shape() const override { return shape_; }
  void observe(const Executor&, const int64_t* samples, int64_t count, SampleRows& out) const override {
    out.reserve(Device::cpu, shape_, count);
    const auto stride = size_t(shape_.row_stride());
    for (int64_t n = 0; n < count; ++n) {
      std::copy_n(rows_.data() + size_t(samples[n]) * stride, stride,
                  out.observation().rows + size_t(n) * stride);
      std::copy_n(counts_.data() + samples[n] * kSetCount, int(kSetCount),
                  out.observation().counts + n * kSetCount);
    }
  }

 private:
  ObservationShape shape_;
  std::vector<float> rows_;
  std::vector<int32_t> counts_;
};

/// A rollout of noise.
inline RolloutBuffer noisy_rollout() {
  RolloutBuffer rollout(Device::cpu, kSteps, kSlots);
  KeyedRandom random(4, 0, 0, 0, 0);
  for (size_t k = 0; k < rollout.action.size(); ++k) {
    rollout.action.data()[k] = uint8_t(random.below(12));
    rollout.log_probability.data()[k] = -2.5f;
    rollout.flags.data()[k] = kTransition;
  }
  return rollout;
}

}  // namespace gigalane
