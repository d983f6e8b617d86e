/// What an iteration reports: one list gives metrics.csv its columns and TensorBoard its curves.
#pragma once
#include <string>
#include <vector>

#include "eval/counting.h"
#include "train/ppo_report.h"

namespace gigalane {

/// Wall time of an iteration by part.
struct IterationTimes {
  double simulate_s = 0;  ///< stepping the worlds, observations included
  double act_s = 0;       ///< both networks, sampling
  double learn_s = 0;     ///< advantages, filter, update
  double total_s = 0;
};

struct TrainMetrics {
  int64_t iteration = 0;
  double transitions = 0;      ///< simulated so far: steps in which an action moved an agent
  double samples_trained = 0;  ///< of these, chosen by the filter and learnt from, so far
  double seconds = 0;          ///< of training so far
  double iteration_transitions = 0;
  Counts counts;                           ///< of this iteration, by the counting rules
  double agent_hours = 0;                  ///< simulated in this iteration
  double reward_terms[kRewardTerms] = {};  ///< mean a transition
  UpdateReport update;
  UpdateRates rates{};
  double explained_variance = 0, kept_fraction = 0, advantage_average = 0, advantage_deviation = 0;
  double goal_rate_average = 0;  ///< what the curriculum goes by
  Curriculum curriculum;
  IterationTimes times;
  double memory_gb = 0;  ///< in use: of the GPU, or of this process

  double transitions_per_second() const {
    return times.total_s > 0 ? iteration_transitions / times.total_s : 0;
  }
  double reward() const;  ///< mean a transition
};

struct NamedValue {
  std::string name;  ///< with its unit
  double value;
};
/// All of them, in the order of the columns.
std::vector<NamedValue> list_metrics(const TrainMetrics&);

/// A few for the progress bar: "74 km/h simulated ..., goals 81 %, incidents 0.9/km".
std::string describe_metrics(const TrainMetrics&);

}  // namespace gigalane
