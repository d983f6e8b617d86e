/// The reward of one step: GIGAFLOW's terms (ICML 2025), each with the agent's own coefficients, and an
/// optional term for progress on the route.
#pragma once
#include "base/angles.h"
#include "base/scalar.h"
#include "sim/vehicle.h"
#include "sim/world_view.h"

namespace gigalane {

/// What the reward of a step depends on.
struct RewardInput {
  VehicleState state;                ///< after the step
  Action jerk;                       ///< asked for in this step
  float offset, cos_lane, sin_lane;  ///< to the lane: left is positive; the angle between heading and lane
  uint16_t events;                   ///< of this step
  float progress_m;                  ///< route gained
};

/// How far the progress reward has been paid down, one step on. The potential follows the route distance by
/// at most twice the distance driven: what is paid over any time is the difference of two potentials, so
/// circling pays nothing, and a jump of the localisation is paid (or charged) bit by bit as the agent drives
/// on.
HOST_DEVICE float follow_route(float paid_m, float route_m, float driven_m) {
  const float most = 2.0f * absolute(driven_m);
  return paid_m + clamp(route_m - paid_m, -most, most);
}

/// Writes the terms, in the order of RewardTerm, and returns their sum. `coefficient` in the order of
/// Coefficient.
HOST_DEVICE float reward_of(const RewardInput& in, const float* coefficient, float time_step_s,
                            float penalty_scale, float progress_per_m, float* terms) {
  const float speed = in.state.speed, size = absolute(speed), dt = time_step_s;
  const auto happened = [&](Event event) { return (in.events & event) != 0; };

  terms[kGoalTerm] = happened(kReachedGoal) ? 1.0f : 0.0f;
  terms[kCollisionTerm] =
      happened(kCollided) ? -penalty_scale * (coefficient[kCollisionPenalty] + 0.1f * size) : 0.0f;
  terms[kOffRoadTerm] = happened(kOffRoad) ? -penalty_scale * coefficient[kOffRoadPenalty] : 0.0f;

  const int harsh = int(absolute(in.state.along) > 3.0f) + int(absolute(in.state.across) > 3.0f) +
                    int(absolute(in.jerk.along) > 5.0f || absolute(in.jerk.across) > 5.0f);
  terms[kComfortTerm] = -coefficient[kComfort] * float(harsh);

  const float angle = absolute(angle_of(in.cos_lane, in.sin_lane));
  terms[kLaneAlignTerm] =
      coefficient[kLaneAlign] * dt *
      (minimum(in.cos_lane, 0.0f) + coefficient[kVelocityAlign] * minimum(speed * in.cos_lane, 0.0f) +
       0.0025f * (1.0f - angle / kHalfPi));

  const float aside = absolute(in.offset - coefficient[kCentreBias]);
  terms[kLaneCentreTerm] = -coefficient[kLaneCentre] * dt *
                           ((in.cos_lane > 0.5f ? aside : 0.0f) - 0.05f * exponential(0.5f - aside));

  terms[kVelocityTerm] = size > 2.5f ? coefficient[kVelocity] * dt * maximum(in.cos_lane, 0.0f) : 0.0f;
  terms[kReverseTerm] = speed < 0.0f ? -coefficient[kReverse] * dt : 0.0f;
  terms[kStopLineTerm] = happened(kRanRedLight) ? -coefficient[kStopLine] : 0.0f;
  terms[kTimeTerm] = speed != 0.0f || in.state.along != 0.0f ? -coefficient[kTime] * dt : 0.0f;
  terms[kProgressTerm] = progress_per_m * in.progress_m;

  float sum = 0.0f;
  for (int t = 0; t < kRewardTerms; ++t) sum += terms[t];
  return sum;
}

}  // namespace gigalane
