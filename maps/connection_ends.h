/// Where the two roads of a junction's connection meet.
#pragma once
#include "maps/road_network.h"

namespace gigalane {

/// The end of the incoming road that faces the connecting road; `junction` is the index of theirs.
RoadEnd facing_end(const RoadNetwork& network, const Connection& connection, int junction);

/// The link by which the connecting road leaves the incoming one midway, as in a virtual junction; null if
/// they meet at their ends.
const RoadLink* midway_link(const RoadNetwork& network, const Connection& connection);

}  // namespace gigalane
