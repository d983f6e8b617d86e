// The scenes of the registry: one golden hash each, over threads, widths of lanes and the emulated warp.
#include "sim/scenarios.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/device_buffer.h"
#include "base/error.h"
#include "base/state_hash.h"
#include "sim/random_actions.h"
#include "tests/sim/run_with.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

/// As the registry has it, but few worlds.
SimulationConfig small(const Scenario& s, int worlds) {
  SimulationConfig c = scenario_config(s);
  c.worlds = worlds;
  return c;
}

/// Hash of the state after `steps` steps, and of all observations on the way.
std::string hash_of(const SimulationConfig& c, const testing::Maps& maps, int threads, int steps) {
  Simulator::Options options;
  options.threads = threads;
  Simulator sim(c, maps, options);
  StateHash seen;
  for (int step = 0; step < steps; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    sim.step();
    const ObservationView out = sim.observation();
    seen.add(out.rows, size_t(sim.slot_count()) * size_t(out.shape.row_stride()) * sizeof(float));
  }
  return to_hex(sim.hash()) + " " + to_hex(seen.value());
}

/// The same by a chosen back end.
template <class L>
std::string hash_with(const SimulationConfig& c, const testing::Maps& maps, int steps) {
  Simulator sim(c, maps, {});
  const ObservationView out = sim.observation();
  StateHash seen;
  for (int step = -1; step < steps; ++step) {
    if (step >= 0) testing::set_random_actions(sim, uint32_t(step));
    testing::step_with<L>(sim, step < 0);
    if (step >= 0)
      seen.add(out.rows, size_t(sim.slot_count()) * size_t(out.shape.row_stride()) * sizeof(float));
  }
  return to_hex(sim.hash()) + " " + to_hex(seen.value());
}

/// The same on a device, with random actions drawn there.
std::string hash_on(Device device, const SimulationConfig& c, const testing::Maps& maps, int steps) {
  Simulator::Options options;
  options.device = device;
  Simulator sim(c, maps, options);
  const Executor executor{device, nullptr, nullptr, nullptr};
  StateHash seen;
  for (int step = 0; step < steps; ++step) {
    draw_random_actions(executor, sim.view(), sim.steps_done());
    sim.step();
    const ObservationView out = sim.observation();
    std::vector<uint8_t> rows(size_t(sim.slot_count()) * out.shape.row_bytes());
    copy_memory(Device::cpu, rows.data(), device, out.rows, rows.size(), nullptr);
    seen.add(rows.data(), rows.size());
  }
  return to_hex(sim.hash()) + " " + to_hex(seen.value());
}

/// Empty where the scene's town was not fetched.
testing::Maps maps_of(const Scenario& s) {
  if (std::string(s.map).rfind("Town", 0) == 0) return testing::town(s.map);
  return {load_map(s.map)};
}

constexpr int kSteps = 80, kWarpSteps = 40, kWorlds = 3;

const std::map<std::string, std::string> kGolden{
    {"crossing", "08c16cbe081878b3 047cfe86bec84b03"},
    {"grid", "95d444d07e41e1c6 7a8a49d5d57e4a1a"},
    {"roundabout", "caab6f0ad8605e32 3347f1dc861bc9ab"},
    {"merge", "a395889d4166ba57 ec8ff66c7f6e5393"},
    {"town", "72ffaf5f6073ea3b b94fdf0827f822e9"},
    {"levels", "bb2d0169371a62bd 232e6b6d63120c41"},
    {"dense", "5f02c2c9cb416644 e0464ec004406c7a"},
    {"drawn_counts", "9fbf035fe6b731b9 717e69424d98dc31"},
    {"dropped", "72ffaf5f6073ea3b 68e21984ec473121"},
    {"noisy", "3184e70100c24402 1be4ed2fbc9606a5"},
    {"long_form", "df7166957cc66159 2ee3ad8d77237b02"},
    {"mixed", "50e734d2bf5bed07 8a95430714408784"},
    {"company", "4de50f5d19aa0f4d 164db776c226a14a"},
    {"traffic", "ebfe2dc372db9b84 3d4ea37a3fdb625f"},
};

}  // namespace

TEST_CASE("golden hash of each scene: threads, widths, emulated warp") {
  for (const Scenario& s : list_scenarios()) {
    const std::string name = s.name;
    CAPTURE(name);
    const testing::Maps maps = maps_of(s);
    if (maps.empty()) {
      MESSAGE(s.map, " was not fetched: skipped");
      continue;
    }
    const SimulationConfig c = small(s, kWorlds);
    const std::string hash = hash_of(c, maps, 1, kSteps);
    CHECK(hash == (kGolden.count(s.name) ? kGolden.at(s.name) : "no hash yet"));
    for (const int threads : {2, 4}) CHECK(hash_of(c, maps, threads, kSteps) == hash);
    CHECK(hash_with<ScalarLanes>(c, maps, kSteps) == hash);
    CHECK(hash_with<VectorLanes<8>>(c, maps, kSteps) == hash);
    CHECK(hash_with<VectorLanes<16>>(c, maps, kSteps) == hash);
    const SimulationConfig one = small(s, 1);
    CHECK(hash_with<WarpLanes>(one, maps, kWarpSteps) == hash_with<ScalarLanes>(one, maps, kWarpSteps));
  }
}

TEST_CASE("each scene on a GPU: the bits of the CPU, states and observations") {
  if (!cuda_available()) {
    MESSAGE("no GPU: skipped");
    return;
  }
  for (const Scenario& s : list_scenarios()) {
    const std::string name = s.name;
    CAPTURE(name);
    const testing::Maps maps = maps_of(s);
    if (maps.empty()) continue;
    const SimulationConfig c = small(s, kWorlds);
    CHECK(hash_on(Device::cuda, c, maps, kSteps) == hash_on(Device::cpu, c, maps, kSteps));
  }
}

TEST_CASE("scenes have names of their own and are found by them") {
  std::set<std::string> names;
  for (const Scenario& s : list_scenarios()) {
    CHECK(names.insert(s.name).second);
    CHECK(&find_scenario(s.name) == &s);
    const SimulationConfig c = scenario_config(s);
    CHECK(c.maps == std::vector<std::string>{s.map});
    CHECK(c.worlds == s.worlds);
    CHECK(c.agents_per_world == s.agents);
    CHECK(describe_scenarios().find(s.name) != std::string::npos);
  }
  CHECK_THROWS_AS(find_scenario("no_such_scene"), Error);
}
