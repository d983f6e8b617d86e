// A turned, shifted or mirrored world gives turned, shifted or mirrored results: every phase, driver and
// kind.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "sim/drivers.h"
#include "sim/episode_log.h"
#include "sim/replay_log.h"
#include "sim/step.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

Record moved(const Affine& g, const Record& pose) {
  const Point at = apply(g, pose.a, pose.b), heading = apply_direction(g, pose.c, pose.d);
  return {at.x, at.y, heading.x, heading.y};
}
float side_of(const Affine& g) { return determinant(g) < 0 ? -1.0f : 1.0f; }

/// Puts agents through an isometry: of worlds, or of the rows of a log.
void move_agents(const WorldView& v, const Affine& g) {
  const float side = side_of(g);
  for (int slot = 0; slot < v.world_count * v.agents_per_world; ++slot) {
    if (v.status[slot] != uint8_t(AgentStatus::absent)) {
      v.pose[slot] = moved(g, v.pose[slot]);
      v.previous_pose[slot] = moved(g, v.previous_pose[slot]);
    }
    v.frenet[slot].b *= side, v.frenet[slot].d *= side;
    v.motion[slot].c *= side, v.motion[slot].d *= side;
    v.arc[slot].b *= side;
    v.coefficient[slot * kCoefficientCount + kCentreBias] *= side;
  }
}
/// The same of all worlds of a fresh simulator, with their roads.
void move_worlds(const WorldView& v, const Affine& g) {
  for (int world = 0; world < v.world_count; ++world)
    v.variant[world] = g, v.variant_inverse[world] = inverse(g);
  move_agents(v, g);
  for (int slot = 0; slot < v.world_count * v.agents_per_world; ++slot)
    v.x_m[slot] = v.pose[slot].a, v.y_m[slot] = v.pose[slot].b;
}

/// Worlds as they are and moved by `g`, with the log that some of their agents replay.
struct TwoWorlds {
  Affine g;
  SimulationConfig config;
  testing::Maps maps;
  Simulator plain, moved;
  ReplayLog log, moved_log;
  bool mirrored;

  TwoWorlds(const Affine& isometry, const SimulationConfig& c, const testing::Maps& on)
      : g(isometry), config(c), maps(on), plain(c, on, {}), moved(c, on, {}), mirrored(side_of(g) < 0) {
    if (!c.drivers.replay.empty()) {
      log = ReplayLog(Device::cpu, c.drivers.replay, *on[0], c.time_step_s);
      moved_log = ReplayLog(Device::cpu, c.drivers.replay, *on[0], c.time_step_s);
      move_agents(moved_log.view().rows, g);
    }
    move_worlds(moved.view(), g);
  }

  /// Most follow their lane, now and then somebody does anything.
  void act(int step) {
    const WorldView &a = plain.view(), &b = moved.view();
    for (int slot = 0; slot < plain.slot_count(); ++slot) {
      const int action = step % 10 == 9 ? int((slot * 5 + step) % 12) : testing::follow_lane(a, slot, 5);
      a.action[slot] = uint8_t(action);
      b.action[slot] = uint8_t(mirrored ? action / 3 * 3 + 2 - action % 3 : action);
      if (DriverKind(a.driver[slot]) != DriverKind::outside) continue;
      a.jerk[slot] = {1.5f, 0.3f * float(step % 5 - 2)};
      b.jerk[slot] = {1.5f, a.jerk[slot].b * side_of(g)};
    }
  }
  void step(int number) {
    act(number);
    run(plain, log.view());
    run(moved, moved_log.view());
  }

 private:
  void run(Simulator& sim, const ReplayView& replayed) {
    const Observe observe{sim.view(), sim.observation(), sim.observe_options()};
    const int replaying = config.drivers.replay.empty() ? 0 : log.agent_count();
    with_phases(
        sim.view(), step_rules(config, replaying), replayed, false, observe,
        [&](const auto&... phases) { run_phases({}, config.worlds, config.agents_per_world, phases...); });
  }
};

/// What happened in all steps, for tests that want something to have happened.
struct Happened {
  int driving = 0, ended = 0, respawned = 0, events = 0;
  int by[6] = {};  ///< driving, by driver
  double metres[6] = {};
};

void compare_agent(const TwoWorlds& w, int slot, double place_m, Happened& h) {
  const WorldView &a = w.plain.view(), &b = w.moved.view();
  REQUIRE(a.status[slot] == b.status[slot]);
  if (a.status[slot] == uint8_t(AgentStatus::absent)) return;
  const float side = side_of(w.g);
  ++h.driving;
  ++h.by[a.driver[slot]];
  h.metres[a.driver[slot]] += double(a.arc[slot].a);
  h.ended += a.terminated[slot];
  h.respawned += a.life[slot] > 1 && a.life_step[slot] == 0;
  h.events |= a.events[slot];
  const Record at = moved(w.g, a.pose[slot]);
  CAPTURE(slot);
  CAPTURE(driver_name(DriverKind(a.driver[slot])));
  REQUIRE(std::hypot(at.a - b.pose[slot].a, at.b - b.pose[slot].b) < place_m);
  CHECK(std::abs(a.motion[slot].a - b.motion[slot].a) < place_m);
  CHECK(std::abs(a.motion[slot].d - side * b.motion[slot].d) < std::max(place_m, 1e-5));
  CHECK(a.body[slot].a == b.body[slot].a);
  CHECK(a.quad[slot] == b.quad[slot]);
  CHECK(std::abs(a.frenet[slot].a - b.frenet[slot].a) < place_m);
  CHECK(std::abs(a.frenet[slot].b - side * b.frenet[slot].b) < place_m);
  CHECK(std::abs(a.frenet[slot].d - side * b.frenet[slot].d) < 1e-4);
  CHECK(a.events[slot] == b.events[slot]);
  CHECK(a.hit_agent[slot] == b.hit_agent[slot]);
  CHECK(a.goal_index[slot] == b.goal_index[slot]);
  CHECK(a.stood_line[slot] == b.stood_line[slot]);
  CHECK(a.stuck_steps[slot] == b.stuck_steps[slot]);
  CHECK(a.transition[slot] == b.transition[slot]);
  CHECK(std::abs(a.reward[slot] - b.reward[slot]) < 1e-4);
}

/// How many numbers of what an agent sees are the same; mirrored ones are looked at in observe_test.
int same_numbers(const TwoWorlds& w, int slot) {
  const ObservationView a = w.plain.observation(), b = w.moved.observation();
  int same = 0;
  for (int k = 0; k < a.shape.row_stride(); ++k) same += std::abs(a.row(slot)[k] - b.row(slot)[k]) < 2e-3f;
  return same;
}

/// Drives the same worlds plain and moved by `g`, and compares them step by step, all phases.
Happened drive_moved(const Affine& g, double place_m, const SimulationConfig& c, const testing::Maps& maps,
                     int steps = 120) {
  TwoWorlds w(g, c, maps);
  Happened h;
  int seen = 0;
  for (int step = 0; step < steps; ++step) {
    CAPTURE(step);
    w.step(step);
    for (int slot = 0; slot < w.plain.slot_count(); ++slot) {
      compare_agent(w, slot, place_m, h);
      if (!w.mirrored && w.plain.view().status[slot] != uint8_t(AgentStatus::absent))
        seen += same_numbers(w, slot);
    }
  }
  if (!w.mirrored) CHECK(seen == h.driving * w.plain.observation().shape.row_stride());
  return h;
}

SimulationConfig of_the_paper() {
  SimulationConfig c = testing::plain_world(4, 8);
  c.after_end = "remove";
  c.reward.progress_per_m = 0.01f;
  return c;
}

/// Who is placed late is placed by a draw that no isometry moves: in the middle of the lane.
SimulationConfig in_the_middle(SimulationConfig c) {
  c.spawn.offset_m = c.spawn.heading_rad = {0, 0};
  return c;
}

const Affine kMirror{1, 0, 0, -1, 0, 0};
const Affine kTurn{std::cos(0.7f), -std::sin(0.7f), std::sin(0.7f), std::cos(0.7f), 0, 0};
const Affine kAll{std::cos(2.4f), std::sin(2.4f), std::sin(2.4f), -std::cos(2.4f), 150, 90};

/// Isometries that floats hold exactly. Drivers by rules decide by thresholds, so that the last bits that
/// another turn rounds off grow to centimetres within seconds.
const Affine kQuarterTurn{0, -1, 1, 0, 0, 0}, kDiagonalMirror{0, 1, 1, 0, 0, 0};

/// A crossing whose lights are signs: stop and yield in turn.
testing::Maps crossing_with_signs() {
  CompiledMap map = generate_crossing();
  int n = 0;
  for (StopLine& line : map.stop_lines) {
    line.kind = int16_t(n++ % 2 ? StopLineKind::stop_sign : StopLineKind::yield_sign);
    line.signal = -1;
  }
  return {std::make_shared<const CompiledMap>(map)};
}

}  // namespace

TEST_CASE("mirrored roads, mirrored drives: every offset changes sign, every reward stays") {
  const Happened h = drive_moved(kMirror, 1e-4, of_the_paper(), testing::crossing());
  CHECK(h.driving > 500);
  CHECK(h.ended > 3);
}

TEST_CASE("turned and shifted roads: the same drives, events, rewards and observations") {
  const Affine shift{1, 0, 0, 1, 640, -380};
  for (const Affine& g : {shift, kTurn, kAll}) {
    const Happened h = drive_moved(g, 5e-3, of_the_paper(), testing::crossing());
    CHECK(h.driving > 500);
    CHECK(h.ended > 3);
  }
}

TEST_CASE("moved worlds of cars, trucks, cyclists and pedestrians") {
  SimulationConfig c = in_the_middle(of_the_paper());
  c.kinds.car.share = c.kinds.truck.share = c.kinds.cyclist.share = c.kinds.pedestrian.share = 0.25f;
  for (const Affine& g : {kMirror, kTurn, kAll}) {
    const Happened h = drive_moved(g, 5e-3, c, testing::crossing());
    CHECK(h.driving > 500);
    CHECK(h.ended > 3);
  }
}

TEST_CASE("moved worlds of drivers that are not the policy") {
  SimulationConfig c = in_the_middle(of_the_paper());
  c.agents_per_world = 10;
  c.drivers.idm.share = 0.5f;
  c.drivers.constant_speed.share = 0.2f;
  c.drivers.parked = 0.1f;
  c.drivers.outside_agents = 1;
  for (const Affine& g : {kMirror, kQuarterTurn, kDiagonalMirror}) {
    const Happened h = drive_moved(g, 1e-4, c, testing::crossing());
    for (const DriverKind kind : {DriverKind::policy, DriverKind::idm, DriverKind::constant_speed,
                                  DriverKind::parked, DriverKind::outside})
      CHECK(h.by[int(kind)] > 20);
    CHECK(h.metres[int(DriverKind::idm)] > 300);
    CHECK(h.metres[int(DriverKind::constant_speed)] > 100);
    CHECK(h.metres[int(DriverKind::parked)] == 0);
  }
}

TEST_CASE("lives that begin in moved worlds: the same places, traits and goals") {
  SimulationConfig c = in_the_middle(of_the_paper());
  c.after_end = "respawn";
  c.drivers.idm.share = 0.3f;
  c.reward.centre_bias_m = {0, 0};  // to the left of the lane: a draw that no mirror moves
  for (const Affine& g : {kMirror, kQuarterTurn, kDiagonalMirror}) {
    const Happened h = drive_moved(g, 1e-4, c, testing::crossing(), 200);
    CHECK(h.respawned > 20);
  }
}

TEST_CASE("moved worlds with signs that are rewarded") {
  SimulationConfig c = in_the_middle(of_the_paper());
  c.reward.stop_sign = c.reward.yield_sign = 0.5f;
  c.reward.yield_speed_mps = 3;
  c.drivers.idm.share = 0.3f;
  for (const Affine& g : {kMirror, kQuarterTurn, kDiagonalMirror}) {
    const Happened h = drive_moved(g, 1e-4, c, crossing_with_signs());
    CHECK((h.events & kRanStopSign) != 0);
    CHECK((h.events & kRanYieldSign) != 0);
  }
}

TEST_CASE("a moved log, replayed in moved worlds among agents that react to it") {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("gigalane_moved_" + std::to_string(getpid()) + ".h5"))
          .string();
  std::filesystem::remove(path);
  {
    SimulationConfig c = testing::plain_world(1, 5);
    Simulator::Options options;
    options.seed = 5;
    Simulator sim(c, testing::crossing(), options);
    EpisodeWriter writer(path, sim, 0, "", "");
    for (int step = 0; step < 80; ++step) {
      for (int slot = 0; slot < 5; ++slot)
        sim.view().action[slot] = uint8_t(testing::follow_lane(sim.view(), slot, 6));
      sim.step();
      writer.append(sim);
    }
    writer.finish();
  }
  SimulationConfig c = in_the_middle(of_the_paper());
  c.agents_per_world = 10;
  c.drivers.replay = path;
  c.drivers.idm.share = 0.6f;
  for (const Affine& g : {kMirror, kQuarterTurn, kDiagonalMirror}) {
    const Happened h = drive_moved(g, 1e-4, c, testing::crossing(), 70);
    CHECK(h.metres[int(DriverKind::replay)] > 100);
    CHECK(h.metres[int(DriverKind::idm)] > 100);
  }
  std::filesystem::remove(path);
}
