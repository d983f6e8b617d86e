/// From a road network to what the simulator reads.
#pragma once
#include "maps/compiled_map.h"
#include "maps/road_network.h"

namespace gigalane {

/// Where small maps end: a larger one is cut into regions (map_view.h).
struct CompileLimits {
  double table_megabytes = 256;  ///< distances between all lane points of a small map take at most this
  int region_points = 400;       ///< lane points of a region, at most about
};

/// Lanes whose borders cross: a map with such lanes can be checked and drawn, but not driven on.
enum class CrossedLanes { refuse, keep };

/// Compiles a network: quads, exact boundary, levels, lane graph, distances, neighbourhoods, stop lines,
/// lights. A function of the network alone, whatever the number of threads (0: as many as the machine has).
/// Throws Error if it holds no drivable lane, or one that crosses itself (unless kept).
CompiledMap compile(const RoadNetwork& network, int threads = 0, const CompileLimits& limits = {},
                    CrossedLanes crossed = CrossedLanes::refuse);

}  // namespace gigalane
