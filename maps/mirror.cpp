#include "maps/mirror.h"

#include <algorithm>

namespace gigalane {
namespace {

constexpr double kPi = 3.14159265358979323846;

void negate(std::vector<Cubic>& records) {
  for (Cubic& r : records) r.a = -r.a, r.b = -r.b, r.c = -r.c, r.d = -r.d;
}

void mirror_line(std::vector<Geometry>& line) {
  for (Geometry& g : line) {
    g.x = -g.x;
    g.heading = kPi - g.heading;
    g.curvature_start = -g.curvature_start;
    g.curvature_end = -g.curvature_end;
    for (double& v : g.v) v = -v;
  }
}

void mirror_lane(RoadLane& lane) {
  lane.id = -lane.id;
  for (auto* links : {&lane.predecessors, &lane.successors})
    for (int& id : *links) id = -id;
  negate(lane.borders);
  std::swap(lane.left, lane.right);
  for (auto* bound : {&lane.left, &lane.right})
    for (BoundPoint& p : *bound) p.x = -p.x;
}

void mirror_road(Road& road) {
  road.left_hand_traffic = !road.left_hand_traffic;
  mirror_line(road.geometry);
  negate(road.superelevation);
  negate(road.lane_offset);
  for (LaneSection& section : road.sections) {
    for (RoadLane& lane : section.lanes) mirror_lane(lane);
    std::reverse(section.lanes.begin(), section.lanes.end());  // sorted by id
  }
  for (RoadSignal& signal : road.signals) {
    signal.t = -signal.t;
    for (auto& [from, to] : signal.validities) from = -from, to = -to;
  }
  for (RoadMark& mark : road.stop_lines) mark.t = -mark.t;
}

}  // namespace

void mirror_network(RoadNetwork& network) {
  for (Road& road : network.roads) mirror_road(road);
  for (Junction& junction : network.junctions)
    for (Connection& connection : junction.connections)
      for (auto& [from, to] : connection.lane_links) from = -from, to = -to;
  for (LaneLink& link : network.lane_links) link.from_lane = -link.from_lane, link.to_lane = -link.to_lane;
}

}  // namespace gigalane
