#include "maps/prune.h"

#include <algorithm>

#include "maps/check_steps.h"
#include "maps/strong_parts.h"

namespace gigalane {
namespace {

void drop_lane(RoadNetwork& network, const Strip& strip) {
  LaneSection& section = network.roads[size_t(strip.road)].sections[size_t(strip.section)];
  for (RoadLane& lane : section.lanes)
    if (lane.id == strip.lane_id) lane.type = LaneType::none;
}

bool has_lanes(const Road& road) {
  for (const LaneSection& section : road.sections)
    for (const RoadLane& lane : section.lanes)
      if (lane.type != LaneType::none) return true;
  return false;
}

std::vector<int> ways_on(const std::vector<Strip>& strips, const Strip& strip) {
  std::vector<int> ways;
  if (strip.type != LaneType::driving) return ways;
  for (const int next : strip.successors)
    if (strips[size_t(next)].type == LaneType::driving) ways.push_back(next);
  for (const int side : {strip.left_strip, strip.right_strip})
    if (side >= 0) ways.push_back(side);
  return ways;
}

}  // namespace

void drop_crossed_lanes(RoadNetwork& network) {
  CompiledMap map;
  const std::vector<Strip> strips = prepare_strips(network, map, nullptr);
  for (const Strip& strip : strips)
    if (crossed_piece(strip) >= 0) drop_lane(network, strip);
}

double keep_largest_part(RoadNetwork& network) {
  CompiledMap map;
  const std::vector<Strip> strips = prepare_strips(network, map, nullptr);
  std::vector<std::vector<int>> ways;
  for (const Strip& strip : strips) ways.push_back(ways_on(strips, strip));
  const StrongParts parts = find_strong_parts(ways);
  std::vector<double> size(size_t(parts.count), 0);
  for (size_t k = 0; k < strips.size(); ++k)
    if (strips[k].type == LaneType::driving) size[size_t(parts.part[k])] += strips[k].reference_length;
  const int largest = int(std::max_element(size.begin(), size.end()) - size.begin());
  double dropped = 0;
  for (size_t k = 0; k < strips.size(); ++k) {
    if (strips[k].type != LaneType::driving || parts.part[k] == largest) continue;
    dropped += strips[k].reference_length;
    drop_lane(network, strips[k]);
  }
  for (Road& road : network.roads)
    if (!has_lanes(road)) road.signals.clear();
  return dropped;
}

}  // namespace gigalane
