/// Long-form evaluation of a policy: it drives every agent of worlds on the identity variant, with uniform
/// goals and the coefficients of evaluation, for a time or a distance; what happened is counted by
/// eval/counting.h.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "eval/counting.h"
#include "eval/statistics.h"
#include "policy/driver.h"
#include "sim/config.h"

namespace gigalane {

struct EvaluationConfig {
  std::vector<std::string> maps{"Town01"};
  int agents = 50;          ///< a world
  int worlds = 0;           ///< a map; 0: as many as leave each agent worlds_of()'s time to drive
  double agent_hours = 20;  ///< a map; or
  double km = 0;            ///< until so many km are driven on a map (0: by agent_hours)
  float time_step_s = 1.0f / 15;
  ActionMode actions = ActionMode::sampled;
  std::string conditioning;  ///< YAML file with reward coefficients ("" for those of evaluation)
  int observed_agents = 40;
  uint64_t seed = 1;
  int threads = 1;
};

/// The worlds of an evaluation: config.worlds, or where that is 0 as many as leave each agent at least 20
/// minutes (7 km where the distance is given), at least 1 and at most 256. With less time many goals would
/// still be open at the end, the far ones more often than the near.
int worlds_of(const EvaluationConfig&);

struct MapEvaluation {
  std::string map;
  Counts counts;
  std::vector<Counts> stretches;  ///< of `counts`, each of one world and about one minute
  std::vector<Counts> sizes;      ///< by SizeClass
  double agent_hours = 0;
};

struct Evaluation {
  EvaluationConfig config;  ///< with the worlds that there were
  PolicyCard policy;
  std::vector<MapEvaluation> maps;
  float trained_time_step_s = 0;  ///< of the policy; 0 if unknown

  Counts total() const;
  /// Of the maps that are not among these; of all where there are no others.
  Counts held_out(const std::vector<std::string>& trained_on) const;
  double agent_hours() const;
};

using EvaluationProgress = std::function<void(double share, const Counts& so_far)>;
/// Called once a map before the first step and after every step, for logs. `world` is on the CPU.
class Simulator;
using EvaluationWatcher = std::function<void(const std::string& map, const Simulator&, bool first)>;

/// Runs it. Throws Error on a missing map or a bad configuration; stops early, keeping what was counted,
/// after an interrupt (base/interrupt.h).
Evaluation evaluate(Driver&, const EvaluationConfig&, const EvaluationProgress& = {},
                    const EvaluationWatcher& = {});

/// One JSON object with every figure (fields: docs/user_guide.md), and the same as a table for people.
std::string evaluation_json(const Evaluation&);
std::string evaluation_table(const Evaluation&);

}  // namespace gigalane
