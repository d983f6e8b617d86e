/// Road networks with parameters for tests, benchmarks and examples, made of the same parts as imported ones.
/// All but an open straight road are one part: every place can be reached from every other. Traffic keeps to
/// the right.
#pragma once
#include "maps/compiled_map.h"
#include "maps/road_network.h"

namespace gigalane {

/// A straight road, closed by a turning loop at either end. It runs along x from -length/2 to length/2.
struct StraightRoad {
  double length_m = 200, lane_width_m = 3.5, speed_mps = 13.9;
  double loop_radius_m = 12;
  bool loops = true;  ///< without them the road simply ends, and each direction is a part of its own
  int lanes = 1;      ///< each way
};
RoadNetwork make_straight_road(const StraightRoad& options = {});

/// A closed ring of one lane, driven counter-clockwise; `radius_m` is that of the lane's centre.
struct RingRoad {
  double radius_m = 50, lane_width_m = 3.5, speed_mps = 13.9;
};
RoadNetwork make_ring_road(const RingRoad& options = {});

/// A road that turns to the left by `angle_deg`, with straight arms and a turning loop at either end.
struct CurvedRoad {
  double radius_m = 40, angle_deg = 90, arm_m = 60, lane_width_m = 3.5, speed_mps = 13.9;
  double loop_radius_m = 12;
  int lanes = 1;  ///< each way
};
RoadNetwork make_curved_road(const CurvedRoad& options = {});

/// A crossing of two roads, a light for each approach, and a turning loop at the end of each arm. The middle
/// is the origin, arms lie along x and y; with three arms (a T-junction) none lies south.
struct Crossing {
  double arm_m = 80, half_size_m = 12, lane_width_m = 3.5, speed_mps = 13.9;
  double loop_radius_m = 12;
  bool lights = true;
  int lanes = 1;  ///< each way
  int arms = 4;
};
RoadNetwork make_crossing(const Crossing& options = {});

/// A roundabout of one lane, driven counter-clockwise, whose arms (of one lane each way) have yield signs
/// where they enter and a turning loop at their ends. `radius_m` is that of the lane's centre.
struct Roundabout {
  int arms = 4;
  double radius_m = 20, arm_m = 60, lane_width_m = 3.5, speed_mps = 8.3;
  double loop_radius_m = 12;
};
RoadNetwork make_roundabout(const Roundabout& options = {});

/// A closed carriageway of two straights and two half circles, driven counter-clockwise. On its southern
/// straight the outermost of `lanes` lanes ends, on the northern one it begins again.
struct LaneDrop {
  int lanes = 3;
  double straight_m = 300, radius_m = 60, taper_m = 60, lane_width_m = 3.5, speed_mps = 25;
};
RoadNetwork make_lane_drop(const LaneDrop& options = {});

/// The same shape with a slip road around its western end: it leaves the northern straight by a lane that
/// opens on the right, and joins the southern one in a lane that ends after `merge_m`.
struct Merge {
  int lanes = 2;
  double straight_m = 300, radius_m = 60, merge_m = 150, taper_m = 60, lane_width_m = 3.5, speed_mps = 25;
};
RoadNetwork make_merge(const Merge& options = {});

/// A city of square blocks: `blocks` by `blocks` of them, streets `block_m` apart from middle to middle, with
/// lights where three or four streets meet.
struct GridCity {
  int blocks = 3, lanes = 1;
  double block_m = 100, lane_width_m = 3.5, speed_mps = 13.9;
  bool lights = true;
};
RoadNetwork make_grid_city(const GridCity& options = {});

/// The same, compiled.
CompiledMap generate_straight_road(const StraightRoad& options = {});
CompiledMap generate_ring_road(const RingRoad& options = {});
CompiledMap generate_crossing(const Crossing& options = {});

}  // namespace gigalane
