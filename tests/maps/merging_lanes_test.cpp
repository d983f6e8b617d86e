// Lanes that go on in one that begins beside them: where one can change lanes instead, and only there.
#include <doctest/doctest.h>

#include "maps/compile_steps.h"

using namespace gigalane;

namespace {

/// A road to the east, lanes numbered from -1 on to the right, each 3.5 m wide.
Road road(const char* id, double x, double y, int lanes) {
  Road road;
  road.id = id;
  road.length = 50;
  Geometry line;
  line.x = x;
  line.y = y;
  line.length = road.length;
  road.geometry.push_back(line);
  LaneSection section;
  for (int k = lanes; k >= 1; --k) {
    RoadLane lane;
    lane.id = -k;
    lane.type = LaneType::driving;
    lane.widths = {{0, 3.5, 0, 0, 0}};
    section.lanes.push_back(lane);
  }
  road.sections.push_back(section);
  return road;
}

/// Two lanes that go on in a road that begins some metres to the left, each in the lane that is given.
std::vector<Strip> two_lanes_into(double aside_m, int lanes, int from_left, int from_right) {
  RoadNetwork network;
  network.roads = {road("a", 0, 0, 2), road("b", 50, aside_m, lanes)};
  network.roads[0].successor = {RoadLink::Kind::road, 1, RoadEnd::start};
  network.roads[1].predecessor = {RoadLink::Kind::road, 0, RoadEnd::end};
  for (RoadLane& lane : network.roads[0].sections[0].lanes)
    if (const int to = lane.id == -1 ? from_left : from_right; to != 0) lane.successors = {to};
  CompiledMap map;
  return prepare_strips(network, map, nullptr);
}

int ways_on(const std::vector<Strip>& strips, int lane_id) {
  for (const Strip& strip : strips)
    if (strip.road == 0 && strip.lane_id == lane_id) return int(strip.successors.size());
  return -1;
}

}  // namespace

TEST_CASE("a lane that merges into the way on of the lane beside it changes lanes instead") {
  const std::vector<Strip> strips = two_lanes_into(0, 1, -1, -1);
  CHECK(ways_on(strips, -1) == 1);
  CHECK(ways_on(strips, -2) == 0);
}

TEST_CASE("a carriageway that goes on a little aside, as in the kinks of tight rings, keeps its ways on") {
  const std::vector<Strip> strips = two_lanes_into(1.5, 2, -1, -2);
  CHECK(ways_on(strips, -1) == 1);
  CHECK(ways_on(strips, -2) == 1);
  const std::vector<Strip> lone = two_lanes_into(0, 1, 0, -1);  // the lane beside it has no way on
  CHECK(ways_on(lone, -1) == 0);
  CHECK(ways_on(lone, -2) == 1);
}
