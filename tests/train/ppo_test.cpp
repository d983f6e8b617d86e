#include "train/ppo.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "base/philox.h"

using namespace gigalane;

namespace {

constexpr int kSteps = 6, kSlots = 40;

NetworkConfig small_network() {
  NetworkConfig config;
  config.encoder_width = 16;
  config.trunk = {32};
  return config;
}

/// A rollout of noise.
RolloutBuffer noisy_rollout(const ObservationShape& shape) {
  RolloutBuffer rollout(kSteps, kSlots, shape);
  KeyedRandom random(3, 0, 0, 0, 0);
  const ObservationView all = rollout.observations();
  for (int row = 0; row < (kSteps + 1) * kSlots; ++row) {
    for (int set = 0; set < kSetCount; ++set) {
      const int present = int(random.below(uint32_t(shape.capacity[set]) + 1));
      all.counts[row * kSetCount + set] = present;
      float* values = all.rows + size_t(row) * size_t(shape.row_stride()) + shape.set_offset(set);
      for (int feature = 0; feature < kSetFeatures[set]; ++feature)
        for (int k = 0; k < present; ++k) values[feature * shape.capacity[set] + k] = random.uniform(-1, 1);
    }
    float* ego = all.rows + size_t(row) * size_t(shape.row_stride()) + shape.ego_offset();
    for (int feature = 0; feature < kEgoFeatures; ++feature) ego[feature] = random.uniform(-1, 1);
  }
  for (size_t k = 0; k < rollout.action.size(); ++k) {
    rollout.action[k] = uint8_t(random.below(12));
    rollout.log_probability[k] = -2.5f;
    rollout.flags[k] = kTransition;
  }
  return rollout;
}

struct Update {
  Network actor{small_network(), 12, 0.01, 1, torch::kCPU}, critic{small_network(), 1, 1.0, 2, torch::kCPU};
  UpdateReport report;

  explicit Update(int threads, float gradient_norm = 0.5f, bool with_samples = true) {
    ObservationShape shape;
    const int capacities[kSetCount] = {20, 16, 8, 4};
    std::copy_n(capacities, int(kSetCount), shape.capacity);
    RolloutBuffer rollout = noisy_rollout(shape);
    PpoConfig config;
    config.minibatch = 50;
    config.epochs = 2;
    config.gradient_norm = gradient_norm;
    config.normalise_advantage = true;
    ThreadPool pool(threads);
    Learner learner(actor, critic, config, 7, pool);
    std::vector<int64_t> samples;
    std::vector<float> advantage, target;
    for (int64_t k = 0; k < rollout.sample_count(); ++k) {
      if (with_samples && k % 3 != 0) samples.push_back(k);
      advantage.push_back(std::sin(float(k)));
      target.push_back(std::cos(float(k)));
    }
    report = learner.update(rollout, samples, advantage.data(), target.data(), {1e-3, 0.01}, 5);
  }

  std::vector<float> weights() const {
    std::vector<float> all;
    for (const Network* network : {&actor, &critic})
      for (const auto& [name, tensor] : network->parameters())
        all.insert(all.end(), tensor.const_data_ptr<float>(),
                   tensor.const_data_ptr<float>() + tensor.numel());
    return all;
  }
};

}  // namespace

TEST_CASE("An update repeated with the same threads gives the same bits") {
  for (int threads : {1, 2, 3}) {
    const std::vector<float> first = Update(threads).weights(), second = Update(threads).weights();
    CHECK(std::memcmp(first.data(), second.data(), first.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("Parts of a minibatch on several threads add up to the whole on one") {
  const std::vector<float> one = Update(1).weights(), three = Update(3).weights();
  double largest = 0;
  for (size_t i = 0; i < one.size(); ++i) largest = std::max(largest, double(std::fabs(one[i] - three[i])));
  CHECK(largest > 0);     // another order of sums
  CHECK(largest < 2e-4);  // a fifth of one step: Adam divides by small gradients' own size
}

TEST_CASE("An update reports what it did") {
  const Update update(2);
  CHECK(update.report.minibatches == 6);  // 160 samples in three parts, twice
  CHECK(update.report.entropy == doctest::Approx(std::log(12.0)).epsilon(0.05));
  CHECK(update.report.kl >= 0);
  CHECK(update.report.actor_gradient_norm > 0);
  CHECK(update.report.critic_gradient_norm > 0);
}

TEST_CASE("Adam's first step moves each weight by the learning rate, whatever the clip") {
  torch::Tensor weight = torch::zeros({3});
  for (double clip : {1e6, 0.1}) {
    weight.zero_();
    Adam adam({{"weight", weight}}, 1e-9);
    float* gradient = adam.gradients()[0].data_ptr<float>();
    gradient[0] = 3, gradient[1] = -4, gradient[2] = 0;
    CHECK(adam.step(0.01, clip) == doctest::Approx(5));
    CHECK(weight[0].item<float>() == doctest::Approx(-0.01).epsilon(1e-4));
    CHECK(weight[1].item<float>() == doctest::Approx(0.01).epsilon(1e-4));
    CHECK(weight[2].item<float>() == 0);
    CHECK(gradient[0] == doctest::Approx(clip < 5 ? 3 * clip / 5 : 3));
  }
}

TEST_CASE("A rollout without samples changes nothing") {
  const Update with(1), without(1, 0.5f, false);
  const Network untouched(small_network(), 12, 0.01, 1, torch::kCPU);
  for (size_t i = 0; i < untouched.parameters().size(); ++i)
    CHECK(without.actor.parameters()[i].second.equal(untouched.parameters()[i].second));
  CHECK(without.report.minibatches == 0);
}
