#include "train/minibatches.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace gigalane;

TEST_CASE("Minibatches and their parts cover every sample once") {
  for (int64_t samples : {1, 5, 1000, 1537, 28001})
    for (int64_t minibatch : {1, 256, 1024, 100000})
      for (int64_t workers : {1, 2, 7}) {
        std::vector<int> seen(size_t(samples), 0);
        const int64_t count = minibatch_count(samples, minibatch);
        for (int64_t m = 0; m < count; ++m) {
          const SampleRange whole = part_of(samples, count, m);
          for (int64_t w = 0; w < workers; ++w) {
            const SampleRange part = part_of(whole.size(), workers, w);
            for (int64_t k = part.begin; k < part.end; ++k) ++seen[size_t(whole.begin + k)];
          }
        }
        CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
      }
}

TEST_CASE("The number of minibatches makes their size nearest to what is asked") {
  CHECK(minibatch_count(0, 1024) == 1);
  CHECK(minibatch_count(1535, 1024) == 1);
  CHECK(minibatch_count(1536, 1024) == 2);
  CHECK(minibatch_count(4096, 1024) == 4);
}

TEST_CASE("A shuffle is a permutation, a function of its key") {
  std::vector<int64_t> ordered(5000);
  std::iota(ordered.begin(), ordered.end(), 100);
  auto shuffled = [&](uint64_t seed, uint32_t iteration, uint32_t epoch) {
    std::vector<int64_t> samples = ordered;
    Shuffler(seed, {}).shuffle(samples.data(), int64_t(samples.size()), iteration, epoch);
    return samples;
  };
  const auto one = shuffled(1, 2, 3);
  CHECK(one == shuffled(1, 2, 3));
  CHECK(one != shuffled(2, 2, 3));
  CHECK(one != shuffled(1, 3, 3));
  CHECK(one != shuffled(1, 2, 4));
  CHECK(std::is_permutation(one.begin(), one.end(), ordered.begin()));
  int unmoved = 0;
  for (size_t k = 0; k < one.size(); ++k) unmoved += one[k] == ordered[k];
  CHECK(unmoved < 10);  // 1 is expected
}
