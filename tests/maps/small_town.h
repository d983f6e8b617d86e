// A town of OpenStreetMap, and the same as a SUMO network; needs netconvert.
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>

#include "tests/maps/help.h"

namespace gigalane::testing {

inline bool has_netconvert() {
  const char* home = std::getenv("SUMO_HOME");
  const std::filesystem::path types =
      std::filesystem::path(home ? home : "/usr/share/sumo") / "data/typemap/osmNetconvert.typ.xml";
  if (std::system("netconvert --version >/dev/null 2>&1") == 0 && std::filesystem::exists(types)) return true;
  MESSAGE("skipped: no netconvert or no types of streets, install Debian's packages sumo and sumo-tools");
  return false;
}

/// Streets 200 m apart: two from west to east, two from south to north, one light where the first ones cross,
/// and a dead end that sticks out.
inline std::string small_town() {
  std::ostringstream osm;
  osm << "<?xml version='1.0'?><osm version='0.6'>";
  const auto node = [&](int id, double east, double north, const char* more = "") {
    osm.precision(10);
    osm << "<node id='" << id << "' version='1' lat='" << 43.7 + north / 111132 << "' lon='"
        << 7.4 + east / 80420 << "'>" << more << "</node>";
  };
  node(1, 0, 0, "<tag k='highway' v='traffic_signals'/>");
  node(2, 200, 0);
  node(3, 200, 200);
  node(4, 0, 200);
  node(5, -200, 0);
  node(6, -200, 200);
  node(7, 0, -200);
  node(8, 200, -200);
  node(9, -200, -200);
  node(10, 350, 200);
  const auto way = [&](int id, std::initializer_list<int> nodes, const char* kind) {
    osm << "<way id='" << id << "' version='1'>";
    for (const int n : nodes) osm << "<nd ref='" << n << "'/>";
    osm << "<tag k='highway' v='" << kind << "'/></way>";
  };
  way(100, {5, 1, 2}, "secondary");
  way(101, {7, 1, 4}, "secondary");
  way(102, {6, 4, 3}, "residential");
  way(103, {9, 7, 8}, "residential");
  way(104, {9, 5, 6}, "residential");
  way(105, {8, 2, 3}, "residential");
  way(106, {3, 10}, "residential");
  way(107, {1, 3}, "footway");
  osm << "</osm>";
  return osm.str();
}

/// The town as netconvert makes a SUMO network of it: the path of the file.
inline std::string built_town(const Folder& folder, const std::string& options = "") {
  const std::string osm = folder.write("town.osm", small_town()), net = folder.file("built.net.xml");
  REQUIRE(std::system(("netconvert --xml-validation never --osm-files " + osm +
                       " --keep-edges.by-vclass passenger " + options + " --output-file " + net +
                       " >/dev/null 2>&1")
                          .c_str()) == 0);
  return net;
}

}  // namespace gigalane::testing
