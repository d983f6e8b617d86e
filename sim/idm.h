/// The Intelligent Driver Model (M. Treiber, A. Hennecke, D. Helbing, "Congested traffic states in empirical
/// observations and microscopic simulations", Physical Review E 62, 1805, 2000), and steering by pure pursuit
/// (R. C. Coulter, "Implementation of the Pure Pursuit Path Tracking Algorithm", CMU-RI-TR-92-01, 1992). Pure
/// functions of values; m, s, rad.
#pragma once
#include "base/scalar.h"
#include "sim/config.h"
#include "sim/vehicle.h"

namespace gigalane {

constexpr float kNoLeaderM = 1e6f;  ///< gap to nobody

/// What is ahead: bumper to bumper distance, and the speed along the path of what is there.
struct Leader {
  float gap_m = kNoLeaderM, speed_mps = 0;
};

/// a (1 - (v / v0)^4 - (s* / s)^2) with s* = s0 + max(0, v T + v (v - v_leader) / (2 sqrt(a b))), not below
/// the hardest braking.
HOST_DEVICE float idm_acceleration(const IdmConfig& rules, float speed, float wanted_speed,
                                   const Leader& leader) {
  const float ratio = speed / maximum(wanted_speed, 0.1f), square = ratio * ratio;
  const float approach =
      speed * (speed - leader.speed_mps) / (2.0f * square_root(rules.acceleration_mps2 * rules.braking_mps2));
  const float wanted_gap = rules.standstill_m + maximum(speed * rules.headway_s + approach, 0.0f);
  const float closeness = wanted_gap / maximum(leader.gap_m, 0.1f);
  const float asked = rules.acceleration_mps2 * (1.0f - square * square - closeness * closeness);
  return maximum(asked, kHardestBraking);
}

/// The speed now from which one can brake to `speed` within `way` metres.
HOST_DEVICE float speed_before(float speed, float way, float braking) {
  return square_root(speed * speed + 2.0f * braking * maximum(way, 0.0f));
}

/// Curvature of the circle that leaves the rear axle along its heading and meets (x, y), seen from there.
HOST_DEVICE float pursuit_curvature(float x, float y) { return 2.0f * y / maximum(x * x + y * y, 1.0f); }

/// The jerks that bring a vehicle to an acceleration along, and to the one across that a curvature asks for,
/// in one step.
HOST_DEVICE Action jerk_towards(float along, float curvature, const VehicleState& state,
                                const VehicleTraits& traits, float time_step_s) {
  const float after = maximum(state.speed + 0.5f * (state.along + along) * time_step_s, 0.0f);
  const float across = clamp(after * after * curvature, -kMostAcross, kMostAcross);
  return {(along - state.along) / (traits.throttle * time_step_s),
          (across - state.across) / (traits.steer * time_step_s)};
}

}  // namespace gigalane
