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

/// Whether a convex quad comes within `margin` of a square bucket.
bool touches(const Quad& quad, Vec2 low, double size, double margin) {
  for (int k = 0; k < 4; ++k) {
    const Vec2 a = corner_of(quad, k), d = corner_of(quad, k + 1) - a;
    const Vec2 far{d.y < 0 ? low.x + size : low.x,
                   d.x < 0 ? low.y : low.y + size};  // furthest to the left of the edge
    if (cross(d, far - a) < -margin * length(d)) return false;
  }
  return true;
}

}  // namespace

void make_quads(const RoadNetwork& network, const std::vector<Strip>& strips, CompiledMap& map) {
  for (size_t s = 0; s < strips.size(); ++s) {
    const Strip& strip = strips[s];
    Lane lane = make_lane(strip);
    lane.first_quad = int32_t(map.quads.size());
    lane.quad_count = strip.piece_count();
    double offset = 0, speed = 0;
    for (size_t k = 0; k < size_t(strip.piece_count()); ++k) {
      map.quads.push_back(make_quad(strip, k, int(s), offset));
      const Quad& quad = map.quads.back();
      const Vec2 corners[4] = {corner_of(quad, 0), corner_of(quad, 1), corner_of(quad, 2),
                               corner_of(quad, 3)};
      if (least_turn(corners) < kLeastTurnM2)
        fail(place_of(network, strip), ": its borders cross near (", quad.x + map.origin_x, ", ",
             quad.y + map.origin_y, "), expected a lane that does not cross itself");
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
  constexpr double kMargin = 0.1;  // for look-ups with a tolerance
  std::vector<std::pair<int, int>> entries;
  for (size_t q = 0; q < map.quads.size(); ++q) {
    const Quad& quad = map.quads[q];
    const auto [x0, x1] = std::minmax_element(quad.corner_x, quad.corner_x + 4);
    const auto [y0, y1] = std::minmax_element(quad.corner_y, quad.corner_y + 4);
    for_each_bucket(map, *x0 - kMargin, *y0 - kMargin, *x1 + kMargin, *y1 + kMargin, [&](int bucket) {
      const Vec2 low{map.bucket_x0 + double(bucket % map.bucket_columns) * map.bucket_size_m,
                     map.bucket_y0 + double(bucket / map.bucket_columns) * map.bucket_size_m};
      if (touches(quad, low, map.bucket_size_m, kMargin)) entries.push_back({bucket, int(q)});
    });
  }
  std::sort(entries.begin(), entries.end());
  map.bucket_start.assign(size_t(map.bucket_columns) * size_t(map.bucket_rows) + 1, 0);
  map.bucket_quads.clear();
  for (const auto& [bucket, quad] : entries) {
    ++map.bucket_start[size_t(bucket) + 1];
    map.bucket_quads.push_back(quad);
  }
  for (size_t k = 1; k < map.bucket_start.size(); ++k) map.bucket_start[k] += map.bucket_start[k - 1];
}

}  // namespace gigalane
