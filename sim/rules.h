/// The configuration as the phases of a step receive it: plain numbers, by value.
#pragma once
#include "sim/config.h"
#include "sim/drivers.h"

namespace gigalane {

enum class AfterEnd : uint8_t { respawn, remove, stop };

struct StepRules {
  float time_step_s;
  int episode_steps;
  int agents_min;  ///< 0: always all slots
  bool stagger_episodes;
  AfterEnd after_end;
  PerturbationConfig perturbation;
  TraitConfig traits;
  KindMixConfig kinds;
  RewardConfig reward;
  GoalConfig goals;
  SpawnConfig spawn;
  LightConfig lights;
  ErraticConfig erratic;
  DriverRules drivers;
};

/// `replay_agents`: how many agents the log of c.drivers.replay has.
inline StepRules step_rules(const SimulationConfig& c, int replay_agents = 0) {
  const AfterEnd after_end = c.after_end == "remove" ? AfterEnd::remove
                             : c.after_end == "stop" ? AfterEnd::stop
                                                     : AfterEnd::respawn;
  return {
      c.time_step_s,
      c.episode_steps,
      c.agents_min,
      c.stagger_episodes,
      after_end,
      c.perturbation,
      c.traits,
      c.kinds,
      c.reward,
      c.goals,
      c.spawn,
      c.lights,
      c.erratic,
      {c.drivers.idm, c.drivers.constant_speed, c.drivers.parked, c.drivers.outside_agents, replay_agents}};
}

}  // namespace gigalane
