/// Generated maps by name, with parameters: "grid?blocks=4&lanes=2".
#pragma once
#include <string>
#include <vector>

#include "maps/road_network.h"

namespace gigalane {

struct GeneratorParameter {
  std::string name;
  double standard, least, most;
  bool whole;  ///< only whole numbers
};
struct GeneratorInfo {
  std::string name, help;
  std::vector<GeneratorParameter> parameters;
};

/// All generators, by name.
const std::vector<GeneratorInfo>& list_generators();

/// Whether a map's name is that of a generator, with or without parameters.
bool names_generator(const std::string& name);

/// Makes the network that a name describes; the network bears the name as given. Throws Error in one line:
/// an unknown parameter (with the known ones), a value that is no number or out of range.
RoadNetwork generate_network(const std::string& name);

}  // namespace gigalane
