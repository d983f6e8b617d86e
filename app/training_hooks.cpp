#include "app/training_hooks.h"

#include "app/policy_world.h"
#include "base/atomic_file.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "eval/evaluator.h"
#include "policy/driver.h"
#include "sim/episode_log.h"
#include "sim/simulator.h"
#include "train/config.h"

namespace gigalane {

namespace {

constexpr int kAgents = 20;
constexpr double kAgentHours = 8;  ///< a map
constexpr float kRecordedSeconds = 60;

EvaluationOnTheWay evaluate_on_the_way(const TrainConfig& config, int threads,
                                       const std::string& checkpoint) {
  EvaluationConfig evaluation;
  evaluation.maps = config.evaluate_maps.empty() ? config.simulation.maps : config.evaluate_maps;
  evaluation.agents = kAgents;
  evaluation.agent_hours = kAgentHours;
  evaluation.time_step_s = config.simulation.time_step_s;
  evaluation.observed_agents = config.simulation.observation.agents;
  evaluation.threads = threads;
  const auto driver = load_driver(checkpoint, threads);
  const Evaluation result = evaluate(*driver, evaluation);
  if (interrupted()) return {};  // it is not whole
  const Counts total = result.held_out(config.simulation.maps);
  const auto per_km = [&](double events) { return total.km() > 0 ? events / total.km() : 0.0; };
  return {evaluation_json(result), total.goal_rate(), per_km(total.contacts), per_km(total.incidents()),
          total.km()};
}

void record_on_the_way(const TrainConfig& config, const std::string& folder, int threads, int64_t iteration,
                       const std::string& checkpoint) {
  const auto& maps = config.evaluate_maps.empty() ? config.simulation.maps : config.evaluate_maps;
  const float time_step_s = config.simulation.time_step_s;
  const int steps = int(kRecordedSeconds / time_step_s);
  const auto driver = load_driver(checkpoint, threads);
  const SimulationConfig world = policy_world(driver->card(), maps.front(), kAgents, time_step_s, steps);
  Simulator::Options options;
  options.seed = config.seed + uint64_t(iteration);
  Simulator simulator(world, options);
  make_folder(folder + "/episodes");
  EpisodeWriter writer(folder + "/episodes/" + std::to_string(iteration) + ".h5", simulator, 0, checkpoint,
                       driver->card().sha256);
  for (int step = 0; step < steps; ++step) {
    driver->act(simulator.observation(), simulator.view(), simulator.steps_done(), ActionMode::sampled);
    simulator.step();
    if (!writer.append(simulator)) break;
  }
  writer.finish();
}

}  // namespace

TrainHooks make_training_hooks(const TrainConfig& config, const std::string& folder, int threads) {
  TrainHooks hooks;
  hooks.evaluate = [config, threads](const std::string& checkpoint) {
    return evaluate_on_the_way(config, threads, checkpoint);
  };
  hooks.record = [config, folder, threads](int64_t iteration, const std::string& checkpoint) {
    record_on_the_way(config, folder, threads, iteration, checkpoint);
  };
  return hooks;
}

}  // namespace gigalane
