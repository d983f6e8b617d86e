/// Lane points and boundary edges put together in groups of four that lie near each other, so that what an
/// agent sees of the road is read in whole cache lines; internal to maps/.
#pragma once
#include <array>
#include <vector>

#include "maps/compiled_map.h"

namespace gigalane {

using Members = std::array<int, kGroupSize>;  ///< indices; a group of fewer repeats its last

struct RecordGroups {
  std::vector<Members> groups;
  std::vector<int> group_of;  ///< by index
};

/// Groups of lane points, those across a road first of all.
RecordGroups group_lane_points(const CompiledMap&);
/// Groups of boundary edges, each of one surface.
RecordGroups group_edges(const CompiledMap&);

/// The records of a group side by side.
RecordGroup join_records(const std::vector<Record>& records, const Members&);

}  // namespace gigalane
