/// What random numbers are drawn for: the last part of KeyedRandom's key. Only append, or every hash changes.
#pragma once
#include <cstdint>

namespace gigalane {

enum class Purpose : uint32_t {
  episode = 1,      ///< by world and episode: variant, agent count
  first_step = 2,   ///< by world: where a staggered first episode starts
  lights_off = 3,   ///< by world and episode: whether all lights are off
  junction = 4,     ///< by world, junction and episode: where the cycle starts, how long each turn is
  light_group = 5,  ///< by world, group and episode: removed, always green
  light = 6,        ///< by world, light and episode: removed
  traits = 7,       ///< by slot and life, as all that follow
  coefficients = 8,
  erratic = 9,
  place = 10,
  goals = 11,
  lane_dropout = 12,  ///< by slot and step: which lane points are shown
  boundary_dropout = 13,
  actions = 14,  ///< by slot and step: noise of sampled actions
  kind = 15,     ///< by slot and life, as the next
  driver = 16,
  own_noise = 17,     ///< by slot, episode and step: errors of where an agent believes it is
  others_noise = 18,  ///< the same, and by the agent seen: errors of what it sees of others
  variant = 19,       ///< by its number in the list of variants, whatever the seed
  new_worlds = 20,    ///< by iteration: the seed of worlds that begin anew when a run is resumed
};

}  // namespace gigalane
