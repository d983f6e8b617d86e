/// Which quad an agent is on: continuity first, then containment, height, heading and the route to the goal.
#pragma once
#include "maps/affine.h"
#include "maps/localise.h"
#include "maps/route.h"
#include "sim/collision.h"
#include "sim/vehicle.h"

namespace gigalane {

constexpr int kLongestWalk = 24;  ///< quads walked along the own lane before the buckets are asked
constexpr int kMostCandidates = 32;

/// Metres from the quad's middle to the point, along the lane. Base map.
HOST_DEVICE float along_quad(const Record& quad_pose, float x, float y) {
  return (x - quad_pose.a) * quad_pose.c + (y - quad_pose.b) * quad_pose.d;
}
HOST_DEVICE float height_at(const MapView& map, int quad, float x, float y) {
  return map.quads[quad].z + map.quads[quad].slope * along_quad(map.quad_pose[quad], x, y);
}

/// Where an agent is on the base map, where it was, and where it wants to go.
struct Whereabouts {
  float x, y;                  ///< middle of the box
  float heading_x, heading_y;  ///< unit
  int quad;                    ///< the last one
  int goal;                    ///< lane point
};

/// The quad of the own lane that the point is on, -1 if it left the lane.
HOST_DEVICE int walk_lane(const MapView& map, const Whereabouts& at) {
  const Lane& lane = map.lanes[map.quads[at.quad].lane];
  const int first = lane.first_quad, last = first + lane.quad_count - 1;
  const float lengths =
      along_quad(map.quad_pose[at.quad], at.x, at.y) / maximum(2.0f * map.quads[at.quad].half_length, 0.1f);
  int quad = clamp(at.quad + int(clamp(lengths, -100.0f, 100.0f)), first, last), previous = -1;
  for (int walked = 0; walked < kLongestWalk; ++walked) {
    const Quad& q = map.quads[quad];
    if (contains(q, at.x, at.y)) return quad;
    const int next = quad + (along_quad(map.quad_pose[quad], at.x, at.y) > 0.0f ? 1 : -1);
    if (next < first || next > last || next == previous) return -1;
    previous = quad;
    quad = next;
  }
  return -1;
}

/// Whether driving on from lane `from`, or rolling back, leads to lane `to` within two lanes, or a lane
/// change does.
HOST_DEVICE bool leads_to(const MapView& map, int from, int to) {
  const Lane& a = map.lanes[from];
  for (int n = 0; n < a.successor_count; ++n) {
    const int next = map.successors[a.first_successor + n];
    if (next == to) return true;
    const Lane& b = map.lanes[next];
    for (int m = 0; m < b.successor_count; ++m)
      if (map.successors[b.first_successor + m] == to) return true;
  }
  return a.left == to || a.right == to;
}
HOST_DEVICE bool are_connected(const MapView& map, int lane, int other) {
  return lane == other || leads_to(map, lane, other) || leads_to(map, other, lane);
}

/// The best of all quads under the point at the height that the road leads to; -1 if there is none. Cheap is
/// a quad along the heading, on a lane connected to the last, near the middle, and on a short way to the
/// goal.
HOST_DEVICE int search_buckets(const MapView& map, const Whereabouts& at) {
  const float expected = height_at(map, at.quad, at.x, at.y);
  const Record last = map.quad_pose[at.quad];
  const float moved_m = absolute(at.x - last.a) + absolute(at.y - last.b);
  int quad[kMostCandidates];
  float route[kMostCandidates];
  int count = 0;
  float shortest = kUnreachable;
  for_each_quad_at(map, at.x, at.y, [&](int q) {
    if (count == kMostCandidates || on_different_levels(height_at(map, q, at.x, at.y) - expected, moved_m))
      return;
    quad[count] = q;
    route[count] = route_distance(map, q, along_quad(map.quad_pose[q], at.x, at.y), at.goal);
    shortest = minimum(shortest, route[count]);
    ++count;
  });
  int best = -1;
  float least = 1e9f;
  for (int k = 0; k < count; ++k) {
    const Record pose = map.quad_pose[quad[k]];
    const float cosine = at.heading_x * pose.c + at.heading_y * pose.d;
    const float aside = absolute((at.y - pose.b) * pose.c - (at.x - pose.a) * pose.d);
    const float detour = minimum((route[k] - shortest) * 0.02f, 0.5f);
    const bool connected = are_connected(map, map.quads[at.quad].lane, map.quads[quad[k]].lane);
    const float cost = 3.0f * (1.0f - cosine) + 0.25f * aside + detour + (connected ? 0.0f : 1.0f);
    if (cost < least) {
      least = cost;
      best = quad[k];
    }
  }
  return best;
}

/// The quad under the agent, -1 if it is off the road.
HOST_DEVICE int find_quad(const MapView& map, const Whereabouts& at) {
  const int own = walk_lane(map, at);
  return own >= 0 ? own : search_buckets(map, at);
}

/// A place on a lane as the world sees it.
struct LanePlace {
  float along, offset, cos_lane, sin_lane;  ///< of WorldView::frenet
  float z;
  float width;  ///< of the lane
};

/// The place of a pose on a quad, in the world: the lane's direction, width and handedness after the variant.
HOST_DEVICE LanePlace place_on_quad(const MapView& map, int quad, const Affine& variant, const Pose& pose) {
  const Quad& q = map.quads[quad];
  const Point middle = apply(variant, q.x, q.y), t = apply_direction(variant, q.tangent_x, q.tangent_y);
  const float stretch = square_root(t.x * t.x + t.y * t.y);
  const float ux = t.x / stretch, uy = t.y / stretch, dx = pose.x - middle.x, dy = pose.y - middle.y;
  LanePlace place;
  place.along = dx * ux + dy * uy;
  place.offset = dy * ux - dx * uy;
  place.cos_lane = pose.cos_heading * ux + pose.sin_heading * uy;
  place.sin_lane = pose.sin_heading * ux - pose.cos_heading * uy;
  place.z = q.z + q.slope * (place.along / stretch);
  place.width = q.width * absolute(determinant(variant)) / stretch;
  return place;
}

}  // namespace gigalane
