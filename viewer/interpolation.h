/// Agents between two steps: where they are drawn. From one pose to the next along the arc that the rear axle
/// drove, never from one life to another.
#pragma once
#include <vector>

#include "sim/world_snapshot.h"

namespace gigalane {

enum class BodyKind { pedestrian, cyclist, car, truck };

/// By size alone, as agents have no classes.
BodyKind kind_of(float length_m, float width_m);
const char* kind_name(BodyKind kind);

struct DrawnAgent {
  int slot;
  float x, y, z, cos_heading, sin_heading;  ///< box centre, world metres
  float length, width, speed;
  BodyKind kind;
  bool braking;  ///< slows down by more than 1 m/s^2
  bool wreck;    ///< stands where it crashed
  bool crashed;  ///< its life ends here by a collision or off the road
};

/// The pose of a slot a share u (0 to 1) of the way from `before` to `after`. Where another life begins in
/// between, the pose of `before`.
Record pose_between(const WorldView& before, const WorldView& after, int slot, float u);

/// All present agents of `before`, moved to u.
std::vector<DrawnAgent> agents_between(const WorldView& before, const WorldView& after, float u);

}  // namespace gigalane
