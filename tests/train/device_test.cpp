/// That training on a GPU is training on the CPU: the same choices, advantages, samples and counts, and
/// checkpoints that either goes on from.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "base/philox.h"
#include "eval/counting.h"
#include "maps/generate.h"
#include "policy/sampling.h"
#include "sim/random_actions.h"
#include "sim/simulator.h"
#include "train/advantage.h"
#include "train/config.h"
#include "train/minibatches.h"
#include "train/rollout.h"
#include "train/trainer.h"

using namespace gigalane;

namespace {

constexpr int kSteps = 40, kSlots = 24;

bool no_gpu() {
  if (cuda_available()) return false;
  MESSAGE("no GPU: skipped");
  return true;
}

std::vector<float> noise(size_t count, uint32_t key) {
  KeyedRandom random(5, key, 0, 0, 0);
  std::vector<float> values(count);
  for (float& value : values) value = random.uniform(-2, 2);
  return values;
}

/// What a rollout of random actions leaves behind on a device.
struct Recorded {
  std::vector<float> reward, advantage, target;
  std::vector<uint8_t> flags;
  std::vector<int64_t> chosen, shuffled;
  RolloutBuffer::Sums sums;
  Counts counts;
  double explained = 0, deviation = 0;

  explicit Recorded(Device device) {
    SimulationConfig config;
    config.maps = {"generated"};
    config.worlds = 3;
    config.agents_per_world = kSlots / 3;
    config.episode_steps = 15;
    config.reward.progress_per_m = 0.01f;
    Simulator::Options options;
    options.device = device;
    const auto map = std::make_shared<const CompiledMap>(generate_crossing());
    Simulator simulator(config, {map}, options);
    const Executor executor{device, nullptr, nullptr, nullptr};
    RolloutBuffer rollout(device, kSteps, kSlots);
    EventCounter counter(simulator.view(), config.time_step_s, 360, executor);
    for (int step = 0; step < kSteps; ++step) {
      draw_random_actions(executor, simulator.view(), simulator.steps_done());
      simulator.step();
      rollout.record(step, simulator.view(), executor);
      counter.count(simulator.view());
    }
    const std::vector<float> values = noise(rollout.value.size(), 1);
    rollout.value.copy_from_host(values.data(), values.size());
    const RolloutView view{kSteps, kSlots, rollout.reward.data(), rollout.value.data(), rollout.flags.data()};
    const auto samples = size_t(view.sample_count());
    DeviceBuffer<float> a(device, samples), t(device, samples);
    DeviceBuffer<int64_t> c(device, samples);
    estimate_advantages(executor, view, 0.99f, 0.95f, a.data(), t.data());
    AdvantageFilter filter;
    const int64_t count = filter.choose(executor, view, a.data(), 0.2f, c.data());
    deviation = spread_of(executor, c.data(), count, a.data()).deviation;
    explained = explained_variance(executor, view, t.data());
    chosen = c.to_host(), chosen.resize(size_t(count));
    Shuffler(3, executor).shuffle(c.data(), count, 1, 2);
    shuffled = c.to_host(), shuffled.resize(size_t(count));
    reward = rollout.reward.to_host(), flags = rollout.flags.to_host();
    advantage = a.to_host(), target = t.to_host();
    sums = rollout.sums(executor), counts = counter.total();
  }
};

TrainConfig small_config(const char* device) {
  TrainConfig config;
  config.transitions = 1e6;
  config.device = device;
  config.threads = 1;
  SimulationConfig& simulation = config.simulation;
  simulation.maps = {"generated"};
  simulation.worlds = 4;
  simulation.agents_per_world = 8;
  for (NetworkConfig* network : {&config.actor, &config.critic}) {
    network->encoder_width = 16;
    network->trunk = {32};
  }
  config.ppo.rollout_steps = 16;
  config.ppo.minibatch = 128;
  return config;
}

}  // namespace

TEST_CASE("A GPU chooses the same actions with the same log-probabilities") {
  if (no_gpu()) return;
  const std::vector<float> logits = noise(size_t(1000) * 12, 2);
  const ActionKey key{7, 11, 3, 50};
  for (const ActionMode mode : {ActionMode::sampled, ActionMode::greedy}) {
    std::vector<uint8_t> actions(1000);
    std::vector<float> log_probability(1000);
    choose_actions(logits.data(), 1000, 5, key, mode, actions.data(), log_probability.data());
    const DeviceBuffer<float> there(Device::cuda, logits);
    DeviceBuffer<uint8_t> chosen(Device::cuda, 1000);
    DeviceBuffer<float> of_chosen(Device::cuda, 1000);
    choose_actions_cuda(there.data(), 1000, 5, key, mode, chosen.data(), of_chosen.data(), nullptr);
    CHECK(chosen.to_host() == actions);
    CHECK(of_chosen.to_host() == log_probability);
  }
}

TEST_CASE("A GPU records, counts and judges a rollout as the CPU does") {
  const Recorded here(Device::cpu);
  CHECK(here.counts.agent_steps > 0);
  CHECK(!here.chosen.empty());
  CHECK(here.chosen.size() < size_t(kSteps * kSlots));
  CHECK(here.shuffled != here.chosen);
  if (no_gpu()) return;
  const Recorded there(Device::cuda);
  CHECK(there.reward == here.reward);
  CHECK(there.flags == here.flags);
  CHECK(there.advantage == here.advantage);
  CHECK(there.target == here.target);
  CHECK(there.chosen == here.chosen);
  CHECK(there.shuffled == here.shuffled);
  CHECK(there.sums.transitions == here.sums.transitions);
  CHECK(there.counts.goals_given == here.counts.goals_given);
  CHECK(there.counts.contacts == here.counts.contacts);
  CHECK(there.counts.metres == doctest::Approx(here.counts.metres));
  CHECK(there.deviation == doctest::Approx(here.deviation));
  CHECK(there.explained == doctest::Approx(here.explained));
}

TEST_CASE("A GPU trains, and either device goes on from its checkpoint") {
  if (no_gpu()) return;
  const auto map = std::make_shared<const CompiledMap>(generate_crossing());
  Trainer gpu(small_config("cuda"), {map}), cpu(small_config("cpu"), {map});
  CHECK(gpu.simulator().hash() == cpu.simulator().hash());
  for (int iteration = 0; iteration < 3; ++iteration) {
    const TrainMetrics metrics = gpu.iterate();
    CHECK(metrics.update.minibatches > 0);
    CHECK(std::isfinite(metrics.update.policy_loss));
    CHECK(std::isfinite(metrics.update.value_loss));
  }
  const Checkpoint saved = gpu.checkpoint();
  cpu.restore(saved);
  CHECK(cpu.simulator().hash() == gpu.simulator().hash());
  CHECK(cpu.iterate().iteration == 4);
  Trainer again(small_config("cuda"), {map});
  again.restore(saved);
  CHECK(again.simulator().hash() == gpu.simulator().hash());
  CHECK(again.iterate().iteration == 4);
}
