#include "train/advantage.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "train/rollout.h"

using namespace gigalane;

namespace {

/// One slot's rollout; value has one more entry than the others.
struct Rollout {
  std::vector<float> reward, value;
  std::vector<uint8_t> flags;
  std::vector<float> advantage = std::vector<float>(reward.size(), -99.0f), target = advantage;

  RolloutView view() const { return {int(reward.size()), 1, reward.data(), value.data(), flags.data()}; }
  void estimate(float gamma, float lambda) {
    estimate_advantages({}, view(), gamma, lambda, advantage.data(), target.data());
  }
};

std::vector<int64_t> choose(AdvantageFilter& filter, const Rollout& r, float factor) {
  std::vector<int64_t> chosen(r.advantage.size());
  chosen.resize(size_t(filter.choose({}, r.view(), r.advantage.data(), factor, chosen.data())));
  return chosen;
}

Spread spread(const std::vector<int64_t>& samples, const std::vector<float>& advantage) {
  return spread_of({}, samples.data(), int64_t(samples.size()), advantage.data());
}

}  // namespace

TEST_CASE("Advantages of an unbroken rollout are the sum of discounted errors") {
  // gamma = lambda = 1/2. Errors: 1 + 0.5 * 2 - 1 = 1; 0 + 0.5 * 4 - 2 = 0; 2 + 0.5 * 8 - 4 = 2.
  // A2 = 2; A1 = 0 + 0.25 * 2 = 0.5; A0 = 1 + 0.25 * 0.5 = 1.125.
  Rollout r{{1, 0, 2}, {1, 2, 4, 8}, {kTransition, kTransition, kTransition}};
  r.estimate(0.5f, 0.5f);
  CHECK(r.advantage == std::vector<float>{1.125f, 0.5f, 2.0f});
  CHECK(r.target == std::vector<float>{2.125f, 2.5f, 6.0f});
}

TEST_CASE("A life that crashed has no value beyond, and no advantage flows back over its end") {
  // Step 1 ends in a crash: A1 = -3 - 2 = -5, whatever comes later; A0 = (1 + 0.5 * 2 - 1) + 0.25 * -5 =
  // -0.25.
  Rollout r{{1, -3, 100, 2}, {1, 2, 50, 4, 8}, {kTransition, kTransition | kTerminated, 0, kTransition}};
  r.estimate(0.5f, 0.5f);
  CHECK(r.advantage == std::vector<float>{-0.25f, -5.0f, 0.0f, 2.0f});
  CHECK(r.target[2] == 50.0f);  // the step that placed the next life: no sample
}

TEST_CASE("A three-step episode that runs out of time bootstraps with the observation of its end") {
  // Observations 0, 1, 2 and, after the last step, 3: where the life stood when time ran out. Step 3 resets.
  // gamma = 1/2, lambda = 1: A2 = 1 + 0.5 * V(o3) - V(o2) = 1 + 3 - 2 = 2, not the new life's V(o4) = 1000.
  // A1 = 0 + 0.5 * 2 - 2 + 0.5 * 2 = 0; A0 = 4 + 0.5 * 2 - 1 + 0.5 * 0 = 4.
  Rollout r{{4, 0, 1, 0}, {1, 2, 2, 6, 1000}, {kTransition, kTransition, kTransition | kTruncated, 0}};
  r.estimate(0.5f, 1.0f);
  CHECK(r.advantage == std::vector<float>{4.0f, 0.0f, 2.0f, 0.0f});
}

TEST_CASE("Slots do not mix") {
  const std::vector<float> reward{1, 0, 0, 1}, value{0, 0, 0, 0, 0, 0};
  const std::vector<uint8_t> flags(4, kTransition);
  std::vector<float> advantage(4), target(4);
  estimate_advantages({}, {2, 2, reward.data(), value.data(), flags.data()}, 0.5f, 1.0f, advantage.data(),
                      target.data());
  CHECK(advantage == std::vector<float>{1.0f, 0.5f, 0.0f, 1.0f});
}

TEST_CASE("The filter drops what is small beside a moving average of the largest") {
  Rollout r{{0, 0, 0, 0}, {0, 0, 0, 0, 0}, {kTransition, kTransition, 0, kTransition}};
  r.advantage = {8.0f, -0.5f, 0.0f, 0.9f};
  AdvantageFilter filter;
  CHECK(choose(filter, r, 0.1f) == std::vector<int64_t>{0, 3});  // threshold 0.8
  CHECK(filter.average == 8.0);
  r.advantage = {-4.0f, -0.5f, 0.0f, 0.75f};  // average 0.25 * 4 + 0.75 * 8 = 7, threshold 0.7
  CHECK(choose(filter, r, 0.1f) == std::vector<int64_t>{0, 3});
  CHECK(filter.average == 7.0);
  CHECK(choose(filter, r, 0.0f) == std::vector<int64_t>{0, 1, 3});  // step 2 is none
}

TEST_CASE("A share of the samples is those of the largest advantages") {
  Rollout r{std::vector<float>(8, 0), std::vector<float>(9, 0), std::vector<uint8_t>(8, kTransition)};
  r.flags[2] = 0;
  r.advantage = {8.0f, -0.5f, 99.0f, 0.9f, -3.0f, 1e-30f, 0.5f, 0.0f};  // 7 transitions
  const auto share = [&](float of) {
    std::vector<int64_t> chosen(8);
    chosen.resize(size_t(choose_share({}, r.view(), r.advantage.data(), of, chosen.data())));
    return chosen;
  };
  CHECK(share(0.1f) == std::vector<int64_t>{0});
  CHECK(share(0.28f) == std::vector<int64_t>{0, 4});           // 1.96 of 7: two
  CHECK(share(0.29f) == std::vector<int64_t>{0, 3, 4});        // 2.03: three
  CHECK(share(0.55f) == std::vector<int64_t>{0, 1, 3, 4, 6});  // four, and one that is equal to the last
  CHECK(share(0.8f) == std::vector<int64_t>{0, 1, 3, 4, 5, 6});
  CHECK(share(1.0f) == std::vector<int64_t>{0, 1, 3, 4, 5, 6, 7});
}

TEST_CASE("A rollout without transitions has nothing to learn from") {
  Rollout r{{1, 1}, {0, 0, 0}, {0, 0}};
  r.estimate(0.9f, 0.9f);
  AdvantageFilter filter;
  CHECK(choose(filter, r, 0.01f).empty());
  int64_t chosen[2];
  CHECK(choose_share({}, r.view(), r.advantage.data(), 0.2f, chosen) == 0);
  CHECK(explained_variance({}, r.view(), r.target.data()) == 0.0);
}

TEST_CASE("Spread and explained variance") {
  const std::vector<float> advantage{1, 100, 3};
  const Spread of_two = spread({0, 2}, advantage);
  CHECK(of_two.mean == 2.0);
  CHECK(of_two.deviation == 1.0);
  CHECK(spread({1}, advantage).deviation == 1.0);
  // Targets 1, 3 (variance 1), errors 0.5, -0.5 (variance 0.25).
  Rollout r{{0, 0}, {0.5f, 3.5f, 0}, {kTransition, kTransition}};
  r.target = {1, 3};
  CHECK(explained_variance({}, r.view(), r.target.data()) == doctest::Approx(0.75));
  r.target = {1, NAN};
  CHECK(std::isnan(explained_variance({}, r.view(), r.target.data())));
}
