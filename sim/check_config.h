/// What a simulation's configuration must agree in beyond the range of each of its values.
#pragma once
#include "sim/config.h"

namespace gigalane {

/// Throws Error, one line with the failing value and what was expected.
void check_config(const SimulationConfig&);

}  // namespace gigalane
