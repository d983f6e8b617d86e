/// Writes one set of an observation, [feature][element], over lanes: past the caches where blocks of lanes
/// fall on whole cache lines, and by way of a buffer where the capacity makes rows start in the middle of
/// one.
#pragma once
#include "base/lanes.h"
#include "sim/observation_layout.h"

namespace gigalane {

/// Floats of the largest set, that of the agents, and a block beyond.
constexpr int kStagedFloats = round_up16(kAgentFeatures * kMaxObservedAgents) + kWidestLanes;

/// `Number` is how the observation stores them: float, Float16 or BFloat16.
template <class L, class Number>
struct SetRows {
  Number* out;    ///< of the observation, 64-byte aligned; of 16-bit numbers, 32-byte aligned
  float* staged;  ///< scratch of kStagedFloats, 64-byte aligned
  int capacity;   ///< elements of a row
  bool direct;    ///< rows are written where they belong

  LANES_FUNCTION SetRows(Number* out_row, float* buffer, int row_capacity)
      : out(out_row),
        staged(buffer),
        capacity(row_capacity),
        direct(L::width == 1 || L::width == 32 || row_capacity % 16 == 0) {}

  /// Elements [first, first + width) of a feature; those from `count` on become 0.
  LANES_FUNCTION void put(int feature, int first, int count, typename L::Float value) const {
    using Float = typename L::Float;
    value = L::select(L::first(count - first), value, Float(0.0f));
    const int place = feature * capacity + first;
    if (direct)
      L::stream(out + place, value, capacity - first);
    else
      L::store(staged + place, value, capacity - first);
  }
  /// Elements [first, first + width) of features 0, 1, ..., N - 1.
  template <int N>
  LANES_FUNCTION void put_all(int first, int count, const typename L::Float (&values)[N]) const {
    if (direct && first + L::width <= minimum(count, capacity)) {  // as most blocks are
      Number* to = out + first;
      LANES_UNROLL(16)
      for (int feature = 0; feature < N; ++feature, to += capacity) L::stream(to, values[feature]);
      return;
    }
    for (int feature = 0; feature < N; ++feature) put(feature, first, count, values[feature]);
  }
  LANES_FUNCTION void put_zero(int features, int first) const {
    for (int feature = 0; feature < features; ++feature) put(feature, first, 0, typename L::Float(0.0f));
  }
  /// Zeroes what is left up to a multiple of 16 floats, and sends the buffer on its way.
  LANES_FUNCTION void finish(int features) const {
    using Float = typename L::Float;
    const int used = features * capacity, whole = round_up16(used);
    if (direct) {
      for (int k = used; k < whole; k += L::width) L::stream(out + k, Float(0.0f), whole - k);
      return;
    }
    for (int k = used; k < whole; k += L::width) L::store(staged + k, Float(0.0f), whole - k);
    L::sync();
    copy_out(staged, out, whole);
  }
  /// Streams `count` numbers, a multiple of 16.
  static LANES_FUNCTION void copy_out(const float* from, Number* to, int count) {
    for (int k = 0; k < count; k += L::width) L::stream(to + k, L::load(from + k), count - k);
    L::sync();
  }
};

}  // namespace gigalane
