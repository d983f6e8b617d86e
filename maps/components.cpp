// Strongly connected parts of the lane graph.

#include "maps/compile_steps.h"
#include "maps/strong_parts.h"

namespace gigalane {
namespace {

bool drives(const Strip& strip) { return strip.type == LaneType::driving; }

/// Lanes that can be driven to from a lane: successors and neighbours.
std::vector<int> ways_on(const std::vector<Strip>& strips, int k) {
  std::vector<int> to;
  const Strip& strip = strips[size_t(k)];
  for (const int next : strip.successors)
    if (drives(strips[size_t(next)])) to.push_back(next);
  for (const int side : {strip.left_strip, strip.right_strip})
    if (side >= 0) to.push_back(side);
  return to;
}

/// Keeps only ways into routable lanes; lanes that are not routable keep theirs into routable ones.
void close_ways_out(CompiledMap& map) {
  std::vector<int32_t> kept;
  for (Lane& lane : map.lanes) {
    const int first = lane.first_successor, count = lane.successor_count;
    lane.first_successor = int32_t(kept.size());
    for (int k = first; k < first + count; ++k)
      if (map.lanes[size_t(map.successors[size_t(k)])].routable || !lane.routable)
        kept.push_back(map.successors[size_t(k)]);
    lane.successor_count = int32_t(kept.size()) - lane.first_successor;
    if (lane.left >= 0 && !map.lanes[size_t(lane.left)].routable) lane.left = -1;
    if (lane.right >= 0 && !map.lanes[size_t(lane.right)].routable) lane.right = -1;
  }
  map.successors.swap(kept);
}

}  // namespace

int find_components(const std::vector<Strip>& strips, CompiledMap& map) {
  std::vector<std::vector<int>> ways(strips.size());
  for (size_t k = 0; k < strips.size(); ++k)
    if (drives(strips[k])) ways[k] = ways_on(strips, int(k));
  const StrongParts parts = find_strong_parts(ways);
  std::vector<double> size(size_t(parts.count), 0);
  std::vector<bool> seen(size_t(parts.count), false);  // nodes that do not drive are parts too
  for (size_t k = 0; k < strips.size(); ++k) {
    if (!drives(strips[k])) continue;
    size[size_t(parts.part[k])] += map.lanes[k].length_m;
    seen[size_t(parts.part[k])] = true;
  }
  const int largest = int(std::max_element(size.begin(), size.end()) - size.begin());
  for (size_t k = 0; k < strips.size(); ++k)
    map.lanes[k].routable = drives(strips[k]) && parts.part[k] == largest;
  close_ways_out(map);
  return int(std::count(seen.begin(), seen.end(), true));
}

}  // namespace gigalane
