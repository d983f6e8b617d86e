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
  int quad = clamp(at.quad + int(round_down(clamp(lengths, -100.0f, 100.0f) + 0.5f)), first, last),
      previous = -1;
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

/// Gathers a 4-byte member of records, one a lane, by its place in record 0.
template <class L, class T>
LANES_FUNCTION typename L::Float gather_member(const float& of_first, const T*, typename L::Int index) {
  static_assert(sizeof(T) % 4 == 0, "a whole number of words");
  return L::gather(&of_first, index * typename L::Int(int(sizeof(T) / 4)));
}
template <class L, class T>
LANES_FUNCTION typename L::Int gather_member(const int32_t& of_first, const T*, typename L::Int index) {
  static_assert(sizeof(T) % 4 == 0, "a whole number of words");
  return L::gather(&of_first, index * typename L::Int(int(sizeof(T) / 4)));
}

/// contains() of maps/localise.h over lanes, a quad and a point each.
template <class L>
LANES_FUNCTION typename L::Mask contained(const MapView& map, typename L::Int quad, typename L::Float x,
                                          typename L::Float y) {
  using Float = typename L::Float;
  constexpr float tolerance_m = 1e-3f;
  const Quad* quads = map.quads;
  Float corner_x[4], corner_y[4];
  for (int k = 0; k < 4; ++k) {
    corner_x[k] = gather_member<L>(quads->corner_x[k], quads, quad);
    corner_y[k] = gather_member<L>(quads->corner_y[k], quads, quad);
  }
  auto outside = L::mask(false);
  for (int k = 0; k < 4; ++k) {
    const int next = (k + 1) & 3;
    const Float ux = corner_x[next] - corner_x[k], uy = corner_y[next] - corner_y[k];
    const Float left = ux * (y - corner_y[k]) - uy * (x - corner_x[k]);
    outside =
        outside | ((left < Float(0.0f)) & (left * left > (ux * ux + uy * uy) * (tolerance_m * tolerance_m)));
  }
  return !outside;
}

/// The quad of the own lane that lies as far ahead as the point: where the walk along the lane begins.
template <class L>
LANES_FUNCTION typename L::Int quad_ahead(const MapView& map, typename L::Int quad, typename L::Float x,
                                          typename L::Float y) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  const Quad* quads = map.quads;
  const Record* pose = map.quad_pose;
  const Float along = (x - gather_member<L>(pose->a, pose, quad)) * gather_member<L>(pose->c, pose, quad) +
                      (y - gather_member<L>(pose->b, pose, quad)) * gather_member<L>(pose->d, pose, quad);
  const Float length = L::max(gather_member<L>(quads->half_length, quads, quad) * 2.0f, Float(0.1f));
  const Int lane = gather_member<L>(quads->lane, quads, quad);
  const Int first = gather_member<L>(map.lanes->first_quad, map.lanes, lane);
  const Int last = first + gather_member<L>(map.lanes->quad_count, map.lanes, lane) - Int(1);
  const Int ahead =
      quad + L::to_int(L::floor(clamp<L>(along / length, Float(-100.0f), Float(100.0f)) + 0.5f));
  const Int from_first = L::select(ahead > first, ahead, first);
  return L::select(from_first < last, from_first, last);
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
template <class Float>
struct LanePlaceOf {
  Float along, offset, cos_lane, sin_lane;  ///< of WorldView::frenet
  Float z;
  Float width;  ///< of the lane
};
using LanePlace = LanePlaceOf<float>;

/// The place of a pose on a quad, in the world: the lane's direction, width and handedness after the variant.
template <class L>
LANES_FUNCTION LanePlaceOf<typename L::Float> place_on_quad(const MapView& map, typename L::Int quad,
                                                            const Affine& variant,
                                                            const PoseOf<typename L::Float>& pose) {
  using Float = typename L::Float;
  const Quad* q = map.quads;
  const Float x = gather_member<L>(q->x, q, quad), y = gather_member<L>(q->y, q, quad);
  const Float tangent_x = gather_member<L>(q->tangent_x, q, quad),
              tangent_y = gather_member<L>(q->tangent_y, q, quad);
  const Float tx = tangent_x * variant.xx + tangent_y * variant.xy,
              ty = tangent_x * variant.yx + tangent_y * variant.yy;
  const Float stretch = L::sqrt(tx * tx + ty * ty);
  const Float ux = tx / stretch, uy = ty / stretch;
  const Float dx = pose.x - (x * variant.xx + y * variant.xy + variant.x0),
              dy = pose.y - (x * variant.yx + y * variant.yy + variant.y0);
  LanePlaceOf<Float> place;
  place.along = dx * ux + dy * uy;
  place.offset = dy * ux - dx * uy;
  place.cos_lane = pose.cos_heading * ux + pose.sin_heading * uy;
  place.sin_lane = pose.sin_heading * ux - pose.cos_heading * uy;
  place.z = gather_member<L>(q->z, q, quad) + gather_member<L>(q->slope, q, quad) * (place.along / stretch);
  place.width = gather_member<L>(q->width, q, quad) * absolute(determinant(variant)) / stretch;
  return place;
}
HOST_DEVICE LanePlace place_on_quad(const MapView& map, int quad, const Affine& variant, const Pose& pose) {
  return place_on_quad<ScalarLanes>(map, quad, variant, pose);
}

}  // namespace gigalane
