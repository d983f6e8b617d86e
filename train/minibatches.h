/// How the samples of a rollout are cut into minibatches, and a minibatch into the parts of worker threads.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gigalane {

/// [begin, end)
struct SampleRange {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

/// Part `part` of `count` things cut into `parts` parts whose sizes differ by one at most.
inline SampleRange part_of(int64_t count, int64_t parts, int64_t part) {
  return {count * part / parts, count * (part + 1) / parts};
}

/// Minibatches of an epoch: the number that makes their size nearest to `minibatch`; at least 1.
inline int64_t minibatch_count(int64_t sample_count, int64_t minibatch) {
  const int64_t rounded = (sample_count + minibatch / 2) / minibatch;
  return rounded > 0 ? rounded : 1;
}

/// Shuffles by a permutation that is a function of (seed, iteration, epoch) and the number of samples alone.
void shuffle_samples(std::vector<int64_t>& samples, uint64_t seed, uint32_t iteration, uint32_t epoch);

}  // namespace gigalane
