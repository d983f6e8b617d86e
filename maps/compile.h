/// From a road network to what the simulator reads.
#pragma once
#include "maps/compiled_map.h"
#include "maps/road_network.h"

namespace gigalane {

/// Compiles a network: quads, exact boundary, levels, lane graph, distances, neighbourhoods, stop lines,
/// lights. A function of the network alone, whatever the number of threads (0: as many as the machine has).
/// Throws Error if it holds no drivable lane or is too large for 16-bit indices.
CompiledMap compile(const RoadNetwork& network, int threads = 0);

}  // namespace gigalane
