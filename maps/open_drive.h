/// Reads OpenDRIVE 1.4 (.xodr, or .xodr.gz) into a RoadNetwork.
#pragma once
#include <string>

#include "maps/road_network.h"

namespace gigalane {

/// Reads a file. Throws Error in one line (file, road, what was expected) if it is not a road network.
RoadNetwork read_open_drive(const std::string& path);

/// The same from a text; `origin` names it in errors.
RoadNetwork parse_open_drive(const std::string& text, const std::string& origin);

/// The bytes of a file, unzipped if it is in gzip's format. Throws Error if it cannot be read whole.
std::string read_maybe_zipped(const std::string& path);

}  // namespace gigalane
