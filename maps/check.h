/// Checks of a road network: what would trap, mislead or crash an agent, each with its place.
#pragma once
#include <string>
#include <vector>

#include "maps/compiled_map.h"
#include "maps/road_network.h"

namespace gigalane {

// The car that lanes are measured by.
constexpr double kCarLengthM = 4.5, kCarWidthM = 1.8;

/// What a check found, and what its coordinates and indices mean.
struct CheckedMap {
  std::string name;
  std::vector<Finding> findings;
  double origin_x = 0, origin_y = 0;  ///< source coordinates of the origin of Finding::x, y
  std::vector<std::string> road_ids;  ///< the source's name of each road index
};

/// Checks a network, also one that cannot be driven on as its lanes cross themselves. Throws Error if it
/// cannot even be cut into lanes.
CheckedMap check_network(const RoadNetwork& network, int threads = 0);
/// The findings that a compiled map carries.
CheckedMap checked(const CompiledMap& map);

/// How many findings would trap an agent.
int count_traps(const std::vector<Finding>& findings);

}  // namespace gigalane
