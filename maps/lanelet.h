/// Reads Lanelet2 maps (.osm with relations of type lanelet) into a RoadNetwork.
#pragma once
#include <string>

#include "maps/road_network.h"

namespace gigalane {

/// Whether the text of an .osm file holds lanelets rather than OpenStreetMap's streets.
bool is_lanelet_map(const std::string& xml);

/// Reads a map from its text; `origin` names it in errors. Throws Error in one line: file, element, what was
/// expected.
RoadNetwork parse_lanelets(const std::string& xml, const std::string& origin);

}  // namespace gigalane
