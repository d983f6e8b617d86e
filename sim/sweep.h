/// What a body covers while it drives through a step: poses along the arc, a box around all of them, and into
/// how many pieces the arc must be cut so that chords stay within a millimetre of it.
#pragma once
#include "base/geometry.h"
#include "sim/vehicle.h"

namespace gigalane {

constexpr float kChordErrorM =
    1e-3f;  ///< of a corner's path; small against the width of any gap that matters
constexpr float kCoverMarginM = 2e-3f;  ///< rounding of world coordinates up to 10 km
constexpr int kMostPieces = 64;

/// A body's step: the pose that it began at, the arc of its rear axle, its size.
struct Sweep {
  Pose begin;
  Arc arc;
  float length, width;
};

HOST_DEVICE Box box_at(const Pose& pose, float length, float width) {
  return {pose.x, pose.y, pose.cos_heading, pose.sin_heading, 0.5f * length, 0.5f * width};
}
HOST_DEVICE float half_diagonal(float length, float width) {
  return 0.5f * square_root(length * length + width * width);
}

/// The motion of one of `pieces` equal parts of the step.
HOST_DEVICE Motion piece_motion(const Sweep& sweep, int pieces) {
  return motion_along({sweep.arc.distance / float(pieces), sweep.arc.curvature}, sweep.length);
}

/// Pieces for which a chord of length p / pieces of a path with second derivative `bend` (metres, over the
/// whole step) errs by at most kChordErrorM: the error is bend / (8 pieces^2).
HOST_DEVICE int pieces_for(float bend) {
  const float wanted = square_root(bend * (1.0f / (8.0f * kChordErrorM)));
  return wanted < float(kMostPieces) ? int(wanted) + 1 : kMostPieces;
}
/// How much the path of any point within `reach` of the box's middle bends.
HOST_DEVICE float bend_of(const Sweep& sweep, float reach) {
  const float turn = absolute(sweep.arc.distance * sweep.arc.curvature);
  return turn * (absolute(sweep.arc.distance) + turn * (reach + kRearAxleShare * sweep.length));
}

/// A box around everything that the body covers in the step.
HOST_DEVICE Box cover_of(const Sweep& sweep) {
  const Motion half = piece_motion(sweep, 2);
  const Pose middle = moved(sweep.begin, half);
  const float half_length = 0.5f * sweep.length, half_width = 0.5f * sweep.width;
  // in the frame of the middle: the corners at the end, and, mirrored, at the beginning
  const float rear = kRearAxleShare * sweep.length;
  const float reach_x = half_length * absolute(half.cos_turn) + half_width * absolute(half.sin_turn);
  const float reach_y = half_length * absolute(half.sin_turn) + half_width * absolute(half.cos_turn);
  const float versine = rear * (1.0f - half.cos_turn);
  const float end_x = half.x,
              begin_x = -(half.x + versine) - versine;  // the rear axle goes as far back as ahead
  const float end_y = half.y, begin_y = half.y - 2.0f * rear * half.sin_turn;
  const float low_x = minimum(-half_length, minimum(end_x, begin_x) - reach_x);
  const float high_x = maximum(half_length, maximum(end_x, begin_x) + reach_x);
  const float low_y = minimum(-half_width, minimum(end_y, begin_y) - reach_y);
  const float high_y = maximum(half_width, maximum(end_y, begin_y) + reach_y);
  const float margin = 0.03125f * bend_of(sweep, half_diagonal(sweep.length, sweep.width)) + kCoverMarginM;
  const float x = 0.5f * (low_x + high_x), y = 0.5f * (low_y + high_y);
  return {middle.x + (middle.cos_heading * x - middle.sin_heading * y),
          middle.y + (middle.sin_heading * x + middle.cos_heading * y),
          middle.cos_heading,
          middle.sin_heading,
          0.5f * (high_x - low_x) + margin,
          0.5f * (high_y - low_y) + margin};
}

}  // namespace gigalane
