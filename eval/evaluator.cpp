#include "eval/evaluator.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "sim/simulator.h"

namespace gigalane {

namespace {

SimulationConfig world_of(const PolicyCard& card, const EvaluationConfig& config, const std::string& map,
                          int steps) {
  SimulationConfig trained;
  if (!card.simulation_yaml.empty()) parse_config(card.simulation_yaml, card.path, {}, trained);
  SimulationConfig world = evaluation_world(trained);
  if (!config.conditioning.empty()) load_config(config.conditioning, {}, world.reward);
  world.maps = {map};
  world.worlds = config.worlds;
  world.agents_per_world = config.agents;
  world.agents_min = 0;
  world.time_step_s = config.time_step_s;
  world.observation.agents = config.observed_agents;
  world.episode_steps = steps + 1;  // one episode: goals under way at the end stay open
  world.stagger_episodes = false;
  return world;
}

int step_count(const EvaluationConfig& c) {
  if (c.km > 0) return 99999999;  // simulation.episode_steps may be one more
  return std::max(1, int(std::lround(c.agent_hours * 3600 / double(c.time_step_s) / c.worlds / c.agents)));
}

/// Takes over what a counter counted, minute by minute: the stretches of time and world that intervals are
/// estimated from, and their sums.
class Tally {
 public:
  Tally(MapEvaluation& result, float time_step_s)
      : result_(result), steps_(std::max(1, int(std::lround(kStretchS / time_step_s)))) {
    result_.sizes.resize(kSizeClasses);
  }
  /// After each step, the `done`th.
  void after_step(int done, EventCounter& counter) {
    if (done % steps_ != 0) return;
    result_.stretches.resize(result_.stretches.size() + size_t(counter.world_count()));
    take(counter);
  }
  /// What came after the last whole minute joins that one.
  void finish(EventCounter& counter) {
    if (result_.stretches.empty()) result_.stretches.resize(size_t(counter.world_count()));
    take(counter);
  }

 private:
  static constexpr float kStretchS = 60;

  void take(EventCounter& counter) {
    Counts* last = result_.stretches.data() + result_.stretches.size() - counter.world_count();
    for (int world = 0; world < counter.world_count(); ++world) last[world] += counter.world(world);
    for (int size = 0; size < kSizeClasses; ++size) result_.sizes[size_t(size)] += counter.size(size);
    result_.counts += counter.total();
    counter.clear();
  }

  MapEvaluation& result_;
  int steps_;
};

MapEvaluation evaluate_map(Driver& driver, const EvaluationConfig& config, const std::string& map,
                           const std::function<void(double, const Counts&)>& progress,
                           const EvaluationWatcher& watch) {
  const int steps = step_count(config);
  Simulator::Options options;
  options.seed = config.seed;
  options.threads = config.threads;
  Simulator simulator(world_of(driver.card(), config, map, steps), options);
  EventCounter counter(simulator.view(), config.time_step_s);
  MapEvaluation result;
  result.map = map;
  Tally tally(result, config.time_step_s);
  if (watch) watch(map, simulator, true);

  int done = 0;
  for (; done < steps && !interrupted(); ++done) {
    driver.act(simulator.observation(), simulator.view(), simulator.steps_done(), config.actions);
    simulator.step();
    counter.count(simulator.view());
    tally.after_step(done + 1, counter);
    if (watch) watch(map, simulator, false);
    if (done % 64 != 63) continue;
    Counts so_far = result.counts;
    so_far += counter.total();
    const double share = config.km > 0 ? so_far.km() / config.km : double(done + 1) / steps;
    if (progress) progress(std::min(1.0, share), so_far);
    if (config.km > 0 && share >= 1) break;
  }
  counter.finish(simulator.view());
  tally.finish(counter);
  result.agent_hours = result.counts.agent_steps * double(config.time_step_s) / 3600;
  return result;
}

}  // namespace

int worlds_of(const EvaluationConfig& c) {
  if (c.worlds > 0) return c.worlds;
  constexpr double kHoursEach = 1.0 / 3, kKmEach = 7;
  constexpr int kMost = 256;
  const double agents = c.km > 0 ? c.km / kKmEach : c.agent_hours / kHoursEach;
  return std::clamp(int(std::min(agents / c.agents, double(kMost))), 1, kMost);
}

Counts Evaluation::total() const {
  Counts sum;
  for (const MapEvaluation& m : maps) sum += m.counts;
  return sum;
}

Counts Evaluation::held_out(const std::vector<std::string>& trained_on) const {
  Counts sum;
  bool others = false;
  for (const MapEvaluation& m : maps) {
    if (std::count(trained_on.begin(), trained_on.end(), m.map) > 0) continue;
    sum += m.counts;
    others = true;
  }
  return others ? sum : total();
}

double Evaluation::agent_hours() const {
  double hours = 0;
  for (const MapEvaluation& m : maps) hours += m.agent_hours;
  return hours;
}

Evaluation evaluate(Driver& driver, const EvaluationConfig& config, const EvaluationProgress& progress,
                    const EvaluationWatcher& watch) {
  require(!config.maps.empty(), "evaluate: no map given, expected --maps NAME[,NAME...]");
  require(config.worlds >= 0 && config.agents > 0, "evaluate: expected worlds >= 0 and at least one agent");
  Evaluation result{config, driver.card(), {}, 0};
  result.config.worlds = worlds_of(config);
  if (!result.policy.simulation_yaml.empty()) {
    SimulationConfig trained;
    parse_config(result.policy.simulation_yaml, result.policy.path, {}, trained);
    result.trained_time_step_s = trained.time_step_s;
  }
  for (size_t i = 0; i < config.maps.size() && !interrupted(); ++i) {
    auto map_progress = [&](double share, const Counts& so_far) {
      if (progress) progress((double(i) + share) / double(config.maps.size()), so_far);
    };
    result.maps.push_back(evaluate_map(driver, result.config, config.maps[i], map_progress, watch));
  }
  return result;
}

}  // namespace gigalane
