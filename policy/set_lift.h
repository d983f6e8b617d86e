/// The network's shape: names and widths of its parts, and the polar lift of a set's elements, which gives a
/// linear layer what it cannot compute: with r = sqrt(x^2 + y^2) + 1e-3 m and p = s / (s + r), the proximity
/// p and the direction p x/r, p y/r; for agents also the closing speed -p (v . pos)/r, in units of the
/// velocity.
#pragma once
#include "policy/network_config.h"
#include "sim/observation_layout.h"

namespace gigalane {

constexpr float kLiftScaleM[kSetCount] = {25, 4, 10, 15};  ///< s
constexpr float kLiftFloorM = 1e-3f;
constexpr const char* kEncoderNames[kSetCount] = {"lane_encoder", "boundary_encoder", "agent_encoder",
                                                  "stop_line_encoder"};

/// Input features of a set's first layer: its own, then those of the lift.
constexpr int lifted_features(int set, bool polar_lift) {
  return kSetFeatures[set] + (polar_lift ? (set == kAgentSet ? 4 : 3) : 0);
}
/// Width of the concatenated codes, the trunk's input: four sets, then the ego's, twice as wide.
inline int code_width(const NetworkConfig& config) { return (kSetCount + 2) * config.encoder_width; }

}  // namespace gigalane
