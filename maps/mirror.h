/// A road network seen in a mirror.
#pragma once
#include "maps/road_network.h"

namespace gigalane {

/// Mirrors a network along the y axis: x, turns and sides change their sign, and traffic keeps to the other
/// side. Heights, lengths and all that is counted along roads stay.
void mirror_network(RoadNetwork& network);

}  // namespace gigalane
