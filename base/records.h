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

}  // namespace gigalane
