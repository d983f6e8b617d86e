/// That training teaches driving: half a minute of it on a ring of one lane, from less than half of the goals
/// reached to nearly all.
#include <doctest/doctest.h>

#include <filesystem>

#include "eval/counting.h"
#include "maps/generate.h"
#include "policy/driver.h"
#include "sim/simulator.h"
#include "train/config.h"
#include "train/trainer.h"

using namespace gigalane;

namespace {

TrainConfig config_of_a_lane() {
  TrainConfig config;
  config.transitions = 6e6;
  config.threads = 2;
  SimulationConfig& simulation = config.simulation;
  simulation.maps = {"generated"};
  simulation.worlds = 32;
  simulation.agents_per_world = 8;
  simulation.stagger_episodes = true;
  simulation.observation.lane_points = 40;
  simulation.observation.boundary_points = 48;
  simulation.observation.drop_features = true;
  simulation.observation.route_hint = true;
  simulation.reward.progress_per_m = 0.01f;
  for (NetworkConfig* network : {&config.actor, &config.critic}) {
    network->encoder_width = 16;
    network->trunk = {64, 64};
  }
  config.actor.drive_off_bias = true;
  PpoConfig& ppo = config.ppo;
  ppo.rollout_steps = 64;
  ppo.epochs = 2;
  ppo.minibatch = 512;
  ppo.gamma = 0.99f;
  ppo.entropy_end = 0.002f;
  ppo.filter = 0.05f;
  ppo.normalise_advantage = true;
  config.curriculum.penalty_start = 0.2f;
  config.curriculum.penalty_ramp = 0.1f;
  config.curriculum.first_goal_max_m = 60;
  return config;
}

/// Half an hour's driving of 40 agents, judged as an evaluation judges it.
Counts judge(const Trainer& trainer, const std::shared_ptr<const CompiledMap>& map) {
  const std::string file = (std::filesystem::temp_directory_path() / "gigalane_learning_test.ckpt").string();
  save_checkpoint(file, trainer.checkpoint());
  const auto driver = load_driver(file, 2);
  std::filesystem::remove(file);
  SimulationConfig world = evaluation_world(trainer.config().simulation);
  world.worlds = 5;
  world.episode_steps = 10000;
  Simulator simulator(world, {map}, {});
  EventCounter counter(simulator.view(), world.time_step_s);
  for (int step = 0; step < 6000; ++step) {
    driver->act(simulator.observation(), simulator.view(), simulator.steps_done(), ActionMode::sampled);
    simulator.step();
    counter.count(simulator.view());
  }
  counter.finish(simulator.view());
  return counter.total();
}

}  // namespace

TEST_CASE("Training teaches to reach goals on a ring of one lane") {
#if !defined(NDEBUG) || defined(__SANITIZE_ADDRESS__)
  MESSAGE("skipped: this build is too slow for it");
  return;
#endif
  const auto map = std::make_shared<const CompiledMap>(generate_ring_road({50, 4.0}));
  Trainer trainer(config_of_a_lane(), {map});
  const Counts before = judge(trainer, map);
  while (!trainer.done()) trainer.iterate();
  const Counts after = judge(trainer, map);
  MESSAGE("goal rate ", before.goal_rate(), " to ", after.goal_rate(), ", incidents per km ",
          before.incidents() / before.km(), " to ", after.incidents() / after.km(), " in ", trainer.seconds(),
          " s of training");
  CHECK(before.goals_lost > 100);
  CHECK(before.goal_rate() < 0.5);
  CHECK(after.goals_reached > 500);
  CHECK(after.goal_rate() > 0.95);
  CHECK(after.incidents() / after.km() < 0.01 * before.incidents() / before.km());
}
