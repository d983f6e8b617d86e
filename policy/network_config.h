/// The shape of a network, without LibTorch: for configurations.
#pragma once
#include <vector>

#include "base/config.h"
#include "sim/vehicle.h"  // kActionCount

namespace gigalane {

struct NetworkConfig {
  int encoder_width = 128;                   ///< of each set's code; the ego's code is twice as wide
  int agent_layers = 1;                      ///< 1 or 2 layers in the encoder of agents
  std::vector<int> trunk{1024, 1024, 1024};  ///< hidden widths
  bool polar_lift = true;       ///< proximity features p, p x/r, p y/r before each set's first layer
  bool drive_off_bias = false;  ///< head bias so that the first policy drives forward (not in the paper)
};
/// What hidden layers multiply in, those of the trunk and the second one of the agents' encoder: bfloat16
/// keeps weights, sums within a product and all else in float32, but rounds inputs and weights, and the
/// trunk's outputs and their gradients, to 8 bits.
enum class Precision { float32, bfloat16 };

void for_each_field(NetworkConfig&, FieldVisitor&);

}  // namespace gigalane
