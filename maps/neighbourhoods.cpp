// What is near each quad: lists of groups of boundary edges and lane points, nearest first.

#include <numeric>

#include "base/error.h"
#include "maps/compile_steps.h"
#include "maps/place_grid.h"
#include "maps/record_groups.h"

namespace gigalane {
namespace {

struct Near {
  float distance;  ///< squared while searching lane points
  int index;
  bool operator<(const Near& other) const {
    return distance != other.distance ? distance < other.distance : index < other.index;
  }
};

/// Squared distance of a boundary edge (not its middle) to a place.
float edge_distance_squared(const Record& edge, float x, float y) {
  const float dx = x - edge.a, dy = y - edge.b;
  const float size = edge.c * edge.c + edge.d * edge.d;
  const float u = size > 0 ? std::clamp((dx * edge.c + dy * edge.d) / size, -1.0f, 1.0f) : 0.0f;
  const float ex = dx - u * edge.c, ey = dy - u * edge.d;
  return ex * ex + ey * ey;
}

/// Groups found near a quad, each once.
class NearGroups {
 public:
  explicit NearGroups(size_t group_count) : place_(group_count, -1) {}

  void clear() {
    for (const Near& group : found_) place_[size_t(group.index)] = -1;
    found_.clear();
  }
  /// One of its members is `distance` away.
  void add(int group, float distance) {
    int& place = place_[size_t(group)];
    if (place < 0) {
      place = int(found_.size());
      found_.push_back({distance, group});
    } else {
      found_[size_t(place)].distance = std::min(found_[size_t(place)].distance, distance);
    }
  }
  /// The nearest `most` of them, in order; nothing may be added before clear().
  const std::vector<Near>& sorted(size_t most) {
    for (const Near& group : found_) place_[size_t(group.index)] = -1;
    const size_t listed = std::min(found_.size(), most);
    std::partial_sort(found_.begin(), found_.begin() + std::ptrdiff_t(listed), found_.end());
    found_.resize(listed);
    return found_;
  }
  size_t size() const { return found_.size(); }

 private:
  std::vector<int> place_;  ///< by group, -1: not found
  std::vector<Near> found_;
};

/// Boundary edges by cells of the plane.
class EdgeGrid {
 public:
  explicit EdgeGrid(const CompiledMap& map) : map_(map), grid_(map, 8), groups_(group_edges(map)) {
    for (int e = 0; e < map.boundary_count(); ++e)
      grid_.add(map.boundary[size_t(e)].a, map.boundary[size_t(e)].b, e);
  }

  /// All groups with an edge of the quad's surface within `reach`.
  void gather(const Quad& quad, float reach, NearGroups& out) const {
    out.clear();
    // an edge lies in the cell of its middle, at most half a metre from its ends
    grid_.visit_near(quad.x, quad.y, reach + 0.6f, [&](int e) {
      const float squared = edge_distance_squared(map_.boundary[size_t(e)], quad.x, quad.y);
      if (squared > reach * reach) return;
      const float distance = std::sqrt(squared);
      const float z = map_.quads[size_t(map_.boundary_quad[size_t(e)])].z;
      if (same_surface(quad, z, distance)) out.add(groups_.group_of[size_t(e)], distance);
    });
  }
  const std::vector<Members>& groups() const { return groups_.groups; }

 private:
  const CompiledMap& map_;
  PlaceGrid grid_;
  const RecordGroups groups_;
};

/// All within the complete reach, and the nearest up to kListedGroups beyond it.
const std::vector<Near>& choose_edges(const EdgeGrid& grid, const Quad& quad, NearGroups& near) {
  constexpr float kCompleteM = kReachCount - 1;
  grid.gather(quad, kCompleteM, near);
  if (near.size() >= size_t(kListedGroups)) return near.sorted(near.size());
  grid.gather(quad, kListReachM, near);
  return near.sorted(kListedGroups);
}

/// Quads whose lists count from the same entry: all of a small map, those of a region of a large one.
std::vector<std::vector<int>> quads_by_region(const CompiledMap& map) {
  std::vector<std::vector<int>> quads(std::max<size_t>(map.regions.size(), 1));
  for (size_t q = 0; q < map.quads.size(); ++q)
    quads[map.lanes[size_t(map.quads[q].lane)].region].push_back(int(q));
  return quads;
}

/// Turns lists of groups into entries of 16 bits: themselves on a small map; places among all that a region
/// lists on a large one.
class ListEntries {
 public:
  ListEntries(const CompiledMap& map, size_t group_count, const char* what)
      : map_(map), group_count_(group_count), what_(what) {
    if (map.regions.empty())
      check(group_count, "");
    else
      entry_of_.assign(group_count, -1);
  }

  /// Writes the entry of every group of `list` to `out`.
  void convert(const std::vector<int>& list, uint16_t* out) {
    for (const int group : list) *out++ = entry(group);
  }
  /// Ends a region, or the map: the groups that its entries stand for. Throws Error if there are too many.
  std::vector<int> take_listed() {
    if (map_.regions.empty()) {
      std::vector<int> all(group_count_);
      std::iota(all.begin(), all.end(), 0);
      return all;
    }
    check(listed_.size(), " near one region");
    for (const int group : listed_) entry_of_[size_t(group)] = -1;
    return std::move(listed_);
  }

 private:
  void check(size_t count, const char* where) const {
    if (count > size_t(kNone16))
      fail(map_.source, ": ", count, " groups of ", what_, where, ", expected at most ", kNone16);
  }
  uint16_t entry(int group) {
    if (map_.regions.empty()) return uint16_t(group);
    int& entry = entry_of_[size_t(group)];
    if (entry < 0) {
      entry = int(listed_.size());
      listed_.push_back(group);
    }
    return uint16_t(entry);
  }

  const CompiledMap& map_;
  const size_t group_count_;
  const char* what_;
  std::vector<int> entry_of_, listed_;
};

void count_reach(const std::vector<Near>& groups, uint8_t* reach_count) {
  size_t within = 0;
  for (int r = 0; r < kReachCount; ++r) {
    while (within < groups.size() && groups[within].distance <= float(r)) ++within;
    reach_count[r] = uint8_t(std::min<size_t>(within, 255));
  }
}

/// Room for a list of each quad, in whole blocks.
void place_edge_lists(const std::vector<std::vector<int>>& lists, CompiledMap& map) {
  constexpr size_t kBlock = 16 / kGroupSize;
  size_t next = 0;
  for (size_t q = 0; q < lists.size(); ++q) {
    if (lists[q].size() > kNone16 || next > size_t(INT32_MAX))
      fail(map.source, ": lists of boundary edges have over ", INT32_MAX, " entries, or one over ", kNone16);
    map.lists[q].first_edge_group = int32_t(next);
    map.lists[q].edge_group_count = uint16_t(lists[q].size());
    next += (lists[q].size() + kBlock - 1) / kBlock * kBlock;
  }
  map.edge_lists.assign(next + kListPadding, 0);
}

void list_boundary(ThreadPool& pool, CompiledMap& map) {
  const EdgeGrid grid(map);
  std::vector<std::vector<int>> lists(map.quads.size());
  map.edge_reach_counts.assign(map.quads.size() * kReachCount, 0);
  pool.parallel_ranges(int(map.quads.size()), [&](int begin, int end) {
    NearGroups near(grid.groups().size());
    for (int q = begin; q < end; ++q) {
      const std::vector<Near>& chosen = choose_edges(grid, map.quads[size_t(q)], near);
      lists[size_t(q)].reserve(chosen.size());
      for (const Near& group : chosen) lists[size_t(q)].push_back(group.index);
      count_reach(chosen, &map.edge_reach_counts[size_t(q) * kReachCount]);
    }
  });
  place_edge_lists(lists, map);
  ListEntries entries(map, grid.groups().size(), "boundary edges");
  const auto regions = quads_by_region(map);
  for (size_t r = 0; r < regions.size(); ++r) {
    for (const int q : regions[r])
      entries.convert(lists[size_t(q)], &map.edge_lists[size_t(map.lists[size_t(q)].first_edge_group)]);
    if (!map.regions.empty()) map.regions[r].first_edge_group = int32_t(map.edge_groups.size());
    for (const int group : entries.take_listed())
      map.edge_groups.push_back(join_records(map.boundary, grid.groups()[size_t(group)]));
  }
  map.edge_groups.push_back({});  // what the padding of a list names where there is no edge
}

/// Lane points by cells of the plane.
class PointGrid {
 public:
  PointGrid(const CompiledMap& map, const RecordGroups& groups) : map_(map), groups_(groups), grid_(map, 32) {
    for (int p = 0; p < map.lane_point_count(); ++p)
      grid_.add(map.lane_points[size_t(p)].a, map.lane_points[size_t(p)].b, p);
  }
  /// All groups with a point within `reach`, by squared distance.
  void gather(const Quad& quad, float reach, NearGroups& out) const {
    out.clear();
    grid_.visit_near(quad.x, quad.y, reach + 0.01f, [&](int p) {
      const float dx = map_.lane_points[size_t(p)].a - quad.x, dy = map_.lane_points[size_t(p)].b - quad.y;
      const float squared = dx * dx + dy * dy;
      if (squared <= reach * reach) out.add(groups_.group_of[size_t(p)], squared);
    });
  }

 private:
  const CompiledMap& map_;
  const RecordGroups& groups_;
  PlaceGrid grid_;
};

void list_lane_points(ThreadPool& pool, const RecordGroups& groups, CompiledMap& map) {
  const PointGrid grid(map, groups);
  std::vector<std::vector<int>> lists(map.quads.size());
  pool.parallel_ranges(int(map.quads.size()), [&](int begin, int end) {
    NearGroups near(groups.groups.size());
    float last = kLanePointReachM;  // distance of the last one listed for the quad before
    for (int q = begin; q < end; ++q) {
      const Quad& quad = map.quads[size_t(q)];
      // a list moves no further than the quad does: most points need not be sorted
      const Quad& before = map.quads[size_t(q > begin ? q - 1 : q)];
      const float moved = std::hypot(quad.x - before.x, quad.y - before.y);
      grid.gather(quad, std::min(kLanePointReachM, last + moved + 0.01f), near);
      const std::vector<Near>& chosen = near.sorted(kListedGroups);
      last = chosen.size() == kListedGroups ? std::sqrt(chosen.back().distance) : kLanePointReachM;
      lists[size_t(q)].reserve(chosen.size());
      for (const Near& group : chosen) lists[size_t(q)].push_back(group.index);
    }
  });
  ListEntries entries(map, groups.groups.size(), "lane points");
  const auto regions = quads_by_region(map);
  for (size_t r = 0; r < regions.size(); ++r) {
    for (const int q : regions[r]) {
      entries.convert(lists[size_t(q)], map.lists[size_t(q)].point_groups);
      map.lists[size_t(q)].point_group_count = uint8_t(lists[size_t(q)].size());
    }
    if (!map.regions.empty()) map.regions[r].first_point_group = int32_t(map.point_groups.size());
    for (const int group : entries.take_listed()) {
      const Members& members = groups.groups[size_t(group)];
      map.point_groups.push_back(join_records(map.lane_points, members));
      map.grouped_points.insert(map.grouped_points.end(), members.begin(), members.end());
    }
  }
  map.point_groups.push_back({});
  map.grouped_points.resize(map.grouped_points.size() + kGroupSize, 0);
}

}  // namespace

void list_neighbourhoods(ThreadPool& pool, const RecordGroups& point_groups, CompiledMap& map) {
  map.lists.assign(map.quads.size(), QuadLists{});
  list_boundary(pool, map);
  list_lane_points(pool, point_groups, map);
}

}  // namespace gigalane
