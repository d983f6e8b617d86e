#include "eval/counting.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"

using namespace gigalane;

namespace {

/// A world of three agents on a map of one quad without stop lines, whose fields the test writes by hand.
struct SmallWorld {
  static constexpr int kAgents = 3;
  Quad quad{};
  MapView map{};
  uint16_t map_index[1] = {0}, events[kAgents] = {}, agent_count[1] = {kAgents};
  uint8_t status[kAgents], signal_state[1] = {0};
  uint32_t life[kAgents] = {1, 1, 1}, life_step[kAgents] = {};
  float x_m[kAgents] = {0, 50, 100}, y_m[kAgents] = {};
  Record body[kAgents], motion[kAgents] = {};
  Pair arc[kAgents] = {};
  int16_t hit_agent[kAgents] = {-1, -1, -1};
  int32_t quads[kAgents] = {};
  uint8_t action[kAgents] = {7, 7, 7};  // neither brake nor steer
  WorldView view{};

  SmallWorld() {
    quad.next_stop_line = kNone16;
    map.quads = &quad;
    for (int i = 0; i < kAgents; ++i) {
      status[i] = uint8_t(AgentStatus::driving);
      body[i] = {i == 0 ? 2.0f : i == 1 ? 4.5f : 6.0f, 1.8f, 0, 0};
    }
    view.world_count = 1, view.agents_per_world = kAgents, view.signal_stride = 1;
    view.maps = &map, view.map = map_index, view.agent_count = agent_count, view.events = events;
    view.status = status, view.signal_state = signal_state, view.life = life, view.life_step = life_step;
    view.x_m = x_m, view.y_m = y_m, view.body = body, view.motion = motion, view.arc = arc;
    view.hit_agent = hit_agent, view.quad = quads, view.action = action;
  }
  /// Every agent drives `metres` in a step in which nothing happens yet.
  void drive(float metres) {
    for (int i = 0; i < kAgents; ++i) {
      events[i] = 0, hit_agent[i] = -1, ++life_step[i];
      arc[i] = {metres, 0}, x_m[i] += metres, motion[i] = {metres / 0.3f, 0, 0, 0};
    }
  }
};

}  // namespace

TEST_CASE("goals given are reached, lost or open, and nothing else") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f);
  w.drive(3);
  w.events[0] = kReachedGoal;  // a further goal follows
  w.events[1] = kOffRoad;      // loses its goal
  counter.count(w.view);
  w.drive(3);
  w.events[1] = kSpawned, w.life[1] = 2, w.life_step[1] = 0;
  w.events[2] = kReachedGoal | kReachedLastGoal;
  counter.count(w.view);
  counter.finish(w.view);
  const Counts c = counter.total();
  CHECK(c.goals_given ==
        5);  // 3 at the start, the next one of agent 0, the first one of agent 1's second life
  CHECK(c.goals_reached == 2);
  CHECK(c.goals_lost == 1);
  CHECK(c.goals_open == 2);
  CHECK(c.goal_rate() == doctest::Approx(2.0 / 3));
  CHECK(c.off_road == 1);
  CHECK(c.agent_steps == 5);  // the step of spawning is none
  CHECK(c.metres == doctest::Approx(15));
}

TEST_CASE("a contact is one event for a pair and two agents") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f);
  w.drive(1);
  w.events[0] = w.events[1] = kCollided;
  w.hit_agent[0] = 1, w.hit_agent[1] = 0;
  counter.count(w.view);
  CHECK(counter.total().contacts == 1);
  CHECK(counter.total().agents_in_contact == 2);
  CHECK(counter.total().goals_lost == 2);
  CHECK(counter.size(kSmallBody).agents_in_contact == 1);
  CHECK(counter.size(kCarBody).agents_in_contact == 1);
  CHECK(counter.size(kLargeBody).agents_in_contact == 0);
}

TEST_CASE("three agents in a row make two contacts") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f);
  w.drive(1);
  for (uint16_t& e : w.events) e = kCollided;
  w.hit_agent[0] = 1, w.hit_agent[1] = 0, w.hit_agent[2] = 1;
  counter.count(w.view);
  CHECK(counter.total().contacts == 2);
  CHECK(counter.total().agents_in_contact == 3);
}

TEST_CASE("what happens within a step of a spawn is an artefact, and costs no goal") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f);
  w.drive(1);
  w.events[0] = kOffRoad | kArtefact;
  w.events[1] = w.events[2] = kCollided | kArtefact;
  w.hit_agent[1] = 2, w.hit_agent[2] = 1;
  counter.count(w.view);
  const Counts c = counter.total();
  CHECK(c.artefacts == 2);
  CHECK(c.incidents() == 0);
  CHECK(c.goals_lost == 0);
  CHECK(c.goals_given == 0);
}

TEST_CASE("a contact with a life just begun is an artefact, also for who leaves the road in that step") {
  for (const int old : {0, 1}) {
    SmallWorld w;
    EventCounter counter(w.view, 0.3f);
    w.drive(1);
    w.events[old] = kCollided | kOffRoad, w.events[1 - old] = kCollided | kArtefact;
    w.hit_agent[old] = int16_t(1 - old), w.hit_agent[1 - old] = int16_t(old);
    counter.count(w.view);
    CHECK(counter.total().contacts == 0);
    CHECK(counter.total().agents_in_contact == 0);
    CHECK(counter.total().artefacts == 1);
    CHECK(counter.total().off_road == 1);
  }
}

TEST_CASE("a goal under way at the end of an episode is open, unless it was lost in the last step") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f);
  w.drive(1);
  w.events[0] = kTimedOut;
  w.events[1] = kTimedOut | kOffRoad;
  w.events[2] = kTimedOut | kReachedGoal;  // the goal after it is given and open
  counter.count(w.view);
  CHECK(counter.total().goals_open == 2);
  CHECK(counter.total().goals_lost == 1);
  CHECK(counter.total().goals_reached == 1);
  CHECK(counter.total().goals_given == 4);
  counter.finish(w.view);
  CHECK(counter.total().goals_open == 2);  // none is under way any more
}

TEST_CASE("a goal that had its time is lost, also where the episode ends in that step") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f, 3);
  for (int step = 0; step < 10; ++step) w.drive(1), counter.count(w.view);
  CHECK(counter.total().goals_lost == 0);
  w.drive(1);
  for (uint16_t& e : w.events) e = kTimedOut;
  counter.count(w.view);
  CHECK(counter.total().goals_lost == 3);
  CHECK(counter.total().goals_open == 0);
}

TEST_CASE("a goal not reached in its time is lost once") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f, 3);
  for (int step = 0; step < 20; ++step) {
    w.drive(1);
    counter.count(w.view);
  }
  CHECK(counter.total().goals_lost == 3);
  w.drive(1);
  w.events[0] = kReachedGoal;  // too late for the old goal, but a new one is given
  counter.count(w.view);
  CHECK(counter.total().goals_reached == 0);
  CHECK(counter.total().goals_given == 4);
}

TEST_CASE("an agent that stays within a metre for a minute is one deadlock, unless a red light is ahead") {
  SmallWorld w;
  StopLine line{};
  line.signal = 0;
  w.map.stop_lines = &line;
  EventCounter counter(w.view, 0.3f);
  auto stand = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      w.drive(0);
      counter.count(w.view);
    }
  };
  stand(199);
  CHECK(counter.total().deadlocks == 0);
  stand(201);
  CHECK(counter.total().deadlocks == 3);

  w.quad.next_stop_line = 0;
  w.signal_state[0] = uint8_t(LightState::red);
  counter.clear();
  stand(400);
  CHECK(counter.total().deadlocks == 0);
}

TEST_CASE("a harsh step counts by acceleration and jerk, whatever is rewarded") {
  SmallWorld w;
  EventCounter counter(w.view, 0.3f);
  w.drive(3);
  counter.count(w.view);
  CHECK(counter.total().comfort_violations == 0);
  w.drive(3);
  w.motion[0].b = -3.5f;  // brakes by 3.5 m/s^2
  w.motion[1].c = 3.5f;   // turns hard
  w.action[2] = 1;        // a jerk of -15 m/s^3
  counter.count(w.view);
  CHECK(counter.total().comfort_violations == 3);
  CHECK(counter.size(kLargeBody).comfort_violations == 1);
}

TEST_CASE("a counter restored goes on with the goals under way and who stands still") {
  SmallWorld w;
  EventCounter whole(w.view, 20, 50);
  for (int step = 0; step < 2; ++step) w.drive(0), whole.count(w.view);  // 40 s: goals and standing
  EventCounter resumed(w.view, 20, 50);
  resumed.restore(whole.save());
  whole.clear();
  for (int step = 0; step < 2; ++step) {
    w.drive(0);
    whole.count(w.view), resumed.count(w.view);
  }
  CHECK(resumed.total().goals_given == 0);  // they were given before
  CHECK(resumed.total().goals_lost == 3);   // out of time after 60 s
  CHECK(resumed.total().deadlocks == 3);
  CHECK(whole.total().goals_lost == 3);
  CHECK(whole.total().deadlocks == 3);
  CHECK(resumed.save() == whole.save());
  CHECK_THROWS_AS(resumed.restore(std::vector<uint8_t>(7)), Error);
}
