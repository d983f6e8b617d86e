// Agents that replay an episode log: where the log has them, bit for bit, among others that react to them.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/state_hash.h"
#include "sim/drivers.h"
#include "sim/episode_log.h"
#include "sim/feature_subset.h"
#include "sim/replay_log.h"
#include "sim/step.h"
#include "tests/sim/worlds.h"

using namespace gigalane;
namespace fs = std::filesystem;

namespace {

constexpr int kLogged = 6, kLoggedSteps = 60;

/// A log of a busy crossing, removed at the end.
struct Log {
  fs::path path = fs::temp_directory_path() / ("gigalane_replay_" + std::to_string(getpid()) + ".h5");

  explicit Log(SimulationConfig c = testing::plain_world(1, kLogged)) {
    fs::remove(path);
    Simulator::Options options;
    options.seed = 5;
    Simulator sim(c, testing::crossing(), options);
    EpisodeWriter writer(path.string(), sim, 0, "", "");
    for (int step = 0; step < kLoggedSteps; ++step) {
      testing::set_random_actions(sim, uint32_t(step));
      sim.step();
      writer.append(sim);
    }
    writer.finish();
  }
  ~Log() { fs::remove(path); }
};

SimulationConfig replaying(const Log& log, int worlds, int agents) {
  SimulationConfig c = testing::plain_world(worlds, agents);
  c.drivers.replay = log.path.string();
  return c;
}

bool same(const Record& a, const Record& b) { return a.a == b.a && a.b == b.b && a.c == b.c && a.d == b.d; }

}  // namespace

TEST_CASE("replayed agents are where the log has them at every step, whatever the others do") {
  const Log written;
  const EpisodeLog log(written.path.string());
  SimulationConfig c = replaying(written, 2, kLogged + 4);
  c.drivers.outside_agents = 1;
  Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  int driven = 0, ended = 0;
  for (int row = 0; row <= kLoggedSteps; ++row) {
    const WorldSnapshot then = log.snapshot(row);
    for (int slot = 0; slot < sim.slot_count(); ++slot) {
      const int agent = slot % (kLogged + 4) - 1;
      const bool replayed = agent >= 0 && agent < kLogged;
      CHECK((v.driver[slot] == uint8_t(DriverKind::replay)) == replayed);
      if (!replayed) {
        ended += v.terminated[slot];
        continue;
      }
      const WorldView& l = then.view();
      REQUIRE(v.status[slot] == l.status[agent]);
      if (v.status[slot] == uint8_t(AgentStatus::absent)) continue;
      ++driven;
      REQUIRE(same(v.pose[slot], l.pose[agent]));
      CHECK(same(v.motion[slot], l.motion[agent]));
      CHECK(v.body[slot].a == l.body[agent].a);
      CHECK(v.quad[slot] == l.quad[agent]);
      CHECK(v.life[slot] == l.life[agent]);
      CHECK(v.transition[slot] == 0);
      CHECK(v.terminated[slot] == 0);
      if (row > 0 && !(l.events[agent] & kSpawned)) {
        CHECK(same(v.previous_pose[slot], l.previous_pose[agent]));
        CHECK(v.arc[slot].a == l.arc[agent].a);
        CHECK(((v.events[slot] ^ l.events[agent]) & kOffRoad) == 0);  // swept over the same way
      }
      CHECK(same(v.signal_plan[0], l.signal_plan[0]));
      CHECK(v.signal_state[0] == l.signal_state[0]);
    }
    if (row == kLoggedSteps) break;
    testing::set_random_actions(sim, uint32_t(row + 100));
    sim.step();
  }
  CHECK(driven > kLogged * kLoggedSteps);
  CHECK(ended > 0);
  sim.step();  // the log is over
  for (int agent = 0; agent < kLogged; ++agent) CHECK(v.status[1 + agent] == uint8_t(AgentStatus::absent));
}

TEST_CASE("an episode's lives begin beside the agents of its log, not on them") {
  const Log written;
  SimulationConfig c = replaying(written, 20, kLogged + 12);
  const Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  const auto box = [&](int slot) {
    const Record pose = v.pose[slot], body = v.body[slot];
    return box_at({pose.a, pose.b, pose.c, pose.d}, body.a, body.b);
  };
  int pairs = 0;
  for (int world = 0; world < 20; ++world)
    for (int agent = kLogged; agent < kLogged + 12; ++agent)
      for (int other = 0; other < kLogged; ++other) {
        const int first = world * (kLogged + 12), a = first + agent, b = first + other;
        if (v.status[a] == uint8_t(AgentStatus::absent) || v.status[b] == uint8_t(AgentStatus::absent))
          continue;
        ++pairs;
        CHECK(!boxes_touch(box(a), box(b)));
      }
  CHECK(pairs > 100);
}

TEST_CASE("whoever drives into a replayed agent has crashed; the replay goes on") {
  const Log written;
  SimulationConfig c = replaying(written, 1, kLogged + 1);
  Simulator sim(c, testing::crossing(), {});
  const WorldView& v = sim.view();
  const int self = kLogged;
  testing::set_actions(sim, 7);
  sim.step();
  bool hit = false;
  for (int step = 0; step < 20 && !hit; ++step) {
    if (v.status[self] != uint8_t(AgentStatus::driving)) break;
    const Record p = v.pose[0];  // right behind agent 0, and fast
    v.pose[self] = {p.a - 4.5f * p.c, p.b - 4.5f * p.d, p.c, p.d};
    v.x_m[self] = v.pose[self].a, v.y_m[self] = v.pose[self].b;
    v.quad[self] = v.quad[0];
    v.motion[self] = {20, 0, 0, 0};
    sim.step();
    hit = (v.events[self] & kCollided) && v.hit_agent[self] == 0;
  }
  REQUIRE(hit);
  CHECK(v.terminated[self] == 1);
  CHECK((v.events[0] & kCollided) != 0);
  CHECK(v.terminated[0] == 0);
  const EpisodeLog log(written.path.string());
  sim.step();
  CHECK(same(v.pose[0], log.snapshot(int(v.episode_step[0])).view().pose[0]));
}

TEST_CASE("replay has the same bits at every width of lanes and on the emulated warp") {
  const Log written;
  SimulationConfig c = replaying(written, 2, 21);
  c.drivers.idm.share = 0.5f;
  const ReplayLog log(Device::cpu, written.path.string(), *testing::crossing()[0], c.time_step_s);
  const auto hash_with = [&](auto lanes, int steps) {
    using L = decltype(lanes);
    Simulator sim(c, testing::crossing(), {});
    const StepRules rules = step_rules(c, log.agent_count());
    const Observe observe{sim.view(), sim.observation(), {}};
    for (int step = -1; step < steps; ++step) {
      testing::set_random_actions(sim, uint32_t(step));
      with_phases(sim.view(), rules, log.view(), step < 0, observe, [&](const auto&... phases) {
        run_phases_with<L>({}, c.worlds, c.agents_per_world, phases...);
      });
    }
    return to_hex(sim.hash());
  };
  const std::string scalar = hash_with(ScalarLanes{}, 70);
  CHECK(hash_with(VectorLanes<8>{}, 70) == scalar);
  CHECK(hash_with(VectorLanes<16>{}, 70) == scalar);
  CHECK(hash_with(WarpLanes{}, 8) == hash_with(ScalarLanes{}, 8));
}

TEST_CASE("a log of a batch of several maps names its own, and replays as if it were of one") {
  const auto crossing = testing::crossing()[0], city = load_map("grid");
  REQUIRE(city->view().signal_count > crossing->view().signal_count);
  const fs::path path = fs::temp_directory_path() / ("gigalane_batch_" + std::to_string(getpid()) + ".h5");
  const auto written = [&](const testing::Maps& maps, uint32_t first_world, int world) {
    fs::remove(path);
    Simulator::Options options;
    options.seed = 5;
    options.first_world = first_world;
    Simulator sim(testing::plain_world(4, kLogged), maps, options);
    EpisodeWriter writer(path.string(), sim, world, "", "");
    for (int step = 0; step < 20; ++step) {
      testing::set_random_actions(sim, uint32_t(step));
      sim.step();
      writer.append(sim);
    }
    writer.finish();
    return EpisodeLog(path.string()).info();
  };
  const auto replayed = [&] {
    SimulationConfig c = testing::plain_world(3, kLogged + 2);
    c.drivers.replay = path.string();
    Simulator sim(c, testing::crossing(), {});
    for (int step = 0; step < 15; ++step) sim.step();
    return sim.hash();
  };
  CHECK(written({crossing}, 0, 0).map_name == crossing->name);
  const uint64_t alone = replayed();
  CHECK(written({crossing, city}, 0, 0).map_name == crossing->name);
  CHECK(replayed() == alone);
  CHECK(written({city, crossing}, 1, 0).map_name == crossing->name);  // world 1 of all drives on the second
  CHECK(written({city, crossing}, 1, 1).map_name == city->name);
  fs::remove(path);
}

TEST_CASE("logs that cannot be replayed here are errors") {
  const Log written;
  const auto error_of = [](const SimulationConfig& c, const testing::Maps& maps) {
    try {
      Simulator sim(c, maps, {});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  SimulationConfig c = replaying(written, 1, kLogged);
  CHECK(error_of(c, testing::crossing()).empty());
  CHECK(error_of(c, testing::ring()).find("another") != std::string::npos);
  c.time_step_s = 0.2f;
  CHECK(error_of(c, testing::crossing()).find("steps of 0.3 s") != std::string::npos);
  c.time_step_s = 0.3f;
  c.agents_per_world = kLogged - 1;
  CHECK(error_of(c, testing::crossing()).find("6 agents, expected at most 5") != std::string::npos);
  c.agents_per_world = kLogged;
  c.perturbation.enabled = true;
  CHECK(error_of(c, testing::crossing()).find("perturbation") != std::string::npos);
  c = replaying(written, 1, kLogged);
  c.drivers.replay = "no_such_log.h5";
  CHECK(error_of(c, testing::crossing()).find("no_such_log.h5") != std::string::npos);
}
