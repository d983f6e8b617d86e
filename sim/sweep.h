/// What a body covers while it drives through a step: poses along the arc, a box around all of them, and into
/// how many pieces the arc must be cut so that chords stay within a millimetre of it.
#pragma once
#include "base/geometry.h"
#include "sim/vehicle.h"
#include "sim/world_view.h"

namespace gigalane {

constexpr float kChordErrorM =
    1e-3f;  ///< of a corner's path; small against the width of any gap that matters
constexpr float kCoverMarginM = 2e-3f;  ///< rounding of world coordinates up to 10 km
constexpr int kMostPieces = 64;

/// A body's step: the pose that it began at, the arc of its rear axle, its size.
template <class Float>
struct SweepOf {
  PoseOf<Float> begin;
  ArcOf<Float> arc;
  Float length, width;
};
using Sweep = SweepOf<float>;
/// Of an agent's last step.
HOST_DEVICE Sweep load_sweep(const WorldView& v, int slot) {
  const Record p = v.previous_pose[slot], body = v.body[slot];
  return {{p.a, p.b, p.c, p.d}, {v.arc[slot].a, v.arc[slot].b}, body.a, body.b};
}

HOST_DEVICE Box box_at(const Pose& pose, float length, float width) {
  return {pose.x, pose.y, pose.cos_heading, pose.sin_heading, 0.5f * length, 0.5f * width};
}
template <class L>
LANES_FUNCTION typename L::Float half_diagonal(typename L::Float length, typename L::Float width) {
  return L::sqrt(length * length + width * width) * 0.5f;
}
HOST_DEVICE float half_diagonal(float length, float width) { return half_diagonal<OneLane>(length, width); }

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
template <class L>
LANES_FUNCTION typename L::Float bend_of(const SweepOf<typename L::Float>& sweep, typename L::Float reach) {
  const typename L::Float turn = L::abs(sweep.arc.distance * sweep.arc.curvature);
  return turn * (L::abs(sweep.arc.distance) + turn * (reach + sweep.length * kRearAxleShare));
}
HOST_DEVICE float bend_of(const Sweep& sweep, float reach) { return bend_of<OneLane>(sweep, reach); }

/// A box around everything that the body covers in the step: as Box, a lane each.
template <class Float>
struct CoverOf {
  Float x, y, cos_heading, sin_heading, half_length, half_width;
};
template <class L>
LANES_FUNCTION CoverOf<typename L::Float> cover_of(const SweepOf<typename L::Float>& sweep) {
  using Float = typename L::Float;
  const MotionOf<Float> half =
      motion_along<L>({sweep.arc.distance / Float(2.0f), sweep.arc.curvature}, sweep.length);
  const PoseOf<Float> middle = moved<L>(sweep.begin, half);
  const Float half_length = sweep.length * 0.5f, half_width = sweep.width * 0.5f;
  // in the frame of the middle: the corners at the end, and, mirrored, at the beginning
  const Float rear = sweep.length * kRearAxleShare;
  const Float reach_x = half_length * L::abs(half.cos_turn) + half_width * L::abs(half.sin_turn);
  const Float reach_y = half_length * L::abs(half.sin_turn) + half_width * L::abs(half.cos_turn);
  const Float versine = rear * (Float(1.0f) - half.cos_turn);
  const Float end_x = half.x,
              begin_x = -(half.x + versine) - versine;  // the rear axle goes as far back as ahead
  const Float end_y = half.y, begin_y = half.y - rear * 2.0f * half.sin_turn;
  const Float low_x = L::min(-half_length, L::min(end_x, begin_x) - reach_x);
  const Float high_x = L::max(half_length, L::max(end_x, begin_x) + reach_x);
  const Float low_y = L::min(-half_width, L::min(end_y, begin_y) - reach_y);
  const Float high_y = L::max(half_width, L::max(end_y, begin_y) + reach_y);
  const Float margin =
      bend_of<L>(sweep, half_diagonal<L>(sweep.length, sweep.width)) * 0.03125f + kCoverMarginM;
  const Float x = (low_x + high_x) * 0.5f, y = (low_y + high_y) * 0.5f;
  return {middle.x + (middle.cos_heading * x - middle.sin_heading * y),
          middle.y + (middle.sin_heading * x + middle.cos_heading * y),
          middle.cos_heading,
          middle.sin_heading,
          (high_x - low_x) * 0.5f + margin,
          (high_y - low_y) * 0.5f + margin};
}
HOST_DEVICE Box cover_of(const Sweep& sweep) {
  const CoverOf<float> c = cover_of<OneLane>(sweep);
  return {c.x, c.y, c.cos_heading, c.sin_heading, c.half_length, c.half_width};
}

}  // namespace gigalane
