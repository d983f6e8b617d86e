/// How fast a configuration trains on this machine, and where the time goes.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gigalane {

struct TrainConfig;

constexpr int kHashIterations = 2;

struct TrainBench {
  double transitions_per_second = 0;
  double agent_steps_per_second = 0;  ///< erratic drivers' steps too, which are no transitions
  /// Nanoseconds a transition: the simulator's phases summed over threads, then the wall time of act and
  /// learn.
  std::vector<std::pair<std::string, double>> parts;
  double simulate_share = 0, act_share = 0, learn_share = 0;  ///< of wall time; simulate includes observe
  double kept_fraction = 0;                                   ///< of transitions, chosen by the filter
  double km_per_hour = 0;                                     ///< driven a wall-clock hour
  double rollout_bytes_per_agent_step = 0;                    ///< snapshots and results of a rollout
  double agent_count = 0;                                     ///< agents that moved, mean over the steps
  double seconds = 0, transitions = 0;                        ///< measured
  int threads = 0, iterations = 0;
  std::string device, device_model, precision;  ///< precision: float32 or bfloat16, of hidden layers
  int64_t parameters = 0;
  uint64_t hash = 0;  ///< of the worlds after the first kHashIterations iterations from the seed
};

/// Trains for about `seconds` to warm up (the very first iterations keep nearly all samples, as training soon
/// no longer does), then for as long again, measured; at least kHashIterations and one iteration. Schedules
/// and curriculum stand at their start.
TrainBench bench_train(const TrainConfig&, double seconds);

/// The same as a table for people and as one JSON object.
std::string describe(const TrainBench&);
std::string to_json(const TrainBench&);

}  // namespace gigalane
