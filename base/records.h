/// Aligned records that the lanes of base/lanes.h load whole, one record a lane.
#pragma once
#include <cstdint>

namespace gigalane {

struct alignas(16) Record {
  float a, b, c, d;
};
struct alignas(8) Pair {
  float a, b;
};

/// Records that are read together, one cache line: member k is a[k], b[k], c[k], d[k].
constexpr int kGroupSize = 4;
struct alignas(64) RecordGroup {
  float a[kGroupSize], b[kGroupSize], c[kGroupSize], d[kGroupSize];
};

}  // namespace gigalane
