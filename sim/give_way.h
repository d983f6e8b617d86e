/// Who gives way where the paths of two agents cross: the one who gets there later. Each judges by what it
/// sees, the others as if they drove straight on at their speed; who stands is waited for by nobody, so that
/// of two who wait the first to move goes first.
#pragma once
#include "sim/idm.h"
#include "sim/nearest.h"
#include "sim/path_ahead.h"

namespace gigalane {

constexpr float kCrossingCosine = 0.8f;    ///< of the angle between two paths: below, they cross
constexpr float kMovingMps = 0.5f;         ///< slower is standing
constexpr float kCrossingMarginM = 1.0f;   ///< beside the bodies
constexpr float kCrossingMarginS = 1.0f;   ///< between one leaving and the other coming
constexpr float kLeastApproachMps = 2.0f;  ///< who stands would come at this speed

/// Who looks: its body's length and width, and its speed.
struct Approaching {
  float length_m, width_m, speed_mps;
};

/// When and where the paths of a block of agents cross the path at one of its points. Gap: bumper to the
/// others' way.
template <class L>
struct PathCrossing {
  typename L::Mask given_way;  ///< who comes first, and can be waited for
  typename L::Float gap_m;
};

/// `dx`, `dy`: from the path's point to the others; `u`: the path's direction there.
template <class L>
LANES_FUNCTION PathCrossing<L> crossing_at(const Approaching& own, float place_m, float ux, float uy,
                                           float half_spacing_m, typename L::Float dx, typename L::Float dy,
                                           const Four<typename L::Float>& pose,
                                           const Four<typename L::Float>& body, typename L::Float speed) {
  using Float = typename L::Float;
  const Float along = Float(0.0f) - (dx * pose.c + dy * pose.d);  // from the other to the point, as it drives
  const Float aside = L::abs(dx * pose.d - dy * pose.c);
  const Float c = L::abs(pose.c * ux + pose.d * uy), s = L::abs(pose.c * uy - pose.d * ux);
  const Float half_own =
      c * (0.5f * own.width_m) + s * half_spacing_m;  // of the path's piece, across their way
  const auto met = (c < Float(kCrossingCosine)) & (speed > Float(kMovingMps)) & (along > Float(0.0f)) &
                   (aside < body.b * 0.5f + half_own + kCrossingMarginM);
  const Float gap = Float(place_m - 0.5f * own.length_m - kCrossingMarginM) - body.b * 0.5f;
  const float approach = maximum(own.speed_mps, kLeastApproachMps);
  const Float own_comes = L::max(gap, Float(0.0f)) * (1.0f / approach);
  const Float own_leaves = (body.b + Float(place_m + 0.5f * own.length_m)) * (1.0f / approach);
  const Float pace = L::max(speed, Float(kMovingMps));
  const Float comes = L::max(along - body.a * 0.5f, Float(0.0f)) / pace;
  const Float leaves = (along + body.a * 0.5f + 0.5f * own.width_m) / pace;
  const auto meet = (comes < own_leaves + kCrossingMarginS) & (leaves + kCrossingMarginS > own_comes);
  const auto can_wait =
      (gap > Float(0.0f)) & (gap * (-2.0f * kHardestBraking) > Float(own.speed_mps * own.speed_mps));
  const typename L::Mask given_way = met & meet & can_wait & (comes < own_comes);
  return {given_way, gap};
}

}  // namespace gigalane
