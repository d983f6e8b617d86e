/// Which lights of a junction may not be green together.
#pragma once
#include <vector>

#include "maps/strips.h"

namespace gigalane {

/// The lanes through junctions that traffic from `entries` may take: those ahead within reach_m, and on to
/// the junction's end.
std::vector<int> ways_through(const RoadNetwork& network, const std::vector<Strip>& strips,
                              const std::vector<int>& entries, double reach_m);

/// Whether the middles of two lanes cross on one level, other than where they begin or end together.
bool ways_cross(const Strip& a, const Strip& b);

/// Cuts `lights` into as few parts as come of putting each into the first part that it does not conflict
/// with; `ways` by light. Lights keep their order.
std::vector<std::vector<int>> split_by_conflicts(const std::vector<int>& lights,
                                                 const std::vector<std::vector<int>>& ways,
                                                 const std::vector<Strip>& strips);

}  // namespace gigalane
