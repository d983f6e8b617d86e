/// Traffic lights: a plan drawn for an episode, and the state as a function of plan and time. The turns of a
/// junction follow one another: green, yellow, then red for all before the next.
#pragma once
#include "base/philox.h"
#include "base/records.h"
#include "base/scalar.h"
#include "maps/map_view.h"
#include "sim/config.h"
#include "sim/purposes.h"
#include "sim/world_view.h"

namespace gigalane {

/// Whose lights, and in which episode. `world` counts over all processes.
struct EpisodeKey {
  uint64_t seed;
  uint32_t world, episode;
};

// A light's plan: start of green, green, yellow and length of the cycle, in seconds.
HOST_DEVICE Record light_off() { return {0, 0, 0, 0}; }
HOST_DEVICE Record light_always_green() { return {0, 0, 0, -1}; }

/// State of a light `time_s` after the start of the episode.
HOST_DEVICE LightState light_state(const Record& plan, float time_s) {
  if (plan.d == 0.0f) return LightState::off;
  if (plan.d < 0.0f) return LightState::green;
  const float since = time_s - plan.a, in_cycle = since - round_down(since / plan.d) * plan.d;
  return in_cycle < plan.b            ? LightState::green
         : in_cycle < plan.b + plan.c ? LightState::yellow
                                      : LightState::red;
}

/// The plan of phase `phase` of a junction with `phase_count` turns, all lights working.
HOST_DEVICE Record junction_plan(const LightConfig& rules, const EpisodeKey& key, int junction, int phase,
                                 int phase_count) {
  KeyedRandom random(key.seed, key.world, uint32_t(junction), key.episode, uint32_t(Purpose::junction));
  const float start = random.unit();
  Record plan{0, 0, 0, 0};
  for (int turn = 0; turn < phase_count; ++turn) {
    const float green = rules.green_s * random.uniform(rules.green_factor.low, rules.green_factor.high);
    const float yellow = rules.yellow_s * random.uniform(rules.yellow_factor.low, rules.yellow_factor.high);
    const float red = rules.red_s * random.uniform(rules.red_factor.low, rules.red_factor.high);
    if (turn == phase) plan = {plan.d, green, yellow, plan.d};
    plan.d += green + yellow + red;
  }
  plan.a -= start * plan.d;
  return plan;
}

/// Whether all lights of the world are off in this episode.
HOST_DEVICE bool all_lights_off(const LightConfig& rules, const EpisodeKey& key) {
  return !rules.enabled || KeyedRandom(key.seed, key.world, 0, key.episode, uint32_t(Purpose::lights_off))
                               .chance(rules.all_off);
}

/// The plan of one light for an episode.
HOST_DEVICE Record light_plan(const LightConfig& rules, const EpisodeKey& key, const Signal& signal,
                              int index) {
  if (all_lights_off(rules, key)) return light_off();
  KeyedRandom of_group(key.seed, key.world, uint32_t(signal.group), key.episode,
                       uint32_t(Purpose::light_group));
  if (of_group.chance(rules.group_removed)) return light_off();
  KeyedRandom of_light(key.seed, key.world, uint32_t(index), key.episode, uint32_t(Purpose::light));
  if (of_light.chance(rules.light_removed)) return light_off();
  if (of_group.chance(rules.always_green)) return light_always_green();
  return junction_plan(rules, key, signal.junction, signal.phase, signal.phase_count);
}

}  // namespace gigalane
