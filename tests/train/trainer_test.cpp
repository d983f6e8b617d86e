/// The whole loop on a generated road of two lanes: small enough for a test, real worlds and networks all the
/// same.
#include "train/trainer.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "maps/generate.h"
#include "sim/simulator.h"
#include "tests/policy/equal_checkpoints.h"
#include "train/config.h"
#include "train/every.h"

using namespace gigalane;

namespace {

TrainConfig small_config() {
  TrainConfig config;
  config.transitions = 20000;
  config.threads = 2;
  SimulationConfig& simulation = config.simulation;
  simulation.maps = {"generated"};
  simulation.worlds = 3;
  simulation.agents_per_world = 6;
  simulation.episode_steps = 40;
  simulation.stagger_episodes = true;
  simulation.observation.lane_points = 40;
  simulation.observation.boundary_points = 48;
  simulation.observation.drop_features = true;
  simulation.reward.progress_per_m = 0.01f;
  for (NetworkConfig* network : {&config.actor, &config.critic}) {
    network->encoder_width = 16;
    network->trunk = {32};
  }
  config.ppo.rollout_steps = 12;
  config.ppo.epochs = 2;
  config.ppo.minibatch = 64;
  config.curriculum.penalty_start = 0.2f;
  config.curriculum.penalty_ramp = 0.5f;
  config.curriculum.first_goal_max_m = 60;
  config.curriculum.first_goal_rate = 0.01f;
  return config;
}

Trainer make_trainer(const TrainConfig& config = small_config()) {
  static const auto map = std::make_shared<const CompiledMap>(generate_straight_road());
  return Trainer(config, {map});
}

/// All but what a clock gives.
void check_equal(const TrainMetrics& a, const TrainMetrics& b) {
  const std::vector<NamedValue> one = list_metrics(a), other = list_metrics(b);
  for (size_t i = 0; i < one.size(); ++i) {
    const std::string& name = one[i].name;
    const bool of_time = name.size() > 2 && name.compare(name.size() - 2, 2, "_s") == 0;
    if (!of_time && name != "driven_km_per_h" && name != "memory_gb")
      CHECK_MESSAGE(one[i].value == other[i].value, name);
  }
}

}  // namespace

TEST_CASE("Work every so often is due by the run's own time, over resumes too") {
  Every ten(10, 0);
  CHECK(!ten.due(599));
  CHECK(ten.due(600));
  CHECK(!ten.due(1199));
  CHECK(ten.due(3000));  // once, however many stretches an iteration took
  CHECK(!ten.due(3001));
  Every resumed(10, 1700);
  CHECK(!resumed.due(1799));
  CHECK(resumed.due(1800));
  Every never(0, 0);
  CHECK(!never.due(1e9));
}

TEST_CASE("Discounts are as much a second at any time step") {
  TrainConfig config;
  CHECK(discounts_of(config).gamma == 0.999f);
  CHECK(discounts_of(config).lambda == 0.95f);
  config.simulation.time_step_s = 0.1f;
  const Discounts third = discounts_of(config);
  CHECK(std::pow(double(third.gamma), 3) == doctest::Approx(0.999).epsilon(1e-6));
  CHECK(std::pow(double(third.lambda), 3) == doctest::Approx(0.95).epsilon(1e-6));
  config.simulation.time_step_s = 0.5f;
  CHECK(discounts_of(config).lambda == doctest::Approx(0.918063).epsilon(1e-6));  // 0.95^(5/3)
}

TEST_CASE("A run resumed from a checkpoint goes on bit for bit as if it had never stopped") {
  Trainer whole = make_trainer();
  for (int i = 0; i < 3; ++i) whole.iterate();
  const Checkpoint middle = whole.checkpoint();
  Trainer resumed = make_trainer();
  resumed.restore(middle);
  CHECK(resumed.iteration() == 3);
  for (int i = 0; i < 3; ++i) check_equal(whole.iterate(), resumed.iterate());
  testing::check_equal(whole.checkpoint(), resumed.checkpoint());
  CHECK(whole.simulator().hash() == resumed.simulator().hash());
}

TEST_CASE(
    "Resumed with another seed or simulation a run begins new worlds, and learns from what agents saw") {
  TrainConfig config = small_config();
  config.ppo.learning_rate = config.ppo.learning_rate_end =
      0;  // the policy that acted is the one that learns
  Trainer first = make_trainer(config);
  CHECK(first.iterate().update.kl == 0);
  const Checkpoint saved = first.checkpoint();

  TrainConfig other_seed = config, other_rewards = config;
  other_seed.seed = 9;
  other_rewards.simulation.reward.collision = {6, 9};
  other_rewards.simulation.observation.noise.own_speed_mps = 1;
  for (const TrainConfig& changed : {other_seed, other_rewards}) {
    Trainer resumed = make_trainer(changed);
    const uint64_t beginning = resumed.simulator().hash();
    CHECK(!resumed.restore(saved));
    CHECK(resumed.simulator().hash() != beginning);  // not the worlds that such a run begins with
    CHECK(resumed.simulator().steps_done() == 0);
    for (int i = 0; i < 2; ++i) CHECK(resumed.iterate().update.kl == 0);

    Trainer again = make_trainer(changed);  // its worlds have a seed that no configuration tells
    CHECK(again.restore(resumed.checkpoint()));
    CHECK(again.simulator().hash() == resumed.simulator().hash());
    const TrainMetrics one = resumed.iterate(), other = again.iterate();
    check_equal(one, other);
    CHECK(other.update.kl == 0);
  }
}

TEST_CASE("A run in bfloat16 resumes bit for bit, and differs from one in float32") {
  TrainConfig config = small_config();
  config.precision = "bfloat16";
  Trainer straight = make_trainer(config), stopped = make_trainer(config);
  CHECK(straight.precision() == Precision::bfloat16);
  for (int i = 0; i < 2; ++i) straight.iterate(), stopped.iterate();
  Trainer resumed = make_trainer(config);
  resumed.restore(stopped.checkpoint());
  check_equal(straight.iterate(), resumed.iterate());
  testing::check_equal(straight.checkpoint(), resumed.checkpoint());
  config.precision = "float32";
  Trainer exact = make_trainer(config);
  CHECK(exact.precision() == Precision::float32);
  for (int i = 0; i < 3; ++i) exact.iterate();
  CHECK(straight.checkpoint().tensors.at("actor.head.weight").values !=
        exact.checkpoint().tensors.at("actor.head.weight").values);
}

TEST_CASE("LibTorch's own operations train as the fused ones do") {
  TrainConfig config = small_config();
  config.precision = "float32";
  Trainer fused = make_trainer(config);
  config.plain_network = true;
  Trainer plain = make_trainer(config);
  const TrainMetrics a = fused.iterate(), b = plain.iterate();
  CHECK(fused.simulator().hash() == plain.simulator().hash());  // the first actions are the same
  CHECK(a.kept_fraction == doctest::Approx(b.kept_fraction).epsilon(0.02));
  const std::vector<float> one = fused.checkpoint().tensors.at("critic.head.weight").values;
  const std::vector<float> other = plain.checkpoint().tensors.at("critic.head.weight").values;
  double apart = 0, size = 0;
  for (size_t k = 0; k < one.size(); ++k) {
    apart += (one[k] - other[k]) * (one[k] - other[k]);
    size += one[k] * one[k];
  }
  CHECK(apart > 0);  // they are others, which round otherwise and shuffle otherwise
  CHECK(std::sqrt(apart / size) < 0.05);
}

TEST_CASE("The same seed gives the same run, another seed another") {
  Trainer one = make_trainer(), two = make_trainer();
  one.iterate(), two.iterate();
  CHECK(one.simulator().hash() == two.simulator().hash());
  TrainConfig other = small_config();
  other.seed = 2;
  Trainer three = make_trainer(other);
  three.iterate();
  CHECK(one.simulator().hash() != three.simulator().hash());
}

TEST_CASE("Schedules follow progress, and a curriculum its goals") {
  Trainer trainer = make_trainer();
  const TrainMetrics first = trainer.iterate();
  CHECK(first.rates.learning_rate == doctest::Approx(5e-4));
  CHECK(first.curriculum.penalty_scale == doctest::Approx(0.2));
  CHECK(first.curriculum.first_goal_max_m == 60.0f);
  CHECK(first.iteration_transitions > 0);
  CHECK(first.iteration_transitions <= 3 * 6 * 12);
  TrainMetrics last;
  while (!trainer.done()) last = trainer.iterate();
  CHECK(last.rates.learning_rate < 1e-5);
  CHECK(last.curriculum.penalty_scale == 1.0f);
  CHECK(last.transitions >= 20000);
  for (const NamedValue& metric : list_metrics(last)) CHECK_MESSAGE(std::isfinite(metric.value), metric.name);
}

TEST_CASE("First goals get farther while more of them are reached than asked for, and not otherwise") {
  for (const float asked : {0.02f, 0.98f}) {
    CAPTURE(asked);
    TrainConfig config = small_config();
    config.curriculum.first_goal_rate = asked;
    config.curriculum.first_goal_growth = 1.25f;
    Trainer trainer = make_trainer(config);
    float expected = 60;
    double average = -1;
    for (int n = 0; n < 12; ++n) {
      const TrainMetrics m = trainer.iterate();
      CHECK(m.curriculum.first_goal_max_m == doctest::Approx(expected));
      if (m.counts.goals_reached + m.counts.goals_lost > 0)
        average = average < 0 ? m.counts.goal_rate() : 0.9 * average + 0.1 * m.counts.goal_rate();
      if (average >= 0) CHECK(m.goal_rate_average == doctest::Approx(average));
      if (average > double(asked)) expected *= 1.25f;
    }
    CHECK((expected > 60) == (asked < 0.5f));
    Trainer resumed = make_trainer(config);
    resumed.restore(trainer.checkpoint());
    CHECK(resumed.iterate().curriculum.first_goal_max_m == doctest::Approx(expected));
    config.curriculum.first_goal_max_m = 35;
    Trainer anew = make_trainer(config);  // resumed with another distance to begin at
    anew.restore(trainer.checkpoint());
    CHECK(anew.iterate().curriculum.first_goal_max_m == 35.0f);
  }
}

TEST_CASE("A new run may start from an old policy, if the networks are alike") {
  Trainer old = make_trainer();
  old.iterate();
  const Checkpoint checkpoint = old.checkpoint();
  Trainer fresh = make_trainer();
  fresh.start_from(checkpoint);
  CHECK(fresh.iteration() == 0);
  const Checkpoint copied = fresh.checkpoint();
  CHECK(copied.tensors.at("actor.head.weight").values == checkpoint.tensors.at("actor.head.weight").values);

  TrainConfig wider = small_config();
  wider.actor.trunk = {48};
  Trainer other = make_trainer(wider);
  CHECK_THROWS_AS(other.start_from(checkpoint), Error);
  Checkpoint foreign = checkpoint;
  foreign.numbers["observation_version"] = 99;
  CHECK_THROWS_AS(fresh.start_from(foreign), Error);
}
