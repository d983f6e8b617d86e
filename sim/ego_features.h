/// What the ego vector of an observation holds, index by index (observation_layout.h says where it is).
/// Lengths in metres, speeds in m/s, "world" meaning after the map's variant; left is positive.
#pragma once
#include "sim/observation_layout.h"
#include "sim/world_view.h"

namespace gigalane {

enum EgoFeature {
  // itself and its lane
  kEgoOffset,   ///< to the left of the lane's centre line, x 0.5
  kEgoLaneCos,  ///< of the angle from the lane's direction to its heading
  kEgoLaneSin,
  kEgoLaneCurvature,       ///< 1/m of the lane here, positive to the left, x 10
  kEgoSpeed,               ///< signed, x kSpeedScale
  kEgoSlowSpeed,           ///< min(speed, 5) x 0.2: finer where it matters for stopping
  kEgoSpeedLimit,          ///< x kSpeedScale
  kEgoSteering,            ///< rad x 1.8
  kEgoAccelerationAlong,   ///< m/s^2 x 0.2
  kEgoAccelerationAcross,  ///< m/s^2 x 0.25
  kEgoAccelerationTrait,   ///< (C_acc - 1) x 2
  kEgoThrottleTrait,       ///< (C_throttle - 1) x 4
  kEgoSteerTrait,          ///< (C_steer - 1) x 4
  kEgoSpeedTrait,          ///< (C_vel - 1) x 2
  kEgoLength,              ///< x 0.2
  kEgoWidth,               ///< x 0.4
  kEgoReversing,           ///< 1 where the speed is negative
  kEgoRouteNear,           ///< d / (d + 50), d: distance to the current goal over the lane graph
  kEgoRouteFar,            ///< min(d, 1000) x 0.002
  kEgoLastGoal,            ///< 1 where the current goal is the last
  // goals, the current one first: kEgoGoals + kGoalFeatures * n; all 0 where there is none
  kEgoGoals,
  // reward coefficients in the order of Coefficient, each by CoefficientRange to [-1, 1]
  kEgoCoefficients = kEgoGoals + 4 * kMaxGoals,
  // points on the route ahead: kEgoRouteHint + kHintFeatures * n; all 0 without the hint
  kEgoRouteHint = kEgoCoefficients + kCoefficientCount,
  // the next stop line on its own lane
  kEgoStopDistance = kEgoRouteHint + 4 * kRouteHints,  ///< d / (d + 10); 1 if there is none within 100 m
  kEgoStopRed,                                         ///< 1 where its light is red; no light: all three 0
  kEgoStopYellow,
  kEgoStopGreen,
  kEgoFeatureEnd
};
static_assert(kEgoFeatureEnd == kEgoFeatures, "the ego vector of observation_layout.h");

/// Of one goal at (x, y) in the ego's frame, r metres away, with p = 1 / (20 + r).
enum GoalFeature {
  kGoalX,         ///< x p
  kGoalY,         ///< y p
  kGoalNearness,  ///< 20 p
  kGoalWithin,    ///< current goal: 1 within its radius; later ones: 1
  kGoalFeatures
};
static_assert(kGoalFeatures * kMaxGoals == kEgoCoefficients - kEgoGoals, "features of all goals");

/// Of a point on the route, `ahead` metres on: in the ego's frame, with the route's direction there.
enum HintFeature {
  kHintX,  ///< x / ahead
  kHintY,  ///< 2 y / ahead
  kHintCos,
  kHintSin,
  kHintFeatures
};
static_assert(kHintFeatures * kRouteHints == kEgoStopDistance - kEgoRouteHint, "features of all hints");

/// Metres ahead of hint n.
HOST_DEVICE float route_hint_ahead(int n) { return n == 0 ? 6.0f : n == 1 ? 14.0f : 28.0f; }

/// Takes a reward coefficient to [-1, 1]: (value - middle) * scale. The ranges are fixed, whatever a
/// configuration draws from, so that a policy means the same by them everywhere.
struct CoefficientRange {
  float middle, scale;
};
HOST_DEVICE CoefficientRange range_of(float low, float high) {
  return {0.5f * (low + high), 2.0f / (high - low)};
}
constexpr float kFarthestCoefficient = 100;  ///< in units of half its range: 16-bit numbers hold it
HOST_DEVICE CoefficientRange coefficient_range(int coefficient) {
  switch (coefficient) {
    case kGoalRadius:
      return range_of(2, 12);
    case kCollisionPenalty:
      return range_of(0, 3);
    case kOffRoadPenalty:
      return range_of(0, 3);
    case kComfort:
      return range_of(0, 0.1f);
    case kLaneAlign:
      return range_of(2.5e-4f, 2.5e-2f);
    case kVelocityAlign:
      return range_of(0, 1);
    case kLaneCentre:
      return range_of(2.5e-4f, 7.5e-3f);
    case kCentreBias:
      return range_of(-0.5f, 0.5f);
    case kVelocity:
      return range_of(0, 5e-3f);
    case kReverse:
      return range_of(2.5e-4f, 7.5e-3f);
    case kStopLine:
      return range_of(0, 1);
    default:
      return range_of(0, 5e-5f);  // time
  }
}

}  // namespace gigalane
