/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as
/// 1, 2, 3", SC 2011). A draw is a function of its key; there is no generator state.
#pragma once
#include <cstdint>

#include "base/host_device.h"

namespace gigalane {

struct Random4 {
  uint32_t v[4];
};

/// One block of Philox4x32-10: `counter` (4 words) under `key` (2 words).
HOST_DEVICE Random4 philox4x32(Random4 counter, uint32_t key0, uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t(0xD2511F53u) * counter.v[0];
    const uint64_t p1 = uint64_t(0xCD9E8D57u) * counter.v[2];
    counter = {{uint32_t(p1 >> 32) ^ counter.v[1] ^ key0, uint32_t(p1),
                uint32_t(p0 >> 32) ^ counter.v[3] ^ key1, uint32_t(p0)}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/// Uniform in [0, 1) with 24 bits.
HOST_DEVICE float to_unit(uint32_t bits) { return float(bits >> 8) * 5.9604644775390625e-8f; }

/// A stream of draws for one purpose, a function of (seed, world, agent, life or step, purpose) alone.
/// `world` counts over all processes. Purposes are listed where they are used, one enum a library.
class KeyedRandom {
 public:
  HOST_DEVICE KeyedRandom(uint64_t seed, uint32_t world, uint32_t agent, uint32_t when, uint32_t purpose)
      : seed_(seed), world_(world), agent_(agent), when_(when), purpose_(purpose) {}

  HOST_DEVICE uint32_t bits() {
    if ((used_ & 3) == 0)
      block_ = philox4x32({{world_, agent_, when_, (purpose_ << 20) | (used_ >> 2)}}, uint32_t(seed_),
                          uint32_t(seed_ >> 32));
    return block_.v[used_++ & 3];
  }
  HOST_DEVICE float unit() { return to_unit(bits()); }  ///< [0, 1)
  HOST_DEVICE float uniform(float low, float high) { return low + (high - low) * unit(); }
  HOST_DEVICE bool chance(float probability) { return unit() < probability; }
  /// Uniform in {0, ..., count - 1}; count > 0.
  HOST_DEVICE uint32_t below(uint32_t count) { return uint32_t((uint64_t(bits()) * count) >> 32); }

 private:
  uint64_t seed_;
  uint32_t world_, agent_, when_, purpose_;
  uint32_t used_ = 0;
  Random4 block_{};
};

}  // namespace gigalane
