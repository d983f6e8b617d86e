// Named kinds of road users: drawn by their shares, with their own sizes and speeds.
#include "sim/kinds.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

bool within(float value, const Interval& range) { return value >= range.low && value <= range.high; }

bool is_kind(const WorldView& v, int slot, const KindConfig& kind) {
  const Record body = v.body[slot], trait = v.trait[slot];
  const auto about = [](float value, const Interval& range) {
    return value >= range.low * 0.9999f && value <= range.high * 1.0001f;
  };
  return within(body.a, kind.length_m) && within(body.b, {0, kind.width_m.high}) &&
         about(trait.d * kFastest, kind.top_speed_mps) &&
         about(trait.c * kStrongestThrottle, kind.acceleration_mps2);
}

/// Kinds that no two of can be taken for each other, nor for a body that traits draws.
SimulationConfig mixed(int worlds, int agents) {
  SimulationConfig c = testing::plain_world(worlds, agents);
  c.spawn.clearance_m = 5;
  c.traits.length_m = {5.5f, 5.6f};
  c.traits.acceleration_spread = c.traits.speed_spread = 1;
  c.kinds.car.share = 0.4f;
  c.kinds.truck.share = 0.1f;
  c.kinds.cyclist.share = 0.2f;
  c.kinds.pedestrian.share = 0.2f;
  return c;
}

}  // namespace

TEST_CASE("kinds are drawn by their shares, each within its sizes and speeds, the rest from traits") {
  const SimulationConfig c = mixed(400, 4);
  const Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  int count[5] = {}, lives = 0;
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    ++lives;
    const KindConfig* const kinds[] = {&c.kinds.car, &c.kinds.truck, &c.kinds.cyclist, &c.kinds.pedestrian};
    int matches = 0;
    for (int k = 0; k < 4; ++k)
      if (is_kind(v, slot, *kinds[k])) ++count[k], ++matches;
    if (matches == 0) {
      ++count[4];
      CHECK(within(v.body[slot].a, c.traits.length_m));
      CHECK(v.trait[slot].d == 1);
    }
    CHECK(matches <= 1);
    CHECK(v.body[slot].b <= v.body[slot].a);
  }
  const double wanted[] = {0.4, 0.1, 0.2, 0.2, 0.1};
  for (int k = 0; k < 5; ++k) {
    CAPTURE(k);
    CHECK(std::abs(count[k] - wanted[k] * lives) < 4 * std::sqrt(wanted[k] * (1 - wanted[k]) * lives));
  }
}

TEST_CASE("nobody drives faster than its kind") {
  SimulationConfig c = mixed(8, 6);
  c.after_end = "remove";
  c.spawn.speed_mps = {20, 20};
  Simulator sim(c, testing::ring(), {});
  const WorldView& v = sim.view();
  float fastest_walk = 0, fastest = 0;
  for (int step = 0; step < 40; ++step) {
    for (int slot = 0; slot < sim.slot_count(); ++slot) {
      const int action = testing::follow_lane(v, slot, 12);
      v.action[slot] = uint8_t(action);
      if (v.status[slot] != uint8_t(AgentStatus::driving)) continue;
      CHECK(v.motion[slot].a <= kFastest * v.trait[slot].d);
      fastest = std::max(fastest, v.motion[slot].a);
      if (is_kind(v, slot, c.kinds.pedestrian)) fastest_walk = std::max(fastest_walk, v.motion[slot].a);
    }
    sim.step();
  }
  CHECK(fastest_walk > 0.5f);
  CHECK(fastest_walk <= c.kinds.pedestrian.top_speed_mps.high);
  CHECK(fastest > 5);
}

TEST_CASE("a mix without shares is the paper's draw, bit for bit") {
  SimulationConfig plain, other;
  plain.worlds = other.worlds = 4;
  plain.agents_per_world = other.agents_per_world = 8;
  other.kinds.truck.length_m = {9, 9};  // of a kind that nobody is
  CHECK(Simulator(plain, testing::crossing(), {}).hash() == Simulator(other, testing::crossing(), {}).hash());
  other.kinds.truck.share = 0.5f;
  CHECK(Simulator(plain, testing::crossing(), {}).hash() != Simulator(other, testing::crossing(), {}).hash());
}

TEST_CASE("impossible mixes are errors, and what no agent is cannot be too long") {
  SimulationConfig c = testing::plain_world(1, 2);
  c.kinds.car.share = 0.7f;
  c.kinds.truck.share = 0.4f;
  CHECK_THROWS_WITH_AS(Simulator(c, testing::ring(), {}),
                       "simulation.kinds: shares add up to 1.1, expected at most 1", Error);
  c.kinds.car.share = 0;
  c.kinds.truck.top_speed_mps = {80, 80};
  CHECK_THROWS_AS(Simulator(c, testing::ring(), {}), Error);
  c.kinds.truck.share = 0;
  CHECK_NOTHROW(Simulator(c, testing::ring(), {}));
}
