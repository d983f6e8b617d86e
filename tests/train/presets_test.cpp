// The configurations that are shipped: each loads, and is what its first lines say.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "base/config.h"
#include "train/config.h"

using namespace gigalane;

namespace {

TrainConfig preset(const std::string& name) {
  TrainConfig config;
  load_config(std::string(GIGALANE_TEST_SOURCE_DIR "/configs/") + name + ".yaml", {}, config);
  return config;
}

bool trains_on(const TrainConfig& config, const std::string& map) {
  for (const std::string& name : config.simulation.maps)
    if (name == map) return true;
  return false;
}

}  // namespace

TEST_CASE(
    "Every configuration in configs/ loads, and none but the smoke run's trains on what it is judged by") {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GIGALANE_TEST_SOURCE_DIR "/configs")) {
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    names.insert(name);
    const TrainConfig config = preset(name);
    if (name == "smoke") continue;
    CHECK(!trains_on(config, "Town02"));
    CHECK(!trains_on(config, "Town15"));
    CHECK(config.simulation.maps.size() == 7);
  }
  CHECK(names ==
        std::set<std::string>{"cluster", "first_drive", "gigaflow", "laptop", "smoke", "workstation"});
}

TEST_CASE("The laptop's configuration is the first drive's, longer; the cluster's is the paper's") {
  TrainConfig first = preset("first_drive");
  const TrainConfig laptop = preset("laptop");
  CHECK(laptop.minutes > 10 * first.minutes);
  CHECK(laptop.evaluate_maps.back() == "Town02");
  first.minutes = laptop.minutes, first.checkpoint_minutes = laptop.checkpoint_minutes;
  first.evaluate_minutes = laptop.evaluate_minutes, first.evaluate_maps = laptop.evaluate_maps;
  first.record_minutes = laptop.record_minutes;
  CHECK(laptop.ppo.gamma == preset("gigaflow").ppo.gamma);
  first.ppo.gamma = laptop.ppo.gamma;
  first.ppo.epochs = laptop.ppo.epochs, first.ppo.keep_share = laptop.ppo.keep_share;
  CHECK(to_yaml(first) == to_yaml(laptop));

  const TrainConfig paper = preset("gigaflow"), cluster = preset("cluster");
  CHECK(to_yaml(cluster.ppo) == to_yaml(paper.ppo));
  CHECK(to_yaml(cluster.actor) == to_yaml(paper.actor));
  CHECK(to_yaml(cluster.simulation) == to_yaml(paper.simulation));
}

TEST_CASE("The paper's configuration holds the paper's numbers and none of the recipe's additions") {
  const TrainConfig paper = preset("gigaflow");
  CHECK(paper.simulation.worlds == 4800);
  CHECK(paper.simulation.agents_per_world == 150);
  CHECK(paper.simulation.time_step_s == 0.3f);
  CHECK(paper.ppo.rollout_steps == 128);
  CHECK(paper.ppo.epochs == 3);
  CHECK(paper.ppo.minibatch == 32000);
  CHECK(paper.ppo.gamma == 0.999f);
  CHECK(paper.ppo.lambda == 0.95f);
  CHECK(paper.ppo.filter == 0.01f);
  CHECK(paper.ppo.keep_share == 0);
  CHECK(!paper.ppo.normalise_advantage);
  CHECK(paper.actor.trunk == std::vector<int>{1024, 1024, 1024});
  CHECK(paper.actor.encoder_width == 128);
  CHECK(!paper.actor.drive_off_bias);
  CHECK(!paper.simulation.observation.route_hint);
  CHECK(paper.simulation.reward.progress_per_m == 0);
  CHECK(paper.curriculum.penalty_start == 1);
  CHECK(paper.curriculum.first_goal_max_m >= 1e9f);
}
