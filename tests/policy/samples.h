/// Random observations and policies for tests.
#pragma once
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "policy/checkpoint.h"
#include "policy/network.h"
#include "sim/config.h"

#undef CHECK  // LibTorch's; include this file before doctest

namespace gigalane::testing {

/// Rows of observations: counts vary from none to all, numbers lie in [-1, 1], absent elements are 0.
struct Observations {
  ObservationShape shape;
  std::vector<float> rows;
  std::vector<int32_t> counts;

  Observations(const ObservationShape& s, int count, uint32_t seed)
      : shape(s), rows(size_t(count) * s.row_stride(), 0.0f), counts(size_t(count) * kSetCount) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> value(-1, 1);
    for (int n = 0; n < count; ++n) {
      float* row = rows.data() + size_t(n) * s.row_stride();
      for (int set = 0; set < kSetCount; ++set) {
        const int present = int(random() % uint32_t(s.capacity[set] + 1));
        counts[size_t(n) * kSetCount + set] = present;
        for (int f = 0; f < kSetFeatures[set]; ++f)
          for (int k = 0; k < present; ++k) row[s.set_offset(set) + f * s.capacity[set] + k] = value(random);
      }
      for (int f = 0; f < kEgoFeatures; ++f) row[s.ego_offset() + f] = value(random);
    }
  }
  ObservationView view() { return {shape, rows.data(), counts.data()}; }
  int size() const { return int(counts.size()) / kSetCount; }
};

/// Weights and biases that differ from a new network's, so that every part matters.
inline Network random_network(const NetworkConfig& config, int outputs, uint64_t seed) {
  Network network(config, outputs, 1, seed, torch::kCPU);
  std::mt19937 random{uint32_t(seed)};
  std::uniform_real_distribution<float> value(-0.3f, 0.3f);
  for (const auto& [name, tensor] : network.parameters()) {
    const torch::Tensor values = tensor.detach();
    if (values.dim() == 1)
      std::generate_n(values.data_ptr<float>(), values.numel(), [&] { return value(random); });
  }
  return network;
}

/// What a trainer would save of it.
inline Checkpoint checkpoint_of(const Network& network) {
  Checkpoint checkpoint;
  checkpoint.text = {{"version", "0.0.0"},
                     {"network", to_yaml(network.config())},
                     {"simulation", to_yaml(SimulationConfig{})}};
  checkpoint.numbers = {{"observation_version", kObservationVersion}, {"transitions", 12345}};
  for (const auto& [name, tensor] : network.parameters()) {
    const torch::Tensor values = tensor.detach();
    checkpoint.tensors["actor." + name] = {
        values.sizes().vec(), {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()}};
  }
  return checkpoint;
}

}  // namespace gigalane::testing
