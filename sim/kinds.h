/// What an agent is, body and ability: the paper's one distribution for all, or named kinds of road users
/// (car, truck, cyclist, pedestrian) by share.
#pragma once
#include "base/philox.h"
#include "base/records.h"
#include "base/scalar.h"
#include "sim/rules.h"
#include "sim/vehicle.h"

namespace gigalane {

/// X(a): half U(1/a, 1), half U(1, a).
HOST_DEVICE float draw_spread(float a, KeyedRandom& random) {
  const bool below = random.chance(0.5f);
  return below ? random.uniform(1.0f / a, 1.0f) : random.uniform(1.0f, a);
}
HOST_DEVICE float draw(const Interval& range, KeyedRandom& random) {
  return random.uniform(range.low, range.high);
}

/// Body and ability as they are drawn for a life.
struct Character {
  float length_m, width_m;
  Record trait;  ///< C_throttle, C_steer, C_acc, C_vel
};

/// The kind that a life is of, drawn by the shares; null for one without a name.
HOST_DEVICE const KindConfig* draw_kind(const KindMixConfig& kinds, KeyedRandom random) {
  const KindConfig* const list[] = {&kinds.car, &kinds.truck, &kinds.cyclist, &kinds.pedestrian};
  float all = 0;
  for (const KindConfig* kind : list) all += kind->share;
  if (all <= 0.0f) return nullptr;
  float left = random.unit();
  for (const KindConfig* kind : list) {
    if (left < kind->share) return kind;
    left -= kind->share;
  }
  return nullptr;
}

/// Draws body and ability; `random` is the same stream whether kinds are configured or not.
HOST_DEVICE Character draw_traits(const StepRules& rules, const KeyedRandom& of_kind, KeyedRandom random) {
  const KindConfig* kind = draw_kind(rules.kinds, of_kind);
  Character drawn;
  drawn.length_m = draw(kind ? kind->length_m : rules.traits.length_m, random);
  drawn.width_m = minimum(draw(kind ? kind->width_m : rules.traits.width_m, random), drawn.length_m);
  drawn.trait.a = draw_spread(rules.traits.throttle_spread, random);
  drawn.trait.b = draw_spread(rules.traits.steer_spread, random);
  drawn.trait.c = kind ? draw(kind->acceleration_mps2, random) / kStrongestThrottle
                       : draw_spread(rules.traits.acceleration_spread, random);
  drawn.trait.d =
      kind ? draw(kind->top_speed_mps, random) / kFastest : draw_spread(rules.traits.speed_spread, random);
  return drawn;
}

}  // namespace gigalane
