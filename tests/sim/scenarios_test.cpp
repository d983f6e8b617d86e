// The scenes of the registry: one golden hash each, over threads, widths of lanes and the emulated warp.
#include "sim/scenarios.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/state_hash.h"
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

constexpr int kSteps = 80, kWorlds = 3;

const std::map<std::string, std::string> kGolden{
    {"crossing", "2a9447a8fe5da31d c43c8499cdab408a"},
    {"grid", "910c8c8dcc1ef34c 4cdf161c285b05dc"},
    {"roundabout", "5290b354e6620d21 ac5175aef415e67c"},
    {"merge", "2660955b686dad43 767e135c07bc7a05"},
    {"town", "67a22777f9dacf6c 8c32f926a1cc0f23"},
    {"levels", "e966310ba80aa54a ffb8bae5e8c494b3"},
    {"dense", "abde81bca602255a 6e75a80f01ea2414"},
    {"drawn_counts", "71308918e720287e af453b2a9a452703"},
    {"dropped", "67a22777f9dacf6c 01cac51b2049dbea"},
    {"noisy", "182e20785a44fad3 dea747918ba66d48"},
    {"long_form", "7ee1659300ede45f 3a7ff833bae6414c"},
    {"mixed", "c36960028bab54d6 4cf9d213d6d9b532"},
    {"company", "8de585270941d866 1b3275f8bcb399e4"},
    {"traffic", "dc394842653e65e8 3b8f4b2669c2ae57"},
};

}  // namespace

TEST_CASE("golden hash of each scene: threads, widths, emulated warp") {
  for (const Scenario& s : list_scenarios()) {
    const std::string name = s.name;
    CAPTURE(name);
    testing::Maps maps;
    if (std::string(s.map).rfind("Town", 0) == 0)
      maps = testing::town(s.map);
    else
      maps = {load_map(s.map)};
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
    CHECK(hash_with<WarpLanes>(one, maps, 4) == hash_with<ScalarLanes>(one, maps, 4));
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
