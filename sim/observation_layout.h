/// What an agent sees, as numbers: four sets of elements and one ego vector, in the ego's frame (x ahead,
/// y left). One row of floats an agent: [lanes | boundary | agents | stop lines | ego], each set stored
/// [feature][element] with `capacity` elements, each part starting at a multiple of 16 floats; and four
/// counts. Elements beyond a set's count are 0 and absent: never read them as objects at the ego.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/half.h"
#include "base/host_device.h"

namespace gigalane {

enum ObservedSet { kLaneSet, kBoundarySet, kAgentSet, kStopLineSet, kSetCount };

// Features of one element, in order. Positions are metres times kPositionScale.
enum LaneFeature {
  kLaneX,
  kLaneY,
  kLaneCos,
  kLaneSin,
  kLaneWidth,
  kLaneRouteRelative,
  kLaneRouteAbsolute,
  kLaneFeatures
};
enum BoundaryFeature {
  kBoundaryX,
  kBoundaryY,
  kBoundaryU,
  kBoundaryV,
  kBoundaryFeatures
};  ///< U, V: the edge vector, m
enum AgentFeature {
  kAgentX,
  kAgentY,
  kAgentCos,
  kAgentSin,
  kAgentVelocityX,
  kAgentVelocityY,  ///< velocity relative to the ego's
  kAgentLength,
  kAgentWidth,
  kAgentHeight,
  kAgentFeatures  ///< height: difference of z
};
enum StopLineFeature {
  kStopX,
  kStopY,
  kStopCos,
  kStopSin,
  kStopRed,
  kStopYellow,
  kStopGreen,
  kStopSign,  ///< 1: a stop sign; 0.5: a yield sign; 0: a light
  kStopLineFeatures
};
constexpr int kSetFeatures[kSetCount] = {kLaneFeatures, kBoundaryFeatures, kAgentFeatures, kStopLineFeatures};

constexpr int kMaxObservedAgents = 64;  ///< capacity of the agent set, at most
constexpr int kMaxGoals = 4;
constexpr int kRouteHints = 3;         ///< points on the route ahead
constexpr int kCoefficientCount = 12;  ///< reward coefficients, reward.h
/// Ego vector: 20 of itself and its lane, 4 x 4 goals, 12 coefficients, 3 x 4 route hint, 4 of its next stop
/// line.
constexpr int kEgoFeatures = 20 + 4 * kMaxGoals + kCoefficientCount + 4 * kRouteHints + 4;

constexpr float kPositionScale = 0.02f;   ///< 1/m
constexpr float kSpeedScale = 1.0f / 15;  ///< s/m
constexpr float kSightM = 200;            ///< agents beyond are not seen (points: maps/compile_steps.h)
/// Identifies feature meaning; stored in checkpoints and exports. Raise it when a feature changes.
constexpr int kObservationVersion = 2;

HOST_DEVICE constexpr int round_up16(int n) { return (n + 15) / 16 * 16; }

/// How many elements of each set an observation holds at most.
struct ObservationShape {
  int capacity[kSetCount] = {80, 80, 20, 4};
  NumberFormat format = NumberFormat::float32;

  HOST_DEVICE int set_offset(int set) const {
    int offset = 0;
    for (int s = 0; s < set; ++s) offset += round_up16(features_of(s) * capacity[s]);
    return offset;
  }
  HOST_DEVICE int ego_offset() const { return set_offset(kSetCount); }
  /// Numbers from one row to the next: a multiple of 16.
  HOST_DEVICE int row_stride() const { return ego_offset() + round_up16(kEgoFeatures); }
  HOST_DEVICE size_t row_bytes() const { return size_t(row_stride()) * size_t(bytes_of(format)); }

  friend bool operator==(const ObservationShape& a, const ObservationShape& b) {
    for (int set = 0; set < kSetCount; ++set)
      if (a.capacity[set] != b.capacity[set]) return false;
    return a.format == b.format;
  }

 private:
  HOST_DEVICE static int features_of(int set) {  // constexpr arrays are not visible to device code
    return set == kLaneSet       ? int(kLaneFeatures)
           : set == kBoundarySet ? int(kBoundaryFeatures)
           : set == kAgentSet    ? int(kAgentFeatures)
                                 : int(kStopLineFeatures);
  }
};

/// Where the parts of a row begin, worked out once: as ObservationShape says.
struct ObservationPlaces {
  int set[kSetCount], ego, stride;

  HOST_DEVICE explicit ObservationPlaces(const ObservationShape& shape)
      : ego(shape.ego_offset()), stride(shape.row_stride()) {
    for (int s = 0; s < kSetCount; ++s) set[s] = shape.set_offset(s);
  }
};

/// Standard deviations of the errors of what an agent sees (sim/sensor_noise.h); 0: none.
struct SensorNoise {
  float others_position_m = 0;  ///< of another agent, ahead and to the left alike
  float others_heading_rad = 0, others_speed_mps = 0;
  float own_position_m = 0;  ///< of where it believes itself on the map
  float own_heading_rad = 0, own_speed_mps = 0;

  HOST_DEVICE bool of_others() const {
    return others_position_m > 0.0f || others_heading_rad > 0.0f || others_speed_mps > 0.0f;
  }
  HOST_DEVICE bool of_itself() const {
    return own_position_m > 0.0f || own_heading_rad > 0.0f || own_speed_mps > 0.0f;
  }
};

/// What of ObservationConfig is not in the shape of the output.
struct ObserveOptions {
  bool route_hint = false;
  /// make_drop_orders() in memory of the device where features are dropped, else null.
  const uint8_t* drop_orders = nullptr;
  SensorNoise noise = {};
};

/// Where observations are written: row of slot s starts at rows + s * shape.row_stride(). Of 16-bit numbers,
/// each is the 32-bit one rounded to nearest even (base/half.h). All are small: lengths are told in units of
/// 50 m, speeds of 15 m/s, and what is seen lies within kSightM, so that none comes near the 65504 that
/// float16 holds.
struct ObservationView {
  ObservationShape shape;
  float* rows;                 ///< float32: (slot, row_stride), 64-byte aligned; null in another format
  int32_t* counts;             ///< (slot, kSetCount): elements present
  uint16_t* rows16 = nullptr;  ///< float16 and bfloat16: the same, 32-byte aligned

  /// Number `k` of a slot's row, in whichever format.
  HOST_DEVICE float number(int slot, int k) const {
    const size_t place = size_t(slot) * size_t(shape.row_stride()) + size_t(k);
    return shape.format == NumberFormat::float16    ? to_float(Float16{rows16[place]})
           : shape.format == NumberFormat::bfloat16 ? to_float(BFloat16{rows16[place]})
                                                    : rows[place];
  }
  /// The same from slot `first` on.
  HOST_DEVICE ObservationView from(size_t first) const {
    const size_t numbers = first * size_t(shape.row_stride());
    return {shape, rows ? rows + numbers : nullptr, counts + first * kSetCount,
            rows16 ? rows16 + numbers : nullptr};
  }

  /// The parts of one slot's row: a feature of all elements of a set (`capacity` numbers, of which the first
  /// count() are meant), and the ego vector (kEgoFeatures numbers). Of float32 alone.
  HOST_DEVICE float* feature(int slot, ObservedSet set, int feature) const {
    return row(slot) + shape.set_offset(set) + feature * shape.capacity[set];
  }
  HOST_DEVICE float* ego(int slot) const { return row(slot) + shape.ego_offset(); }
  HOST_DEVICE int count(int slot, ObservedSet set) const { return counts[slot * kSetCount + set]; }
  /// All rows, as what they store: float, Float16 or BFloat16.
  template <class Number>
  HOST_DEVICE Number* rows_of() const {
    if constexpr (sizeof(Number) == sizeof(float))
      return rows;
    else
      return reinterpret_cast<Number*>(rows16);
  }
  HOST_DEVICE float* row(int slot) const { return rows + size_t(slot) * size_t(shape.row_stride()); }
};

}  // namespace gigalane
