#include "app/record_command.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <memory>

#include "app/finite.h"
#include "app/policy_world.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "sim/episode_log.h"
#include "sim/simulator.h"

namespace gigalane {
namespace {

struct Arguments {
  std::string policy, map, scenario, out = "episode.h5", actions = "sampled";
  int agents = 50, threads = 1;
  double seconds = 120;
  float time_step_s = 0.3f;
  uint64_t seed = 1;
};

/// What drives where, for at least the time asked for.
SimulationConfig world_of(const Arguments& a, const Driver* driver) {
  if (a.scenario.empty()) {
    const int steps = int(std::lround(a.seconds / double(a.time_step_s)));
    return policy_world(driver->card(), a.map, a.agents, a.time_step_s, steps);
  }
  const Scenario& scenario = find_scenario(a.scenario);
  const double time_step_s = double(scenario_config(scenario).time_step_s);
  return scenario_world(scenario, driver ? &driver->card() : nullptr,
                        int(std::lround(a.seconds / time_step_s)));
}

void run(const Arguments& a) {
  if (a.scenario.empty() && (a.policy.empty() || a.map.empty()))
    throw CLI::RequiredError("--policy FILE and --map NAME, or --scenario NAME,");
  const std::unique_ptr<Driver> driver = a.policy.empty() ? nullptr : load_driver(a.policy, a.threads);
  Simulator::Options options;
  options.seed = a.seed;
  options.threads = a.threads;
  Simulator simulator(world_of(a, driver.get()), options);
  const SimulationConfig& world = simulator.config();
  const int steps = int(std::lround(a.seconds / double(world.time_step_s)));
  EpisodeWriter writer(a.out, simulator, 0, driver ? driver->card().path : "",
                       driver ? driver->card().sha256 : "");
  const ActionMode mode = a.actions == "greedy" ? ActionMode::greedy : ActionMode::sampled;
  Progress progress("record", steps, "step");
  for (int step = 0; step < steps && !interrupted(); ++step) {
    if (driver) driver->act(simulator.observation(), simulator.view(), simulator.steps_done(), mode);
    simulator.step();
    writer.append(simulator);
    progress.update(step + 1);
  }
  progress.finish();
  writer.finish();
  if (interrupted()) log_warning("interrupted: the log ends there");
  std::printf("%s: %d steps of %g s, %d agents on %s; look at it with: gigalane view %s\n", a.out.c_str(),
              writer.row_count() - 1, double(world.time_step_s), world.agents_per_world,
              world.maps[0].c_str(), a.out.c_str());
}

}  // namespace

void add_record_command(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("record", "Let a policy drive and write what happens to an episode log");
  command->footer(
      "Example: gigalane record --policy runs/first_drive --map Town03 --agents 100 --seconds 60 --out "
      "town03.h5");
  command->add_option("--policy", a->policy, "checkpoint, run folder, .safetensors or TorchScript .pt");
  auto* map = command->add_option("--map", a->map, "name or file");
  auto* scenario =
      command
          ->add_option("--scenario", a->scenario,
                       "a named scene (see bench sim --scenario list); its map, agents and step; "
                       "needs no policy where none drives")
          ->excludes(map);
  command->add_option("--agents", a->agents, "agents in the world")
      ->check(CLI::Range(1, kMaxAgents))
      ->capture_default_str()
      ->excludes(scenario);
  command->add_option("--seconds", a->seconds, "how long")
      ->check(CLI::Range(0.1, 86400.0) & finite())
      ->capture_default_str();
  command->add_option("--time-step", a->time_step_s, "seconds a step")
      ->check(CLI::Range(0.01, 0.5) & finite())
      ->capture_default_str()
      ->excludes(scenario);
  command->add_option("--actions", a->actions, "sampled or greedy")
      ->check(CLI::IsMember({"sampled", "greedy"}))
      ->capture_default_str();
  command->add_option("--seed", a->seed, "of the world and of sampled actions")->capture_default_str();
  command->add_option("--out", a->out, "the log; an existing file is not overwritten")->capture_default_str();
  command->add_option("--threads", a->threads, "of the simulator and the policy")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->callback([a] { run(*a); });
}

}  // namespace gigalane
