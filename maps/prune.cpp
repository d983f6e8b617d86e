#include "maps/prune.h"

#include <algorithm>
#include <set>
#include <string>

#include "maps/check_steps.h"
#include "maps/close_ends.h"
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

bool has_lanes(const RoadNetwork& network) {
  return std::any_of(network.roads.begin(), network.roads.end(),
                     [](const Road& road) { return has_lanes(road); });
}

std::vector<bool> roads_with_lanes(const RoadNetwork& network) {
  std::vector<bool> with;
  for (const Road& road : network.roads) with.push_back(has_lanes(road));
  return with;
}

/// Takes the signals of roads that had lanes and have none any more, but those that other roads refer to.
/// Roads that never had any, a pavement with its lights, keep theirs.
void take_lost_signals(const std::vector<bool>& had_lanes, RoadNetwork& network) {
  std::set<std::string> referred;
  for (const Road& road : network.roads)
    if (has_lanes(road))
      for (const RoadSignal& signal : road.signals)
        if (signal.is_reference) referred.insert(signal.id);
  for (size_t k = 0; k < network.roads.size(); ++k) {
    Road& road = network.roads[k];
    if (!had_lanes[k] || has_lanes(road)) continue;
    road.signals.erase(std::remove_if(road.signals.begin(), road.signals.end(),
                                      [&](const RoadSignal& signal) {
                                        return signal.is_reference || referred.count(signal.id) == 0;
                                      }),
                       road.signals.end());
  }
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

/// Strips with just as much of a map as the checks of single lanes read.
std::vector<Finding> find_traps(const RoadNetwork& network) {
  CompiledMap map;
  const std::vector<Strip> strips = prepare_strips(network, map, nullptr);
  make_quads(strips, map);
  for (Lane& lane : map.lanes) lane.routable = 1;
  fill_buckets(map);
  assign_levels(strips, map);
  find_boundary(map);
  std::vector<Finding> findings;
  find_joint_faults(strips, map, findings);
  find_narrow_lanes(strips, map, findings);
  find_lost_parts(strips, map, findings);
  findings.erase(std::remove_if(findings.begin(), findings.end(), [](const Finding& f) { return !f.traps; }),
                 findings.end());
  return findings;
}

void drop_lanes(Road& road, int lane_id) {
  for (LaneSection& section : road.sections)
    for (RoadLane& lane : section.lanes)
      if (lane.id == lane_id) lane.type = LaneType::none;
}

double lane_km(const RoadNetwork& network) {
  double metres = 0;
  for (const Strip& strip : make_strips(network)) metres += strip.reference_length;
  return metres / 1000;
}

}  // namespace

void make_drivable(RoadNetwork& network) {
  double km = lane_km(network);
  drop_crossed_lanes(network);
  network.left_out_km += km - lane_km(network);
  close_ends(network);
  km = lane_km(network);
  keep_drivable_part(network);
  network.left_out_km += km - lane_km(network);
}

void drop_crossed_lanes(RoadNetwork& network) {
  CompiledMap map;
  const std::vector<Strip> strips = prepare_strips(network, map, nullptr);
  const std::vector<bool> had_lanes = roads_with_lanes(network);
  for (const Strip& strip : strips)
    if (crossed_piece(strip) >= 0) drop_lane(network, strip);
  take_lost_signals(had_lanes, network);
}

void keep_drivable_part(RoadNetwork& network) {
  for (;;) {
    if (!has_lanes(network)) return;  // compile() says so
    keep_largest_part(network);
    const std::vector<Finding> traps = find_traps(network);
    if (traps.empty()) return;
    const std::vector<bool> had_lanes = roads_with_lanes(network);
    for (const Finding& f : traps) {
      const bool other = network.roads[size_t(f.road)].junction < 0 && f.other_road >= 0 &&
                         network.roads[size_t(f.other_road)].junction >= 0;
      drop_lanes(network.roads[size_t(other ? f.other_road : f.road)], other ? f.other_lane_id : f.lane_id);
    }
    take_lost_signals(had_lanes, network);
  }
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
  const std::vector<bool> had_lanes = roads_with_lanes(network);
  double dropped = 0;
  for (size_t k = 0; k < strips.size(); ++k) {
    if (strips[k].type != LaneType::driving || parts.part[k] == largest) continue;
    dropped += strips[k].reference_length;
    drop_lane(network, strips[k]);
  }
  take_lost_signals(had_lanes, network);
  return dropped;
}

}  // namespace gigalane
