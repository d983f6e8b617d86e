#include "maps/record_groups.h"

#include "maps/place_grid.h"

namespace gigalane {
namespace {

/// Takes records in order of their indices; each that is still alone is joined by the three nearest others
/// that are, if they lie within `reach_m` of it and may be joined: may_join(first, other).
template <class MayJoin>
RecordGroups group_records(const CompiledMap& map, const std::vector<Record>& records, int count,
                           float reach_m, const MayJoin& may_join) {
  PlaceGrid grid(map, reach_m);
  for (int k = 0; k < count; ++k) grid.add(records[size_t(k)].a, records[size_t(k)].b, k);
  RecordGroups result;
  result.group_of.assign(size_t(count), -1);
  std::vector<std::pair<float, int>> near;
  for (int first = 0; first < count; ++first) {
    if (result.group_of[size_t(first)] >= 0) continue;
    near.clear();
    const Record& at = records[size_t(first)];
    grid.visit_near(at.a, at.b, reach_m, [&](int k) {
      if (k == first || result.group_of[size_t(k)] >= 0) return;
      const float dx = records[size_t(k)].a - at.a, dy = records[size_t(k)].b - at.b;
      const float squared = dx * dx + dy * dy;
      if (squared <= reach_m * reach_m && may_join(first, k)) near.push_back({squared, k});
    });
    const size_t joined = std::min<size_t>(near.size(), kGroupSize - 1);
    std::partial_sort(near.begin(), near.begin() + std::ptrdiff_t(joined), near.end());
    Members members;
    members.fill(joined > 0 ? near[joined - 1].second : first);
    members[0] = first;
    for (size_t k = 0; k < joined; ++k) members[k + 1] = near[k].second;
    for (const int k : members) result.group_of[size_t(k)] = int(result.groups.size());
    result.groups.push_back(members);
  }
  return result;
}

}  // namespace

RecordGroups group_lane_points(const CompiledMap& map) {
  constexpr float kReachM = 60;  // lane points are 40 m apart along a lane
  return group_records(map, map.lane_points, map.lane_point_count(), kReachM, [](int, int) { return true; });
}

RecordGroups group_edges(const CompiledMap& map) {
  constexpr float kReachM = 6, kMostRiseM = 1;
  const auto z = [&](int edge) { return map.quads[size_t(map.boundary_quad[size_t(edge)])].z; };
  return group_records(map, map.boundary, map.boundary_count(), kReachM,
                       [&](int a, int b) { return std::abs(z(a) - z(b)) <= kMostRiseM; });
}

RecordGroup join_records(const std::vector<Record>& records, const Members& members) {
  RecordGroup group;
  for (size_t k = 0; k < kGroupSize; ++k) {
    const Record& record = records[size_t(members[k])];
    group.a[k] = record.a, group.b[k] = record.b, group.c[k] = record.c, group.d[k] = record.d;
  }
  return group;
}

}  // namespace gigalane
