// What is near each quad: lists of boundary edges and lane points, nearest first.

#include "base/error.h"
#include "maps/compile_steps.h"
#include "maps/place_grid.h"

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

/// Boundary edges by cells of the plane.
class EdgeGrid {
 public:
  explicit EdgeGrid(const CompiledMap& map) : map_(map), grid_(map, 8) {
    for (int e = 0; e < map.boundary_count_; ++e)
      grid_.add(map.boundary[size_t(e)].a, map.boundary[size_t(e)].b, e);
  }

  /// All edges of the quad's surface within `reach`, unsorted.
  void gather(const Quad& quad, float reach, std::vector<Near>& out) const {
    out.clear();
    // an edge lies in the cell of its middle, at most half a metre from its ends
    grid_.visit_near(quad.x, quad.y, reach + 0.6f, [&](int e) {
      const float squared = edge_distance_squared(map_.boundary[size_t(e)], quad.x, quad.y);
      if (squared > reach * reach) return;
      const float distance = std::sqrt(squared);
      const float z = map_.quads[size_t(map_.boundary_quad[size_t(e)])].z;
      if (same_surface(quad, z, distance)) out.push_back({distance, e});
    });
  }

 private:
  const CompiledMap& map_;
  PlaceGrid grid_;
};

/// Leaves all edges within the complete reach, and the nearest up to kListedBoundary beyond it.
void choose_edges(const EdgeGrid& grid, const Quad& quad, std::vector<Near>& edges) {
  constexpr float kCompleteM = kReachCount - 1;
  grid.gather(quad, kCompleteM, edges);
  if (edges.size() < size_t(kListedBoundary)) {
    grid.gather(quad, kListReachM, edges);
    const size_t listed = std::min(edges.size(), size_t(kListedBoundary));
    std::partial_sort(edges.begin(), edges.begin() + std::ptrdiff_t(listed), edges.end());
    edges.resize(listed);
  } else {
    std::sort(edges.begin(), edges.end());
  }
}

/// Quads whose lists count from the same entry: all of a small map, those of a region of a large one.
std::vector<std::vector<int>> quads_by_region(const CompiledMap& map) {
  std::vector<std::vector<int>> quads(std::max<size_t>(map.regions.size(), 1));
  for (size_t q = 0; q < map.quads.size(); ++q)
    quads[map.lanes[size_t(map.quads[q].lane)].region].push_back(int(q));
  return quads;
}

/// Turns lists of indices into entries of 16 bits: themselves on a small map; places among all that a region
/// lists on a large one.
class ListEntries {
 public:
  ListEntries(const CompiledMap& map, int index_count, const char* what) : map_(map), what_(what) {
    if (!map.regions.empty()) entry_of_.assign(size_t(index_count), -1);
  }

  /// Writes entry(index) for every index of `list` to `out`.
  void convert(const std::vector<int>& list, uint16_t* out) {
    for (const int index : list) *out++ = entry(index);
  }
  /// Ends a region: the indices that its entries stand for. Throws Error if there are too many.
  std::vector<int> take_listed() {
    if (listed_.size() > size_t(kNone16))
      fail(map_.source, ": ", listed_.size(), " ", what_, " near one region, expected at most ", kNone16);
    for (const int index : listed_) entry_of_[size_t(index)] = -1;
    return std::move(listed_);
  }

 private:
  uint16_t entry(int index) {
    if (map_.regions.empty()) return uint16_t(index);
    int& entry = entry_of_[size_t(index)];
    if (entry < 0) {
      entry = int(listed_.size());
      listed_.push_back(index);
    }
    return uint16_t(entry);
  }

  const CompiledMap& map_;
  const char* what_;
  std::vector<int> entry_of_, listed_;
};

void count_reach(const std::vector<Near>& edges, uint8_t* reach_count) {
  size_t within = 0;
  for (int r = 0; r < kReachCount; ++r) {
    while (within < edges.size() && edges[within].distance <= float(r)) ++within;
    reach_count[r] = uint8_t(std::min<size_t>(within, 255));
  }
}

void start_boundary_lists(CompiledMap& map) {
  int64_t next = 0;
  map.boundary_start.assign(1, 0);
  for (const uint16_t count : map.boundary_counts) {
    next += (count + 15) / 16 * 16;
    if (next > INT32_MAX) fail(map.source, ": lists of boundary edges have over ", INT32_MAX, " entries");
    map.boundary_start.push_back(int32_t(next));
  }
  map.boundary_lists.assign(size_t(next) + kListPadding, 0);
}

void list_boundary(ThreadPool& pool, CompiledMap& map) {
  const EdgeGrid grid(map);
  std::vector<std::vector<int>> lists(map.quads.size());
  map.boundary_counts.assign(map.quads.size(), 0);
  map.boundary_reach_count.assign(map.quads.size() * kReachCount, 0);
  pool.parallel_ranges(int(map.quads.size()), [&](int begin, int end) {
    std::vector<Near> edges;
    for (int q = begin; q < end; ++q) {
      choose_edges(grid, map.quads[size_t(q)], edges);
      lists[size_t(q)].reserve(edges.size());
      for (const Near& edge : edges) lists[size_t(q)].push_back(edge.index);
      map.boundary_counts[size_t(q)] = uint16_t(edges.size());
      count_reach(edges, &map.boundary_reach_count[size_t(q) * kReachCount]);
    }
  });
  start_boundary_lists(map);
  ListEntries entries(map, map.boundary_count_, "boundary edges");
  const auto regions = quads_by_region(map);
  for (size_t r = 0; r < regions.size(); ++r) {
    for (const int q : regions[r])
      entries.convert(lists[size_t(q)], &map.boundary_lists[size_t(map.boundary_start[size_t(q)])]);
    if (map.regions.empty()) continue;
    map.regions[r].first_listed_edge = int32_t(map.listed_boundary.size());
    for (const int edge : entries.take_listed()) map.listed_boundary.push_back(map.boundary[size_t(edge)]);
  }
}

/// Lane points by cells of the plane.
class PointGrid {
 public:
  explicit PointGrid(const CompiledMap& map) : map_(map), grid_(map, 32) {
    for (int p = 0; p < map.lane_point_count(); ++p)
      grid_.add(map.lane_points[size_t(p)].a, map.lane_points[size_t(p)].b, p);
  }
  /// All points within `reach`, unsorted, by squared distance.
  void gather(const Quad& quad, float reach, std::vector<Near>& out) const {
    out.clear();
    grid_.visit_near(quad.x, quad.y, reach + 0.01f, [&](int p) {
      const float dx = map_.lane_points[size_t(p)].a - quad.x, dy = map_.lane_points[size_t(p)].b - quad.y;
      const float squared = dx * dx + dy * dy;
      if (squared <= reach * reach) out.push_back({squared, p});
    });
  }

 private:
  const CompiledMap& map_;
  PlaceGrid grid_;
};

void list_lane_points(ThreadPool& pool, CompiledMap& map) {
  const PointGrid grid(map);
  std::vector<std::vector<int>> lists(map.quads.size());
  pool.parallel_ranges(int(map.quads.size()), [&](int begin, int end) {
    std::vector<Near> near;
    float last = kLanePointReachM;  // distance of the last one listed for the quad before
    for (int q = begin; q < end; ++q) {
      const Quad& quad = map.quads[size_t(q)];
      // a list moves no further than the quad does: most points need not be sorted
      const Quad& before = map.quads[size_t(q > begin ? q - 1 : q)];
      const float moved = std::hypot(quad.x - before.x, quad.y - before.y);
      grid.gather(quad, std::min(kLanePointReachM, last + moved + 0.01f), near);
      const size_t listed = std::min(near.size(), size_t(kListedLanePoints));
      std::partial_sort(near.begin(), near.begin() + std::ptrdiff_t(listed), near.end());
      last = listed == kListedLanePoints ? std::sqrt(near[listed - 1].distance) : kLanePointReachM;
      lists[size_t(q)].reserve(listed);
      for (size_t k = 0; k < listed; ++k) lists[size_t(q)].push_back(near[k].index);
    }
  });
  map.lane_lists.assign(map.quads.size() * kListedLanePoints + kListPadding, 0);
  map.lane_counts.assign(map.quads.size(), 0);
  ListEntries entries(map, map.lane_point_count(), "lane points");
  const auto regions = quads_by_region(map);
  for (size_t r = 0; r < regions.size(); ++r) {
    for (const int q : regions[r]) {
      entries.convert(lists[size_t(q)], &map.lane_lists[size_t(q) * kListedLanePoints]);
      map.lane_counts[size_t(q)] = uint8_t(lists[size_t(q)].size());
    }
    if (map.regions.empty()) continue;
    map.regions[r].first_listed_point = int32_t(map.listed_lane_points.size());
    for (const int point : entries.take_listed()) {
      map.listed_lane_points.push_back(map.lane_points[size_t(point)]);
      map.listed_lane_point_index.push_back(point);
    }
  }
}

}  // namespace

void list_neighbourhoods(ThreadPool& pool, CompiledMap& map) {
  list_boundary(pool, map);
  list_lane_points(pool, map);
}

}  // namespace gigalane
