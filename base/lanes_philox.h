/// Philox4x32-10 (base/philox.h) with a counter a lane: the same words.
#pragma once
#include "base/lanes.h"

namespace gigalane {

/// Replaces the four words of each lane's counter by its block under the key.
template <class L>
LANES_FUNCTION void philox4x32(typename L::Int (&v)[4], uint32_t key0, uint32_t key1) {
  using Int = typename L::Int;
  for (int round = 0; round < 10; ++round) {
    Int high0 = 0, high1 = 0;
    const Int low0 = L::multiply_wide(v[0], 0xD2511F53u, high0),
              low1 = L::multiply_wide(v[2], 0xCD9E8D57u, high1);
    v[0] = high1 ^ v[1] ^ Int(int(key0));
    v[1] = low1;
    v[2] = high0 ^ v[3] ^ Int(int(key1));
    v[3] = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

}  // namespace gigalane
