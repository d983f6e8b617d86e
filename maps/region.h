/// Reading a map's lists and distances, on small maps and on large ones, which are cut into regions.
#pragma once
#include <cstddef>

#include "base/host_device.h"
#include "maps/map_view.h"

namespace gigalane {

/// The region of a quad; only of a large map.
HOST_DEVICE const Region& region_of(const MapView& map, int quad) {
  return map.regions[map.lanes[map.quads[quad].lane].region];
}

/// Lane points or boundary edges listed for a quad, groups and all.
struct GroupList {
  const RecordGroup* groups;  ///< what its entries count from
  const uint16_t* list;
  int count;  ///< of places: kGroupSize a group

  HOST_DEVICE int place(int k) const { return kGroupSize * int(list[k / kGroupSize]) + k % kGroupSize; }
  HOST_DEVICE Record operator[](int k) const {
    const RecordGroup& group = groups[list[k / kGroupSize]];
    const int member = k % kGroupSize;
    return {group.a[member], group.b[member], group.c[member], group.d[member]};
  }
};
HOST_DEVICE GroupList listed_points(const MapView& map, int quad) {
  const int first = map.region_count == 0 ? 0 : region_of(map, quad).first_point_group;
  const QuadLists& lists = map.lists[quad];
  return {map.point_groups + first, lists.point_groups, kGroupSize * int(lists.point_group_count)};
}
HOST_DEVICE GroupList listed_edges(const MapView& map, int quad) {
  const int first = map.region_count == 0 ? 0 : region_of(map, quad).first_edge_group;
  const QuadLists& lists = map.lists[quad];
  return {map.edge_groups + first, map.edge_lists + lists.first_edge_group,
          kGroupSize * int(lists.edge_group_count)};
}
/// The lane point at a place that a quad's list names.
HOST_DEVICE int listed_point(const MapView& map, int quad, int place) {
  const int first = map.region_count == 0 ? 0 : region_of(map, quad).first_point_group;
  return map.grouped_points[kGroupSize * first + place];
}

/// What leads from a node of a large map to a goal: the way ends at a gate of the node's region and goes on
/// from there, or stays within the region of both.
struct GateWays {
  const float* to_gate;  ///< [gate_count]
  const float* onward;   ///< [gate_count]: from each gate to the goal
  int gate_count;
  float inner;  ///< kUnreachable if the goal lies in another region
};
HOST_DEVICE GateWays gate_ways(const MapView& map, int node, int goal) {
  const RouteNode at = map.route_nodes[node], to = map.route_nodes[goal];
  const Region& region = map.regions[at.region];
  const size_t inner = size_t(region.first_inner) + size_t(to.index) * size_t(region.node_count);
  return {map.to_gate + region.first_to_gate + size_t(at.index) * size_t(region.gate_count),
          map.gate_distance + size_t(goal) * size_t(map.gate_count) + region.first_gate, region.gate_count,
          at.region == to.region ? map.inner_distance[inner + size_t(at.index)] : kUnreachable};
}

HOST_DEVICE_CALL float distance_by_gates(const MapView& map, int node, int goal) {
  const GateWays ways = gate_ways(map, node, goal);
  float least = ways.inner;
  for (int k = 0; k < ways.gate_count; ++k) {
    const float way = ways.to_gate[k] + ways.onward[k];
    least = way < least ? way : least;
  }
  return least;
}

/// From a lane point to a goal (another lane point), metres over the lane graph; kUnreachable where there is
/// no route. Exact but for the rounding of a sum of two floats on a large map.
HOST_DEVICE float distance_from_point(const MapView& map, int point, int goal) {
  return map.region_count == 0
             ? map.point_distance[size_t(goal) * size_t(map.place_count) + size_t(map.point_place[point])]
             : distance_by_gates(map, point, goal);
}
/// From the end of a lane to a goal.
HOST_DEVICE float distance_from_end(const MapView& map, int lane, int goal) {
  return map.region_count == 0 ? map.lane_end_distance[size_t(goal) * size_t(map.lane_count) + size_t(lane)]
                               : distance_by_gates(map, map.lane_point_count + lane, goal);
}

}  // namespace gigalane
