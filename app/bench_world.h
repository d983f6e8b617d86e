/// How fast the world steps and is observed.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "sim/config.h"
#include "sim/simulator.h"

namespace gigalane {

struct WorldBenchOptions {
  std::string scenario;  ///< "" if it is none of the registry's
  SimulationConfig simulation;
  uint64_t seed = 1;
  double seconds = 5;
  int threads = 0;  ///< 0: all cores
  Device device = Device::cpu;
  bool observe_only = false;  ///< times observe() alone; the world steps in between, untimed
};

/// What the memory allows: each agent-step's observation written, its state read and written once.
struct MemoryLimit {
  int observation_bytes = 0;  ///< row and counts of one agent
  int bytes_per_agent_step = 0;
  double bytes_per_second = 0;  ///< measured bandwidth of writes
  double agent_steps_per_second() const { return bytes_per_second / bytes_per_agent_step; }
};
MemoryLimit memory_limit(const Simulator&, Device, int threads);

struct WorldBench {
  WorldBenchOptions options;
  double agent_count = 0;             ///< agents that a step moved, mean over the steps
  double seconds = 0, steps = 0;      ///< measured
  double agent_steps_per_second = 0;  ///< of agents moved (docs/counting_rules.md)
  std::vector<std::pair<std::string, double>>
      parts;  ///< nanoseconds an agent-step by phase, summed over threads
  MemoryLimit memory;
  MemoryUse memory_use;
  uint64_t hash = 0;  ///< of the world after its first kHashSteps steps from the seed
};

constexpr int kHashSteps = 200;

/// Warms up for kHashSteps steps of keyed random actions, then measures for about `seconds`, the parts apart
/// from the speed (timing them costs time). An interrupt ends it early with what there is.
WorldBench bench_world(const WorldBenchOptions& options);

/// The same as a table for people and as one JSON object.
std::string describe(const WorldBench& bench);
std::string to_json(const WorldBench& bench);

}  // namespace gigalane
