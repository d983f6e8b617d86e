#include "train/minibatches.h"

#include <utility>

#include "base/philox.h"

namespace gigalane {

namespace {
enum Purpose : uint32_t { kShuffle = 0x700 };  // beyond what worlds and policies draw for
}

void shuffle_samples(std::vector<int64_t>& samples, uint64_t seed, uint32_t iteration, uint32_t epoch) {
  constexpr size_t kStream = size_t(1) << 20;  // draws from one key
  KeyedRandom random(seed, 0, epoch, iteration, kShuffle);
  for (size_t left = samples.size(); left > 1; --left) {  // Fisher and Yates
    if (left % kStream == 0) random = KeyedRandom(seed, uint32_t(left / kStream), epoch, iteration, kShuffle);
    std::swap(samples[left - 1], samples[random.below(uint32_t(left))]);
  }
}

}  // namespace gigalane
