#include "app/bench_world.h"

#include <algorithm>
#include <chrono>

#include "app/memory_bandwidth.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "sim/random_actions.h"

namespace gigalane {

namespace {

/// A simulator, random actions, and a clock around the part that is measured.
class Bench {
 public:
  explicit Bench(const WorldBenchOptions& options)
      : options_(options), simulator_(options.simulation, {options.seed, options.device, options.threads}) {}

  Simulator& simulator() { return simulator_; }
  double seconds = 0, steps = 0, agent_steps = 0;

  void step() {
    draw_random_actions({options_.device}, simulator_.view(), simulator_.steps_done());
    synchronize(options_.device);
    if (options_.observe_only) {
      simulator_.step();
      measure([&] { simulator_.observe(simulator_.observation()); });
    } else {
      measure([&] { simulator_.step(); });
    }
    if (int(steps) % 16 == 0) moved_ = count_moved();
    agent_steps += moved_;
    steps += 1;
  }
  void run_for(double limit_s, Progress& progress) {
    const double done = progress_s_;
    seconds = steps = agent_steps = 0;
    while (seconds < limit_s && !interrupted()) {
      step();
      progress.update(done + std::min(seconds, limit_s));
    }
    progress_s_ += limit_s;
  }

 private:
  template <class Work>
  void measure(const Work& work) {
    synchronize(options_.device);
    const auto start = std::chrono::steady_clock::now();
    work();
    synchronize(options_.device);
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  /// Agents that the step moved: neither wrecks nor lives that it began.
  double count_moved() const {
    const size_t slots = size_t(simulator_.slot_count());
    std::vector<uint8_t> status(slots);
    std::vector<uint16_t> events(slots);
    const WorldView& v = simulator_.view();
    copy_memory(Device::cpu, status.data(), options_.device, v.status, slots, nullptr);
    copy_memory(Device::cpu, events.data(), options_.device, v.events, slots * sizeof(uint16_t), nullptr);
    int moved = 0;
    for (size_t slot = 0; slot < slots; ++slot)
      moved += status[slot] == uint8_t(AgentStatus::driving) && !(events[slot] & kSpawned);
    return moved;
  }

  WorldBenchOptions options_;
  Simulator simulator_;
  double moved_ = 0, progress_s_ = 0;
};

void measure_parts(Bench& bench, double seconds, Progress& progress, WorldBench& result) {
  PhaseTimes times;
  bench.simulator().phase_times = &times;
  bench.run_for(seconds, progress);
  bench.simulator().phase_times = nullptr;
  int index = 0;
  for (const char* name : kPhaseNames)
    result.parts.push_back({name, double(times.ns[index++]) / std::max(bench.agent_steps, 1.0)});
}

}  // namespace

MemoryLimit memory_limit(const Simulator& simulator, Device device, int threads) {
  MemoryLimit limit;
  const MemoryUse use = simulator.memory();
  limit.observation_bytes = int(use.agent_observation);
  limit.bytes_per_agent_step = int(use.agent_observation + 2 * use.agent_state);
  limit.bytes_per_second = measure_memory_bandwidth(device, threads);
  return limit;
}

WorldBench bench_world(const WorldBenchOptions& options) {
  WorldBench result;
  result.options = options;
  Bench bench(options);
  Simulator& simulator = bench.simulator();
  while (simulator.steps_done() < kHashSteps) bench.step();
  result.hash = simulator.hash();

  const double parts_s = options.observe_only ? 0.0 : 0.25 * options.seconds;
  Progress progress("bench", options.seconds + parts_s, "s");
  bench.run_for(options.seconds, progress);
  result.seconds = bench.seconds;
  result.steps = bench.steps;
  result.agent_count = bench.agent_steps / std::max(bench.steps, 1.0);
  result.agent_steps_per_second = bench.agent_steps / std::max(bench.seconds, 1e-9);
  if (options.observe_only)
    result.parts = {{"observe", bench.seconds * 1e9 / std::max(bench.agent_steps, 1.0)}};
  else
    measure_parts(bench, parts_s, progress, result);
  progress.finish();

  result.memory = memory_limit(simulator, options.device, options.threads);
  result.memory_use = simulator.memory();
  return result;
}

}  // namespace gigalane
