/// Reads OpenDRIVE 1.4 to 1.8 (.xodr, or .xodr.gz) into a RoadNetwork.
#pragma once
#include <string>
#include <vector>

#include "maps/road_network.h"

namespace gigalane {

/// Which lane types count, by OpenDRIVE's names.
struct OpenDriveOptions {
  /// Lanes that traffic drives along.
  std::vector<std::string> driving{"driving",  "entry",          "exit",     "onRamp", "offRamp",
                                   "slipLane", "connectingRamp", "mwyEntry", "mwyExit"};
  /// Drivable area without a direction of its own.
  std::vector<std::string> bidirectional{"bidirectional"};
  /// Whether errors name lines. Not those of a text that the user has no file of.
  bool name_lines = true;
};

constexpr size_t kLargestXmlBytes = size_t(512) << 20;  ///< of a file, unzipped

/// Reads a file. Throws Error in one line (file, line, road, what was expected) if it is not a road network.
RoadNetwork read_open_drive(const std::string& path, const OpenDriveOptions& options = {});

/// The same from a text; `origin` names it in errors.
RoadNetwork parse_open_drive(const std::string& text, const std::string& origin,
                             const OpenDriveOptions& options = {});

/// The bytes of a file, unzipped if it is in gzip's format. Throws Error if it cannot be read whole or has
/// more than kLargestXmlBytes.
std::string read_maybe_zipped(const std::string& path);

}  // namespace gigalane
