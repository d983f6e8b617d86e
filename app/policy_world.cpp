#include "app/policy_world.h"

#include <algorithm>

#include "base/error.h"

namespace gigalane {

SimulationConfig policy_world(const PolicyCard& card, const std::string& map, int agents, float time_step_s,
                              int steps) {
  SimulationConfig trained;
  if (!card.simulation_yaml.empty()) parse_config(card.simulation_yaml, card.path, {}, trained);
  SimulationConfig world = evaluation_world(trained);
  world.maps = {map};
  world.worlds = 1;
  world.agents_per_world = agents;
  world.agents_min = 0;
  world.time_step_s = time_step_s;
  world.episode_steps = std::max(world.episode_steps, steps + 1);
  world.stagger_episodes = false;
  return world;
}

SimulationConfig scenario_world(const Scenario& scenario, const PolicyCard* card, int steps) {
  SimulationConfig world = scenario_config(scenario);
  if (card) {
    SimulationConfig trained;
    if (!card->simulation_yaml.empty()) parse_config(card->simulation_yaml, card->path, {}, trained);
    world.observation = evaluation_world(trained).observation;
  } else {
    const DriverConfig& d = world.drivers;
    require(d.idm.share + d.constant_speed.share + d.parked >= 1, "scenario ", scenario.name,
            ": has agents that a policy drives, expected --policy");
  }
  world.worlds = 1;
  world.agents_min = 0;
  world.episode_steps = std::max(world.episode_steps, steps + 1);
  world.stagger_episodes = false;
  return world;
}

}  // namespace gigalane
