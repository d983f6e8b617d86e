/// What an agent sees, as numbers: four sets of elements and one ego vector, in the ego's frame (x ahead,
/// y left). One row of floats an agent: [lanes | boundary | agents | stop lines | ego], each set stored
/// [feature][element] with `capacity` elements, each part starting at a multiple of 16 floats; and four
/// counts. Elements beyond a set's count are 0 and absent: never read them as objects at the ego.
#pragma once
#include <cstddef>
#include <cstdint>

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
  kStopSign,
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
constexpr float kSightM = 200;            ///< agents and lane points beyond are not seen
/// Identifies feature meaning; stored in checkpoints and exports. Raise it when a feature changes.
constexpr int kObservationVersion = 1;

HOST_DEVICE constexpr int round_up16(int n) { return (n + 15) / 16 * 16; }

/// How many elements of each set an observation holds at most.
struct ObservationShape {
  int capacity[kSetCount] = {80, 80, 20, 4};

  HOST_DEVICE int set_offset(int set) const {
    int offset = 0;
    for (int s = 0; s < set; ++s) offset += round_up16(features_of(s) * capacity[s]);
    return offset;
  }
  HOST_DEVICE int ego_offset() const { return set_offset(kSetCount); }
  /// Floats from one row to the next: a multiple of 16.
  HOST_DEVICE int row_stride() const { return ego_offset() + round_up16(kEgoFeatures); }

 private:
  HOST_DEVICE static int features_of(int set) {  // constexpr arrays are not visible to device code
    return set == kLaneSet       ? int(kLaneFeatures)
           : set == kBoundarySet ? int(kBoundaryFeatures)
           : set == kAgentSet    ? int(kAgentFeatures)
                                 : int(kStopLineFeatures);
  }
};

/// What of ObservationConfig is not in the shape of the output.
struct ObserveOptions {
  bool route_hint = false;
  /// make_drop_orders() in memory of the device where features are dropped, else null.
  const uint8_t* drop_orders = nullptr;
};

/// Where observations are written: row of slot s starts at rows + s * shape.row_stride().
struct ObservationView {
  ObservationShape shape;
  float* rows;      ///< (slot, row_stride), 64-byte aligned
  int32_t* counts;  ///< (slot, kSetCount): elements present

  /// The parts of one slot's row: a feature of all elements of a set (`capacity` numbers, of which the first
  /// count() are meant), and the ego vector (kEgoFeatures numbers).
  HOST_DEVICE float* feature(int slot, ObservedSet set, int feature) const {
    return row(slot) + shape.set_offset(set) + feature * shape.capacity[set];
  }
  HOST_DEVICE float* ego(int slot) const { return row(slot) + shape.ego_offset(); }
  HOST_DEVICE int count(int slot, ObservedSet set) const { return counts[slot * kSetCount + set]; }
  HOST_DEVICE float* row(int slot) const { return rows + size_t(slot) * size_t(shape.row_stride()); }
};

}  // namespace gigalane
