#include "train/loss.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/minimum.h>
#include <doctest/doctest.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/generated/variable_factories.h>
#include <torch/types.h>

#include <cmath>
#include <vector>

#include "base/philox.h"

using namespace gigalane;
using torch::Tensor;

namespace {

/// A minibatch of samples scattered over a rollout twice as long.
struct Case {
  std::vector<float> logits, value, log_probability, advantage, target;
  std::vector<int64_t> index;
  std::vector<uint8_t> action;
  std::vector<float> logit_gradient, value_gradient;
  LossSums sums;

  explicit Case(int count)
      : logits(size_t(count) * 12),
        value(size_t(count)),
        log_probability(size_t(count) * 2),
        advantage(size_t(count) * 2),
        target(size_t(count) * 2),
        index(size_t(count)),
        action(size_t(count) * 2),
        logit_gradient(logits.size(), NAN),
        value_gradient(value.size(), NAN) {}

  LossInput input(int64_t batch_size) const {
    return {int64_t(index.size()),  batch_size,       logits.data(),
            value.data(),           index.data(),     action.data(),
            log_probability.data(), advantage.data(), target.data()};
  }
  void run(const LossWeights& weights, int64_t batch_size) {
    loss_gradient(input(batch_size), weights, logit_gradient.data(), value_gradient.data(), sums);
  }
};

Case random_case(int count) {
  Case c(count);
  KeyedRandom random(5, uint32_t(count), 0, 0, 0);
  for (float& x : c.logits) x = random.uniform(-3, 3);
  for (float& x : c.value) x = random.uniform(-2, 2);
  for (size_t k = 0; k < c.action.size(); ++k) {
    c.action[k] = uint8_t(random.below(12));
    c.log_probability[k] = random.uniform(-5, -0.5f);
    c.advantage[k] = random.uniform(-2, 2);
    c.target[k] = random.uniform(-2, 2);
  }
  for (size_t k = 0; k < c.index.size(); ++k) c.index[k] = int64_t(2 * k + random.below(2));
  return c;
}

template <class Values, class Index>
Tensor doubles_at(const Values& values, const Index& index) {
  Tensor result = torch::empty({int64_t(index.size())}, torch::kDouble);
  for (size_t k = 0; k < index.size(); ++k) result.data_ptr<double>()[k] = double(values[size_t(index[k])]);
  return result;
}

}  // namespace

TEST_CASE("Loss and gradient are what autograd finds in double precision") {
  for (int count : {1, 15, 16, 333}) {
    Case c = random_case(count);
    const LossWeights weights{0.2f, 0.03f, 0.5f, 1.5f};
    const int64_t batch_size = count + 7;
    c.run(weights, batch_size);

    const Tensor logits =
        torch::from_blob(c.logits.data(), {count, 12}, torch::kFloat).to(torch::kDouble).requires_grad_();
    const Tensor value =
        torch::from_blob(c.value.data(), {count}, torch::kFloat).to(torch::kDouble).requires_grad_();
    const Tensor action = doubles_at(c.action, c.index).to(torch::kLong);
    const Tensor advantage = doubles_at(c.advantage, c.index) * double(weights.advantage_scale);
    const Tensor all = at::log_softmax(logits, 1);
    const Tensor chosen = all.gather(1, action.unsqueeze(1)).squeeze(1);
    const Tensor ratio = at::exp(chosen - doubles_at(c.log_probability, c.index));
    const double clip = double(weights.clip);
    const Tensor policy =
        -at::minimum(ratio * advantage, at::clamp(ratio, 1 - clip, 1 + clip) * advantage).sum();
    const Tensor entropy = -(at::exp(all) * all).sum();
    const Tensor error = (value - doubles_at(c.target, c.index)).square().sum();
    const Tensor loss =
        (policy - double(weights.entropy) * entropy + double(weights.value) * error) / double(batch_size);
    torch::autograd::backward({loss}, {});

    for (int64_t k = 0; k < count * 12; ++k)
      CHECK(std::fabs(double(c.logit_gradient[size_t(k)]) - logits.grad().data_ptr<double>()[k]) *
                double(batch_size) <
            5e-6);
    for (int64_t k = 0; k < count; ++k)
      CHECK(std::fabs(double(c.value_gradient[size_t(k)]) - value.grad().data_ptr<double>()[k]) *
                double(batch_size) <
            1e-6);
    CHECK(c.sums.samples == count);
    CHECK(c.sums.policy_loss == doctest::Approx(policy.item<double>()).epsilon(1e-5));
    CHECK(c.sums.entropy == doctest::Approx(entropy.item<double>()).epsilon(1e-5));
    CHECK(c.sums.value_loss == doctest::Approx(error.item<double>()).epsilon(1e-5));
  }
}

TEST_CASE("A case worked by hand: uniform policy, one sample inside the clip and one beyond") {
  // p = 1/12. First: p_old = 1/12, so r = 1, A = 2: gradient -2 (1 - 1/12) at its action, +2/12 elsewhere.
  // Second: p_old = 1/24, so r = 2 > 1.2 and A > 0: the clip holds, no policy gradient. Entropy is at its
  // peak: none.
  Case c(2);
  c.index = {0, 1};
  c.action = {3, 4, 0, 0};
  c.log_probability = {-std::log(12.0f), -std::log(24.0f), 0, 0};
  c.advantage = {2, 2, 0, 0};
  c.value = {1, -1};
  c.target = {0.5f, 1, 0, 0};
  c.run({0.2f, 0.01f, 0.5f}, 2);
  for (int j = 0; j < 12; ++j) {
    CHECK(c.logit_gradient[size_t(j)] ==
          doctest::Approx(j == 3 ? -2.0 * 11 / 12 / 2 : 2.0 / 12 / 2).epsilon(1e-5));
    CHECK(std::fabs(c.logit_gradient[size_t(12 + j)]) < 1e-7f);
  }
  CHECK(c.value_gradient[0] == doctest::Approx(0.25));  // 2 * 0.5 * 0.5 / 2
  CHECK(c.value_gradient[1] == doctest::Approx(-1.0));
  CHECK(c.sums.clipped == 1);
  CHECK(c.sums.entropy == doctest::Approx(2 * std::log(12.0)).epsilon(1e-6));
  CHECK(c.sums.policy_loss == doctest::Approx(-2 - 1.2 * 2).epsilon(1e-6));
}

TEST_CASE("Logits far apart make no infinity") {
  Case c(1);
  c.index = {0};
  c.logits[0] = 500;
  c.logits[1] = -500;
  c.action = {1, 0};
  c.advantage = {1, 0};
  c.run({0.2f, 0.01f, 0.5f}, 1);
  for (float g : c.logit_gradient) CHECK(std::isfinite(g));
}
