// Maps beyond what 16 bits can name end in one line that says so.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "maps/compile.h"
#include "maps/generate.h"
#include "tests/maps/help.h"

using namespace gigalane;
using testing::error_of;
using testing::has;

namespace {

/// A straight road of `sections` sections of 1 m, `lanes` lanes each way: a lane point a lane and section.
RoadNetwork many_sections(int sections, int lanes) {
  StraightRoad options;
  options.loops = false;
  options.lanes = lanes;
  options.length_m = sections;
  RoadNetwork network = make_straight_road(options);
  Road& road = network.roads[0];
  const LaneSection whole = road.sections[0];
  road.sections.assign(size_t(sections), whole);
  for (int k = 0; k < sections; ++k) {
    road.sections[size_t(k)].s = k;
    for (RoadLane& lane : road.sections[size_t(k)].lanes) lane.predecessors = lane.successors = {lane.id};
  }
  return network;
}

/// A straight road with a light every few centimetres.
RoadNetwork many_lights(int lights) {
  StraightRoad options;
  options.loops = false;
  options.length_m = 1000;
  RoadNetwork network = make_straight_road(options);
  for (int k = 0; k < lights; ++k) {
    RoadSignal light;
    light.id = std::to_string(k);
    light.type = "1000001";
    light.dynamic = true;
    light.s = 1000.0 * k / lights;
    light.orientation = '+';
    network.roads[0].signals.push_back(light);
  }
  return network;
}

}  // namespace

TEST_CASE("more lane points than goals can name are refused in one line") {
  const std::string message = error_of([] { compile(many_sections(3277, 10)); });
  CHECK(has(message, "65540 lane points"));
  CHECK(has(message, "expected at most 65534"));
  CHECK(!has(message, "\n"));
}

TEST_CASE("more kilometres of lane than goals can name are refused before anything is cut") {
  StraightRoad options;
  options.loops = false;
  options.lanes = 50;
  options.length_m = 100000;
  const auto start = std::chrono::steady_clock::now();
  const std::string message = error_of([&] { compile(make_straight_road(options)); });
  CHECK(has(message, "more than 2621 km of lane up to here"));
  CHECK(!has(message, "\n"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST_CASE("as many lane points as goals can name are a map whose goals name them all") {
  const CompiledMap map = compile(many_sections(3276, 10), 2);
  CHECK(map.lane_point_count() == 65520);
  CHECK(!map.regions.empty());
}

TEST_CASE("more lights than stop lines can name are refused in one line") {
  const std::string message = error_of([] { compile(many_lights(32768)); });
  CHECK(has(message, "32768 lights"));
  CHECK(has(message, "expected at most 32767 of each"));
  CHECK(!has(message, "\n"));
  CHECK(compile(many_lights(2000)).signals.size() == 2000);
}
