/// Small road networks for tests, benchmarks and examples, made of the same parts as imported ones.
#pragma once
#include "maps/compiled_map.h"
#include "maps/road_network.h"

namespace gigalane {

/// A straight road with one lane in each direction, closed by a turning loop at either end, so that every
/// place can be reached from every other. The road runs along x from -length/2 to length/2, traffic on the
/// right.
struct StraightRoad {
  double length_m = 200, lane_width_m = 3.5, speed_mps = 13.9;
  double loop_radius_m = 12;
  bool loops = true;  ///< without them the road simply ends, and each direction is a part of its own
};
RoadNetwork make_straight_road(const StraightRoad& options = {});

/// A closed ring of one lane, driven counter-clockwise; `radius_m` is that of the lane's centre.
struct RingRoad {
  double radius_m = 50, lane_width_m = 3.5, speed_mps = 13.9;
};
RoadNetwork make_ring_road(const RingRoad& options = {});

/// A crossing of two roads with one lane in each direction, a light for each approach, and a turning loop at
/// the end of each arm. The middle is the origin, arms lie along x and y.
struct Crossing {
  double arm_m = 80, half_size_m = 12, lane_width_m = 3.5, speed_mps = 13.9;
  double loop_radius_m = 12;
  bool lights = true;
};
RoadNetwork make_crossing(const Crossing& options = {});

/// The same, compiled.
CompiledMap generate_straight_road(const StraightRoad& options = {});
CompiledMap generate_ring_road(const RingRoad& options = {});
CompiledMap generate_crossing(const Crossing& options = {});

}  // namespace gigalane
