#include "sim/scenarios.h"

#include <cstdio>

#include "base/error.h"

namespace gigalane {

namespace {

// What several scenes have in common.
const char* const kStill = "perturbation.enabled=false";  // roads as they are
const char* const kNotBlind = "erratic.blind=0";
const char* const kNotBraking = "erratic.braking=0";

}  // namespace

// clang-format off
const std::vector<Scenario>& list_scenarios() {
  static const std::vector<Scenario> scenarios{
      {"crossing", "one junction with lights, all that the paper draws", "crossing", 16, 16, {}},
      {"grid", "sixteen junctions with lights", "grid?blocks=4", 16, 48, {}},
      {"roundabout", "five arms, no lights, wrecks that stay", "roundabout?arms=5", 16, 24, {"after_end=stop", "episode_steps=60", "stagger_episodes=true"}},
      {"merge", "a motorway and its ramp", "merge?lanes=3", 16, 32, {"spawn.speed_mps=[10, 20]", "spawn.at_rest=0.1"}},
      {"town", "a town with lights", "Town01", 16, 64, {}},
      {"levels", "a town with a motorway over and under it: the speed figure of docs/performance.md", "Town04", 64, 64, {}},
      {"dense", "the same with as many agents as the paper has at most", "Town04", 64, 150, {}},
      {"drawn_counts", "8 to 64 agents, first episodes that start at any step", "Town03", 16, 64,
       {"agents_min=8", "stagger_episodes=true", "episode_steps=100"}},
      {"dropped", "features dropped as in the paper's training", "Town01", 16, 64,
       {"observation.lane_points=40", "observation.boundary_points=48", "observation.drop_features=true"}},
      {"noisy", "agents that see others and their own place with errors", "roundabout?arms=4", 16, 32,
       {"observation.noise.others_position_m=0.3", "observation.noise.others_heading_rad=0.05",
        "observation.noise.others_speed_mps=0.5", "observation.noise.own_position_m=0.2",
        "observation.noise.own_heading_rad=0.02", "observation.noise.own_speed_mps=0.2"}},
      {"long_form", "the paper's long evaluation: 15 Hz, 40 observed agents", "Town01", 4, 50,
       {"time_step_s=0.0666667", "observation.agents=40", kStill, kNotBlind, kNotBraking}},
      {"mixed", "cars, trucks, cyclists and pedestrians", "grid?blocks=3&lanes=2", 16, 48,
       {"kinds.car.share=0.55", "kinds.truck.share=0.15", "kinds.cyclist.share=0.15", "kinds.pedestrian.share=0.15"}},
      {"company", "the policy among drivers that are not", "grid?blocks=4", 16, 48,
       {"drivers.idm.share=0.4", "drivers.constant_speed.share=0.1", "drivers.parked=0.1"}},
      {"traffic", "the Intelligent Driver Model alone, cars and trucks", "Town03", 4, 100,
       {"drivers.idm.share=1", "kinds.car.share=0.9", "kinds.truck.share=0.1", kStill, kNotBlind, kNotBraking}},
  };
  return scenarios;
}
// clang-format on

const Scenario& find_scenario(const std::string& name) {
  std::string names;
  for (const Scenario& s : list_scenarios()) {
    if (name == s.name) return s;
    names += (names.empty() ? "" : ", ") + std::string(s.name);
  }
  fail("scenario = ", name, ", expected one of ", names);
}

SimulationConfig scenario_config(const Scenario& s) {
  SimulationConfig config;
  parse_config("", std::string("scenario ") + s.name, s.settings, config);
  config.maps = {s.map};
  config.worlds = s.worlds;
  config.agents_per_world = s.agents;
  return config;
}

std::string describe_scenarios() {
  std::string text;
  for (const Scenario& s : list_scenarios()) {
    char line[300];
    std::snprintf(line, sizeof line, "%-14s %-22s %3d x %-3d  %s\n", s.name, s.map, s.worlds, s.agents,
                  s.help);
    text += line;
  }
  return text;
}

}  // namespace gigalane
