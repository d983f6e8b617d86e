// The whole step: the same bits for any number of threads and after restoring, mirrored roads, finite
// numbers.
#include "sim/simulator.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "base/state_hash.h"
#include "sim/random_actions.h"
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
  CHECK(hash == "358a91aa08edd638");
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
  CHECK(hash == "990be722e2d67ca2");
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

TEST_CASE("a state saved on other maps, and a body that outruns the listed road, are refused") {
  const SimulationConfig c = full_config(2, 4);
  Simulator there(c, testing::ring(), {}), here(c, testing::crossing(), {});
  const uint64_t before = here.hash();
  CHECK_THROWS_AS(here.restore(there.save()), Error);
  CHECK(here.hash() == before);

  SimulationConfig fast = c;
  fast.traits.speed_spread = 4;
  fast.time_step_s = 0.5f;
  CHECK_THROWS_AS(Simulator(fast, testing::crossing(), {}), Error);
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
  for (int step = 60; step < 150; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    testing::set_random_actions(other, uint32_t(step));
    sim.step();
    other.step();
  }
  CHECK(other.hash() == sim.hash());
  const size_t floats = size_t(sim.slot_count()) * size_t(sim.observation_shape().row_stride());
  bool same = true;
  for (size_t k = 0; k < floats; ++k) same = same && sim.observation().rows[k] == other.observation().rows[k];
  CHECK(same);

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

namespace {

/// Puts all worlds of a fresh simulator through an isometry: roads, and all that drives on them.
void move_worlds(const WorldView& v, const Affine& g, int slot_count) {
  const float side = determinant(g) < 0 ? -1.0f : 1.0f;
  for (int world = 0; world < v.world_count; ++world)
    v.variant[world] = g, v.variant_inverse[world] = inverse(g);
  for (int slot = 0; slot < slot_count; ++slot) {
    Record& p = v.pose[slot];
    if (v.status[slot] != uint8_t(AgentStatus::absent)) {
      const Point at = apply(g, p.a, p.b), heading = apply_direction(g, p.c, p.d);
      p = {at.x, at.y, heading.x, heading.y};
    }
    v.x_m[slot] = p.a, v.y_m[slot] = p.b;
    v.previous_pose[slot] = p;
    v.frenet[slot].b *= side;
    v.frenet[slot].d *= side;
    v.coefficient[slot * kCoefficientCount + kCentreBias] *= side;
  }
}

/// Drives the same worlds plain and moved by `g`, and compares them step by step, all phases.
void drive_moved(const Affine& g, double place_m) {
  SimulationConfig c = testing::plain_world(4, 8);
  c.after_end = "remove";
  c.reward.progress_per_m = 0.01f;
  Simulator plain(c, testing::crossing(), {}), moved(c, testing::crossing(), {});
  const WorldView &a = plain.view(), &b = moved.view();
  const bool mirrored = determinant(g) < 0;
  const float side = mirrored ? -1.0f : 1.0f;
  move_worlds(b, g, moved.slot_count());
  int driving = 0, ended = 0, seen = 0;
  for (int step = 0; step < 120; ++step) {
    for (int slot = 0; slot < plain.slot_count(); ++slot) {
      const int action = step % 10 == 9 ? int((slot * 5 + step) % 12) : testing::follow_lane(a, slot, 5);
      a.action[slot] = uint8_t(action);
      b.action[slot] = uint8_t(mirrored ? action / 3 * 3 + 2 - action % 3 : action);
    }
    plain.step();
    moved.step();
    for (int slot = 0; slot < plain.slot_count(); ++slot) {
      REQUIRE(a.status[slot] == b.status[slot]);
      if (a.status[slot] == uint8_t(AgentStatus::absent)) continue;
      ++driving;
      ended += a.terminated[slot];
      const Point at = apply(g, a.pose[slot].a, a.pose[slot].b);
      REQUIRE(std::hypot(at.x - b.pose[slot].a, at.y - b.pose[slot].b) < place_m);
      CHECK(a.motion[slot].d == doctest::Approx(side * b.motion[slot].d).epsilon(1e-5));
      CHECK(a.quad[slot] == b.quad[slot]);
      CHECK(std::abs(a.frenet[slot].a - b.frenet[slot].a) < place_m);
      CHECK(std::abs(a.frenet[slot].b - side * b.frenet[slot].b) < place_m);
      CHECK(std::abs(a.frenet[slot].d - side * b.frenet[slot].d) < 1e-4);
      CHECK(a.events[slot] == b.events[slot]);
      CHECK(a.hit_agent[slot] == b.hit_agent[slot]);
      CHECK(a.goal_index[slot] == b.goal_index[slot]);
      CHECK(std::abs(a.reward[slot] - b.reward[slot]) < 1e-4);
      if (mirrored) continue;
      const ObservationView sees = plain.observation(), other = moved.observation();
      const int stride = sees.shape.row_stride();
      for (int k = 0; k < stride; ++k)
        seen += std::abs(sees.rows[slot * stride + k] - other.rows[slot * stride + k]) < 2e-3f;
    }
  }
  CHECK(driving > 500);
  CHECK(ended > 3);
  if (!mirrored) CHECK(seen == driving * plain.observation().shape.row_stride());
}

}  // namespace

TEST_CASE("mirrored roads, mirrored drives: every offset changes sign, every reward stays") {
  drive_moved({1, 0, 0, -1, 0, 0}, 1e-4);
}

TEST_CASE("turned and shifted roads: the same drives, events, rewards and observations") {
  drive_moved({1, 0, 0, 1, 640, -380}, 5e-3);
  drive_moved({std::cos(0.7f), -std::sin(0.7f), std::sin(0.7f), std::cos(0.7f), 0, 0}, 2e-3);
  drive_moved({std::cos(2.4f), std::sin(2.4f), std::sin(2.4f), -std::cos(2.4f), 150, 90}, 5e-3);
}

TEST_CASE("one copy of a map serves all worlds") {
  Simulator sim(full_config(50, 4), testing::crossing(), {});
  CHECK(sim.view().maps[0].quads == testing::crossing()[0]->quads.data());
}

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
