#include "train/learner.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/philox.h"
#include "tests/train/noisy_rollout.h"
#include "train/advantage.h"
#include "train/tensor_learner.h"
#include "train/threaded_learner.h"

using namespace gigalane;

namespace {

struct Update {
  Network actor{small_network(), 12, 0.01, 1, torch::kCPU}, critic{small_network(), 1, 1.0, 2, torch::kCPU};
  UpdateReport report;

  explicit Update(int threads, float gradient_norm = 0.5f, bool with_samples = true, bool tensors = false) {
    const NoisyObserver observer(small_shape());
    RolloutBuffer rollout = noisy_rollout();
    PpoConfig config;
    config.minibatch = 50;
    config.epochs = 2;
    config.gradient_norm = gradient_norm;
    config.normalise_advantage = true;
    ThreadPool pool(threads);
    std::unique_ptr<Learner> learner;
    if (tensors)
      learner = std::make_unique<TensorLearner>(actor, critic, config, 7, Executor{});
    else
      learner = std::make_unique<ThreadedLearner>(actor, critic, config, 7, pool);
    std::vector<int64_t> samples;
    std::vector<float> advantage, target;
    for (int64_t k = 0; k < rollout.sample_count(); ++k) {
      if (with_samples && k % 3 != 0) samples.push_back(k);
      advantage.push_back(std::sin(float(k)));
      target.push_back(std::cos(float(k)));
    }
    const auto count = int64_t(samples.size());
    const Spread spread = spread_of({}, samples.data(), count, advantage.data());
    report = learner->update(
        {rollout, observer, samples.data(), count, advantage.data(), target.data(), spread.deviation},
        {1e-3, 0.01}, 5);
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

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, double(std::fabs(a[i] - b[i])));
  return largest;
}

}  // namespace

TEST_CASE("An update repeated with the same threads gives the same bits") {
  for (int threads : {1, 2, 3}) {
    const std::vector<float> first = Update(threads).weights(), second = Update(threads).weights();
    CHECK(std::memcmp(first.data(), second.data(), first.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("Parts of a minibatch on several threads add up to the whole on one") {
  const std::vector<float> one = Update(1).weights(), three = Update(3).weights();
  const double largest = largest_difference(one, three);
  CHECK(largest > 0);     // another order of sums
  CHECK(largest < 2e-4);  // a fifth of one step: Adam divides by small gradients' own size
}

TEST_CASE("Whole minibatches as tensors learn what threads do") {
  for (float gradient_norm : {0.5f, 1e-3f}) {
    const Update threads(1, gradient_norm), tensors(1, gradient_norm, true, true);
    CHECK(largest_difference(threads.weights(), tensors.weights()) < 2e-4);
    const UpdateReport &a = threads.report, &b = tensors.report;
    CHECK(b.minibatches == a.minibatches);
    CHECK(b.entropy == doctest::Approx(a.entropy).epsilon(1e-4));
    CHECK(b.kl == doctest::Approx(a.kl).epsilon(1e-3));
    CHECK(b.clip_fraction == doctest::Approx(a.clip_fraction).epsilon(0.02));
    CHECK(b.policy_loss == doctest::Approx(a.policy_loss).epsilon(1e-3));
    CHECK(b.value_loss == doctest::Approx(a.value_loss).epsilon(1e-3));
    CHECK(b.actor_gradient_norm == doctest::Approx(a.actor_gradient_norm).epsilon(1e-3));
    CHECK(b.critic_gradient_norm == doctest::Approx(a.critic_gradient_norm).epsilon(1e-3));
  }
}

TEST_CASE("A gradient that is no number moves nothing and is named, with the iteration") {
  for (const bool on_device : {false, true}) {
    const torch::Tensor first = torch::ones({2}), second = torch::ones({2});
    Adam adam({{"trunk.0.weight", first}, {"head.bias", second}}, 1e-5);
    adam.gradients()[1][1] = std::nan("");
    const double norm = on_device ? adam.step_on_device(0.1, 1).item<double>() : adam.step(0.1, 1);
    CHECK(std::isnan(norm));
    CHECK(first.equal(torch::ones({2})));
    CHECK(second.equal(torch::ones({2})));
    CHECK_THROWS_WITH_AS(checked_norm(norm, "actor", adam, 17),
                         doctest::Contains("iteration 17: the actor's gradient of head.bias"), Error);
  }
}

TEST_CASE("A weight that is no number is named") {
  const Network network(small_network(), 12, 0.01, 1, torch::kCPU);
  require_finite(network, "actor", 3);
  torch::Tensor(network.parameters()[5].second).data_ptr<float>()[0] = INFINITY;
  CHECK_THROWS_WITH_AS(require_finite(network, "actor", 3),
                       doctest::Contains(("the actor's " + network.parameters()[5].first).c_str()), Error);
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
  for (const auto& [clip, on_device] : {std::pair{1e6, false}, {0.1, false}, {1e6, true}, {0.1, true}}) {
    weight.zero_();
    Adam adam({{"weight", weight}}, 1e-9);
    float* gradient = adam.gradients()[0].data_ptr<float>();
    gradient[0] = 3, gradient[1] = -4, gradient[2] = 0;
    const double norm = on_device ? adam.step_on_device(0.01, clip).item<double>() : adam.step(0.01, clip);
    CHECK(norm == doctest::Approx(5));
    CHECK(weight[0].item<float>() == doctest::Approx(-0.01).epsilon(1e-4));
    CHECK(weight[1].item<float>() == doctest::Approx(0.01).epsilon(1e-4));
    CHECK(weight[2].item<float>() == 0);
    if (!on_device) CHECK(gradient[0] == doctest::Approx(clip < 5 ? 3 * clip / 5 : 3));
  }
}

TEST_CASE("A rollout without samples changes nothing") {
  const Update with(1), without(1, 0.5f, false);
  const Network untouched(small_network(), 12, 0.01, 1, torch::kCPU);
  for (size_t i = 0; i < untouched.parameters().size(); ++i)
    CHECK(without.actor.parameters()[i].second.equal(untouched.parameters()[i].second));
  CHECK(without.report.minibatches == 0);
}
