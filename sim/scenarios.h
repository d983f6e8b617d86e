/// Named scenes, one line each: what tests, benchmarks, recordings and the viewer share.
#pragma once
#include <string>
#include <vector>

#include "sim/config.h"

namespace gigalane {

struct Scenario {
  const char* name;
  const char* help;
  const char* map;
  int worlds, agents;
  std::vector<std::string> settings;  ///< "key.path=value" of SimulationConfig, over its defaults
};

const std::vector<Scenario>& list_scenarios();
/// Throws Error with the names that exist.
const Scenario& find_scenario(const std::string& name);
/// Its configuration. Throws Error if a setting is none.
SimulationConfig scenario_config(const Scenario&);
/// A line a scene: name, map, worlds x agents, help.
std::string describe_scenarios();

}  // namespace gigalane
