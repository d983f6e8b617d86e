#include "app/evaluate_command.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/finite.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "eval/evaluator.h"
#include "sim/episode_log.h"
#include "sim/simulator.h"

namespace gigalane {

namespace {

struct Arguments {
  std::string policy, actions = "sampled", log_folder;
  EvaluationConfig config;
  bool json = false;
};

/// Writes the first world of each map to DIR/MAP.h5.
class FirstWorldLog {
 public:
  FirstWorldLog(std::string folder, const PolicyCard& card) : folder_(std::move(folder)), card_(card) {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    require(!failed, folder_, ": cannot create the folder: ", failed.message());
  }
  void watch(const std::string& map, const Simulator& simulator, bool first) {
    if (first) {
      const std::string path = folder_ + "/" + std::filesystem::path(map).stem().string() + ".h5";
      require(!std::filesystem::exists(path), path,
              ": exists already, expected a folder without this evaluation's logs");
      writer_ = std::make_unique<EpisodeWriter>(path, simulator, 0, card_.path, card_.sha256);
    } else {
      writer_->append(simulator);
    }
  }

 private:
  std::string folder_;
  PolicyCard card_;
  std::unique_ptr<EpisodeWriter> writer_;
};

void run(Arguments& a) {
  a.config.actions = a.actions == "greedy" ? ActionMode::greedy : ActionMode::sampled;
  if (a.config.threads == 0) a.config.threads = usable_cores();
  const std::unique_ptr<Driver> driver = load_driver(a.policy, a.config.threads);

  std::unique_ptr<FirstWorldLog> log;
  EvaluationWatcher watch;
  if (!a.log_folder.empty()) {
    log = std::make_unique<FirstWorldLog>(a.log_folder, driver->card());
    watch = [&](const std::string& map, const Simulator& s, bool first) { log->watch(map, s, first); };
  }
  Progress progress("evaluate", 1, "");
  const Evaluation result = evaluate(
      *driver, a.config,
      [&](double share, const Counts& c) {
        char text[96];
        std::snprintf(text, sizeof text, "%.0f km, goal rate %.1f %%, %.2f incidents/km", c.km(),
                      100 * c.goal_rate(), c.km() > 0 ? c.incidents() / c.km() : 0.0);
        progress.update(share, text);
      },
      watch);
  progress.finish();
  const float trained_s = result.trained_time_step_s, step_s = a.config.time_step_s;
  if (trained_s > 0 && std::abs(trained_s - step_s) > 1e-4f)
    log_warning("trained at " + std::to_string(trained_s) + " s a step, evaluated at " +
                std::to_string(step_s));
  if (interrupted()) log_warning("interrupted: the figures are of what was driven until then");
  std::fputs((a.json ? evaluation_json(result) + "\n" : evaluation_table(result)).c_str(), stdout);
}

}  // namespace

void add_evaluate_command(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("evaluate", "Let a policy drive and count what happens");
  command->footer(
      "Example: gigalane evaluate --policy runs/first_drive --maps Town01,Town02 --agents 20 --agent-hours "
      "20");
  command->add_option("--policy", a->policy, "checkpoint, run folder, .safetensors or TorchScript .pt")
      ->required();
  command->add_option("--maps", a->config.maps, "names or files, by commas")->required()->delimiter(',');
  command->add_option("--agents", a->config.agents, "agents a world")
      ->check(CLI::Range(1, kMaxAgents))
      ->capture_default_str();
  command
      ->add_option("--worlds", a->config.worlds,
                   "worlds a map; by default as many as leave each agent 20 minutes")
      ->check(CLI::Range(1, 100000));
  auto* hours =
      command
          ->add_option("--agent-hours", a->config.agent_hours, "time driven on each map, summed over agents")
          ->check(CLI::PositiveNumber & finite())
          ->capture_default_str();
  command->add_option("--km", a->config.km, "drive until so many km on each map instead")
      ->check(CLI::PositiveNumber & finite())
      ->excludes(hours);
  command->add_option("--time-step", a->config.time_step_s, "seconds a step")
      ->check(CLI::Range(0.01, 0.5) & finite())
      ->capture_default_str();
  command->add_option("--actions", a->actions, "sampled or greedy")
      ->check(CLI::IsMember({"sampled", "greedy"}))
      ->capture_default_str();
  command->add_option("--conditioning", a->config.conditioning,
                      "YAML file with reward coefficients; those of evaluation by default");
  command->add_option("--observed-agents", a->config.observed_agents, "nearest agents that each one sees")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--seed", a->config.seed, "of worlds and sampled actions")->capture_default_str();
  command->add_option("--threads", a->config.threads, "0: all cores")->check(CLI::Range(0, 1024));
  command->add_option("--log", a->log_folder, "write the first world of each map to DIR/MAP.h5");
  command->add_flag("--json", a->json, "one JSON object on standard output");
  a->config.threads = 0;
  command->callback([a] { run(*a); });
}

}  // namespace gigalane
