// Actions from logits: their shares, their keys, and the two forms of the same arithmetic.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "base/philox.h"
#include "policy/sampling.h"
#include "policy/sampling_math.h"

using namespace gigalane;

namespace {

const float kLogits[12] = {0.3f, -1, 2, 0, -4, 1.5f, 0.1f, -0.2f, 0.7f, 1, -2, 0.5f};

std::vector<double> softmax(const float* logits) {
  std::vector<double> p(12);
  double sum = 0;
  for (int j = 0; j < 12; ++j) sum += p[size_t(j)] = std::exp(double(logits[j]));
  for (double& x : p) x /= sum;
  return p;
}

std::vector<float> random_logits(int count, float scale) {
  KeyedRandom random(1, 2, 3, 4, 2000);
  std::vector<float> logits(size_t(count) * 12);
  for (float& x : logits) x = random.uniform(-scale, scale);
  return logits;
}

std::vector<uint8_t> sample(const std::vector<float>& logits, const ActionKey& key, int64_t first = 0) {
  std::vector<uint8_t> actions(logits.size() / 12);
  choose_actions(logits.data(), int64_t(actions.size()), first, key, ActionMode::sampled, actions.data(),
                 nullptr);
  return actions;
}

}  // namespace

TEST_CASE("sampled actions have the softmax's shares") {
  constexpr int kRows = 400000;
  std::vector<float> logits;
  for (int n = 0; n < kRows; ++n) logits.insert(logits.end(), kLogits, kLogits + 12);
  const auto actions = sample(logits, {5, 9, 0, 64});
  const auto p = softmax(kLogits);
  double chi_square = 0;
  std::vector<int> seen(12);
  for (const uint8_t action : actions) ++seen[action];
  for (size_t j = 0; j < 12; ++j) chi_square += std::pow(seen[j] - kRows * p[j], 2) / (kRows * p[j]);
  CHECK(chi_square < 31.3);  // 11 degrees of freedom: exceeded once in a thousand seeds
}

TEST_CASE("actions are a function of seed, world, agent and step alone") {
  const auto logits = random_logits(1000, 1);
  const ActionKey key{11, 7, 3, 50};
  const auto actions = sample(logits, key);
  CHECK(sample(logits, key) == actions);

  // any part of the rows alone
  const std::vector<float> part(logits.begin() + 333 * 12, logits.begin() + 500 * 12);
  const auto of_part = sample(part, key, 333);
  CHECK(std::equal(of_part.begin(), of_part.end(), actions.begin() + 333));

  // worlds are counted over all processes
  const ActionKey later{11, 7, 3 + 10, 50};
  CHECK(sample({logits.begin() + 500 * 12, logits.end()}, later, 0) ==
        std::vector<uint8_t>(actions.begin() + 500, actions.end()));

  for (const ActionKey& other : {ActionKey{12, 7, 3, 50}, ActionKey{11, 8, 3, 50}, ActionKey{11, 7, 4, 50}})
    CHECK(sample(logits, other) != actions);
}

TEST_CASE("sixteen rows side by side give the bits of one row") {
  const auto logits = random_logits(1003, 20);
  const ActionKey key{uint64_t(1) << 40 | 17, 123456, 9, 37};
  std::vector<uint8_t> actions(1003);
  std::vector<float> log_probability(1003);
  for (const ActionMode mode : {ActionMode::sampled, ActionMode::greedy}) {
    choose_actions(logits.data(), 1003, 5, key, mode, actions.data(), log_probability.data());
    for (int n = 0; n < 1003; ++n) {
      uint8_t action = 99;
      float value = 0;
      choose_action(logits.data() + n * 12, 5 + n, key, mode == ActionMode::greedy, &action, &value);
      REQUIRE(action == actions[size_t(n)]);
      REQUIRE(value == log_probability[size_t(n)]);
    }
  }
}

TEST_CASE("the noise is Philox's, as everywhere") {
  const ActionKey key{77, 21, 4, 8};
  const int64_t slot = 8 * 3 + 5;
  KeyedRandom reference(77, 4 + 3, 5, 21, uint32_t(Purpose::actions));
  for (uint32_t block = 0; block < 3; ++block) {
    const Random4 noise = philox4x32(noise_counter(key, slot, block), 77, 0);
    for (const uint32_t word : noise.v) CHECK(word == reference.bits());
  }
}

TEST_CASE("log-probabilities and probabilities") {
  const auto logits = random_logits(100, 8);
  std::vector<uint8_t> actions(100);
  std::vector<float> chosen(100), p(1200), log_p(1200);
  choose_actions(logits.data(), 100, 0, {}, ActionMode::sampled, actions.data(), chosen.data());
  softmax_rows(logits.data(), 100, p.data(), log_p.data());
  for (size_t n = 0; n < 100; ++n) {
    const auto expected = softmax(logits.data() + n * 12);
    for (size_t j = 0; j < 12; ++j) {
      CHECK(double(p[n * 12 + j]) == doctest::Approx(expected[j]).epsilon(1e-5));
      CHECK(double(log_p[n * 12 + j]) == doctest::Approx(std::log(expected[j])).epsilon(1e-5));
    }
    CHECK(double(chosen[n]) == doctest::Approx(std::log(expected[actions[n]])).epsilon(1e-5));
  }
}

TEST_CASE("greedy takes the largest, the first of equals") {
  std::vector<float> logits(kLogits, kLogits + 12);
  uint8_t action = 99;
  choose_actions(logits.data(), 1, 0, {}, ActionMode::greedy, &action, nullptr);
  CHECK(action == 2);
  std::fill(logits.begin(), logits.end(), 1.0f);
  choose_actions(logits.data(), 1, 0, {}, ActionMode::greedy, &action, nullptr);
  CHECK(action == 0);
}

TEST_CASE("extreme logits") {
  std::vector<float> logits(12, -1e30f);
  logits[7] = 1e30f;
  uint8_t action = 99;
  float log_probability = 1;
  choose_actions(logits.data(), 1, 0, {}, ActionMode::sampled, &action, &log_probability);
  CHECK(action == 7);
  CHECK(std::fabs(log_probability) < 1e-6f);
}

TEST_CASE("own exponential and logarithm") {
  for (float x = -86; x < 88; x += 0.037f)
    CHECK(double(exponential(x)) == doctest::Approx(std::exp(double(x))).epsilon(3e-7));
  for (float x = 1e-7f; x < 100; x *= 1.013f)
    CHECK(std::fabs(double(logarithm(x)) - std::log(double(x))) <=
          3e-7 * std::max(1e-3, std::fabs(std::log(double(x)))));
  CHECK(exponential_draw(0xffffffffu) > 0);
  CHECK(exponential_draw(0) < 17);
}
