/// Distances and ways to a goal over the lane graph, lane changes included. Base coordinates, metres.
#pragma once
#include <cstddef>

#include "base/host_device.h"
#include "maps/map_view.h"

namespace gigalane {

constexpr float kLaneChangeM = 3.5f;  ///< what a lane change costs on a route

/// From `along_m` past the middle of `quad` to the goal (a lane point): kUnreachable or more where there is no
/// route. Exact on the lane graph; a goal just passed is a whole round away.
HOST_DEVICE float route_distance(const MapView& map, int quad, float along_m, int goal) {
  const Quad& q = map.quads[quad];
  const Lane& lane = map.lanes[q.lane];
  int point = q.next_point;
  float ahead = q.next_point_m - along_m;
  if (point != kNone16 && ahead < 0) {  // passed within the quad
    const float passed = q.lane_offset_m + along_m;
    point = point + 1 < lane.first_point + lane.point_count ? point + 1 : int(kNone16);
    if (point != kNone16) ahead = map.quads[map.lane_point_quad[point]].lane_offset_m - passed;
  }
  if (point != kNone16)
    return (ahead > 0 ? ahead : 0) + map.point_distance[size_t(goal) * size_t(map.lane_point_count) + size_t(point)];
  const float rest = lane.length_m - (q.lane_offset_m + along_m);
  return (rest > 0 ? rest : 0) + map.lane_end_distance[size_t(goal) * size_t(map.lane_count) + size_t(q.lane)];
}

/// The quad beside `quad` on another lane of its section; -1 if that lane does not reach there.
HOST_DEVICE int quad_beside(const MapView& map, int quad, int lane) {
  if (lane < 0) return -1;
  const Lane &own = map.lanes[map.quads[quad].lane], &other = map.lanes[lane];
  const int piece = quad - own.first_quad + own.first_piece - other.first_piece;
  return piece >= 0 && piece < other.quad_count ? other.first_quad + piece : -1;
}

/// The quad of a lane at `offset_m` from its start, clamped to its ends; `guess` is any of its quads.
HOST_DEVICE int quad_at_offset(const MapView& map, const Lane& lane, float offset_m, int guess) {
  const int last = lane.first_quad + lane.quad_count - 1;
  const float per_quad = lane.length_m / float(lane.quad_count);
  const float steps = (offset_m - map.quads[guess].lane_offset_m) / (per_quad > 1e-3f ? per_quad : 1e-3f);
  int quad = guess + int(steps > 1e6f ? 1e6f : steps < -1e6f ? -1e6f : steps);
  quad = quad < lane.first_quad ? lane.first_quad : quad > last ? last : quad;
  while (quad < last && offset_m > map.quads[quad].lane_offset_m + map.quads[quad].half_length) ++quad;
  while (quad > lane.first_quad && offset_m < map.quads[quad].lane_offset_m - map.quads[quad].half_length) --quad;
  return quad;
}

/// The quad that lies `ahead_m` further along a shortest route to the goal, the goal's own if that is nearer.
/// Lanes are changed as soon as it costs nothing to do so. Where there is no route, ahead along any lane.
HOST_DEVICE int route_quad(const MapView& map, int quad, float along_m, int goal, float ahead_m) {
  const int goal_quad = map.lane_point_quad[goal];
  for (int step = 0; step < 64; ++step) {
    const Quad& q = map.quads[quad];
    const float here = route_distance(map, quad, along_m, goal);
    // a lane to change to
    const Lane& lane = map.lanes[q.lane];
    const int left = quad_beside(map, quad, lane.left), right = quad_beside(map, quad, lane.right);
    const float from_left = left < 0 ? kUnreachable : route_distance(map, left, along_m, goal) + kLaneChangeM;
    const float from_right = right < 0 ? kUnreachable : route_distance(map, right, along_m, goal) + kLaneChangeM;
    if (from_left <= here + 1e-2f && from_left <= from_right && from_left < 0.5f * kUnreachable) {
      quad = left;
      continue;
    }
    if (from_right <= here + 1e-2f && from_right < 0.5f * kUnreachable) {
      quad = right;
      continue;
    }
    // on to the next lane point, where the question is asked again, or to the lane's end
    const float offset = q.lane_offset_m + along_m;
    float target = lane.length_m;
    int point = q.next_point;
    if (point != kNone16 && map.quads[map.lane_point_quad[point]].lane_offset_m <= offset + 1e-3f) {
      if (map.lane_point_quad[point] == goal_quad && here < 1.0f) return goal_quad;
      point = point + 1 < lane.first_point + lane.point_count ? point + 1 : int(kNone16);
    }
    if (point != kNone16) target = map.quads[map.lane_point_quad[point]].lane_offset_m;
    const float way = target - offset > 0 ? target - offset : 0;
    if (ahead_m <= way) return quad_at_offset(map, lane, offset + ahead_m, quad);
    ahead_m -= way;
    if (point != kNone16) {
      quad = map.lane_point_quad[point];
      along_m = 0;
      if (quad == goal_quad) return quad;
      continue;
    }
    // the successor with the shortest way
    int best = -1;
    float least = 2 * kUnreachable;
    for (int k = 0; k < lane.successor_count; ++k) {
      const Lane& next = map.lanes[map.successors[lane.first_successor + k]];
      const float way_on = route_distance(map, next.first_quad, -map.quads[next.first_quad].half_length, goal);
      if (way_on < least) least = way_on, best = next.first_quad;
    }
    const int last = lane.first_quad + lane.quad_count - 1;
    if (best < 0) return last;
    quad = best;
    along_m = -map.quads[best].half_length;
  }
  return quad;
}

}  // namespace gigalane
