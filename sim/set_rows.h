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

  /// The first element of the last block. Blocks are put last first, each with all its features in order:
  /// what a staged block writes beyond its row is then overwritten by a block of the next one.
  LANES_FUNCTION int last_block() const { return round_up(capacity) - L::width; }

  /// Elements [first, first + width) of features 0, 1, ..., N - 1; those from `count` on become 0.
  template <int N>
  LANES_FUNCTION void put(int first, int count, typename L::Float (&values)[N]) const {
    using Float = typename L::Float;
    if (first + L::width > count) {
      const auto present = L::first(count - first);
      LANES_UNROLL(16)
      for (int feature = 0; feature < N; ++feature)
        values[feature] = L::select(present, values[feature], Float(0.0f));
    }
    if (direct) {
      Number* to = out + first;
      LANES_UNROLL(16)
      for (int feature = 0; feature < N; ++feature, to += capacity)
        stream(to, values[feature], capacity - first);
    } else {
      float* to = staged + first;
      LANES_UNROLL(16)
      for (int feature = 0; feature < N; ++feature, to += capacity) L::store(to, values[feature]);
    }
  }
  template <int N>
  LANES_FUNCTION void put_zero(int first) const {
    typename L::Float values[N];
    for (int feature = 0; feature < N; ++feature) values[feature] = 0.0f;
    put(first, first + L::width, values);
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
    LANES_UNROLL(4)
    for (int k = 0; k < count; k += L::width) stream(to + k, L::load(from + k), count - k);
    L::sync();
  }

 private:
  static LANES_FUNCTION int round_up(int n) { return (n + L::width - 1) / L::width * L::width; }
  /// Only blocks of up to 16 lanes are whole wherever rows are streamed: `left` is a multiple of 16 there.
  static LANES_FUNCTION void stream(Number* to, typename L::Float value, int left) {
    if constexpr (L::width <= 16)
      L::stream(to, value);
    else
      L::stream(to, value, left);
  }
};

}  // namespace gigalane
