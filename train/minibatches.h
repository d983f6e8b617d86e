/// How the samples of a rollout are cut into minibatches, and a minibatch into the parts of worker threads.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/schedule.h"

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

/// Shuffles samples, on the device where they are, by a permutation that is a function of (seed, iteration,
/// epoch) and their number alone: they are sorted by random keys.
class Shuffler {
 public:
  Shuffler(uint64_t seed, const Executor& executor) : seed_(seed), executor_(executor) {}
  void shuffle(int64_t* samples, int64_t count, uint32_t iteration, uint32_t epoch);

 private:
  uint64_t seed_;
  Executor executor_;
  DeviceBuffer<uint32_t> keys_;
};

}  // namespace gigalane
