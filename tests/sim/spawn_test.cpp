// Where lives begin: on the road, apart, with goals that can be reached.
#include "sim/spawn.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <vector>

#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

Box box_of(const WorldView& v, int slot, float grown) {
  const Record p = v.pose[slot], b = v.body[slot];
  return {p.a, p.b, p.c, p.d, 0.5f * b.a + grown, 0.5f * b.b + grown};
}

/// Every edge of the map against every body: no list, no reach.
bool touches_any_edge(const MapView& map, const Affine& variant, const Box& box) {
  const Affine frame = compose(ego_frame(box.x, box.y, box.cos_heading, box.sin_heading), variant);
  for (int k = 0; k < map.boundary_count; ++k) {
    const Record e = map.boundary[k];
    const Point m = apply(frame, e.a, e.b), h = apply_direction(frame, e.c, e.d);
    if (segment_touches_box(m.x, m.y, h.x, h.y, box.half_length, box.half_width)) return true;
  }
  return false;
}

/// Where an agent is and how fast, when others begin beside it.
struct Present {
  bool driving, begins;
  Record pose, body;
  double speed_mps;
};
Present present(const WorldView& v, int slot) {
  return {v.status[slot] == uint8_t(AgentStatus::driving), (v.events[slot] & kSpawned) != 0, v.pose[slot],
          v.body[slot], double(v.motion[slot].a)};
}

/// Nobody has begun where somebody, at a braking of 4 m/s^2, cannot stop before who stands, or slow down
/// behind who drives, straight ahead. Returns how many pairs were close.
int check_braking(const std::vector<Present>& world) {
  int close = 0;
  for (const Present& a : world)
    for (const Present& b : world) {
      if (&a == &b || !a.driving || !b.driving || !(a.begins || b.begins)) continue;
      const Record p = a.pose, q = b.pose;
      const double dx = double(q.a) - double(p.a), dy = double(q.b) - double(p.b);
      const double ahead = dx * double(p.c) + dy * double(p.d),
                   aside = std::abs(dy * double(p.c) - dx * double(p.d));
      if (ahead <= 0 || aside > 0.5 * double(a.body.b + b.body.b) + 0.499) continue;
      if (on_different_levels(a.body.c - b.body.c, float(std::hypot(dx, dy)))) continue;
      const double bodies = 0.5 * (std::hypot(a.body.a, a.body.b) + std::hypot(b.body.a, b.body.b));
      const double room = std::max(0.0, ahead - bodies);
      const double along = std::max(0.0, b.speed_mps * double(p.c * q.c + p.d * q.d));
      close += room < 40;
      CHECK(a.speed_mps * a.speed_mps <= along * along + 2 * 4 * room + 1e-2);
    }
  return close;
}

void check_spawns(const Simulator& sim) {
  const WorldView& v = sim.view();
  int present = 0;
  for (int world = 0; world < v.world_count; ++world) {
    const WorldMap w = world_map(v, world);
    for (int agent = 0; agent < v.agents_per_world; ++agent) {
      const int slot = world * v.agents_per_world + agent;
      if (v.status[slot] != uint8_t(AgentStatus::driving)) continue;
      ++present;
      CHECK_FALSE(touches_any_edge(w.map, w.variant, box_of(v, slot, 0.099f)));
      for (int other = 0; other < agent; ++other) {
        const int there = world * v.agents_per_world + other;
        if (v.status[there] != uint8_t(AgentStatus::driving)) continue;
        if (!on_different_levels(v.body[slot].c - v.body[there].c, 0))
          CHECK_FALSE(boxes_touch(box_of(v, slot, 0.2f), box_of(v, there, 0.2f)));
      }
      const Quad& quad = w.map.quads[v.quad[slot]];
      CHECK(w.map.lanes[quad.lane].routable);
      const Point base = apply(v.variant_inverse[world], v.x_m[slot], v.y_m[slot]);
      CHECK(contains(quad, base.x, base.y, 0.05f));
      CHECK(std::abs(v.frenet[slot].b) <= 0.3001f);
      CHECK(v.frenet[slot].c > 0.99f);
      CHECK(v.motion[slot].a <= quad.speed_limit_mps);
      CHECK(v.body[slot].d < 0.5f * kUnreachable);
      CHECK(v.goal_count[slot] >= 1);
      CHECK(v.goal_count[slot] <= kMaxGoals);
      for (int k = 0; k < v.goal_count[slot]; ++k) {
        const int goal = v.goal[slot * kMaxGoals + k];
        CHECK(goal_width(w, goal) >= v.body[slot].b + kRoomM);
        if (k > 0) {
          const int before = v.goal[slot * kMaxGoals + k - 1];
          CHECK(distance_from_point(w.map, before, goal) < 0.5f * kUnreachable);
        }
      }
    }
  }
  CHECK(present >= v.world_count * v.agents_per_world * 9 / 10);
}

}  // namespace

TEST_CASE("spawns on a crossing, in variants") {
  SimulationConfig c;
  c.worlds = 32;
  c.agents_per_world = 10;
  Simulator sim(c, testing::crossing(), {});
  check_spawns(sim);
}

TEST_CASE("spawns on Town01, in variants, all sizes") {
  const testing::Maps maps = testing::town("Town01");
  if (maps.empty()) {
    MESSAGE("Town01 was not fetched: skipped");
    return;
  }
  SimulationConfig c;
  c.worlds = 8;
  c.agents_per_world = 64;
  Simulator sim(c, maps, {});
  check_spawns(sim);
}

TEST_CASE("a life begins where nobody has to brake harder than one can, itself included") {
  SimulationConfig c = testing::plain_world(20, 40);
  c.spawn.speed_mps = {0, 20};
  c.spawn.at_rest = 0.3f;
  Simulator sim(c, testing::crossing(), {});
  int close = 0, fast = 0;
  const WorldView& v = sim.view();
  for (int world = 0; world < 20; ++world) {
    std::vector<Present> agents;
    for (int agent = 0; agent < 40; ++agent) agents.push_back(present(v, world * 40 + agent));
    close += check_braking(agents);
  }
  for (int slot = 0; slot < sim.slot_count(); ++slot)
    fast += v.status[slot] == uint8_t(AgentStatus::driving) && v.motion[slot].a > 8;
  CHECK(close > 100);
  CHECK(fast > 50);
}

TEST_CASE(
    "nobody who drives has to brake harder than one can for a life that begins ahead, nor that life itself") {
  SimulationConfig c = testing::plain_world(10, 16);
  c.after_end = "respawn";
  c.spawn.speed_mps = {0, 15};
  Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  int close = 0, begun = 0;
  for (int step = 0; step < 200; ++step) {
    std::vector<Present> before;  // lives begin before anyone moves
    for (int slot = 0; slot < sim.slot_count(); ++slot) {
      before.push_back(present(v, slot));
      v.action[slot] =
          uint8_t(slot % 4 == step % 4 ? (slot * 5 + step) % 12 : testing::follow_lane(v, slot, 8));
    }
    std::vector<bool> ended(v.terminated, v.terminated + sim.slot_count());
    sim.step();
    for (int world = 0; world < c.worlds; ++world) {
      std::vector<Present> agents;
      for (int slot = world * 16; slot < world * 16 + 16; ++slot) {
        const Present now = present(v, slot);
        begun += now.begins;
        agents.push_back(now.begins ? now : before[size_t(slot)]);
        if (!now.begins) agents.back().driving &= !ended[size_t(slot)], agents.back().begins = false;
      }
      close += check_braking(agents);
    }
  }
  CHECK(begun > 200);
  CHECK(close > 200);
}

TEST_CASE("what is drawn has the configured distribution") {
  SimulationConfig c;
  c.worlds = 200;
  c.agents_per_world = 10;
  c.perturbation.enabled = false;
  Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  double length = 0, rest = 0, above = 0, further = 0, penalty = 0, blind = 0, braking = 0;
  int n = 0;
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    if (v.status[slot] != uint8_t(AgentStatus::driving)) continue;
    ++n;
    CHECK(v.body[slot].a >= 0.8f);
    CHECK(v.body[slot].a <= 7);
    CHECK(v.body[slot].b <= v.body[slot].a);
    CHECK(v.body[slot].b <= 3);
    CHECK(v.trait[slot].a >= 0.8f);
    CHECK(v.trait[slot].a <= 1.25f);
    CHECK(v.trait[slot].d >= 0.66f);
    CHECK(v.trait[slot].d <= 1.5f);
    CHECK(v.coefficient[slot * kCoefficientCount + kGoalRadius] >= 2);
    CHECK(v.coefficient[slot * kCoefficientCount + kGoalRadius] <= 12);
    CHECK(v.coefficient[slot * kCoefficientCount + kVelocity] == 2.5e-3f);
    length += v.body[slot].a;
    rest += v.motion[slot].a == 0;
    above += v.trait[slot].c > 1;
    further += v.goal_count[slot] - 1;
    penalty += v.coefficient[slot * kCoefficientCount + kCollisionPenalty];
    blind += v.blind[slot];
    braking += v.brake[slot].b > v.brake[slot].a;
  }
  CHECK(n > 1800);
  CHECK(length / n > 2.5);  // long bodies fit in fewer places
  CHECK(rest / n == doctest::Approx(0.5).epsilon(0.1));
  CHECK(above / n == doctest::Approx(0.5).epsilon(0.1));
  CHECK(further / n == doctest::Approx(1.5).epsilon(0.1));
  CHECK(penalty / n == doctest::Approx(1.5).epsilon(0.1));
  CHECK(blind / n == doctest::Approx(0.05).epsilon(0.4));
  CHECK(braking / n == doctest::Approx(0.1).epsilon(0.3));
}

TEST_CASE("a full map takes fewer agents, and they wait for room") {
  SimulationConfig c = testing::plain_world(1, 100);  // 314 m of ring
  Simulator sim(c, testing::ring(), {});
  const auto present = [&] {
    int n = 0;
    for (int slot = 0; slot < 100; ++slot) n += sim.view().status[slot] != uint8_t(AgentStatus::absent);
    return n;
  };
  const int at_first = present();
  CHECK(at_first > 15);
  CHECK(at_first < 75);
  testing::set_actions(sim, 7);
  sim.step();
  for (int slot = 0; slot < 100; ++slot)
    if (sim.view().status[slot] == uint8_t(AgentStatus::absent)) {
      CHECK(sim.view().life[slot] == 2);
      CHECK(sim.view().reward[slot] == 0);
      CHECK(sim.view().transition[slot] == 0);
      break;
    }
}

TEST_CASE("the curriculum keeps first goals near") {
  const testing::Maps maps = testing::town("Town01");
  if (maps.empty()) {
    MESSAGE("Town01 was not fetched: skipped");
    return;
  }
  SimulationConfig c = testing::plain_world(4, 48);
  c.goals.first_distance_min_m = 15;
  Simulator sim(c, maps, {});
  Curriculum near;
  near.first_goal_max_m = 100;
  sim.set_curriculum(near);
  sim.reset();
  int within = 0, present = 0;
  std::set<int> goals;
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    if (sim.view().status[slot] != uint8_t(AgentStatus::driving)) continue;
    ++present;
    CHECK(sim.view().body[slot].d >= 14);
    within += sim.view().body[slot].d <= 101;
    goals.insert(sim.view().goal[slot * kMaxGoals]);
  }
  CHECK(within > present * 8 / 10);  // where none is that near, the limit is doubled
  CHECK(goals.size() > 40);
}

TEST_CASE("everybody begins on the quad that it is said to be on, slivers of a town's junctions included") {
  const testing::Maps maps = testing::town("Town15");
  if (maps.empty()) {
    MESSAGE("Town15 was not fetched: skipped");
    return;
  }
  SimulationConfig c;
  c.worlds = 800;
  c.agents_per_world = 64;
  Simulator sim(c, maps, {});
  const WorldView& v = sim.view();
  int present = 0, beside = 0;
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    if (v.status[slot] == uint8_t(AgentStatus::absent)) continue;
    ++present;
    const Point base = apply(v.variant_inverse[slot / c.agents_per_world], v.pose[slot].a, v.pose[slot].b);
    beside += !contains(v.maps[0].quads[v.quad[slot]], base.x, base.y);
  }
  CHECK(present > 40000);
  CHECK(beside == 0);
}
