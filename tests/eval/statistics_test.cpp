#include "eval/statistics.h"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <vector>

using namespace gigalane;

// Values of R's poisson.test(k)$conf.int.
TEST_CASE("the Poisson interval is Garwood's exact one") {
  struct Case {
    double count, low, high;
  };
  for (const Case& c : {Case{0, 0, 3.688879}, Case{1, 0.025318, 5.571643}, Case{5, 1.623486, 11.66833},
                        Case{10, 4.795389, 18.39036}, Case{100, 81.36397, 121.6272}}) {
    const Bounds95 b = poisson_interval(c.count);
    CHECK(b.low == doctest::Approx(c.low).epsilon(1e-4));
    CHECK(b.high == doctest::Approx(c.high).epsilon(1e-5));
  }
}

TEST_CASE("the Poisson interval of a large count is close to the normal one") {
  const Bounds95 b = poisson_interval(1e6);
  CHECK(b.low == doctest::Approx(1e6 - 1.96e3).epsilon(1e-4));
  CHECK(b.high == doctest::Approx(1e6 + 1.96e3).epsilon(1e-4));
}

namespace {

/// Minutes of a world in which goals are reached or lost, some of them two at a time.
struct Minutes {
  std::vector<double> reached, ended;
};
Minutes draw_minutes(std::mt19937_64& random, int minutes, double goals_a_minute, double lost_alone,
                     double lost_in_pairs) {
  std::poisson_distribution<int> all(goals_a_minute * (1 - lost_alone - lost_in_pairs)),
      alone(goals_a_minute * lost_alone), pairs(goals_a_minute * lost_in_pairs / 2);
  Minutes m;
  for (int i = 0; i < minutes; ++i) {
    m.reached.push_back(all(random));
    m.ended.push_back(m.reached.back() + alone(random) + 2 * pairs(random));
  }
  return m;
}

/// How often, of 4,000 evaluations, the interval holds the true share.
double coverage(int minutes, double goals_a_minute, double lost_alone, double lost_in_pairs) {
  std::mt19937_64 random(7);
  int held = 0;
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i) {
    const Minutes m = draw_minutes(random, minutes, goals_a_minute, lost_alone, lost_in_pairs);
    const std::optional<Bounds95> b = share_interval(m.reached, m.ended);
    REQUIRE(b);
    const double share = 1 - lost_alone - lost_in_pairs;
    held += b->low <= share && share <= b->high;
  }
  return double(held) / kDraws;
}

}  // namespace

TEST_CASE("a share's interval holds the true share 95 times in 100, also where losses come in pairs") {
  struct Case {
    int minutes;
    double goals, alone, pairs;
  };
  for (const Case& c : {Case{24, 20, 0.07, 0}, Case{24, 20, 0.03, 0.05}, Case{120, 20, 0, 0.06},
                        Case{6, 20, 0.2, 0.1}, Case{24, 5, 0.3, 0.3}}) {
    const double held = coverage(c.minutes, c.goals, c.alone, c.pairs);
    CAPTURE(c.minutes);
    CAPTURE(c.pairs);
    CHECK(held > 0.935);
    CHECK(held < 0.99);
  }
}

TEST_CASE("a share's interval by hand") {
  // Six groups of ten, nine of which are in: less scatter than independent events have, so Wilson's of 60
  // with t = 2.5706 of 5 degrees of freedom.
  const std::optional<Bounds95> even = share_interval({9, 9, 9, 9, 9, 9}, {10, 10, 10, 10, 10, 10});
  REQUIRE(even);
  CHECK(even->low == doctest::Approx(0.75783).epsilon(1e-3));
  CHECK(even->high == doctest::Approx(0.96280).epsilon(1e-3));
  // All or none of ten: a group is worth 60 / 12 of its 60 events together, five.
  const std::optional<Bounds95> clumps = share_interval({10, 0, 10, 0, 10, 0}, {10, 10, 10, 10, 10, 10});
  REQUIRE(clumps);
  CHECK(clumps->low == doctest::Approx(0.12275).epsilon(1e-3));
  CHECK(clumps->high == doctest::Approx(0.87725).epsilon(1e-3));
  const std::optional<Bounds95> all = share_interval({5, 5, 5, 5, 5}, {5, 5, 5, 5, 5});
  REQUIRE(all);
  CHECK(all->low < 0.9);
  CHECK(all->high == 1);
}

TEST_CASE("four groups are too few for an interval, and empty ones do not count") {
  CHECK(!share_interval({1, 2, 3, 4}, {5, 5, 5, 5}));
  CHECK(!share_interval({1, 2, 3, 4, 0}, {5, 5, 5, 5, 0}));
  CHECK(!share_interval({0, 0}, {0, 0}));
  CHECK(share_interval({1, 2, 3, 4, 5}, {5, 5, 5, 5, 5}));
}
