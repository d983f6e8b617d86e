#include "eval/statistics.h"

#include <doctest/doctest.h>

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

TEST_CASE("a bootstrap over equal groups has no width, over unequal ones it holds the share") {
  const Bounds95 equal = bootstrap_share({4, 4, 4}, {5, 5, 5}, 1);
  CHECK(equal.low == doctest::Approx(0.8));
  CHECK(equal.high == doctest::Approx(0.8));

  const std::vector<double> reached{9, 5, 8, 10, 2, 7, 6, 9}, ended{10, 10, 10, 10, 10, 10, 10, 10};
  const Bounds95 unequal = bootstrap_share(reached, ended, 1);
  CHECK(unequal.low < 0.7);
  CHECK(unequal.high > 0.7);
  CHECK(unequal.low > 0.4);
  CHECK(unequal.high < 0.95);
}

TEST_CASE("a share of nothing is nothing") {
  const Bounds95 b = bootstrap_share({0, 0}, {0, 0}, 1);
  CHECK(b.low == 0);
  CHECK(b.high == 0);
}
