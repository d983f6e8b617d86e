/// What a step consists of: the phases in their order, for the simulator and for tests that run them
/// otherwise.
#pragma once
#include "sim/drive_others.h"
#include "sim/find_collisions.h"
#include "sim/move_vehicles.h"
#include "sim/observe.h"
#include "sim/plan_paths.h"
#include "sim/replay_agents.h"
#include "sim/reset_agents.h"
#include "sim/rules.h"
#include "sim/score_agents.h"

namespace gigalane {

/// Calls run(phases...) with the phases of one step; `everything` starts episode 0 of every world first.
template <class Look, class Run>
void with_phases(const WorldView& view, const StepRules& rules, const ReplayView& log, bool everything,
                 const Look& observe, const Run& run) {
  const bool others = rules.drivers.any();
  run(PlanPaths{view, int(rules.drivers.idm.give_up_s / rules.time_step_s + 0.5f),
                others && !everything},                                            // where each means to go
      DriveOthers{view, rules.drivers, rules.time_step_s, others && !everything},  // but the policy
      EndLives{view, rules, everything},                                           // new episodes
      ReplayAgents{view, log, rules.drivers, rules.drivers.replay_agents > 0},     // as a log has them
      BeginLives{view, rules},                                                     // where nobody is
      ChangeLights{view, rules.time_step_s},                                       //
      MoveVehicles{view, rules.time_step_s, others},             // bicycle, place on the lanes
      FindCollisions{view},                                      // with agents and boundary
      ScoreAgents{view, rules.time_step_s, rules.episode_steps,  // goals, rewards, ends
                  rules.reward.goal_speed_mps, rules.reward.progress_per_m, sign_rules(rules.reward), others},
      observe);
}

}  // namespace gigalane
