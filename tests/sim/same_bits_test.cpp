// The whole step, observation included, has the same bits at every width of lanes and on the emulated warp.
#include <doctest/doctest.h>

#include <string>

#include "base/state_hash.h"
#include "tests/sim/run_with.h"
#include "tests/sim/worlds.h"

namespace gigalane {
namespace {

SimulationConfig everything_on(int worlds, int agents) {
  SimulationConfig c;  // variants, all sizes, erratic drivers, lights
  c.worlds = worlds;
  c.agents_per_world = agents;
  c.agents_min = agents / 2;
  c.episode_steps = 60;
  c.stagger_episodes = true;
  c.reward.progress_per_m = 0.01f;
  c.observation.route_hint = true;
  SensorNoise& noise = c.observation.noise;
  noise.others_position_m = noise.own_position_m = 0.3f;
  noise.others_heading_rad = noise.own_heading_rad = 0.03f;
  noise.others_speed_mps = noise.own_speed_mps = 0.3f;
  c.observation.drop_features = true;
  return c;
}

SimulationConfig with_other_drivers(SimulationConfig c) {
  c.drivers.idm.share = 0.4f;
  c.drivers.constant_speed.share = 0.2f;
  c.drivers.parked = 0.1f;
  c.drivers.outside_agents = 2;
  c.kinds.car.share = 0.5f;
  c.kinds.truck.share = 0.2f;
  return c;
}

/// Hash of the state and of all observations over `steps` steps, from the first placing of agents on.
template <class L>
std::string hash_with(const SimulationConfig& c, const testing::Maps& maps, int steps) {
  Simulator sim(c, maps, {});
  const ObservationView out = sim.observation();
  StateHash hash;
  for (int step = -1; step < steps; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    for (int slot = 0; slot < sim.slot_count(); ++slot)
      sim.view().jerk[slot] = {float(slot % 5) - 1, float(step % 3) - 1};
    testing::step_with<L>(sim, step < 0);
    hash.add(out.rows, size_t(sim.slot_count()) * size_t(out.shape.row_stride()) * sizeof(float));
    hash.add(out.counts, size_t(sim.slot_count()) * kSetCount * sizeof(int32_t));
  }
  return to_hex(hash.value()) + " " + to_hex(sim.hash());
}

void compare_all(const SimulationConfig& c, const testing::Maps& maps, int steps, int warp_steps) {
  const std::string scalar = hash_with<ScalarLanes>(c, maps, steps);
  CHECK(hash_with<VectorLanes<8>>(c, maps, steps) == scalar);
  CHECK(hash_with<VectorLanes<16>>(c, maps, steps) == scalar);
  CHECK(hash_with<VectorLanes<32>>(c, maps, steps) == scalar);
  CHECK(hash_with<WarpLanes>(c, maps, warp_steps) == hash_with<ScalarLanes>(c, maps, warp_steps));
}

}  // namespace

TEST_CASE("a crossing at every width: full blocks of agents, and fewer than a block") {
  compare_all(everything_on(3, 21), testing::crossing(), 120, 90);
  SimulationConfig dropped = everything_on(2, 5);
  dropped.observation.lane_points = 40;
  dropped.observation.boundary_points = 48;
  compare_all(dropped, testing::crossing(), 60, 60);
  compare_all(with_other_drivers(everything_on(2, 21)), testing::crossing(), 90, 70);
}

TEST_CASE("Town01 at every width") {
  const testing::Maps maps = testing::town("Town01");
  if (maps.empty()) {
    MESSAGE("Town01 was not fetched: skipped");
    return;
  }
  compare_all(everything_on(2, 40), maps, 80, 30);
}

}  // namespace gigalane
