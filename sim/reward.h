/// The reward of one step: GIGAFLOW's terms (ICML 2025), each with the agent's own coefficients, and an
/// optional term for progress on the route and penalties on passing signs.
#pragma once
#include "base/angles.h"
#include "base/lanes.h"
#include "base/scalar.h"
#include "sim/stop_line.h"
#include "sim/vehicle.h"
#include "sim/world_view.h"

namespace gigalane {

/// Beyond either, along or across, a step is uncomfortable.
constexpr float kHarshAcceleration = 3;  ///< m/s^2
constexpr float kHarshJerk = 5;          ///< m/s^3

/// What the reward of a step depends on.
template <class L>
struct RewardInputOf {
  using Float = typename L::Float;
  VehicleStateOf<Float> state;       ///< after the step
  ActionOf<Float> jerk;              ///< asked for in this step
  Float offset, cos_lane, sin_lane;  ///< to the lane: left is positive; the angle between heading and lane
  typename L::Int events;            ///< of this step
  Float progress_m;                  ///< route gained
};
using RewardInput = RewardInputOf<OneLane>;

/// How far the progress reward has been paid down, one step on. The potential follows the route distance by
/// at most twice the distance driven: what is paid over any time is the difference of two potentials, so
/// circling pays nothing, and a jump of the localisation is paid (or charged) bit by bit as the agent drives
/// on.
template <class L>
LANES_FUNCTION typename L::Float follow_route(typename L::Float paid_m, typename L::Float route_m,
                                              typename L::Float driven_m) {
  const typename L::Float most = L::abs(driven_m) * 2.0f;
  return paid_m + clamp<L>(route_m - paid_m, -most, most);
}
HOST_DEVICE float follow_route(float paid_m, float route_m, float driven_m) {
  return follow_route<OneLane>(paid_m, route_m, driven_m);
}

/// Writes the terms, in the order of RewardTerm, and returns their sum. `coefficient` in the order of
/// Coefficient.
template <class L>
LANES_FUNCTION typename L::Float reward_of(const RewardInputOf<L>& in, const typename L::Float* coefficient,
                                           float time_step_s, float penalty_scale, float progress_per_m,
                                           const SignRules& signs, typename L::Float* terms) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  const Float zero(0.0f), speed = in.state.speed, size = L::abs(speed);
  const float dt = time_step_s;
  const auto where = [&](typename L::Mask m, Float value) { return L::select(m, value, zero); };
  const auto happened = [&](Event event) { return (in.events & Int(int(event))) != Int(0); };

  terms[kGoalTerm] = where(happened(kReachedGoal), 1.0f);
  terms[kCollisionTerm] =
      where(happened(kCollided), (coefficient[kCollisionPenalty] + size * 0.1f) * -penalty_scale);
  terms[kOffRoadTerm] = where(happened(kOffRoad), coefficient[kOffRoadPenalty] * -penalty_scale);

  Int harsh = L::increment(Int(0), L::abs(in.state.along) > Float(kHarshAcceleration));
  harsh = L::increment(harsh, L::abs(in.state.across) > Float(kHarshAcceleration));
  harsh = L::increment(
      harsh, (L::abs(in.jerk.along) > Float(kHarshJerk)) | (L::abs(in.jerk.across) > Float(kHarshJerk)));
  terms[kComfortTerm] = -coefficient[kComfort] * L::to_float(harsh);

  const Float angle = L::abs(angle_of<L>(in.cos_lane, in.sin_lane));
  terms[kLaneAlignTerm] =
      coefficient[kLaneAlign] * dt *
      (L::min(in.cos_lane, zero) + coefficient[kVelocityAlign] * L::min(speed * in.cos_lane, zero) +
       (Float(1.0f) - angle / kHalfPi) * 0.0025f);

  const Float aside = L::abs(in.offset - coefficient[kCentreBias]);
  terms[kLaneCentreTerm] =
      -coefficient[kLaneCentre] * dt *
      (where(in.cos_lane > Float(0.5f), aside) - exponential<L>(Float(0.5f) - aside) * 0.05f);

  terms[kVelocityTerm] = where(size > Float(2.5f), coefficient[kVelocity] * dt * L::max(in.cos_lane, zero));
  terms[kReverseTerm] = where(speed < zero, -coefficient[kReverse] * dt);
  terms[kStopLineTerm] = where(happened(kRanRedLight), -coefficient[kStopLine]);
  if (signs.any())
    terms[kStopLineTerm] = terms[kStopLineTerm] - where(happened(kRanStopSign), signs.stop_penalty) -
                           where(happened(kRanYieldSign), signs.yield_penalty);
  terms[kTimeTerm] = where((speed != zero) | (in.state.along != zero), -coefficient[kTime] * dt);
  terms[kProgressTerm] = in.progress_m * progress_per_m;

  Float sum(0.0f);
  for (int t = 0; t < kRewardTerms; ++t) sum = sum + terms[t];
  return sum;
}
HOST_DEVICE float reward_of(const RewardInput& in, const float* coefficient, float time_step_s,
                            float penalty_scale, float progress_per_m, float* terms,
                            const SignRules& signs = {}) {
  return reward_of<OneLane>(in, coefficient, time_step_s, penalty_scale, progress_per_m, signs, terms);
}

}  // namespace gigalane
