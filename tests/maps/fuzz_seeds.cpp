// Writes what fuzzers begin with to a folder each: fuzz_seeds FOLDER makes FOLDER/open_drive, sumo_net,
// lanelet and map_file.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "maps/generate.h"
#include "maps/map_file.h"
#include "tests/maps/lanelet_writer.h"
#include "tests/maps/loop_road.h"
#include "tests/maps/small_net.h"

using namespace gigalane;
using testing::LaneletWriter;
using testing::tag;

namespace {

/// Two lanes this way and one that way, a way on to the right with a light, a limit and a right of way.
std::string lanelets() {
  LaneletWriter w;
  const int axis = w.node(0, 0), mid = w.node(0, -3.5), low = w.node(0, -7);
  const int a = w.node(50, 0, 1), b = w.node(50, -3.5, 1), c = w.node(50, -7, 1);
  const int middle = w.way({axis, a}), between = w.way({mid, b}), outer = w.way({low, c});
  w.lanelet(middle, between, tag("subtype", "road") + tag("speed_limit", "30 mph"));
  const int self = w.lanelet(between, outer, tag("subtype", "road") + tag("one_way", "yes"));
  w.lanelet(middle, w.line(50, 3.5, 0, 3.5), tag("subtype", "road") + tag("participant:vehicle", "yes"));
  w.lanelet(w.way({b, w.node(56, -7), w.node(58, -15)}), w.way({c, w.node(52, -9), w.node(54, -15)}),
            tag("subtype", "road") + tag("turn_direction", "right"));
  const int light = w.line(51, -8, 51, -8.5), line = w.line(50, -3.5, 50, -7);
  const auto member = [](const char* type, int id, const char* role) {
    return std::string("<member type='") + type + "' ref='" + std::to_string(id) + "' role='" + role + "'/>";
  };
  w.relation(tag("type", "regulatory_element") + tag("subtype", "traffic_light") +
             member("way", light, "refers") + member("way", line, "ref_line"));
  w.relation(tag("type", "regulatory_element") + tag("subtype", "right_of_way") +
             member("relation", self, "yield"));
  return w.text();
}

void write(const std::filesystem::path& folder, const char* name, const std::string& text) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary) << text;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "fuzz_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  write(folder / "open_drive", "loop.xodr", testing::kLoop);
  write(folder / "sumo_net", "small.net.xml", testing::kSmallNet);
  write(folder / "lanelet", "fork.osm", lanelets());
  std::filesystem::create_directories(folder / "map_file");
  StraightRoad road;
  road.length_m = 20;
  save_map(generate_straight_road(road), (folder / "map_file" / "straight.h5").string());
}
