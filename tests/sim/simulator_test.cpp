// The whole step: the same bits for any number of threads and after restoring, finite numbers, memory.
#include "sim/simulator.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "base/state_hash.h"
#include "maps/compile.h"
#include "maps/generator_list.h"
#include "sim/random_actions.h"
#include "sim/scenarios.h"
#include "sim/step.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

SimulationConfig full_config(int worlds, int agents) {
  SimulationConfig c;  // variants, all sizes, erratic drivers, lights
  c.worlds = worlds;
  c.agents_per_world = agents;
  c.agents_min = agents / 2;
  c.episode_steps = 90;
  c.stagger_episodes = true;
  c.reward.progress_per_m = 0.01f;
  return c;
}

/// Hash after `steps` steps of random actions from the seed.
std::string hash_of(const SimulationConfig& c, const testing::Maps& maps, int threads, int steps) {
  Simulator::Options options;
  options.threads = threads;
  Simulator sim(c, maps, options);
  for (int step = 0; step < steps; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    sim.step();
  }
  return to_hex(sim.hash());
}

}  // namespace

TEST_CASE("golden hash: 200 steps on a crossing, whatever the threads") {
  const SimulationConfig c = full_config(8, 10);
  const std::string hash = hash_of(c, testing::crossing(), 1, 200);
  CHECK(hash_of(c, testing::crossing(), 2, 200) == hash);
  CHECK(hash == "7e297ba417fbc6e1");
}

TEST_CASE("golden hash: 200 steps on Town01, whatever the threads") {
  const testing::Maps maps = testing::town("Town01");
  if (maps.empty()) {
    MESSAGE("Town01 was not fetched: skipped");
    return;
  }
  const SimulationConfig c = full_config(4, 40);
  const std::string hash = hash_of(c, maps, 1, 200);
  CHECK(hash_of(c, maps, 2, 200) == hash);
  CHECK(hash == "dc443844a4cfc49e");
}

TEST_CASE("a step is seven launches on a GPU, observation included, nine where others drive") {
  const auto launches_of = [](const SimulationConfig& c, bool everything) {
    Simulator sim(c, testing::crossing(), {});
    const Observe observe{sim.view(), sim.observation(), sim.observe_options()};
    int launches = 0;  // of a kernel a phase: see run_phases
    with_phases(sim.view(), step_rules(c), {}, everything, observe,
                [&](const auto&... phases) { ((launches += detail::is_enabled(phases)), ...); });
    return launches;
  };
  SimulationConfig c = full_config(2, 10);
  CHECK(launches_of(c, false) == 7);
  c.drivers.idm.share = 0.3f;
  c.drivers.outside_agents = 1;
  CHECK(launches_of(c, false) == 9);
  c.kinds.truck.share = 0.2f;
  c.reward.stop_sign = 1;
  c.observation.noise.own_position_m = 0.3f;
  CHECK(launches_of(c, false) == 9);
  CHECK(launches_of(c, true) == 7);  // nobody drives yet
}

TEST_CASE("a GPU makes the same world as the CPU, bit for bit") {
  if (!cuda_available()) {
    MESSAGE("no GPU: skipped");
    return;
  }
  const SimulationConfig c = full_config(8, 10);
  std::string hash[2];
  for (const Device device : {Device::cpu, Device::cuda}) {
    Simulator::Options options;
    options.device = device;
    Simulator sim(c, testing::crossing(), options);
    const Executor executor{device, nullptr, nullptr, nullptr};
    for (int step = 0; step < 200; ++step) {
      draw_random_actions(executor, sim.view(), sim.steps_done());
      sim.step();
    }
    hash[device == Device::cuda] = to_hex(sim.hash());
  }
  CHECK(hash[0] == hash[1]);
}

TEST_CASE(
    "a state saved on other maps, a damaged one, and a body that outruns the listed road, are refused") {
  const SimulationConfig c = full_config(2, 4);
  Simulator there(c, testing::ring(), {}), here(c, testing::crossing(), {});
  const uint64_t before = here.hash();
  CHECK_THROWS_AS(here.restore(there.save()), Error);
  CHECK(here.hash() == before);

  const std::vector<uint8_t> whole = here.save();
  for (const size_t at : {size_t(20), whole.size() / 3, whole.size() / 2, whole.size() - 1}) {
    std::vector<uint8_t> damaged = whole;
    damaged[at] ^= 16;
    CHECK_THROWS_AS(here.restore(damaged), Error);
    CHECK(here.hash() == before);
  }
  here.restore(whole);

  SimulationConfig fast = c;
  fast.traits.speed_spread = 4;
  fast.time_step_s = 0.5f;
  CHECK_THROWS_AS(Simulator(fast, testing::crossing(), {}), Error);
}

TEST_CASE("a simulator that is reset is a new one, whatever it did before") {
  for (const Scenario& s : list_scenarios()) {
    if (std::string(s.map).rfind("Town", 0) == 0 && testing::town(s.map).empty()) continue;
    SimulationConfig c = scenario_config(s);
    c.worlds = 2;
    const testing::Maps maps =
        std::string(s.map).rfind("Town", 0) == 0
            ? testing::town(s.map)
            : testing::Maps{std::make_shared<const CompiledMap>(compile(generate_network(s.map)))};
    const std::string name = s.name;
    CAPTURE(name);
    Simulator fresh(c, maps, {}), used(c, maps, {});
    for (int step = 0; step < 30; ++step) {
      testing::set_random_actions(used, uint32_t(step));
      used.step();
    }
    used.reset();
    CHECK(used.hash() == fresh.hash());
    CHECK(used.save() == fresh.save());
  }
}

TEST_CASE("a restored simulator goes on bit for bit") {
  const SimulationConfig c = full_config(6, 10);
  Simulator sim(c, testing::crossing(), {});
  for (int step = 0; step < 60; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    sim.step();
  }
  const std::vector<uint8_t> saved = sim.save();
  Simulator::Options other_seed;
  other_seed.seed = 99;
  Simulator other(c, testing::crossing(), other_seed);
  CHECK(other.hash() != sim.hash());
  other.restore(saved);
  CHECK(other.hash() == sim.hash());
  CHECK(other.steps_done() == 60);
  const size_t floats = size_t(sim.slot_count()) * size_t(sim.observation_shape().row_stride());
  const auto same_rows = [&] {
    return std::equal(sim.observation().rows, sim.observation().rows + floats, other.observation().rows);
  };
  CHECK(same_rows());  // before any step
  for (int step = 60; step < 150; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    testing::set_random_actions(other, uint32_t(step));
    sim.step();
    other.step();
  }
  CHECK(other.hash() == sim.hash());
  CHECK(same_rows());

  std::vector<uint8_t> short_one(saved.begin(), saved.end() - 1);
  CHECK_THROWS_AS(other.restore(short_one), Error);
  Simulator smaller(full_config(5, 10), testing::crossing(), {});
  CHECK_THROWS_AS(smaller.restore(saved), Error);
}

TEST_CASE("the seed decides, the number of processes does not") {
  const SimulationConfig c = full_config(4, 10);
  Simulator::Options second_half;
  second_half.first_world = 2;
  Simulator all(c, testing::crossing(), {}), half(full_config(2, 10), testing::crossing(), second_half);
  for (int slot = 0; slot < half.slot_count(); ++slot) {
    CHECK(half.view().x_m[slot] == all.view().x_m[20 + slot]);
    CHECK(half.view().life[slot] == all.view().life[20 + slot]);
  }
  Simulator::Options other_seed;
  other_seed.seed = 2;
  CHECK(Simulator(c, testing::crossing(), other_seed).hash() != all.hash());
}

TEST_CASE("agents stay finite for 500 random steps, and their terms sum to the reward") {
  SimulationConfig c = full_config(6, 16);
  c.time_step_s = 0.5f;
  c.after_end = "stop";
  Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  bool finite = true, sums = true, placed = true;
  int events = 0;
  for (int step = 0; step < 500; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    sim.step();
    for (int slot = 0; slot < sim.slot_count(); ++slot) {
      events |= v.events[slot];
      if (v.status[slot] == uint8_t(AgentStatus::absent)) continue;
      const Record p = v.pose[slot], m = v.motion[slot], f = v.frenet[slot], b = v.body[slot];
      for (const float number : {p.a, p.b, p.c, p.d, m.a, m.b, m.c, m.d, f.a, f.b, f.c, f.d, b.c, b.d,
                                 v.reward[slot], v.paid_route_m[slot]})
        finite = finite && std::isfinite(number);
      placed = placed && std::abs(p.a) < 1000 && std::abs(p.b) < 1000 &&
               std::abs(p.c * p.c + p.d * p.d - 1) < 1e-5f;
      float sum = 0;
      for (int t = 0; t < kRewardTerms; ++t) sum += v.reward_terms[slot * kRewardTerms + t];
      sums = sums && sum == v.reward[slot];
    }
  }
  CHECK(finite);
  CHECK(placed);
  CHECK(sums);
  for (const int event : {kCollided, kOffRoad, kReachedGoal, kSpawned, kTimedOut})
    CHECK((events & event) != 0);
}

TEST_CASE("contacts are mutual") {
  SimulationConfig c = testing::plain_world(8, 20);
  c.after_end = "remove";
  c.spawn.clearance_m = 6;
  Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  int contacts = 0;
  for (int step = 0; step < 100; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    sim.step();
    for (int slot = 0; slot < sim.slot_count(); ++slot) {
      if (v.hit_agent[slot] < 0) continue;
      ++contacts;
      const int other = slot / 20 * 20 + v.hit_agent[slot];
      CHECK((v.events[other] & kCollided) != 0);
      CHECK(v.hit_agent[other] >= 0);
      CHECK(v.hit_agent[other] <= slot % 20);
    }
  }
  CHECK(contacts > 10);
}

TEST_CASE("one copy of a map serves all worlds") {
  Simulator sim(full_config(50, 4), testing::crossing(), {});
  CHECK(sim.view().maps[0].quads == testing::crossing()[0]->quads.data());
}

TEST_CASE("memory grows with worlds and agents alone: not with variants, episodes or steps") {
  SimulationConfig c = full_config(500, 8);
  c.episode_steps = 5;
  const auto memory_of = [&] { return Simulator(c, testing::crossing(), {}).memory(); };
  const MemoryUse varied = memory_of();
  c.perturbation.enabled = false;
  CHECK(memory_of().total == varied.total);
  CHECK(varied.maps == testing::crossing()[0]->memory_bytes());
  c.worlds = 1500;
  const MemoryUse many = memory_of();
  CHECK(many.maps == varied.maps);
  CHECK(many.total - varied.total ==
        1000 * (varied.world + 8 * (varied.agent_state + varied.agent_observation)));
  CHECK(varied.agent_state < 1000);
  CHECK(varied.world < 100 + 17 * size_t(testing::crossing()[0]->signals.size()));
}

#if !defined(__SANITIZE_ADDRESS__)  // which keeps what was given back
TEST_CASE("the process holds what memory() says, and no more after thousands of variants") {
  SimulationConfig c = full_config(2000, 6);
  c.episode_steps = 4;
  const double before = double(used_memory(Device::cpu));
  Simulator sim(c, testing::crossing(), {});
  sim.step();
  const double held = double(used_memory(Device::cpu)) - before;
  const MemoryUse use = sim.memory();
  MESSAGE(describe(use));
  CHECK(held < 1.1 * double(use.total) + 4e6);
  for (uint32_t step = 0; step < 16; ++step) testing::set_random_actions(sim, step), sim.step();
  CHECK(sim.view().episode[0] >= 3);  // 8000 variants were drawn
  CHECK(double(used_memory(Device::cpu)) - before < held + 1e6);
  CHECK(sim.memory().total == use.total);
}
#endif

TEST_CASE("impossible sizes are errors") {
  SimulationConfig c = testing::plain_world(1, kMaxAgents + 1);
  CHECK_THROWS_AS(Simulator(c, testing::ring(), {}), Error);
  c = testing::plain_world(1, 4);
  c.agents_min = 5;
  CHECK_THROWS_AS(Simulator(c, testing::ring(), {}), Error);
  c.agents_min = 0;
  c.maps = {"NoSuchTown"};
  CHECK_THROWS_AS(Simulator(c, Simulator::Options{}), Error);
}
