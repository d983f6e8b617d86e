/// The vehicle: a bicycle driven by jerk along and across (GIGAFLOW, ICML 2025). The formulas move the middle
/// of the rear axle, 0.3 of the length behind the middle of the box; the state holds the middle of the box.
/// One rule is chosen: who comes to a stand loses its acceleration along, so that brakes that still held, or
/// a foot still on the throttle, do not drive it on the other way; for that it takes a new jerk.
#pragma once
#include "base/angles.h"
#include "base/lanes.h"
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

/// Where a box is: its middle, cosine and sine of its heading. World frame. `Float`: one number, or a lane
/// each.
template <class Float>
struct PoseOf {
  Float x, y, cos_heading, sin_heading;
};
template <class Float>
struct VehicleStateOf {
  PoseOf<Float> pose;
  Float speed, along, across, steering;  ///< m/s, m/s^2, m/s^2, rad
};
template <class Float>
struct VehicleTraitsOf {
  Float length;                                ///< m
  Float throttle, steer, acceleration, speed;  ///< C_throttle, C_steer, C_acc, C_vel
};
template <class Float>
struct ActionOf {
  Float along, across;  ///< jerk, m/s^3
};
/// What the rear axle did in a step: distance (negative backwards) and curvature of its arc.
template <class Float>
struct ArcOf {
  Float distance, curvature;
};
/// A rigid motion in the frame of the box before it: the middle moves by (x, y), the heading turns.
template <class Float>
struct MotionOf {
  Float x, y, cos_turn, sin_turn;
};
using Pose = PoseOf<float>;
using VehicleState = VehicleStateOf<float>;
using VehicleTraits = VehicleTraitsOf<float>;
using Action = ActionOf<float>;
using Arc = ArcOf<float>;
using Motion = MotionOf<float>;

/// Action 0 to 11: jerk along {-15, -4, 0, 4} by index / 3, across {-4, 0, 4} by index % 3.
template <class L>
LANES_FUNCTION ActionOf<typename L::Float> action_of(typename L::Int index) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  Int along = L::increment(L::increment(Int(0), index > Int(2)), index > Int(5));
  along = L::increment(along, index > Int(8));
  const Float across = L::to_float(index - along * Int(3));
  const Float braking = L::select(along == Int(0), Float(-15.0f), Float(-4.0f));
  const Float rest = L::select(along == Int(2), Float(0.0f), Float(4.0f));
  return {L::select(along < Int(2), braking, rest), (across - 1.0f) * 4.0f};
}
HOST_DEVICE Action action_of(int index) { return action_of<OneLane>(index); }

/// How a box of `length` moves while its rear axle drives along `arc`.
template <class L>
LANES_FUNCTION MotionOf<typename L::Float> motion_along(const ArcOf<typename L::Float>& arc,
                                                        typename L::Float length) {
  using Float = typename L::Float;
  const Float turn = arc.distance * arc.curvature, rear = length * kRearAxleShare;
  Float sine_turn, cosine_turn;
  sine_cosine<L>(turn, sine_turn, cosine_turn);
  // sin(turn) / curvature and (1 - cos(turn)) / curvature; as series where the curvature may be too small to
  // divide by
  const auto straight = L::abs(turn) < Float(0.02f);
  const Float square = turn * turn;
  const Float curvature = L::select(straight, Float(1.0f), arc.curvature);
  const auto ahead_of_side = cosine_turn > Float(0.0f);
  const Float versine =
      L::select(ahead_of_side, sine_turn * sine_turn / (L::max(cosine_turn, Float(0.0f)) + 1.0f),
                Float(1.0f) - cosine_turn);
  const Float ahead =
      L::select(straight, arc.distance * (Float(1.0f) - square * (1.0f / 6)), sine_turn / curvature);
  const Float left =
      L::select(straight, arc.distance * turn * (Float(0.5f) - square * (1.0f / 24)), versine / curvature);
  return {ahead + rear * (cosine_turn - 1.0f), left + rear * sine_turn, cosine_turn, sine_turn};
}
HOST_DEVICE Motion motion_along(const Arc& arc, float length) { return motion_along<OneLane>(arc, length); }

/// The pose after `motion`; the heading keeps its unit length.
template <class L>
LANES_FUNCTION PoseOf<typename L::Float> moved(const PoseOf<typename L::Float>& pose,
                                               const MotionOf<typename L::Float>& motion) {
  using Float = typename L::Float;
  const Float c = pose.cos_heading * motion.cos_turn - pose.sin_heading * motion.sin_turn;
  const Float s = pose.sin_heading * motion.cos_turn + pose.cos_heading * motion.sin_turn;
  const Float scale = Float(1.0f) / L::sqrt(c * c + s * s);
  return {pose.x + (pose.cos_heading * motion.x - pose.sin_heading * motion.y),
          pose.y + (pose.sin_heading * motion.x + pose.cos_heading * motion.y), c * scale, s * scale};
}
HOST_DEVICE Pose moved(const Pose& pose, const Motion& motion) { return moved<OneLane>(pose, motion); }

/// `value` brought into [low, high].
template <class L>
LANES_FUNCTION typename L::Float clamp(typename L::Float value, typename L::Float low,
                                       typename L::Float high) {
  return L::min(L::max(value, low), high);
}

/// `after`, but exactly 0 where it has the other sign than `before`.
template <class L>
LANES_FUNCTION typename L::Float stop_at_zero(typename L::Float before, typename L::Float after) {
  using Float = typename L::Float;
  const Float zero(0.0f);
  return L::select(((before > zero) & (after < zero)) | ((before < zero) & (after > zero)), zero, after);
}

/// One time step; `arc` receives the path of the rear axle.
template <class L>
LANES_FUNCTION VehicleStateOf<typename L::Float> advance(const VehicleStateOf<typename L::Float>& before,
                                                         const ActionOf<typename L::Float>& jerk,
                                                         const VehicleTraitsOf<typename L::Float>& traits,
                                                         float time_step_s, ArcOf<typename L::Float>& arc) {
  using Float = typename L::Float;
  VehicleStateOf<Float> after;
  // accelerations
  after.along = stop_at_zero<L>(before.along, before.along + traits.throttle * jerk.along * time_step_s);
  after.along = clamp<L>(after.along, kHardestBraking, traits.acceleration * kStrongestThrottle);
  after.across = stop_at_zero<L>(before.across, before.across + traits.steer * jerk.across * time_step_s);
  after.across = clamp<L>(after.across, -kMostAcross, kMostAcross);
  // speed
  after.speed =
      stop_at_zero<L>(before.speed, before.speed + (after.along + before.along) * 0.5f * time_step_s);
  after.speed = clamp<L>(after.speed, kFastestReverse, traits.speed * kFastest);
  const Float zero(0.0f);
  after.along = L::select((before.speed != zero) & (after.speed == zero), zero, after.along);
  // steering, towards the curvature that the acceleration across asks for
  const Float wheelbase = traits.length * kWheelbaseShare, square = after.speed * after.speed;
  const Float asked = arctangent<L>(after.across / L::max(square, Float(kLeastSquaredSpeed)) * wheelbase);
  const float most = kSteeringRate * time_step_s;
  after.steering = before.steering + clamp<L>(asked - before.steering, -most, most);
  after.steering = clamp<L>(after.steering, -kMostSteering, kMostSteering);
  arc.curvature = tangent<L>(after.steering) / wheelbase;
  after.across = square * arc.curvature;
  // place
  arc.distance = (after.speed + before.speed) * 0.5f * time_step_s;
  after.pose = moved<L>(before.pose, motion_along<L>(arc, traits.length));
  return after;
}
HOST_DEVICE VehicleState advance(const VehicleState& before, const Action& jerk, const VehicleTraits& traits,
                                 float time_step_s, Arc& arc) {
  return advance<OneLane>(before, jerk, traits, time_step_s, arc);
}

/// The same without the path.
HOST_DEVICE VehicleState advance(const VehicleState& before, const Action& jerk, const VehicleTraits& traits,
                                 float time_step_s) {
  Arc arc;
  return advance(before, jerk, traits, time_step_s, arc);
}

}  // namespace gigalane
