/// The vehicle: a bicycle driven by jerk along and across (GIGAFLOW, ICML 2025). The formulas move the middle
/// of the rear axle, 0.3 of the length behind the middle of the box; the state holds the middle of the box.
#pragma once
#include "base/angles.h"
#include "base/records.h"
#include "base/scalar.h"

namespace gigalane {

constexpr int kActionCount = 12;         ///< 4 jerks along times 3 across
constexpr float kRearAxleShare = 0.3f;   ///< of the length, behind the middle of the box
constexpr float kWheelbaseShare = 0.6f;  ///< of the length
constexpr float kHardestBraking = -5.0f, kStrongestThrottle = 2.5f, kMostAcross = 4.0f;  ///< m/s^2
constexpr float kFastestReverse = -2.0f, kFastest = 20.0f;                               ///< m/s
constexpr float kMostSteering = 0.55f;                                                   ///< rad
constexpr float kSteeringRate = 0.6f;                                                    ///< rad/s
constexpr float kLeastSquaredSpeed = 1e-5f;  ///< m^2/s^2: keeps a_lat / v^2 finite, without a sign

/// Where a box is: its middle, cosine and sine of its heading. World frame.
struct Pose {
  float x, y, cos_heading, sin_heading;
};
struct VehicleState {
  Pose pose;
  float speed, along, across, steering;  ///< m/s, m/s^2, m/s^2, rad
};
struct VehicleTraits {
  float length;                                ///< m
  float throttle, steer, acceleration, speed;  ///< C_throttle, C_steer, C_acc, C_vel
};
struct Action {
  float along, across;  ///< jerk, m/s^3
};
/// What the rear axle did in a step: distance (negative backwards) and curvature of its arc.
struct Arc {
  float distance, curvature;
};
/// A rigid motion in the frame of the box before it: the middle moves by (x, y), the heading turns.
struct Motion {
  float x, y, cos_turn, sin_turn;
};

/// Action 0 to 11: jerk along {-15, -4, 0, 4} by index / 3, across {-4, 0, 4} by index % 3.
HOST_DEVICE Action action_of(int index) {
  const int along = index / 3, across = index - 3 * along;
  return {along == 0 ? -15.0f : along == 1 ? -4.0f : along == 2 ? 0.0f : 4.0f, 4.0f * float(across - 1)};
}

/// How a box of `length` moves while its rear axle drives along `arc`.
HOST_DEVICE Motion motion_along(const Arc& arc, float length) {
  const float turn = arc.distance * arc.curvature, rear = kRearAxleShare * length;
  float sine_turn, cosine_turn;
  sine_cosine(turn, sine_turn, cosine_turn);
  float ahead, left;
  if (absolute(turn) < 0.02f) {
    // sin(turn) / curvature and (1 - cos(turn)) / curvature as series: no division by a small curvature
    const float square = turn * turn;
    ahead = arc.distance * (1.0f - square * (1.0f / 6));
    left = arc.distance * turn * (0.5f - square * (1.0f / 24));
  } else {
    ahead = sine_turn / arc.curvature;
    const float versine =
        cosine_turn > 0.0f ? sine_turn * sine_turn / (1.0f + cosine_turn) : 1.0f - cosine_turn;
    left = versine / arc.curvature;
  }
  return {ahead + rear * (cosine_turn - 1.0f), left + rear * sine_turn, cosine_turn, sine_turn};
}

/// The pose after `motion`; the heading keeps its unit length.
HOST_DEVICE Pose moved(const Pose& pose, const Motion& motion) {
  const float c = pose.cos_heading * motion.cos_turn - pose.sin_heading * motion.sin_turn;
  const float s = pose.sin_heading * motion.cos_turn + pose.cos_heading * motion.sin_turn;
  const float scale = 1.0f / square_root(c * c + s * s);
  return {pose.x + (pose.cos_heading * motion.x - pose.sin_heading * motion.y),
          pose.y + (pose.sin_heading * motion.x + pose.cos_heading * motion.y), c * scale, s * scale};
}

/// `after`, but exactly 0 where it has the other sign than `before`.
HOST_DEVICE float stop_at_zero(float before, float after) {
  return (before > 0.0f && after < 0.0f) || (before < 0.0f && after > 0.0f) ? 0.0f : after;
}

/// One time step; `arc` receives the path of the rear axle.
HOST_DEVICE VehicleState advance(const VehicleState& before, const Action& jerk, const VehicleTraits& traits,
                                 float time_step_s, Arc& arc) {
  VehicleState after;
  // accelerations
  after.along = stop_at_zero(before.along, before.along + traits.throttle * jerk.along * time_step_s);
  after.along = clamp(after.along, kHardestBraking, kStrongestThrottle * traits.acceleration);
  after.across = stop_at_zero(before.across, before.across + traits.steer * jerk.across * time_step_s);
  after.across = clamp(after.across, -kMostAcross, kMostAcross);
  // speed
  after.speed = stop_at_zero(before.speed, before.speed + 0.5f * (after.along + before.along) * time_step_s);
  after.speed = clamp(after.speed, kFastestReverse, kFastest * traits.speed);
  // steering, towards the curvature that the acceleration across asks for
  const float wheelbase = kWheelbaseShare * traits.length, square = after.speed * after.speed;
  const float asked = arctangent(after.across / maximum(square, kLeastSquaredSpeed) * wheelbase);
  const float most = kSteeringRate * time_step_s;
  after.steering = before.steering + clamp(asked - before.steering, -most, most);
  after.steering = clamp(after.steering, -kMostSteering, kMostSteering);
  arc.curvature = tangent(after.steering) / wheelbase;
  after.across = square * arc.curvature;
  // place
  arc.distance = 0.5f * (after.speed + before.speed) * time_step_s;
  after.pose = moved(before.pose, motion_along(arc, traits.length));
  return after;
}

/// The same without the path.
HOST_DEVICE VehicleState advance(const VehicleState& before, const Action& jerk, const VehicleTraits& traits,
                                 float time_step_s) {
  Arc arc;
  return advance(before, jerk, traits, time_step_s, arc);
}

}  // namespace gigalane
