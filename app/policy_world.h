/// The world that `record` and `view` let a policy drive in: evaluation's, in one long episode.
#pragma once
#include <string>

#include "policy/driver.h"
#include "sim/scenarios.h"

namespace gigalane {

/// evaluation_world() of what the policy was trained with, one world of `agents` on `map`, with an episode of
/// at least `steps` steps.
SimulationConfig policy_world(const PolicyCard& card, const std::string& map, int agents, float time_step_s,
                              int steps);

/// One world of a scene of the registry, with an episode of at least `steps` steps, and the observation that
/// the policy was trained with (null: no policy). Throws Error where a policy is needed and there is none.
SimulationConfig scenario_world(const Scenario&, const PolicyCard*, int steps);

}  // namespace gigalane
