#include "maps/import.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/state_hash.h"
#include "maps/lanelet.h"
#include "maps/netconvert.h"
#include "maps/open_drive.h"
#include "maps/prune.h"

namespace gigalane {
namespace {

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string extension_of(const std::string& path) {
  for (const std::string& extension : source_extensions())
    if (ends_with(path, extension)) return extension;
  return "";
}

/// CARLA's towns, by the names that its package gives them, and Braunschweig of Debian's package sumo-tools.
void credit_known(RoadNetwork& network) {
  if (network.source_sha256 == "5785a0d4851a7a664d1e9a600e96fff14962a8bc5d51597a405e84dddd968ed2") {
    network.licence = "EPL-2.0 or GPL-2.0-or-later; ODbL 1.0";
    network.attribution = "Eclipse SUMO, example bs3d; streets (c) OpenStreetMap contributors, ODbL";
    return;
  }
  const std::string& name = network.name;
  const auto digit = [&](size_t k) { return std::isdigit(static_cast<unsigned char>(name[k])) != 0; };
  if (name.size() < 6 || name.compare(0, 4, "Town") != 0 || !digit(4) || !digit(5)) return;
  network.licence = "CC-BY 4.0";
  network.attribution = "CARLA assets, CC-BY 4.0";
}

[[noreturn]] void refuse_left_hand(const std::string& path, const char* kind) {
  fail(path, ": ", kind,
       " says itself which side traffic keeps to, expected --left-hand for OpenStreetMap only");
}

RoadNetwork read_osm(const std::string& path, bool left_hand) {
  const std::string bytes = read_maybe_zipped(path);
  if (!is_lanelet_map(bytes)) return convert_open_street_map(path, left_hand);
  if (left_hand) refuse_left_hand(path, "a Lanelet2 map");
  return parse_lanelets(bytes, path);
}

}  // namespace

const std::vector<std::string>& source_extensions() {
  static const std::vector<std::string> extensions{".xodr.gz",    ".xodr",    ".net.xml.gz", ".net.xml",
                                                   ".osm.xml.gz", ".osm.xml", ".osm.gz",     ".osm"};
  return extensions;
}

RoadNetwork read_network(const std::string& path, const ImportOptions& options) {
  const std::string extension = extension_of(path);
  if (extension.empty())
    fail(path, ": not a map, expected .xodr, .net.xml or .osm, or one of these with .gz");
  const bool streets = extension.rfind(".osm", 0) == 0;
  if (options.left_hand && !streets)
    refuse_left_hand(path, extension.rfind(".net", 0) == 0 ? "a SUMO network" : "an OpenDRIVE file");
  RoadNetwork network = extension.rfind(".xodr", 0) == 0  ? read_open_drive(path, options.lanes)
                        : extension.rfind(".net", 0) == 0 ? convert_sumo(path)
                                                          : read_osm(path, options.left_hand);
  if (options.drivable_part) make_drivable(network);
  const std::string file = path.substr(path.find_last_of('/') + 1);
  network.source = file;
  network.name = file.substr(0, file.size() - extension.size());
  network.source_sha256 = sha256_file(path);
  credit_known(network);
  return network;
}

}  // namespace gigalane
