/// A whole update against an independent computation of it in double precision.
#include "tests/train/reference_update.h"

#include <doctest/doctest.h>  // after LibTorch, whose log has a CHECK too

#include <cmath>

#include "tests/train/noisy_rollout.h"
#include "train/advantage.h"
#include "train/minibatches.h"
#include "train/tensor_learner.h"
#include "train/threaded_learner.h"

using namespace gigalane;

namespace {

PpoConfig config_of_update() {
  PpoConfig config;
  config.minibatch = 50;
  config.epochs = 2;
  config.gradient_norm = 0.3f;
  config.normalise_advantage = true;
  return config;
}

/// What is learnt from: two thirds of a noisy rollout, with ratios on both sides of the clip.
struct Material {
  NoisyObserver observer{small_shape()};
  RolloutBuffer rollout = noisy_rollout();
  std::vector<int64_t> samples;
  std::vector<float> advantage, target;
  double deviation = 1;

  Material() {
    for (int64_t k = 0; k < rollout.sample_count(); ++k) {
      rollout.log_probability.data()[k] = -2.5f + 0.4f * std::sin(float(7 * k));
      if (k % 3 != 0) samples.push_back(k);
      advantage.push_back(std::sin(float(k)));
      target.push_back(std::cos(float(k)));
    }
    deviation = spread_of({}, samples.data(), int64_t(samples.size()), advantage.data()).deviation;
  }
};

void check_update(const NetworkConfig& network) {
  const PpoConfig config = config_of_update();
  const UpdateRates rates{1e-3, 0.01};
  const Network actor(network, 12, 0.01, 1, torch::kCPU), critic(network, 1, 1, 2, torch::kCPU);
  ReferenceNetwork true_actor(actor), true_critic(critic);
  Material material;
  const ReferenceInput input{material.rollout,       material.observer,   material.advantage, material.target,
                             1 / material.deviation, rates.learning_rate, rates.entropy};
  Shuffler shuffler(7, {});
  std::vector<int64_t> shuffled = material.samples;
  const auto count = int64_t(shuffled.size());
  int steps = 0;
  for (int epoch = 0; epoch < config.epochs; ++epoch) {
    shuffler.shuffle(shuffled.data(), count, 5, uint32_t(epoch));
    const int64_t parts = minibatch_count(count, config.minibatch);
    for (int64_t m = 0; m < parts; ++m, ++steps) {
      const SampleRange range = part_of(count, parts, m);
      reference_step(true_actor, true_critic, input, config,
                     {shuffled.begin() + range.begin, shuffled.begin() + range.end});
    }
  }
  CHECK(steps == 6);
  CHECK(largest_difference(actor, true_actor) > 2e-3);  // it has moved

  for (const char* learner : {"one thread", "three threads", "tensors"}) {
    CAPTURE(learner);
    const Network a(network, 12, 0.01, 1, torch::kCPU), c(network, 1, 1, 2, torch::kCPU);
    Material own;
    ThreadPool pool(learner[1] == 'h' ? 3 : 1);
    std::unique_ptr<Learner> made;
    if (learner[1] == 'e')
      made = std::make_unique<TensorLearner>(a, c, config, 7, Executor{});
    else
      made = std::make_unique<ThreadedLearner>(a, c, config, 7, pool);
    made->update({own.rollout, own.observer, own.samples.data(), count, own.advantage.data(),
                  own.target.data(), own.deviation},
                 rates, 5);
    MESSAGE(largest_difference(a, true_actor), " ", largest_difference(c, true_critic));
    CHECK(largest_difference(a, true_actor) < 2e-5);   // of steps of 1e-3: Adam divides small gradients by
    CHECK(largest_difference(c, true_critic) < 2e-5);  // their own size
  }
}

}  // namespace

TEST_CASE("An update on either learner is the one that double precision gives") {
  for (const int layers : {1, 2}) {
    CAPTURE(layers);
    NetworkConfig network = small_network();
    network.agent_layers = layers;
    check_update(network);
  }
}
