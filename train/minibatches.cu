#include "train/minibatches.h"

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/sort.h>

#include "base/philox.h"
#include "base/thrust.h"

namespace gigalane {

namespace {

enum Purpose : uint32_t { kShuffle = 0x700 };  // beyond what worlds and policies draw for

/// Four keys at a time.
struct DrawKeys {
  uint64_t seed;
  uint32_t iteration, epoch;
  uint32_t* keys;
  HOST_DEVICE void operator()(uint32_t block) const {
    const Random4 drawn =
        philox4x32({{block, epoch, iteration, kShuffle << 20}}, uint32_t(seed), uint32_t(seed >> 32));
    for (int i = 0; i < 4; ++i) keys[int64_t(block) * 4 + i] = drawn.v[i];
  }
};

}  // namespace

void Shuffler::shuffle(int64_t* samples, int64_t count, uint32_t iteration, uint32_t epoch) {
  const auto blocks = uint32_t((count + 3) / 4);
  if (keys_.size() < size_t(blocks) * 4) keys_ = DeviceBuffer<uint32_t>(executor_.device, size_t(blocks) * 4);
  with_thrust(executor_, [&](const auto& policy) {
    const thrust::counting_iterator<uint32_t> first(0);
    thrust::for_each(policy, first, first + blocks, DrawKeys{seed_, iteration, epoch, keys_.data()});
    thrust::stable_sort_by_key(policy, keys_.data(), keys_.data() + count, samples);
  });
}

}  // namespace gigalane
