/// How fast a configuration trains on this machine, and where the time goes.
#pragma once
#include <cstdint>
#include <string>

namespace gigalane {

struct TrainConfig;

struct TrainBench {
  double transitions_per_second = 0;
  double simulate_share = 0, act_share = 0, learn_share = 0;  ///< of wall time; simulate includes observe
  double simulate_ns = 0, act_ns = 0, learn_ns = 0;           ///< a transition
  double kept_fraction = 0;                                   ///< of transitions, chosen by the filter
  double km_per_hour = 0;                                     ///< driven a wall-clock hour
  double seconds = 0, transitions = 0;                        ///< measured
  int threads = 0, iterations = 0;
  int64_t parameters = 0;
  uint64_t hash = 0;  ///< of the worlds at the end
};

/// Trains for about `seconds` to warm up (the very first iterations keep nearly all samples, as training soon
/// no longer does), then for as long again, measured; at least one iteration each. Schedules and curriculum
/// stand at their start.
TrainBench bench_train(const TrainConfig&, double seconds);

/// The same as a table for people and as one JSON object.
std::string describe(const TrainBench&);
std::string to_json(const TrainBench&);

}  // namespace gigalane
