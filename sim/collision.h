/// Whether two bodies touch at any time of a step: corners of each swept against the moving box of the other.
#pragma once
#include "maps/affine.h"
#include "sim/sweep.h"

namespace gigalane {

/// Difference of height, m, that no road's slope explains at `distance` metres: one passes over the other.
HOST_DEVICE bool on_different_levels(float height, float distance) {
  return absolute(height) > 2.5f + 0.12f * distance;
}

/// The corners of a box in the frame of another.
struct Corners {
  Point p[4];
};
HOST_DEVICE Corners corners_seen_from(const Pose& frame, const Pose& pose, float half_length,
                                      float half_width) {
  const float dx = pose.x - frame.x, dy = pose.y - frame.y;
  const float x = frame.cos_heading * dx + frame.sin_heading * dy,
              y = frame.cos_heading * dy - frame.sin_heading * dx;
  const float c = frame.cos_heading * pose.cos_heading + frame.sin_heading * pose.sin_heading;
  const float s = frame.cos_heading * pose.sin_heading - frame.sin_heading * pose.cos_heading;
  Corners corners;
  for (int k = 0; k < 4; ++k) {
    const float ahead = k < 2 ? half_length : -half_length,
                left = k == 0 || k == 3 ? half_width : -half_width;
    corners.p[k] = {x + (c * ahead - s * left), y + (s * ahead + c * left)};
  }
  return corners;
}

/// Whether any corner meets the box around the origin on its way.
HOST_DEVICE bool paths_meet_box(const Corners& from, const Corners& to, float half_length, float half_width) {
  for (int k = 0; k < 4; ++k) {
    const Point a = from.p[k], b = to.p[k];
    if (segment_touches_box(0.5f * (a.x + b.x), 0.5f * (a.y + b.y), 0.5f * (b.x - a.x), 0.5f * (b.y - a.y),
                            half_length, half_width))
      return true;
  }
  return false;
}

/// How much the path of a corner of one bends as the other sees it: both bends, and what the turning frame
/// adds (Coriolis and centrifugal), for bodies that may touch.
HOST_DEVICE float relative_bend(const Sweep& a, const Sweep& b) {
  const float reach_a = half_diagonal(a.length, a.width), reach_b = half_diagonal(b.length, b.width);
  const float turn_a = absolute(a.arc.distance * a.arc.curvature),
              turn_b = absolute(b.arc.distance * b.arc.curvature);
  const float speed_a = absolute(a.arc.distance) + turn_a * a.length,
              speed_b = absolute(b.arc.distance) + turn_b * b.length;
  const float apart = reach_a + reach_b + speed_a + speed_b, turn = maximum(turn_a, turn_b);
  return bend_of(a, reach_a) + bend_of(b, reach_b) + turn * (2.0f * (speed_a + speed_b) + turn * apart);
}

/// Whether the bodies touch at the end of the step or on the way there. Call with the agents in order of
/// index: then both get the same answer, bit for bit.
HOST_DEVICE bool sweeps_touch(const Sweep& a, const Sweep& b) {
  const int pieces = pieces_for(relative_bend(a, b));
  const Motion step_a = piece_motion(a, pieces), step_b = piece_motion(b, pieces);
  const float length_a = 0.5f * a.length, width_a = 0.5f * a.width, length_b = 0.5f * b.length,
              width_b = 0.5f * b.width;
  Pose at_a = a.begin, at_b = b.begin;
  Corners b_seen = corners_seen_from(at_a, at_b, length_b, width_b),
          a_seen = corners_seen_from(at_b, at_a, length_a, width_a);
  for (int piece = 0; piece < pieces; ++piece) {
    at_a = moved(at_a, step_a);
    at_b = moved(at_b, step_b);
    const Corners b_next = corners_seen_from(at_a, at_b, length_b, width_b);
    const Corners a_next = corners_seen_from(at_b, at_a, length_a, width_a);
    if (paths_meet_box(b_seen, b_next, length_a, width_a) ||
        paths_meet_box(a_seen, a_next, length_b, width_b))
      return true;
    b_seen = b_next;
    a_seen = a_next;
  }
  return boxes_touch(box_at(at_a, a.length, a.width), box_at(at_b, b.length, b.width));
}

}  // namespace gigalane
