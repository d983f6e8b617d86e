/// Road networks from files of any kind that can be imported.
#pragma once
#include <string>
#include <vector>

#include "maps/open_drive.h"
#include "maps/road_network.h"

namespace gigalane {

struct ImportOptions {
  OpenDriveOptions lanes;  ///< which lane types of OpenDRIVE count
  /// Traffic of an OpenStreetMap file keeps to the left; other files say so themselves.
  bool left_hand = false;
  bool drivable_part = false;  ///< what no car could drive on or get out of is left out (prune.h)
};

/// How the names of importable files end, longer ones before those that they end in.
const std::vector<std::string>& source_extensions();

/// Reads an OpenDRIVE (.xodr), SUMO (.net.xml), OpenStreetMap or Lanelet2 file (both .osm; told apart by
/// their content), each also zipped (.gz). Source, its checksum, licence and attribution are filled in where
/// they are known. Throws Error in one line: the file, and
/// what is wrong with it; `left_hand` with a file that is not of OpenStreetMap; for SUMO and OpenStreetMap
/// also where netconvert is missing, with the package that has it.
RoadNetwork read_network(const std::string& path, const ImportOptions& options = {});

}  // namespace gigalane
