// What tests of checks share: findings of one kind, their places, and two roads in a row.
#pragma once
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "maps/check.h"
#include "maps/generate.h"

namespace gigalane::testing {

inline std::vector<Finding> found(const CheckedMap& map, Fault fault) {
  std::vector<Finding> list;
  for (const Finding& f : map.findings)
    if (f.fault == fault) list.push_back(f);
  return list;
}

// The only finding of this kind.
inline Finding only(const CheckedMap& map, Fault fault) {
  const std::vector<Finding> list = found(map, fault);
  CAPTURE(name_of(fault));
  REQUIRE(list.size() == 1);
  return list[0];
}

inline void check_place(const CheckedMap& map, const Finding& f, double x, double y, double within = 1.5) {
  CAPTURE(f.x + map.origin_x);
  CAPTURE(f.y + map.origin_y);
  CHECK(std::hypot(f.x + map.origin_x - x, f.y + map.origin_y - y) < within);
}

// A road of one lane from (0, 0) along x, and one that goes on from its end; closed by nothing.
inline RoadNetwork two_pieces(double gap_m, double turn_rad, double rise_m) {
  RoadNetwork network = make_straight_road({});
  network.roads.resize(1);
  Road first = network.roads[0];
  first.geometry[0].x = 0;
  first.sections[0].lanes.erase(first.sections[0].lanes.begin() + 1);
  first.lane_offset = {{0, 1.75, 0, 0, 0}};
  Road second = first;
  second.id = "1";
  second.geometry[0].x = first.length + gap_m;
  second.geometry[0].heading = turn_rad;
  second.elevation = {{0, rise_m, 0, 0, 0}};
  first.predecessor = second.predecessor = {};
  first.successor = {RoadLink::Kind::road, 1, RoadEnd::start};
  second.predecessor = {RoadLink::Kind::road, 0, RoadEnd::end};
  first.sections[0].lanes[0].predecessors.clear();
  first.sections[0].lanes[0].successors = {-1};
  second.sections[0].lanes[0].successors.clear();
  second.sections[0].lanes[0].predecessors = {-1};
  network.roads = {first, second};
  return network;
}

}  // namespace gigalane::testing
