// Small worlds for tests, and actions that are the same everywhere.
#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "base/philox.h"
#include "maps/generate.h"
#include "maps/map_library.h"
#include "sim/simulator.h"
#include "tests/paths.h"

namespace gigalane::testing {

using Maps = std::vector<std::shared_ptr<const CompiledMap>>;

inline Maps crossing() {
  static const Maps maps{std::make_shared<const CompiledMap>(generate_crossing())};
  return maps;
}
inline Maps ring() {
  static const Maps maps{std::make_shared<const CompiledMap>(generate_ring_road())};
  return maps;
}
/// Empty where the towns were not fetched.
inline Maps town(const std::string& name) {
  if (towns_required()) REQUIRE(std::filesystem::exists(town_file(name)));
  return std::filesystem::exists(town_file(name)) ? Maps{load_map(town_file(name).string())} : Maps{};
}

/// Cars that fit everywhere, no erratic drivers, no variant.
inline SimulationConfig plain_world(int worlds, int agents) {
  SimulationConfig c;
  c.worlds = worlds;
  c.agents_per_world = agents;
  c.perturbation.enabled = false;
  c.traits.length_m = {4, 4};
  c.traits.width_m = {1.8f, 1.8f};
  c.erratic.blind = c.erratic.braking = 0;
  return c;
}

inline void set_actions(Simulator& sim, int action) {
  for (int slot = 0; slot < sim.slot_count(); ++slot) sim.view().action[slot] = uint8_t(action);
}
/// Random actions as a function of step and slot; more throttle than brakes, so that agents get somewhere.
inline void set_random_actions(Simulator& sim, uint32_t step) {
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    KeyedRandom random(1, 0, uint32_t(slot), step, 1000);
    const int along = random.chance(0.6f) ? 3 : random.chance(0.4f) ? 0 : int(random.below(4));
    sim.view().action[slot] = uint8_t(3 * along + int(random.below(3)));
  }
}
/// Follows the lane at about `speed`.
inline int follow_lane(const WorldView& v, int slot, float speed) {
  const Record frenet = v.frenet[slot], motion = v.motion[slot];
  const int along = motion.a < speed ? (motion.b < 1 ? 3 : 2) : motion.b > -1 ? 1 : 2;
  const float wanted = -(0.15f * frenet.b + 1.2f * frenet.d) * motion.a;
  const int across = wanted > motion.c + 0.4f ? 2 : wanted < motion.c - 0.4f ? 0 : 1;
  return 3 * along + across;
}

}  // namespace gigalane::testing
