// Drives maps for as long as one likes and looks at every number of every step: a soak test. For long runs
// build it with sanitizers (cmake --preset asan):
//   build/asan/tests/soak --map Town03,Town15 --driver random,full_throttle,rules,runs/mine --seconds 600
// Exit code 1 if anything was wrong.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <type_traits>

#include "base/error.h"
#include "base/philox.h"
#include "maps/map_library.h"
#include "policy/driver.h"
#include "sim/localise.h"
#include "sim/random_actions.h"
#include "sim/simulator.h"
#include "tests/paths.h"

using namespace gigalane;

namespace {

struct Arguments {
  std::vector<std::string> maps{"crossing"}, drivers{"random", "full_throttle", "rules"};
  double seconds = 2;
  int worlds = 2, agents = 48;
  uint64_t seed = 1;
  float time_step_s = 0.3f;
  std::string after_end = "respawn";
};

constexpr int kOutsideAgents = 2;  ///< of each world, where agents drive at random

/// All that a configuration can switch on; short episodes, so that many begin.
SimulationConfig everything_on(const Arguments& a, bool rules, bool random) {
  SimulationConfig c;
  c.worlds = a.worlds;
  c.agents_per_world = a.agents;
  c.agents_min = std::max(1, a.agents / 2);
  c.episode_steps = 300;
  c.stagger_episodes = true;
  c.time_step_s = a.time_step_s;
  c.after_end = a.after_end;
  c.kinds.car.share = 0.4f;
  c.kinds.truck.share = c.kinds.cyclist.share = c.kinds.pedestrian.share = 0.1f;
  c.reward.progress_per_m = 0.01f;
  c.reward.stop_sign = c.reward.yield_sign = 1;
  c.observation.route_hint = c.observation.drop_features = true;
  c.observation.lane_points = c.observation.boundary_points = 48;
  SensorNoise& noise = c.observation.noise;
  noise.others_position_m = noise.own_position_m = 0.3f;
  noise.others_heading_rad = noise.own_heading_rad = 0.03f;
  noise.others_speed_mps = noise.own_speed_mps = 0.3f;
  if (random) {
    c.drivers.outside_agents = std::min(kOutsideAgents, a.agents);
    c.perturbation.variants = 5;
  }
  if (rules) c.drivers.idm.share = 0.8f, c.drivers.constant_speed.share = c.drivers.parked = 0.1f;
  return c;
}

/// What is wrong, told ten times and counted.
struct Findings {
  std::string where;
  int64_t count = 0;

  template <class... Parts>
  void add(const Parts&... parts) {
    if (++count > 10) return;
    std::ostringstream line;
    line << where << ": ";
    (line << ... << parts);
    std::printf("WRONG %s\n", line.str().c_str());
  }
};

template <class T>
constexpr bool kOfFloats = std::is_same_v<T, float> || std::is_same_v<T, Record> || std::is_same_v<T, Pair> ||
                           std::is_same_v<T, Affine>;

/// Every floating-point number of the state and of what is observed.
void check_numbers(const Simulator& sim, const ObservationView& seen, Findings& wrong) {
  WorldView view = sim.view();
  for_each_field(view, [&](const char* name, auto& pointer, int elements, bool by_slot, int) {
    using T = std::remove_pointer_t<std::remove_reference_t<decltype(pointer)>>;
    if constexpr (kOfFloats<T>) {
      const auto* numbers = reinterpret_cast<const float*>(pointer);
      const size_t count = size_t(by_slot ? sim.slot_count() : view.world_count) * size_t(elements) *
                           (sizeof(T) / sizeof(float));
      for (size_t k = 0; k < count; ++k)
        if (!std::isfinite(numbers[k]))
          wrong.add("step ", sim.steps_done(), ": ", name, "[", k, "] = ", numbers[k]);
    }
  });
  const size_t stride = size_t(seen.shape.row_stride());
  for (size_t k = 0; k < size_t(sim.slot_count()) * stride; ++k)
    if (!(std::abs(seen.rows[k]) < 1000))  // normalised: lengths by 50 m, speeds by 15 m/s
      wrong.add("step ", sim.steps_done(), ": number ", k % stride, " of slot ", k / stride, " is seen as ",
                seen.rows[k]);
}

/// Whether a place is within a crack's width (maps/boundary.cpp closes them up to 0.2 m, and corners beside)
/// of some quad and on none.
bool in_crack(const MapView& map, Point base) {
  constexpr float kCrackM = 0.4f;
  bool near = false;
  for (int quad = 0; quad < map.quad_count; ++quad) {
    if (contains(map.quads[quad], base.x, base.y)) return false;
    near |= contains(map.quads[quad], base.x, base.y, kCrackM);
  }
  return near;
}

/// Where an agent is, how it moves, where it goes.
void check_agent(const Simulator& sim, int world, int slot, Findings& wrong) {
  const WorldView& v = sim.view();
  const MapView& map = v.maps[v.map[world]];
  const auto tell = [&](const char* what, auto value) {
    wrong.add("step ", sim.steps_done(), ", slot ", slot, ": ", what, " = ", value);
  };
  const Record pose = v.pose[slot], motion = v.motion[slot], body = v.body[slot];
  const int quad = v.quad[slot];
  if (quad < 0 || quad >= map.quad_count) return tell("quad", quad);
  const Point base = apply(v.variant_inverse[world], pose.a, pose.b);
  const bool ended = (v.events[slot] & (kCollided | kOffRoad)) != 0;
  if (!v.off_road[slot] && !contains(map.quads[quad], base.x, base.y) && !in_crack(map, base)) {
    tell("quad that it is not on", quad);
    tell("  its events", v.events[slot]);
    tell("  metres past the quad's middle", v.frenet[slot].a);
    tell("  metres to the left", v.frenet[slot].b);
  }
  if (v.off_road[slot] && !(v.events[slot] & kOffRoad))
    tell("off the road without an event: events", v.events[slot]);
  if (std::abs(std::hypot(pose.c, pose.d) - 1) > 1e-4)
    tell("length of its heading", std::hypot(pose.c, pose.d));
  if (motion.a > kFastest * v.trait[slot].d + 1e-4f || motion.a < kFastestReverse) tell("speed", motion.a);
  if (std::abs(motion.d) > kMostSteering) tell("steering", motion.d);
  if (v.goal_count[slot] < 1 || v.goal_index[slot] >= v.goal_count[slot])
    return tell("goal", int(v.goal_index[slot]));
  // who strays onto a lane that nobody is sent over, a dead end or a part without a way out, is lost there
  const bool sent_here = map.lanes[map.quads[quad].lane].routable != 0 || (v.events[slot] & kSpawned);
  if (!ended && sent_here && !(body.d < 0.5f * kUnreachable)) tell("distance to its goal", body.d);
  if (v.hit_agent[slot] >= v.agent_count[world]) tell("agent it hit", v.hit_agent[slot]);
}

struct Tally {
  int64_t steps = 0, agent_steps = 0, lives = 0, collisions = 0, off_road = 0, goals = 0;
  double metres = 0;
};

void check_step(const Simulator& sim, const ObservationView& seen, Tally& t, Findings& wrong) {
  const WorldView& v = sim.view();
  check_numbers(sim, seen, wrong);
  for (int slot = 0; slot < sim.slot_count(); ++slot) {
    if (v.status[slot] != uint8_t(AgentStatus::driving)) continue;
    check_agent(sim, slot / v.agents_per_world, slot, wrong);
    const int events = v.events[slot];
    ++t.agent_steps;
    t.lives += (events & kSpawned) != 0;
    t.collisions += (events & kCollided) != 0;
    t.off_road += (events & kOffRoad) != 0;
    t.goals += (events & kReachedGoal) != 0;
    t.metres += std::abs(v.arc[slot].a);
  }
  ++t.steps;
}

void full_throttle(Simulator& sim) {
  for (int slot = 0; slot < sim.slot_count(); ++slot) sim.view().action[slot] = 10;
}

void draw_outside_jerks(Simulator& sim) {
  std::vector<Pair> jerks(size_t(sim.slot_count()));
  for (size_t slot = 0; slot < jerks.size(); ++slot) {
    KeyedRandom random(3, uint32_t(slot), 0, uint32_t(sim.steps_done()), 1000);
    jerks[slot].a = random.uniform(-20, 20);
    jerks[slot].b = random.uniform(-6, 6);
  }
  sim.set_jerks(jerks);
}

/// Drives one map with one driver. Returns how much was wrong.
int64_t soak(const Arguments& a, const std::string& map, const std::string& name) {
  const bool rules = name == "rules", random = name == "random", throttle = name == "full_throttle";
  std::unique_ptr<Driver> policy;
  if (!rules && !random && !throttle) policy = load_driver(name, 1);
  SimulationConfig c = everything_on(a, rules, random);
  if (policy) c.observation.route_hint = policy->card().route_hint;
  Simulator::Options options;
  options.seed = a.seed;
  const auto file = testing::town_file(map);
  Simulator sim(c, {load_map(std::filesystem::exists(file) ? file.string() : map)}, options);
  Findings wrong{map + ", " + name};
  Tally t;
  const auto begin = std::chrono::steady_clock::now();
  const auto spent = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  while (spent() < a.seconds) {
    if (policy)
      policy->act(sim.observation(), sim.view(), sim.steps_done(), ActionMode::sampled);
    else if (throttle)
      full_throttle(sim);
    else
      draw_random_actions({}, sim.view(), sim.steps_done()), draw_outside_jerks(sim);
    sim.step();
    check_step(sim, sim.observation(), t, wrong);
  }
  std::printf(
      "%-9s %-14s %5.0f s %8lld steps %10lld agent-steps %8.1f km %7lld lives %6lld collisions "
      "%6lld off-road %6lld goals  wrong %lld\n",
      map.c_str(), name.c_str(), spent(), (long long)t.steps, (long long)t.agent_steps, t.metres / 1000,
      (long long)t.lives, (long long)t.collisions, (long long)t.off_road, (long long)t.goals,
      (long long)wrong.count);
  std::fflush(stdout);
  return wrong.count + (t.agent_steps == 0);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  CLI::App app("Drives maps and checks every number of every step");
  app.add_option("--map", a.maps, "names or files, by commas")->delimiter(',');
  app.add_option("--driver", a.drivers, "random, full_throttle, rules or a policy's file, by commas")
      ->delimiter(',');
  app.add_option("--seconds", a.seconds, "of each map with each driver")->check(CLI::PositiveNumber);
  app.add_option("--worlds", a.worlds)->check(CLI::Range(1, 100000));
  app.add_option("--agents", a.agents, "a world")->check(CLI::Range(1, kMaxAgents));
  app.add_option("--seed", a.seed);
  app.add_option("--time-step", a.time_step_s, "seconds")->check(CLI::Range(0.01, 0.5));
  app.add_option("--after-end", a.after_end)->check(CLI::IsMember({"respawn", "remove", "stop"}));
  CLI11_PARSE(app, argc, argv);
  try {
    int64_t wrong = 0;
    for (const std::string& map : a.maps)
      for (const std::string& driver : a.drivers) wrong += soak(a, map, driver);
    return wrong > 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
