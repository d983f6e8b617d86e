// Roads on the same ground: which are found, and which only part or join there.
#include <cmath>

#include "tests/maps/findings.h"

using namespace gigalane;
using testing::check_place;
using testing::found;
using testing::only;
using testing::two_pieces;

TEST_CASE("roads of one level that lie over each other are found, a bridge is not") {
  RoadNetwork network = make_ring_road({});
  RoadNetwork other = make_ring_road({});
  for (Road& road : other.roads) {
    road.id += "b";
    road.geometry[0].x += 60;
    road.predecessor.index += 2;
    road.successor.index += 2;
    network.roads.push_back(road);
  }
  CheckedMap map = check_network(network);
  const std::vector<Finding> overlaps = found(map, Fault::overlap);
  REQUIRE(overlaps.size() == 2);  // the circles cut each other at (30, 40) and (30, -40)
  check_place(map, overlaps[0], 30, 40, 5);
  CHECK(overlaps[0].value > 1);
  CHECK(only(map, Fault::cut_off).value == doctest::Approx(2 * M_PI * 50).epsilon(0.01));
  for (size_t k = 2; k < 4; ++k) network.roads[k].elevation = {{0, 6, 0, 0, 0}};
  CHECK(found(check_network(network), Fault::overlap).empty());
}

namespace {

/// A road of two lanes and two roads that it parts into: one straight on, one that bends off to the right
/// and, some 350 m later, comes back across it. `joins`: all of them run the other way and join.
RoadNetwork fork(bool direct_junction, bool joins) {
  RoadNetwork network = two_pieces(0, 0, 0);
  Road &stem = network.roads[0], &on = network.roads[1];
  for (Road* road : {&stem, &on}) {
    RoadLane& lane = road->sections[0].lanes[0];
    lane.predecessors.clear(), lane.successors.clear();
    RoadLane second = lane;
    second.id = -2;
    road->sections[0].lanes.insert(road->sections[0].lanes.begin(), second);
    road->predecessor = road->successor = {};
    if (joins)
      for (RoadLane& each : road->sections[0].lanes) each.reversed = true;
  }
  on.length = on.geometry[0].length = 500;
  Road off = on;
  off.id = "off";
  const double x = on.geometry[0].x, kappa = 0.005, turn = 0.5;
  Geometry right = on.geometry[0], left = right;
  right.kind = left.kind = Geometry::Kind::arc;
  right.length = 100, left.length = 400, left.s = 100;
  right.curvature_start = right.curvature_end = -kappa;
  left.curvature_start = left.curvature_end = kappa;
  left.x = x + std::sin(turn) / kappa, left.y = -(1 - std::cos(turn)) / kappa, left.heading = -turn;
  off.geometry = {right, left};
  network.roads.push_back(off);
  if (!direct_junction) return network;
  network.roads[0].successor = {RoadLink::Kind::junction, 0, RoadEnd::start};
  for (const size_t k : {1, 2}) network.roads[k].predecessor = {RoadLink::Kind::junction, 0, RoadEnd::start};
  Junction junction;
  junction.id = "9";
  for (const int k : {1, 2}) {
    Connection connection{0, k, RoadEnd::start, {{-1, -1}, {-2, -2}}};
    if (joins) connection.incoming = k, connection.connecting = 0, connection.contact = RoadEnd::end;
    junction.connections.push_back(connection);
  }
  network.junctions.push_back(junction);
  return network;
}

}  // namespace

TEST_CASE("roads that part or join at a direct junction do not overlap there, but may elsewhere") {
  for (const bool joins : {false, true}) {
    CAPTURE(joins);
    // an overlap is one finding for each pair of lanes, over all the stretch of the road that goes straight
    // on
    const auto at_fork = [&](const CheckedMap& map) {
      int count = 0;
      for (const Finding& f : found(map, Fault::overlap)) count += joins ? f.to_m > 350 : f.from_m < 150;
      return count;
    };
    CHECK(at_fork(check_network(fork(false, joins))) > 0);
    const CheckedMap linked = check_network(fork(true, joins));
    CHECK(at_fork(linked) == 0);
    CHECK(found(linked, Fault::overlap).size() > 0);  // where the road comes back
  }
}

TEST_CASE("roads that part and never leave each other overlap beyond 200 m") {
  RoadNetwork network = fork(true, false);
  Road& off = network.roads[2];
  off.geometry = {network.roads[1].geometry[0]};  // 500 m on the same ground
  off.length = 500;
  const std::vector<Finding> overlaps = found(check_network(network), Fault::overlap);
  REQUIRE(!overlaps.empty());
  for (const Finding& f : overlaps) {
    CHECK(f.from_m > 195);
    CHECK(f.to_m > 495);
  }
}
