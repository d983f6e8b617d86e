// Drivers that are not the policy: each does what it says, and none is a sample to learn from.
#include "sim/drivers.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "sim/idm.h"
#include "sim/move_vehicles.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

testing::Maps generated(const std::string& name) { return {load_map(name)}; }

SimulationConfig driven_by(DriverKind kind, int worlds, int agents) {
  SimulationConfig c = testing::plain_world(worlds, agents);
  c.drivers.idm.share = kind == DriverKind::idm ? 1.0f : 0.0f;
  c.drivers.constant_speed.share = kind == DriverKind::constant_speed ? 1.0f : 0.0f;
  c.drivers.parked = kind == DriverKind::parked ? 1.0f : 0.0f;
  return c;
}

/// What a fleet did.
struct Tally {
  double metres = 0;
  int steps = 0, collisions = 0, rear_ends = 0, off_road = 0, red_lights = 0, goals = 0, lives = 0,
      transitions = 0;
};
bool hits_one_of_its_direction(const WorldView& v, int slot) {
  if (!(v.events[slot] & kCollided) || (v.events[slot] & kArtefact) || v.hit_agent[slot] < 0) return false;
  const int other = slot / v.agents_per_world * v.agents_per_world + v.hit_agent[slot];
  const Record a = v.pose[slot], b = v.pose[other];
  return a.c * b.c + a.d * b.d > 0.8f;
}
Tally drive(Simulator& sim, int steps) {
  Tally t;
  const WorldView& v = sim.view();
  for (int step = 0; step < steps; ++step) {
    testing::set_random_actions(sim, uint32_t(step));  // nobody listens
    sim.step();
    for (int slot = 0; slot < sim.slot_count(); ++slot) {
      if (v.status[slot] != uint8_t(AgentStatus::driving)) continue;
      const int events = v.events[slot];
      ++t.steps;
      t.metres += double(v.arc[slot].a);
      CHECK(v.motion[slot].a >= 0);  // no rule drives backwards
      t.collisions += (events & kCollided) != 0 && !(events & kArtefact);
      t.rear_ends += hits_one_of_its_direction(v, slot);
      t.off_road += (events & kOffRoad) != 0 && !(events & kArtefact);
      t.red_lights += (events & kRanRedLight) != 0;
      t.goals += (events & kReachedGoal) != 0;
      t.lives += (events & kSpawned) != 0;
      t.transitions += v.transition[slot];
    }
  }
  return t;
}

/// Puts an agent on the lane of another, `ahead_m` further on along the ring.
void put_ahead(Simulator& sim, int slot, int of, float ahead_m, float speed) {
  const WorldView& v = sim.view();
  const MapView map = sim.maps()[0]->view();
  const Lane& lane = map.lanes[map.quads[v.quad[of]].lane];
  const int quads = int(std::lround(ahead_m / map.quads[v.quad[of]].half_length / 2));
  const int quad = lane.first_quad + (v.quad[of] - lane.first_quad + quads) % lane.quad_count;
  const Record pose = map.quad_pose[quad];
  v.pose[slot] = {pose.a, pose.b, pose.c, pose.d};
  v.x_m[slot] = pose.a, v.y_m[slot] = pose.b;
  v.quad[slot] = quad;
  v.frenet[slot] = {0, 0, 1, 0};
  v.motion[slot] = {speed, 0, 0, 0};
}

/// Nobody ever reaches a goal.
void go_round(Simulator& sim) {
  const WorldView& v = sim.view();
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    v.goal_count[slot] = 2, v.goal_index[slot] = 0;
    v.coefficient[slot * kCoefficientCount + kGoalRadius] = 0;
  }
}

}  // namespace

TEST_CASE("the model's acceleration, against its formula in double precision") {
  IdmConfig rules;
  std::mt19937 random(1);
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  for (int n = 0; n < 20000; ++n) {
    rules.headway_s = float(uniform(0.5, 2)), rules.standstill_m = float(uniform(1, 4));
    rules.acceleration_mps2 = float(uniform(0.5, 2.5)), rules.braking_mps2 = float(uniform(1, 4));
    const float v = float(uniform(0, 30)), v0 = float(uniform(5, 30)), gap = float(uniform(0.5, 150)),
                leader = float(uniform(-5, 30));
    const double a = rules.acceleration_mps2, b = rules.braking_mps2;
    const double s = double(rules.standstill_m) +
                     std::max(0.0, double(v) * rules.headway_s +
                                       double(v) * (double(v) - leader) / (2 * std::sqrt(a * b)));
    const double asked = a * (1 - std::pow(double(v) / v0, 4) - std::pow(s / gap, 2));
    CHECK(double(idm_acceleration(rules, v, v0, {gap, leader})) ==
          doctest::Approx(std::max(asked, -5.0)).epsilon(1e-4));
  }
  CHECK(idm_acceleration(rules, 0, 10, {}) == doctest::Approx(rules.acceleration_mps2));
  CHECK(std::abs(idm_acceleration(rules, 10, 10, {})) < 1e-4f);
}

TEST_CASE("a fleet of the model: goals on a town's grid, on the road, no red light, no sample") {
  SimulationConfig c = driven_by(DriverKind::idm, 2, 24);
  c.lights.light_removed = c.lights.group_removed = c.lights.all_off = 0;
  c.spawn.clearance_m = 50;  // nobody appears at rest where another cannot stop any more
  Simulator sim(c, generated("grid?blocks=4"), {});
  const Tally t = drive(sim, 900);  // each arm of a crossing waits for three others
  MESSAGE("metres ", t.metres, ", goals ", t.goals, ", collisions ", t.collisions, ", rear ends ",
          t.rear_ends, ", off-road ", t.off_road, ", red lights ", t.red_lights);
  CHECK(t.metres > 2.5 * 0.3 * t.steps);
  CHECK(t.goals > 60);
  CHECK(t.off_road == 0);
  CHECK(t.red_lights <= 2);  // a yellow of 1.5 s may leave neither room to stop nor time to pass
  CHECK(t.rear_ends == 0);
  CHECK(t.collisions <= 10);  // those who leave a junction late are met by the next turn
  CHECK(t.transitions == 0);
}

/// How many agents of a fleet of the model have hardly moved in one of three times two minutes, and how many
/// lives it gave up.
struct Standing {
  int agents = 0, gave_up = 0, off_road = 0;
  double km = 0;
};
Standing stand_long(Simulator& sim) {
  Standing result;
  const WorldView& v = sim.view();
  std::vector<Record> from(size_t(sim.slot_count()));
  std::vector<uint32_t> life(from.size());
  std::vector<bool> ended(from.size(), true);
  for (int step = 0; step < 1200; ++step) {
    sim.step();
    for (int slot = 0; slot < sim.slot_count(); ++slot) {
      const size_t s = size_t(slot);
      if (v.status[slot] != uint8_t(AgentStatus::driving)) continue;
      result.gave_up += v.life[slot] != life[s] && !ended[s];
      result.off_road += (v.events[slot] & kOffRoad) != 0 && !(v.events[slot] & kArtefact);
      result.km += 1e-3 * double(v.arc[slot].a);
      life[s] = v.life[slot];
      ended[s] = v.terminated[slot] || v.truncated[slot];
      if (step % 400 == 0) from[s] = v.pose[slot];
      const Record at = v.pose[slot];
      result.agents += step % 400 == 399 && std::hypot(at.a - from[s].a, at.b - from[s].b) < 1;
    }
  }
  return result;
}

TEST_CASE("a dense fleet of the model never stands still for good") {
  for (const std::string name : {"crossing", "crossing?lanes=2", "roundabout", "roundabout?arms=5", "merge",
                                 "grid?blocks=3&lanes=2"}) {
    SimulationConfig c = driven_by(DriverKind::idm, 2, 40);
    c.episode_steps = 2000;
    Simulator sim(c, generated(name), {});
    const Standing s = stand_long(sim);
    CAPTURE(name);
    MESSAGE(name, ": stood for two minutes ", s.agents, " of 240, gave up ", s.gave_up, ", km ", s.km);
    CHECK(s.agents <= 12);   // at a long red light, say
    CHECK(s.gave_up <= 12);  // in eight agent-hours
    CHECK(s.km > 25);
  }
}

TEST_CASE("a fleet of the model changes lanes on a motorway and keeps to the road") {
  const testing::Maps town = testing::town("Town06");
  if (town.empty()) {
    MESSAGE("skipped: no Town06, run scripts/setup");
    return;
  }
  SimulationConfig c = driven_by(DriverKind::idm, 2, 24);
  c.episode_steps = 2000;
  Simulator sim(c, town, {});
  const Standing s = stand_long(sim);
  MESSAGE("km ", s.km, ", off the road ", s.off_road);
  CHECK(s.km > 100);
  CHECK(s.off_road < 0.15 * s.km);
}

TEST_CASE("who stands within a junction for long gives its life up, and nobody does where that is off") {
  for (const float give_up_s : {30.0f, 0.0f}) {
    SimulationConfig c = driven_by(DriverKind::idm, 1, 2);
    c.drivers.idm.give_up_s = give_up_s;
    c.episode_steps = 1000;
    c.spawn.at_rest = 1;
    Simulator sim(c, testing::crossing(), {});
    const WorldView& v = sim.view();
    const MapView map = sim.maps()[0]->view();
    int lane = 0;
    while (map.lanes[lane].junction < 0 || map.lanes[lane].length_m < 18) ++lane;
    v.quad[1] = map.lanes[lane].first_quad;
    put_ahead(sim, 0, 1, 3, 0);
    put_ahead(sim, 1, 0, 6, 0);
    v.driver[1] = uint8_t(DriverKind::parked);
    int life = int(v.life[0]), steps = 0;
    while (int(v.life[0]) == life && steps < 300) {
      go_round(sim);
      sim.step();
      ++steps;
    }
    if (give_up_s > 0) {
      CHECK(steps >= 100);  // 0.3 s each
      CHECK(steps < 115);
      CHECK(v.stuck_steps[0] == 0);
      CHECK((v.events[0] & kSpawned) != 0);
    } else {
      CHECK(steps == 300);
    }
  }
}

TEST_CASE("the model stops behind what stands and follows what drives, at its own gaps") {
  SimulationConfig c = driven_by(DriverKind::idm, 1, 2);
  c.drivers.idm.share = 1;
  c.spawn.at_rest = 1;
  c.goals.further_goals_max = 0;
  Simulator sim(c, testing::ring(), {});
  const WorldView& v = sim.view();
  const auto gap = [&] { return std::hypot(v.x_m[0] - v.x_m[1], v.y_m[0] - v.y_m[1]) - v.body[0].a; };
  v.driver[1] = uint8_t(DriverKind::parked);
  put_ahead(sim, 1, 0, 60, 0);
  sim.step();  // who was placed has not driven
  v.motion[0].a = 10;
  for (int step = 0; step < 120; ++step) {
    go_round(sim);
    sim.step();
    REQUIRE(v.events[0] == 0);
  }
  CHECK(v.motion[0].a < 0.05f);
  CHECK(gap() > 1.5);
  CHECK(gap() < 4);

  v.driver[1] = uint8_t(DriverKind::constant_speed);
  v.motion[1] = {5, 0, 0, 0};
  for (int step = 0; step < 300; ++step) {
    go_round(sim);
    sim.step();
    REQUIRE(v.events[0] == 0);
  }
  CHECK(v.motion[1].a == 5);
  CHECK(v.motion[0].a == doctest::Approx(5).epsilon(0.02));
  CHECK(gap() > 2 + 5 - 1.5);  // s0 + v T, to within where the path's points lie
  CHECK(gap() < 2 + 5 + 2.5);
}

TEST_CASE("constant speed: exactly the speed it began at, round the ring") {
  SimulationConfig c = driven_by(DriverKind::constant_speed, 4, 1);
  c.drivers.constant_speed.speed_mps = {4, 9};
  c.goals.further_goals_max = 0;
  c.erratic.blind = c.erratic.braking = 1;  // of the policy's agents alone
  Simulator sim(c, testing::ring(), {});
  const WorldView& v = sim.view();
  for (int step = 0; step < 200; ++step) {
    go_round(sim);
    const float speed = v.motion[2].a;
    CHECK(speed >= 4);
    CHECK(speed <= 9);
    sim.step();
    for (int slot = 0; slot < 4; ++slot) CHECK((v.events[slot] & ~kSpawned) == 0);
    CHECK(v.motion[2].a == speed);
    CHECK(std::abs(v.frenet[2].b) < 0.8f);
  }
}

TEST_CASE("parked agents never move, and end when they are hit") {
  SimulationConfig c = driven_by(DriverKind::parked, 1, 2);
  Simulator sim(c, testing::ring(), {});
  const WorldView& v = sim.view();
  const Record pose = v.pose[0];
  for (int step = 0; step < 50; ++step) {
    testing::set_actions(sim, 9 + step % 3);
    sim.step();
    CHECK(v.motion[0].a == 0);
    CHECK(v.pose[0].a == pose.a);
    CHECK(v.pose[0].b == pose.b);
    CHECK(v.transition[0] == 0);
  }
  v.driver[1] = uint8_t(DriverKind::policy);
  put_ahead(sim, 1, 0, -7, 15);
  testing::set_actions(sim, 7);
  sim.step();
  CHECK(v.events[0] == kCollided);
  CHECK(v.terminated[0] == 1);
  CHECK(v.transition[0] == 0);
  CHECK(v.transition[1] == 1);
}

TEST_CASE("an outside caller's jerks move its slots as the bicycle says; the policy's do not") {
  SimulationConfig c = testing::plain_world(2, 3);
  c.drivers.outside_agents = 1;
  Simulator sim(c, testing::ring(), {});
  const WorldView& v = sim.view();
  sim.set_actions(std::vector<uint8_t>(6, 7));
  sim.step();
  const VehicleState before = load_vehicle(v, 3);
  std::vector<Pair> jerks(6, Pair{0, 0});
  jerks[3] = {2.5f, -0.75f};
  jerks[4] = {-15, 4};  // not the caller's
  sim.set_jerks(jerks);
  sim.set_actions(std::vector<uint8_t>(6, 9));
  const VehicleState policy_before = load_vehicle(v, 4);
  sim.step();
  const VehicleState after = advance(before, {2.5f, -0.75f}, load_traits(v, 3), c.time_step_s);
  CHECK(v.pose[3].a == after.pose.x);
  CHECK(v.motion[3].a == after.speed);
  CHECK(v.motion[3].d == after.steering);
  CHECK(v.transition[3] == 0);
  CHECK(v.action[3] == 10);  // the nearest of the twelve
  const VehicleState policy = advance(policy_before, action_of(9), load_traits(v, 4), c.time_step_s);
  CHECK(v.motion[4].a == policy.speed);
  CHECK(v.transition[4] == 1);
  CHECK_THROWS_AS(sim.set_jerks({{0, 0}}), Error);
  CHECK_THROWS_AS(sim.set_actions(std::vector<uint8_t>(6, 12)), Error);
  CHECK_THROWS_AS(sim.set_actions(std::vector<uint8_t>(5, 0)), Error);
}

TEST_CASE("drivers are drawn by their shares; a restored world goes on bit for bit") {
  SimulationConfig c = testing::plain_world(300, 4);
  c.spawn.clearance_m = 5;
  c.drivers.idm.share = 0.3f;
  c.drivers.constant_speed.share = 0.2f;
  c.drivers.parked = 0.1f;
  c.drivers.outside_agents = 1;
  Simulator sim(c, testing::crossing(), {});
  int count[6] = {};
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    CHECK((sim.view().driver[slot] == uint8_t(DriverKind::outside)) == (slot % 4 == 0));
    ++count[sim.view().driver[slot]];
  }
  const double wanted[] = {0.4, 0.3, 0.2, 0.1};
  for (int k = 0; k < 4; ++k)
    CHECK(std::abs(count[k] - 900 * wanted[k]) < 4 * std::sqrt(900 * wanted[k] * (1 - wanted[k])));

  Simulator other(c, testing::crossing(), {});
  sim.set_jerks(std::vector<Pair>(size_t(sim.slot_count()), Pair{1, 0}));  // held from here on
  const auto go = [&](Simulator& s, int from, int to) {
    for (int step = from; step < to; ++step) testing::set_random_actions(s, uint32_t(step)), s.step();
  };
  go(sim, 0, 20);
  const std::vector<uint8_t> saved = sim.save();
  go(sim, 20, 50);
  other.restore(saved);
  go(other, 20, 50);
  CHECK(other.hash() == sim.hash());
}

TEST_CASE("impossible drivers are errors") {
  SimulationConfig c = testing::plain_world(1, 4);
  c.drivers.idm.share = 0.7f;
  c.drivers.parked = 0.4f;
  CHECK_THROWS_AS(Simulator(c, testing::ring(), {}), Error);
  c.drivers.parked = 0;
  c.drivers.outside_agents = 5;
  CHECK_THROWS_AS(Simulator(c, testing::ring(), {}), Error);
}
