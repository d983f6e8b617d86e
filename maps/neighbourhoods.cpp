// What is near each quad: lists of boundary edges and lane points, nearest first.

#include "maps/compile_steps.h"

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
  explicit EdgeGrid(const CompiledMap& map) : map_(map) {
    columns_ = int(2 * map.half_width_m / kCellM) + 3;
    rows_ = int(2 * map.half_height_m / kCellM) + 3;
    cells_.resize(size_t(columns_) * size_t(rows_));
    for (int e = 0; e < map.boundary_count_; ++e) {
      const Record& edge = map.boundary[size_t(e)];
      cells_[size_t(row(edge.b)) * size_t(columns_) + size_t(column(edge.a))].push_back(e);
    }
  }

  /// All edges of the quad's surface within `reach`, unsorted.
  void gather(const Quad& quad, float reach, std::vector<Near>& out) const {
    out.clear();
    const float wide =
        reach + 0.6f;  // an edge lies in the cell of its middle, at most half a metre from its ends
    for (int r = row(quad.y - wide); r <= row(quad.y + wide); ++r)
      for (int c = column(quad.x - wide); c <= column(quad.x + wide); ++c)
        for (const int e : cells_[size_t(r) * size_t(columns_) + size_t(c)]) {
          const float squared = edge_distance_squared(map_.boundary[size_t(e)], quad.x, quad.y);
          if (squared > reach * reach) continue;
          const float distance = std::sqrt(squared);
          const float z = map_.quads[size_t(map_.boundary_quad[size_t(e)])].z;
          if (same_surface(quad, z, distance)) out.push_back({distance, e});
        }
  }

 private:
  static constexpr float kCellM = 8;
  int column(float x) const { return std::clamp(int((x + map_.half_width_m) / kCellM) + 1, 0, columns_ - 1); }
  int row(float y) const { return std::clamp(int((y + map_.half_height_m) / kCellM) + 1, 0, rows_ - 1); }

  const CompiledMap& map_;
  int columns_, rows_;
  std::vector<std::vector<int>> cells_;
};

/// Leaves all edges within the complete reach, and the nearest up to kListedBoundary beyond it.
void choose_edges(const EdgeGrid& grid, const Quad& quad, std::vector<Near>& edges) {
  constexpr float kCompleteM = kReachCount - 1;
  grid.gather(quad, kCompleteM, edges);
  if (edges.size() < size_t(kListedBoundary)) {
    grid.gather(quad, kListReachM, edges);
    std::sort(edges.begin(), edges.end());
    edges.resize(std::min(edges.size(), size_t(kListedBoundary)));
  } else {
    std::sort(edges.begin(), edges.end());
  }
}

void list_boundary(ThreadPool& pool, CompiledMap& map) {
  const EdgeGrid grid(map);
  const int count = int(map.quads.size());
  std::vector<std::vector<uint16_t>> lists(map.quads.size());
  map.boundary_counts.assign(map.quads.size(), 0);
  map.boundary_reach_count.assign(map.quads.size() * kReachCount, 0);
  pool.parallel_ranges(count, [&](int begin, int end) {
    std::vector<Near> edges;
    for (int q = begin; q < end; ++q) {
      choose_edges(grid, map.quads[size_t(q)], edges);
      auto& list = lists[size_t(q)];
      list.reserve((edges.size() + 15) / 16 * 16);
      for (const Near& edge : edges) list.push_back(uint16_t(edge.index));
      map.boundary_counts[size_t(q)] = uint16_t(edges.size());
      list.resize((edges.size() + 15) / 16 * 16, 0);
      size_t within = 0;
      for (int r = 0; r < kReachCount; ++r) {
        while (within < edges.size() && edges[within].distance <= float(r)) ++within;
        map.boundary_reach_count[size_t(q) * kReachCount + size_t(r)] =
            uint8_t(std::min<size_t>(within, 255));
      }
    }
  });
  map.boundary_start.assign(1, 0);
  for (const auto& list : lists)
    map.boundary_start.push_back(map.boundary_start.back() + int32_t(list.size()));
  map.boundary_lists.reserve(size_t(map.boundary_start.back()) + kListPadding);
  for (const auto& list : lists)
    map.boundary_lists.insert(map.boundary_lists.end(), list.begin(), list.end());
  map.boundary_lists.resize(map.boundary_lists.size() + kListPadding, 0);
}

void list_lane_points(ThreadPool& pool, CompiledMap& map) {
  const int points = map.lane_point_count();
  map.lane_lists.assign(map.quads.size() * kListedLanePoints + kListPadding, 0);
  map.lane_counts.assign(map.quads.size(), 0);
  pool.parallel_ranges(int(map.quads.size()), [&](int begin, int end) {
    std::vector<Near> near;
    float last = kLanePointReachM;  // distance of the last one listed for the quad before
    for (int q = begin; q < end; ++q) {
      const Quad& quad = map.quads[size_t(q)];
      // a list moves no further than the quad does: most points need not be sorted
      const Quad& before = map.quads[size_t(q > begin ? q - 1 : q)];
      const float moved = std::hypot(quad.x - before.x, quad.y - before.y);
      const float reach = std::min(kLanePointReachM, last + moved + 0.01f);
      near.clear();
      for (int p = 0; p < points; ++p) {
        const float dx = map.lane_points[size_t(p)].a - quad.x, dy = map.lane_points[size_t(p)].b - quad.y;
        const float squared = dx * dx + dy * dy;
        if (squared <= reach * reach) near.push_back({squared, p});
      }
      const size_t listed = std::min(near.size(), size_t(kListedLanePoints));
      std::partial_sort(near.begin(), near.begin() + std::ptrdiff_t(listed), near.end());
      last = listed == kListedLanePoints ? std::sqrt(near[listed - 1].distance) : kLanePointReachM;
      for (size_t k = 0; k < listed; ++k)
        map.lane_lists[size_t(q) * kListedLanePoints + k] = uint16_t(near[k].index);
      map.lane_counts[size_t(q)] = uint8_t(listed);
    }
  });
}

}  // namespace

void list_neighbourhoods(ThreadPool& pool, CompiledMap& map) {
  list_boundary(pool, map);
  list_lane_points(pool, map);
}

}  // namespace gigalane
