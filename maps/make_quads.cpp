// Strips flattened to quads and lanes, and the buckets that find them by place.
#include <cstring>

#include "base/error.h"
#include "maps/compile_steps.h"

namespace gigalane {
namespace {

Quad make_quad(const Strip& strip, size_t k, int lane, double& offset) {
  Quad quad;
  std::memset(&quad, 0, sizeof quad);  // padding too: the checksum reads it
  const Vec2 corners[4] = {strip.right[k], strip.right[k + 1], strip.left[k + 1], strip.left[k]};
  for (int c = 0; c < 4; ++c) {
    quad.corner_x[c] = float(corners[c].x);
    quad.corner_y[c] = float(corners[c].y);
  }
  const Vec2 rear = 0.5 * (corners[0] + corners[3]), front = 0.5 * (corners[1] + corners[2]);
  const Vec2 across = 0.5 * (corners[3] + corners[2]) - 0.5 * (corners[0] + corners[1]);
  const double along = length(front - rear);
  const Vec2 tangent = along > 1e-3 ? (1 / along) * (front - rear)
                                    : (1 / std::max(length(across), 1e-6)) * Vec2{across.y, -across.x};
  quad.x = float(0.5 * (rear.x + front.x));
  quad.y = float(0.5 * (rear.y + front.y));
  quad.tangent_x = float(tangent.x);
  quad.tangent_y = float(tangent.y);
  quad.half_length = float(std::max(0.5 * along, 0.01));  // never 0: others divide by it
  quad.width = float(cross(tangent, across));
  quad.curvature = float(std::round(strip.curvature[k] * 65536) / 65536);
  quad.speed_limit_mps = float(strip.speed[k]);
  quad.z = float(std::round(0.5 * (strip.z[k] + strip.z[k + 1]) / kGrid) * kGrid);
  quad.slope = along > 1e-3 ? float(std::round((strip.z[k + 1] - strip.z[k]) / along * 65536) / 65536) : 0;
  quad.lane = lane;
  quad.lane_offset_m = float(offset + 0.5 * along);
  quad.next_point = kNoPoint;
  quad.next_stop_line = kNone16;
  offset += along;
  return quad;
}

Lane make_lane(const Strip& strip) {
  Lane lane;
  std::memset(&lane, 0, sizeof lane);
  lane.left = strip.left_strip;
  lane.right = strip.right_strip;
  lane.road = strip.road;
  lane.lane_id = int16_t(strip.lane_id);
  lane.junction = -1;
  lane.first_piece = strip.first_piece;
  return lane;
}

void measure_box(CompiledMap& map) {
  double w = 0, h = 0;
  for (const Quad& quad : map.quads)
    for (int k = 0; k < 4; ++k) {
      w = std::max(w, std::abs(double(quad.corner_x[k])));
      h = std::max(h, std::abs(double(quad.corner_y[k])));
    }
  map.half_width_m = float(w);
  map.half_height_m = float(h);
}

/// A quad's edges and the box around it, to ask of many boxes whether they touch it.
class QuadEdges {
 public:
  explicit QuadEdges(const Quad& quad) : high{quad.corner_x[0], quad.corner_y[0]}, low(high) {
    for (int k = 0; k < 4; ++k) {
      corner_[k] = corner_of(quad, k);
      edge_[k] = corner_of(quad, k + 1) - corner_[k];
      length_[k] = length(edge_[k]);
      low = {std::min(low.x, corner_[k].x), std::min(low.y, corner_[k].y)};
      high = {std::max(high.x, corner_[k].x), std::max(high.y, corner_[k].y)};
    }
  }

  /// Whether the quad comes within `margin` of a box.
  bool touches(Vec2 box, Vec2 size, double margin) const {
    if (box.x > high.x + margin || box.x + size.x < low.x - margin || box.y > high.y + margin ||
        box.y + size.y < low.y - margin)
      return false;
    for (int k = 0; k < 4; ++k) {
      const Vec2 d = edge_[k];
      const Vec2 far{d.y < 0 ? box.x + size.x : box.x,
                     d.x < 0 ? box.y : box.y + size.y};  // furthest to the left of the edge
      if (cross(d, far - corner_[k]) < -margin * length_[k]) return false;
    }
    return true;
  }

  Vec2 high, low;

 private:
  Vec2 corner_[4], edge_[4];
  double length_[4];
};

/// MapView::bucket_parts of a quad and a bucket.
int32_t touched_parts(const QuadEdges& edges, Vec2 bucket, double bucket_m) {
  constexpr double kMargin = 0.02;  // contains() has a tolerance of a millimetre, places are rounded
  const Vec2 size{bucket_m / kBucketPartColumns, bucket_m / kBucketPartRows};
  uint32_t parts = 0;
  for (int row = 0; row < kBucketPartRows; ++row)
    for (int column = 0; column < kBucketPartColumns; ++column) {
      const Vec2 low = bucket + Vec2{column * size.x, row * size.y};
      if (edges.touches(low, size, kMargin)) parts |= 1u << (column + row * kBucketPartColumns);
    }
  return int32_t(parts);
}

QuadOutline outline_of(const Quad& quad) {
  QuadOutline outline;
  std::memcpy(outline.corner_x, quad.corner_x, sizeof outline.corner_x);
  std::memcpy(outline.corner_y, quad.corner_y, sizeof outline.corner_y);
  outline.x = quad.x, outline.y = quad.y;
  outline.tangent_x = quad.tangent_x, outline.tangent_y = quad.tangent_y;
  outline.z = quad.z, outline.slope = quad.slope;
  outline.half_length = quad.half_length, outline.width = quad.width;
  return outline;
}

}  // namespace

void make_quads(const std::vector<Strip>& strips, CompiledMap& map) {
  for (size_t s = 0; s < strips.size(); ++s) {
    const Strip& strip = strips[s];
    Lane lane = make_lane(strip);
    lane.first_quad = int32_t(map.quads.size());
    lane.quad_count = strip.piece_count();
    double offset = 0, speed = 0;
    for (size_t k = 0; k < size_t(strip.piece_count()); ++k) {
      map.quads.push_back(make_quad(strip, k, int(s), offset));
      const Quad& quad = map.quads.back();
      map.quad_outlines.push_back(outline_of(quad));
      map.quad_pose.push_back({quad.x, quad.y, quad.tangent_x, quad.tangent_y});
      speed = std::max(speed, strip.speed[k]);
    }
    lane.length_m = float(offset);
    lane.speed_limit_mps = float(speed);
    lane.first_successor = int32_t(map.successors.size());
    lane.successor_count = int32_t(strip.successors.size());
    map.successors.insert(map.successors.end(), strip.successors.begin(), strip.successors.end());
    map.lanes.push_back(lane);
  }
  measure_box(map);
}

void fill_buckets(CompiledMap& map) {
  map.bucket_size_m = 4;
  while (4.0 * map.half_width_m * map.half_height_m > kMostBuckets * map.bucket_size_m * map.bucket_size_m)
    map.bucket_size_m *= 2;
  map.bucket_x0 = -map.half_width_m - 1;
  map.bucket_y0 = -map.half_height_m - 1;
  map.bucket_columns = int((2 * map.half_width_m + 2) / map.bucket_size_m) + 1;
  map.bucket_rows = int((2 * map.half_height_m + 2) / map.bucket_size_m) + 1;
  constexpr double kMargin = 0.1;  // for the search of boundary edges
  struct Entry {
    int bucket, quad;
    int32_t parts;
  };
  std::vector<Entry> entries;
  for (size_t q = 0; q < map.quads.size(); ++q) {
    const QuadEdges edges(map.quads[q]);
    for_each_bucket(map, edges.low.x - kMargin, edges.low.y - kMargin, edges.high.x + kMargin,
                    edges.high.y + kMargin, [&](int bucket) {
                      const double size = map.bucket_size_m;
                      const Vec2 low{map.bucket_x0 + double(bucket % map.bucket_columns) * size,
                                     map.bucket_y0 + double(bucket / map.bucket_columns) * size};
                      if (edges.touches(low, {size, size}, kMargin))
                        entries.push_back({bucket, int(q), touched_parts(edges, low, size)});
                    });
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.bucket < b.bucket; });
  map.bucket_start.assign(size_t(map.bucket_columns) * size_t(map.bucket_rows) + 1, 0);
  for (const Entry& entry : entries) {
    ++map.bucket_start[size_t(entry.bucket) + 1];
    map.bucket_quads.push_back(entry.quad);
    map.bucket_parts.push_back(entry.parts);
  }
  for (size_t k = 1; k < map.bucket_start.size(); ++k) map.bucket_start[k] += map.bucket_start[k - 1];
  map.bucket_parts.resize(map.bucket_parts.size() + kListPadding, 0);  // read in whole blocks
}

}  // namespace gigalane
