#include "viewer/map_mesh.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "viewer/colours.h"

namespace gigalane {
namespace {

constexpr float kTileM = 80;
constexpr float kVergeM = 1.1f;                // verge beyond the lanes
constexpr float kDashM = 3, kDashPeriodM = 9;  // broken lane markings
// heights above the road, so that the depth test orders what lies on it
constexpr float kVergeHeight = -2.5f, kKerbHeight = 0.12f, kPaintHeight = 0.16f;

// Triangles of one tile, by layer.
struct TileMesh {
  std::vector<uint32_t> indices[kMapLayers];
  ViewBox box{1e9f, 1e9f, -1e9f, -1e9f};
};

class Builder {
 public:
  explicit Builder(const MapView& map) : map_(map) {}

  MapMesh build() {
    for (int q = 0; q < map_.quad_count; ++q) add_quad(map_.quads[q]);
    for (int b = 0; b < map_.boundary_count; ++b) add_kerb(map_.boundary[b]);
    for (int p = 0; p < map_.lane_point_count; ++p) add_arrow(p);
    return assemble();
  }

 private:
  struct Corner {
    float x, y, z;
  };

  void begin(MapLayer layer, float x, float y) {
    tile_ = &tiles_[{int(std::floor(x / kTileM)), int(std::floor(y / kTileM))}];
    tile_->box = {std::min(tile_->box.x0, x - 4), std::min(tile_->box.y0, y - 4),
                  std::max(tile_->box.x1, x + 4), std::max(tile_->box.y1, y + 4)};
    layer_ = layer;
  }
  uint32_t vertex(const MapVertex& v) {
    mesh_.vertices.push_back(v);
    return uint32_t(mesh_.vertices.size() - 1);
  }
  void four(const MapVertex& a, const MapVertex& b, const MapVertex& c, const MapVertex& d) {
    const uint32_t i = vertex(a);
    vertex(b), vertex(c), vertex(d);
    for (uint32_t k : {0u, 1u, 2u, 0u, 2u, 3u}) tile_->indices[layer_].push_back(i + k);
  }

  static Corner corner(const Quad& q, int c, float height) {
    const float along = c == 1 || c == 2 ? q.half_length : -q.half_length;
    return {q.corner_x[c], q.corner_y[c], q.z + q.slope * along + height};
  }

  // A quad, grown by `grow` metres (at least min_pixels / 2) on all sides.
  void add_surface(MapLayer layer, const Quad& q, float height, float grow, float min_pixels,
                   uint32_t colour) {
    begin(layer, q.x, q.y);
    MapVertex v[4];
    for (int c = 0; c < 4; ++c) {
      const Corner at = corner(q, c, height);
      const float along = c == 1 || c == 2 ? 1.0f : -1.0f, left = c >= 2 ? 1.0f : -1.0f;
      v[c] = {at.x,
              at.y,
              at.z,
              along * q.tangent_x - left * q.tangent_y,
              along * q.tangent_y + left * q.tangent_x,
              grow,
              min_pixels,
              colour};
    }
    four(v[0], v[1], v[2], v[3]);
  }

  void add_line(MapLayer layer, const Corner& a, const Corner& b, float width_m, float min_pixels,
                uint32_t colour) {
    const float dx = b.x - a.x, dy = b.y - a.y, length = std::sqrt(dx * dx + dy * dy);
    if (length < 1e-4f) return;
    const float nx = -dy / length, ny = dx / length, half = width_m / 2;
    begin(layer, (a.x + b.x) / 2, (a.y + b.y) / 2);
    four({a.x, a.y, a.z, -nx, -ny, half, min_pixels, colour},
         {b.x, b.y, b.z, -nx, -ny, half, min_pixels, colour},
         {b.x, b.y, b.z, nx, ny, half, min_pixels, colour},
         {a.x, a.y, a.z, nx, ny, half, min_pixels, colour});
  }

  void add_quad(const Quad& q) {
    const uint32_t asphalt = q.level > 0 ? colours::kAsphaltRaised : colours::kAsphalt;
    add_surface(kVergeLayer, q, kVergeHeight, kVergeM, 0, colours::kVerge);
    add_surface(kSurfaceLayer, q, 0, 0.02f, 0.6f, asphalt);
    add_markings(q);
  }

  // The left edge of a lane outside junctions: broken where one may change over, else the middle of the road.
  // Where it is the road's edge, the kerb is drawn over it.
  void add_markings(const Quad& q) {
    const Lane& lane = map_.lanes[q.lane];
    if (lane.junction >= 0) return;
    const Corner rear = corner(q, 3, kPaintHeight), front = corner(q, 2, kPaintHeight);
    if (lane.left < 0) {
      if (lane.routable) add_line(kPaintLayer, rear, front, 0.16f, 0.7f, colours::kCentreMark);
    } else if (std::fmod(q.lane_offset_m, kDashPeriodM) < kDashM) {
      add_line(kPaintLayer, rear, front, 0.14f, 0.7f, colours::kLaneMark);
    }
  }

  // Boundary edges carry no height: the quad whose edge a point is on gives it, null where there is none
  // near.
  const Quad* quad_at_edge(float x, float y) const {
    const int column = int((x - map_.bucket_x0) / map_.bucket_size_m),
              row = int((y - map_.bucket_y0) / map_.bucket_size_m);
    float best = 1e9f;
    const Quad* found = nullptr;
    for (int r = std::max(0, row - 1); r <= std::min(map_.bucket_rows - 1, row + 1); ++r)
      for (int c = std::max(0, column - 1); c <= std::min(map_.bucket_columns - 1, column + 1); ++c) {
        const int bucket = r * map_.bucket_columns + c;
        for (int i = map_.bucket_start[bucket]; i < map_.bucket_start[bucket + 1]; ++i) {
          const Quad& q = map_.quads[map_.bucket_quads[i]];
          const float along = (x - q.x) * q.tangent_x + (y - q.y) * q.tangent_y;
          const float across = (y - q.y) * q.tangent_x - (x - q.x) * q.tangent_y;
          const float off =
              std::max(std::abs(along) - q.half_length, 0.0f) + std::abs(std::abs(across) - q.width / 2);
          if (off < best) best = off, found = &q;
        }
      }
    return found;
  }

  void add_kerb(const Record& e) {
    constexpr float kStretch = 1.03f;  // no gaps at bends
    const Quad* q = quad_at_edge(e.a, e.b);
    const auto end = [&](float way) {
      Corner c{e.a + way * e.c * kStretch, e.b + way * e.d * kStretch, kKerbHeight};
      if (q != nullptr) c.z += q->z + q->slope * ((c.x - q->x) * q->tangent_x + (c.y - q->y) * q->tangent_y);
      return c;
    };
    add_line(kKerbLayer, end(-1), end(1), 0.22f, 1.1f, colours::kKerb);
  }

  void add_arrow(int point) {
    const Quad& q = map_.quads[map_.lane_point_quad[point]];
    const Lane& lane = map_.lanes[q.lane];
    if (lane.junction >= 0 || !lane.routable || lane.length_m < 12) return;
    const auto at = [&](float ahead, float left) {
      return Corner{q.x + ahead * q.tangent_x - left * q.tangent_y,
                    q.y + ahead * q.tangent_y + left * q.tangent_x, q.z + q.slope * ahead + kPaintHeight};
    };
    add_line(kPaintLayer, at(-1.8f, 0), at(0.4f, 0), 0.22f, 0, colours::kArrow);
    const Corner tip = at(1.8f, 0), left = at(0.4f, 0.5f), right = at(0.4f, -0.5f);
    const auto still = [&](const Corner& c) { return MapVertex{c.x, c.y, c.z, 0, 0, 0, 0, colours::kArrow}; };
    begin(kPaintLayer, q.x, q.y);
    four(still(tip), still(left), still(at(0.4f, 0)), still(right));
  }

  MapMesh assemble() {
    mesh_.box = {1e9f, 1e9f, -1e9f, -1e9f};
    for (auto& [key, tile] : tiles_) {
      MapTile out{tile.box, {}, {}};
      for (int layer = 0; layer < kMapLayers; ++layer) {
        out.first[layer] = int(mesh_.indices.size());
        out.count[layer] = int(tile.indices[layer].size());
        mesh_.indices.insert(mesh_.indices.end(), tile.indices[layer].begin(), tile.indices[layer].end());
      }
      mesh_.tiles.push_back(out);
      mesh_.box = {std::min(mesh_.box.x0, out.box.x0), std::min(mesh_.box.y0, out.box.y0),
                   std::max(mesh_.box.x1, out.box.x1), std::max(mesh_.box.y1, out.box.y1)};
    }
    return std::move(mesh_);
  }

  const MapView& map_;
  MapMesh mesh_;
  std::map<std::pair<int, int>, TileMesh> tiles_;
  TileMesh* tile_ = nullptr;
  MapLayer layer_ = kVergeLayer;
};

}  // namespace

MapMesh make_map_mesh(const MapView& map) { return Builder(map).build(); }

}  // namespace gigalane
