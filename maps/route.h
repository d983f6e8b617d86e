/// Distances and ways to a goal over the lane graph, lane changes included. Base coordinates, metres.
#pragma once
#include <cstddef>

#include "base/host_device.h"
#include "maps/region.h"

namespace gigalane {

constexpr float kLaneChangeM = 3.5f;  ///< what a lane change costs on a route
constexpr float kLaneChangeWayM =
    25.0f;  ///< of a way ahead that one lane change takes, before another begins

/// From `along_m` past the middle of `quad` to the goal (a lane point): kUnreachable or more where there is
/// no route. Along the own lane to its next lane point, or its end where it has none ahead, and from there
/// the shortest way over the lane graph; a goal just passed is a whole round away.
HOST_DEVICE float route_distance(const MapView& map, int quad, float along_m, int goal) {
  const Quad& q = map.quads[quad];
  const Lane& lane = map.lanes[q.lane];
  int point = q.next_point;
  float ahead = q.next_point_m - along_m;
  if (point != kNoPoint && ahead < 0) {  // passed within the quad
    const float passed = q.lane_offset_m + along_m;
    point = point + 1 < lane.first_point + lane.point_count ? point + 1 : kNoPoint;
    if (point != kNoPoint) ahead = map.quads[map.lane_point_quad[point]].lane_offset_m - passed;
  }
  if (point != kNoPoint) return (ahead > 0 ? ahead : 0) + distance_from_point(map, point, goal);
  const float rest = lane.length_m - (q.lane_offset_m + along_m);
  return (rest > 0 ? rest : 0) + distance_from_end(map, q.lane, goal);
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
  while (quad > lane.first_quad && offset_m < map.quads[quad].lane_offset_m - map.quads[quad].half_length)
    --quad;
  return quad;
}

/// A place on the way: a quad, and metres past its middle.
struct RoutePlace {
  int quad;
  float along_m;
};

/// The place beside, if a shortest route changes lanes here; else the place itself.
HOST_DEVICE RoutePlace change_lane(const MapView& map, RoutePlace at, int goal) {
  const Lane& lane = map.lanes[map.quads[at.quad].lane];
  const int left = quad_beside(map, at.quad, lane.left), right = quad_beside(map, at.quad, lane.right);
  if (left < 0 && right < 0) return at;
  const float here = route_distance(map, at.quad, at.along_m, goal) + 1e-2f;
  const float by_left = left < 0 ? kUnreachable : route_distance(map, left, at.along_m, goal) + kLaneChangeM;
  const float by_right =
      right < 0 ? kUnreachable : route_distance(map, right, at.along_m, goal) + kLaneChangeM;
  const float least = by_left <= by_right ? by_left : by_right;
  if (least > here || least > 0.5f * kUnreachable) return at;
  return {by_left <= by_right ? left : right, at.along_m};
}

/// From the end of a lane: the start of the successor on a shortest route, or the end of the lane beside
/// where only that leads on; {-1, 0} where nothing does.
HOST_DEVICE RoutePlace leave_lane(const MapView& map, const Lane& lane, int goal) {
  RoutePlace best{-1, 0};
  float least = 2 * kUnreachable;
  for (int k = 0; k < lane.successor_count; ++k) {
    const int quad = map.lanes[map.successors[lane.first_successor + k]].first_quad;
    const float way = route_distance(map, quad, -map.quads[quad].half_length, goal);
    if (way < least) least = way, best = {quad, -map.quads[quad].half_length};
  }
  const int last = lane.first_quad + lane.quad_count - 1;
  for (int side = 0; side < 2; ++side) {
    const int other = side == 0 ? lane.left : lane.right, quad = quad_beside(map, last, other);
    if (quad < 0) continue;
    const float way = distance_from_end(map, other, goal) + kLaneChangeM;
    if (way >= least - 1e-2f) continue;
    least = way;
    best = {quad, map.quads[quad].half_length};
  }
  return best;
}

/// The quad that lies `ahead_m` further along a shortest route to the goal, the goal's own if that is nearer.
/// Lanes are changed as soon as it costs nothing to do so, one by one: `no_change_m` is the way on which the
/// last change is still under way (0: none is), here and, when it returns, there. Where only the lane beside
/// leads on from a lane's end, that is taken all the same. Where there is no route, ahead along any lane.
HOST_DEVICE int route_quad(const MapView& map, int quad, float along_m, int goal, float ahead_m,
                           float& no_change_m) {
  const int goal_quad = map.lane_point_quad[goal];
  RoutePlace at{quad, along_m};
  for (int step = 0; step < 64; ++step) {
    const RoutePlace beside = no_change_m > 0 ? at : change_lane(map, at, goal);
    if (beside.quad != at.quad) {
      at = beside;
      no_change_m = kLaneChangeWayM;
    }
    const Quad& q = map.quads[at.quad];
    const Lane& lane = map.lanes[q.lane];
    // on to the next lane point, where lanes may be changed again, or to the lane's end
    const float offset = q.lane_offset_m + at.along_m;
    int point = q.next_point;
    if (point != kNoPoint && map.quads[map.lane_point_quad[point]].lane_offset_m <= offset + 1e-3f)
      point = point + 1 < lane.first_point + lane.point_count ? point + 1 : kNoPoint;
    const float target =
        point != kNoPoint ? map.quads[map.lane_point_quad[point]].lane_offset_m : lane.length_m;
    const float way = target > offset ? target - offset : 0;
    const float driven = ahead_m <= way ? ahead_m : way;
    no_change_m = no_change_m > driven ? no_change_m - driven : 0;
    if (ahead_m <= way) return quad_at_offset(map, lane, offset + ahead_m, at.quad);
    ahead_m -= way;
    if (point != kNoPoint) {
      at = {map.lane_point_quad[point], 0};
      if (at.quad == goal_quad) return goal_quad;
      continue;
    }
    const RoutePlace next = leave_lane(map, lane, goal);
    if (next.quad < 0) return lane.first_quad + lane.quad_count - 1;
    if (next.along_m > 0) no_change_m = kLaneChangeWayM;  // beside, not on
    at = next;
  }
  return at.quad;
}

}  // namespace gigalane
