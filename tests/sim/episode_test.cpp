// Episodes, lives and transitions by hand: which step is a sample, which flag says that a life ended, and
// when the next begins.
#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

struct Flags {
  int transition, terminated, truncated;
  bool operator==(const Flags& o) const {
    return transition == o.transition && terminated == o.terminated && truncated == o.truncated;
  }
};
Flags flags(const WorldView& v, int slot) {
  return {v.transition[slot], v.terminated[slot], v.truncated[slot]};
}

/// One agent far away from the other leaves the road: turned across it at speed.
void drive_off_the_road(WorldView& v, int slot) {
  Record& pose = v.pose[slot];
  pose = {pose.a, pose.b, -pose.d, pose.c};
  v.motion[slot] = {8, 0, 0, 0};
}

SimulationConfig two_agents() {
  SimulationConfig c = testing::plain_world(1, 2);
  c.spawn.at_rest = 1;
  c.spawn.clearance_m = 50;
  return c;
}

}  // namespace

TEST_CASE("an episode of three steps") {
  SimulationConfig c = two_agents();
  c.episode_steps = 3;
  Simulator sim(c, testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 10);  // throttle
  CHECK(v.episode[0] == 0);
  CHECK(v.episode_step[0] == 0);
  for (int slot = 0; slot < 2; ++slot) {
    CHECK(v.status[slot] == uint8_t(AgentStatus::driving));
    CHECK(v.events[slot] == kSpawned);
    CHECK(flags(v, slot) == Flags{0, 0, 0});
    CHECK(v.life[slot] == 1);
  }
  for (int step = 1; step <= 3; ++step) {
    const float speed = v.motion[0].a, x = v.x_m[0];
    sim.step();
    CHECK(v.episode_step[0] == uint32_t(step));
    CHECK(v.motion[0].a > speed);
    CHECK(v.x_m[0] != x);
    for (int slot = 0; slot < 2; ++slot) {
      CHECK(flags(v, slot) == Flags{1, 0, step == 3});
      CHECK(v.events[slot] == (step == 3 ? kTimedOut : 0));
      CHECK(v.life_step[slot] == uint32_t(step));
    }
  }
  // the last state was observed where the episode ended: the ego still moves
  const ObservationView seen = sim.observation();
  CHECK(seen.rows[seen.shape.ego_offset() + 4] > 0);

  sim.step();  // the step of resetting: no transition
  CHECK(v.episode[0] == 1);
  CHECK(v.episode_step[0] == 0);
  for (int slot = 0; slot < 2; ++slot) {
    CHECK(v.events[slot] == kSpawned);
    CHECK(flags(v, slot) == Flags{0, 0, 0});
    CHECK(v.life[slot] == 2);
    CHECK(v.motion[slot].a == 0);
    CHECK(v.reward[slot] == 0);
  }
  sim.step();
  CHECK(flags(v, 0) == Flags{1, 0, 0});
  CHECK(v.episode_step[0] == 1);
}

TEST_CASE("a life that ends is seen once more, then begins anew while others go on") {
  Simulator sim(two_agents(), testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 7);  // no jerk
  sim.step();
  drive_off_the_road(v, 0);
  sim.step();
  CHECK(flags(v, 0) == Flags{1, 1, 0});
  CHECK(v.events[0] == kOffRoad);
  CHECK(v.reward_terms[kOffRoadTerm] == -v.coefficient[kOffRoadPenalty]);
  CHECK(v.status[0] == uint8_t(AgentStatus::driving));
  CHECK(flags(v, 1) == Flags{1, 0, 0});
  sim.step();
  CHECK(flags(v, 0) == Flags{0, 0, 0});
  CHECK(v.events[0] == kSpawned);
  CHECK(v.life[0] == 2);
  CHECK(flags(v, 1) == Flags{1, 0, 0});
  CHECK(v.life[1] == 1);
  sim.step();
  CHECK(flags(v, 0) == Flags{1, 0, 0});
}

TEST_CASE("removed agents stay away until the episode ends; wrecks stay where they are") {
  for (const bool stop : {false, true}) {
    SimulationConfig c = two_agents();
    c.after_end = stop ? "stop" : "remove";
    c.episode_steps = 6;
    Simulator sim(c, testing::ring(), {});
    WorldView& v = sim.view();
    testing::set_actions(sim, 7);
    v.life_step[0] = 5;  // no artefact of its spawn
    drive_off_the_road(v, 0);
    sim.step();
    CHECK(flags(v, 0) == Flags{1, 1, 0});
    const Record pose = v.pose[0];
    for (int step = 2; step <= 6; ++step) {
      sim.step();
      CHECK(v.status[0] == uint8_t(stop ? AgentStatus::stopped : AgentStatus::absent));
      CHECK(flags(v, 0) == Flags{0, 0, 0});
      CHECK(v.events[0] == 0);
      CHECK(v.x_m[0] == (stop ? pose.a : kFarAway));
      CHECK(v.motion[0].a == 0);
      CHECK(flags(v, 1) == Flags{1, 0, step == 6});
    }
    sim.step();
    CHECK(v.status[0] == uint8_t(AgentStatus::driving));
    CHECK(v.life[0] == 2);
  }
}

TEST_CASE("a wreck is an obstacle") {
  SimulationConfig c = two_agents();
  c.after_end = "stop";
  Simulator sim(c, testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 7);
  sim.step();
  // agent 1 right behind agent 0, and faster than it can stop
  v.pose[1] = {v.pose[0].a - 6 * v.pose[0].c, v.pose[0].b - 6 * v.pose[0].d, v.pose[0].c, v.pose[0].d};
  v.motion[1] = {15, 0, 0, 0};
  v.quad[1] = v.quad[0];
  sim.step();
  CHECK(v.events[0] == kCollided);
  CHECK(v.events[1] == kCollided);
  CHECK(v.hit_agent[0] == 1);
  CHECK(v.hit_agent[1] == 0);
  CHECK(v.reward_terms[kRewardTerms + kCollisionTerm] ==
        doctest::Approx(-(v.coefficient[kCoefficientCount + kCollisionPenalty] + 0.1f * v.motion[1].a)));
  sim.step();
  CHECK(v.status[0] == uint8_t(AgentStatus::stopped));
  CHECK(v.events[0] == 0);
}

TEST_CASE("three agents that touch in one step: all crash, each names the one of smallest index") {
  SimulationConfig c = two_agents();
  c.agents_per_world = 4;
  c.agents_min = 0;
  Simulator sim(c, testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 7);
  sim.step();
  // a row of three, each 2.6 m behind the one before and 4 m long; the fourth stays where it is
  for (int agent = 1; agent < 3; ++agent) {
    const float back = 2.6f * float(agent);
    v.pose[agent] = {v.pose[0].a - back * v.pose[0].c, v.pose[0].b - back * v.pose[0].d, v.pose[0].c,
                     v.pose[0].d};
    v.x_m[agent] = v.pose[agent].a, v.y_m[agent] = v.pose[agent].b;
    v.motion[agent] = v.motion[0];
    v.quad[agent] = v.quad[0];
  }
  v.body[0].a = 7;  // long enough to reach the last of them: all three touch each other
  sim.step();
  for (int agent = 0; agent < 3; ++agent) {
    CHECK((v.events[agent] & kCollided) != 0);
    CHECK(v.terminated[agent] == 1);
    CHECK(v.reward_terms[agent * kRewardTerms + kCollisionTerm] < 0);
  }
  CHECK(v.hit_agent[0] == 1);
  CHECK(v.hit_agent[1] == 0);
  CHECK(v.hit_agent[2] == 0);
  CHECK(v.hit_agent[3] == -1);
  CHECK((v.events[3] & kCollided) == 0);
  CHECK(v.terminated[3] == 0);
}

TEST_CASE("contact within a step of a spawn is an artefact") {
  Simulator sim(two_agents(), testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 7);
  v.pose[1] = {v.pose[0].a - 6 * v.pose[0].c, v.pose[0].b - 6 * v.pose[0].d, v.pose[0].c, v.pose[0].d};
  v.motion[1] = {15, 0, 0, 0};
  v.quad[1] = v.quad[0];
  sim.step();
  CHECK(v.events[0] == (kCollided | kArtefact));
  CHECK(v.events[1] == (kCollided | kArtefact));
  CHECK(v.terminated[0] == 1);
}

TEST_CASE("who touches a fresh agent and another names the other, whatever their indices") {
  for (const int fresh : {1, 2}) {
    CAPTURE(fresh);
    SimulationConfig c = two_agents();
    c.agents_per_world = 3;
    Simulator sim(c, testing::ring(), {});
    WorldView& v = sim.view();
    testing::set_actions(sim, 7);
    for (int agent = 0; agent < 3; ++agent) {  // 1 stands before 0 and 2 behind it
      const float ahead = agent == 0 ? 0 : agent == 1 ? 3.5f : -3.5f;
      const Record p = v.pose[0];
      v.body[agent].a = 4;
      v.pose[agent] = {p.a + ahead * p.c, p.b + ahead * p.d, p.c, p.d};
      v.motion[agent] = {0, 0, 0, 0};
      v.quad[agent] = v.quad[0];
      v.life_step[agent] = agent == fresh ? 0 : 50;
    }
    sim.step();
    CHECK(v.hit_agent[0] == 3 - fresh);
    CHECK(v.events[0] == kCollided);
    CHECK(v.events[3 - fresh] == kCollided);
    CHECK(v.events[fresh] == (kCollided | kArtefact));
    CHECK(v.hit_agent[fresh] == 0);
  }
}

TEST_CASE("nothing is learnt from an artefact, and who hits its wreck later hits no spawn") {
  SimulationConfig c = two_agents();
  c.after_end = "stop";
  Simulator sim(c, testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 7);
  const auto run_into = [&](float speed) {  // agent 1 stands six metres behind agent 0 and drives at it
    v.pose[1] = {v.pose[0].a - 6 * v.pose[0].c, v.pose[0].b - 6 * v.pose[0].d, v.pose[0].c, v.pose[0].d};
    v.motion[1] = {speed, 0, 0, 0};
    v.quad[1] = v.quad[0];
  };
  run_into(15);
  sim.step();
  REQUIRE(v.events[0] == (kCollided | kArtefact));
  CHECK(v.transition[0] == 0);
  CHECK(v.transition[1] == 0);
  sim.step();
  REQUIRE(v.status[0] == uint8_t(AgentStatus::stopped));
  // long after, another one comes
  v.status[1] = uint8_t(AgentStatus::driving), v.terminated[1] = 0, v.life_step[1] = 100;
  run_into(15);
  sim.step();
  CHECK(v.events[1] == kCollided);
  CHECK(v.transition[1] == 1);
}

TEST_CASE("goals: the next one follows, the last ends the life, and only when slow") {
  SimulationConfig c = two_agents();
  c.reward.goal_radius_m = {5, 5};
  c.reward.progress_per_m = 0.01f;
  Simulator sim(c, testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 7);
  const MapView map = sim.maps()[0]->view();
  const auto put_at_goal = [&](float speed) {
    const int quad = map.lane_point_quad[v.goal[v.goal_index[0]]];
    const Record pose = map.quad_pose[quad];
    v.pose[0] = {pose.a, pose.b, pose.c, pose.d};
    v.x_m[0] = pose.a;
    v.y_m[0] = pose.b;
    v.motion[0] = {speed, 0, 0, 0};
    v.quad[0] = quad;
  };
  v.goal_count[0] = 2;
  v.goal[1] = v.goal[0] == 0 ? 1 : 0;
  put_at_goal(4);
  sim.step();
  CHECK(v.events[0] == kReachedGoal);
  CHECK(v.goal_index[0] == 1);
  CHECK(v.reward_terms[kGoalTerm] == 1);
  CHECK(std::abs(v.reward_terms[kProgressTerm]) <= 0.01f * 2 * 1.21f);  // bounded by what it drove
  CHECK(v.body[0].d > 20);
  CHECK(v.paid_route_m[0] == v.body[0].d);
  CHECK(flags(v, 0) == Flags{1, 0, 0});
  put_at_goal(4);  // too fast for the last one
  sim.step();
  CHECK(v.events[0] == 0);
  put_at_goal(2);
  sim.step();
  CHECK(v.events[0] == (kReachedGoal | kReachedLastGoal));
  CHECK(flags(v, 0) == Flags{1, 1, 0});
}

TEST_CASE("a near goal that is passed between two steps was reached, one that is passed beside was not") {
  SimulationConfig c = two_agents();
  c.reward.goal_radius_m = {0.5f, 0.5f};
  Simulator sim(c, testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 7);
  const MapView map = sim.maps()[0]->view();
  // 6 m a step; the goal lies at the middle of the step, the body's middle passes it at `beside` metres
  const auto drive_past = [&](float beside) {
    const int goal = v.goal[0], quad = map.lane_point_quad[goal];
    const Record pose = map.quad_pose[quad], at = map.lane_points[goal];
    v.goal_count[0] = 2, v.goal_index[0] = 0;
    v.pose[0] = {at.a - 3 * pose.c - beside * pose.d, at.b - 3 * pose.d + beside * pose.c, pose.c, pose.d};
    v.x_m[0] = v.pose[0].a, v.y_m[0] = v.pose[0].b;
    v.motion[0] = {20, 0, 0, 0};
    v.quad[0] = quad;
    v.frenet[0] = {-3, beside, 1, 0};
    sim.step();
    const float from = std::hypot(v.previous_pose[0].a - at.a, v.previous_pose[0].b - at.b);
    const float to = std::hypot(v.pose[0].a - at.a, v.pose[0].b - at.b);
    REQUIRE(from > 2.5f);
    REQUIRE(to > 2.5f);
    return v.events[0];
  };
  CHECK(drive_past(0.2f) == kReachedGoal);
  CHECK(v.goal_index[0] == 1);
  CHECK(drive_past(0.7f) == 0);
  CHECK(v.goal_index[0] == 0);
}

TEST_CASE("variants of a list: episodes take theirs from it, whatever world they are of") {
  SimulationConfig c = testing::plain_world(64, 1);
  c.episode_steps = 2;
  c.perturbation = {};
  c.perturbation.variants = 3;
  const auto seen = [&](uint64_t seed) {
    Simulator::Options options;
    options.seed = seed;
    Simulator sim(c, testing::ring(), options);
    std::map<float, int> count;  // a variant is told by how it stretches x
    bool changed = false;
    for (int step = 0; step < 9; ++step) {
      const float before = sim.view().variant[0].xx;
      for (int world = 0; world < 64; ++world) ++count[sim.view().variant[world].xx];
      sim.step();
      changed |= sim.view().variant[0].xx != before;
    }
    CHECK(changed);
    return count;
  };
  const auto list = seen(1);
  CHECK(list.size() == 3);
  for (const auto& [xx, count] : list) CHECK(count > 64 * 9 / 6);
  const auto other = seen(2);  // another order of the same ones
  CHECK(other != list);
  CHECK(other.size() == 3);
  for (const auto& [xx, count] : other) CHECK(list.count(xx) == 1);
}

TEST_CASE("erratic drivers drive, brake until they stand, and are no samples") {
  SimulationConfig c = two_agents();
  c.erratic.braking = 1;
  c.erratic.brake_start_s = {0.6f, 0.6f};
  c.erratic.brake_length_s = {60, 60};
  Simulator sim(c, testing::ring(), {});
  WorldView& v = sim.view();
  testing::set_actions(sim, 10);
  v.motion[0].a = 6;
  for (int step = 0; step < 20; ++step) {
    sim.step();
    CHECK(v.transition[0] == 0);
    if (step > 12) CHECK(v.motion[0].a == 0);
  }
  SimulationConfig blind = two_agents();
  blind.erratic.blind = 1;
  Simulator other(blind, testing::ring(), {});
  testing::set_actions(other, 7);
  other.step();
  CHECK(other.view().transition[0] == 0);
  CHECK(other.observation().counts[kAgentSet] == 0);
}

TEST_CASE("staggered episodes start at different steps, once") {
  SimulationConfig c = testing::plain_world(16, 1);
  c.stagger_episodes = true;
  c.episode_steps = 50;
  Simulator sim(c, testing::ring(), {});
  int different = 0;
  for (int world = 1; world < 16; ++world)
    different += sim.view().episode_step[world] != sim.view().episode_step[0];
  CHECK(different > 8);
  testing::set_actions(sim, 7);
  for (int step = 0; step < 120; ++step) sim.step();
  for (int world = 0; world < 16; ++world) {
    CHECK(sim.view().episode[world] >= 2);
    CHECK(sim.view().episode[world] <= 3);
  }
}

TEST_CASE("the number of agents is drawn for each episode") {
  SimulationConfig c = testing::plain_world(64, 8);
  c.agents_min = 3;
  Simulator sim(c, testing::crossing(), {});
  int least = 99, most = 0;
  for (int world = 0; world < 64; ++world) {
    const int count = sim.view().agent_count[world];
    least = std::min(least, count);
    most = std::max(most, count);
    for (int agent = count; agent < 8; ++agent)
      CHECK(sim.view().status[world * 8 + agent] == uint8_t(AgentStatus::absent));
  }
  CHECK(least == 3);
  CHECK(most == 8);
}
