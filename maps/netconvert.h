/// SUMO and OpenStreetMap networks, converted to OpenDRIVE by SUMO's own program, netconvert.
#pragma once
#include <string>

#include "maps/road_network.h"

namespace gigalane {

/// Converts an OpenStreetMap extract (.osm, .osm.gz): roads for motor vehicles with their junctions and
/// lights. Streets that end get turning loops where there is room; what cannot be both entered and left is
/// cut off. Licence and attribution are OpenStreetMap's. Throws Error: netconvert is missing (with the
/// package to install), or its first complaint. `left_hand`: traffic keeps to the left, which the file does
/// not say. Places are metres north and east of the lower left corner, with `left_hand` of the lower right
/// one.
RoadNetwork convert_open_street_map(const std::string& path, bool left_hand = false);

/// Converts a SUMO network (.net.xml, .net.xml.gz) as it stands but for the same loops and cuts; the network
/// says which side traffic keeps to. Places are the network's.
RoadNetwork convert_sumo(const std::string& path);

}  // namespace gigalane
