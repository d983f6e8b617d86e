/// The world that `record` and `view` let a policy drive in: evaluation's, in one long episode.
#pragma once
#include <string>

#include "policy/driver.h"
#include "sim/config.h"

namespace gigalane {

/// evaluation_world() of what the policy was trained with, one world of `agents` on `map`, with an episode of
/// at least `steps` steps.
SimulationConfig policy_world(const PolicyCard& card, const std::string& map, int agents, float time_step_s,
                              int steps);

}  // namespace gigalane
