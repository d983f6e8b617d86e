// Distances by a fresh search from quad to quad, which shares nothing with the lane graph of maps/.
#pragma once
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "maps/route.h"

namespace gigalane::testing {

/// Distance of every quad's middle to a quad's middle: lanes may be changed at every quad.
inline std::vector<double> search_quads(const MapView& map, int goal_quad) {
  std::vector<std::vector<std::pair<int, double>>> back(size_t(map.quad_count));
  const auto edge = [&](int from, int to, double cost) { back[size_t(to)].push_back({from, cost}); };
  for (int q = 0; q < map.quad_count; ++q) {
    const Quad& quad = map.quads[q];
    const Lane& lane = map.lanes[quad.lane];
    if (q + 1 < lane.first_quad + lane.quad_count) {
      edge(q, q + 1, double(map.quads[q + 1].lane_offset_m) - quad.lane_offset_m);
    } else {
      for (int k = 0; k < lane.successor_count; ++k) {
        const Lane& next = map.lanes[map.successors[lane.first_successor + k]];
        edge(q, next.first_quad,
             double(lane.length_m) - quad.lane_offset_m + map.quads[next.first_quad].lane_offset_m);
      }
    }
    for (const int side : {lane.left, lane.right})
      if (const int beside = quad_beside(map, q, side); beside >= 0) edge(q, beside, 3.5);
  }
  std::vector<double> distance(size_t(map.quad_count), double(kUnreachable));
  using Entry = std::pair<double, int>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
  distance[size_t(goal_quad)] = 0;
  queue.push({0.0, goal_quad});
  while (!queue.empty()) {
    const auto [d, q] = queue.top();
    queue.pop();
    if (d > distance[size_t(q)]) continue;
    for (const auto& [from, cost] : back[size_t(q)])
      if (d + cost < distance[size_t(from)]) {
        distance[size_t(from)] = d + cost;
        queue.push({d + cost, from});
      }
  }
  return distance;
}

}  // namespace gigalane::testing
