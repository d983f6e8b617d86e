/// What an agent sees of the road: the lane points and boundary edges listed for its quad, in its own frame.
#pragma once
#include "base/inverse_square_root.h"
#include "base/scalar.h"
#include "maps/affine.h"
#include "maps/region.h"
#include "sim/feature_subset.h"
#include "sim/set_rows.h"

namespace gigalane {

constexpr float kFarthestRoute = 1e6f;  ///< metres; kUnreachable counts as this in every variant

/// The distances to an agent's current goal over the lane graph.
struct LaneRoute {
  const float* to_goal;  ///< the goal's row of MapView::point_distance; of a large map, one by element shown
  bool by_element;
  float scale;    ///< of base to world distances: sqrt(abs(determinant of the variant))
  float least_m;  ///< kUnreachable for an agent without a goal, else 0
  float own_m;    ///< from the agent, in the world
};

/// What of a list is shown: all, the nearest, or a subset by key.
struct Shown {
  GroupList list;
  const int32_t* chosen;  ///< places of the subset, padded by a block; null: the first `count` of the list
  int count;

  HOST_DEVICE int place(int k) const { return chosen ? chosen[k] : list.place(k); }
};

template <class L>
LANES_FUNCTION Shown choose_shown(GroupList list, int capacity, const uint8_t* order, int32_t* chosen) {
  list.count = minimum(list.count, kListedFeatures);
  if (order && list.count > capacity) return {list, chosen, choose_listed<L>(list, capacity, order, chosen)};
  return {list, nullptr, minimum(list.count, capacity)};
}

/// Elements [first, first + width) of what is shown.
template <class L>
LANES_FUNCTION Four<typename L::Float> shown_records(const Shown& shown, int first) {
  return shown.chosen ? L::gather(shown.list.groups, L::load(shown.chosen + first))
                      : L::gather(shown.list.groups, shown.list.list, first, shown.count - first);
}

/// Distances from the lane points shown to a goal, of a large map: by element shown, into `distance`, which
/// is padded by kWidestLanes.
template <class L>
LANES_FUNCTION void find_routes(const MapView& map, int quad, int goal, Shown shown, float* distance) {
  using Float = typename L::Float;
  for (int n = 0; n < shown.count; ++n) {
    const GateWays ways = gate_ways(map, listed_point(map, quad, shown.place(n)), goal);
    float least = ways.inner;
    for (int k = 0; k < ways.gate_count; k += L::width) {
      const int left = ways.gate_count - k;
      const Float way = L::load(ways.to_gate + k) + L::load(ways.onward + k);
      const float nearest = L::reduce_min(L::select(L::first(left), way, Float(kUnreachable)));
      least = nearest < least ? nearest : least;
    }
    distance[n] = least;
  }
  L::store(distance + shown.count, Float(kUnreachable), L::width);  // the last block is read whole
  L::sync();
}

/// Elements [first, first + width) of the distances to the goal.
template <class L>
LANES_FUNCTION typename L::Float shown_routes(const LaneRoute& route, const Shown& shown, int first) {
  if (route.by_element) return L::load(route.to_goal + first);
  return shown.chosen ? L::gather(route.to_goal, L::load(shown.chosen + first))
                      : L::gather(route.to_goal, shown.list.list, first, shown.count - first);
}

/// Writes the lane set: positions and headings in the ego's frame, width in the world, and the distance to
/// the goal over the lane graph, relative to the agent's own and absolute. `f` takes the map to the ego's
/// frame, `determinant` is that of the world's variant.
template <class L, class Number>
LANES_FUNCTION void observe_lanes(Affine f, float determinant, LaneRoute route, Shown shown,
                                  SetRows<L, Number> rows) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  // the record's heading is 32767 long; width in the world is w * abs(det A) / abs(A t)
  const float width_scale = absolute(determinant) * (32767.0f * 0.2f);
  const float own_distance = minimum(route.own_m, kFarthestRoute);
  for (int k = rows.last_block(); k >= 0; k -= L::width) {
    if (k >= shown.count) {
      rows.template put_zero<kLaneFeatures>(k);
      continue;
    }
    const auto point = shown_records<L>(shown, k);
    const Float base_distance = shown_routes<L>(route, shown, k);

    const Int packed = L::as_int(point.c);  // cosine in the low half, sine in the high half
    const Float tangent_x = L::to_float(((packed & Int(0xffff)) ^ Int(0x8000)) - Int(0x8000));
    const Float tangent_y = L::to_float(packed >> 16);
    const Float u = f.xx * tangent_x + f.xy * tangent_y, v = f.yx * tangent_x + f.yy * tangent_y;
    const Float normalise = inverse_square_root<L>(u * u + v * v);
    const Float distance =
        L::min(L::max(base_distance * route.scale, Float(route.least_m)), Float(kFarthestRoute));

    Float features[kLaneFeatures] = {
        (f.xx * point.a + f.xy * point.b + f.x0) * kPositionScale,
        (f.yx * point.a + f.yy * point.b + f.y0) * kPositionScale,
        u * normalise,
        v * normalise,
        point.d * normalise * width_scale,
        L::min(L::max((distance - own_distance) * 0.01f, Float(-1.5f)), Float(1.5f)),
        L::min(distance, Float(1000.0f)) * 0.002f};
    rows.put(k, shown.count, features);
  }
  rows.finish(kLaneFeatures);
}

/// Writes the boundary set: middles of edges, and edge vectors with the drivable area on their left also
/// where the variant mirrors the map.
template <class L, class Number>
LANES_FUNCTION void observe_boundary(Affine f, float determinant, Shown shown, SetRows<L, Number> rows) {
  using Float = typename L::Float;
  const float edge_scale = determinant < 0.0f ? -2.0f : 2.0f;  // the record holds half the edge
  for (int k = rows.last_block(); k >= 0; k -= L::width) {
    if (k >= shown.count) {
      rows.template put_zero<kBoundaryFeatures>(k);
      continue;
    }
    const auto edge = shown_records<L>(shown, k);
    const Float u = f.xx * edge.c + f.xy * edge.d, v = f.yx * edge.c + f.yy * edge.d;
    Float features[kBoundaryFeatures] = {(f.xx * edge.a + f.xy * edge.b + f.x0) * kPositionScale,
                                         (f.yx * edge.a + f.yy * edge.b + f.y0) * kPositionScale,
                                         u * edge_scale, v * edge_scale};
    rows.put(k, shown.count, features);
  }
  rows.finish(kBoundaryFeatures);
}

}  // namespace gigalane
