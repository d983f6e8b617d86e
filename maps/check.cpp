#include "maps/check.h"

#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "maps/check_steps.h"
#include "maps/compile.h"

namespace gigalane {
namespace {

struct FaultName {
  const char *name, *unit;
};
constexpr FaultName kNames[kFaultCount] = {{"gap", "m"},
                                           {"step", "m"},
                                           {"kink", "deg"},
                                           {"crossed quad", ""},
                                           {"narrow", "m"},
                                           {"tight", "m"},
                                           {"dead end", "m"},
                                           {"no way out", "m"},
                                           {"unreachable", "m"},
                                           {"cut off", "m"},
                                           {"overlap", "m"},
                                           {"light without stop line", ""},
                                           {"wrong direction", ""},
                                           {"open start", "m"}};

}  // namespace

const char* name_of(Fault fault) { return kNames[size_t(fault)].name; }
const char* unit_of(Fault fault) { return kNames[size_t(fault)].unit; }

int count_traps(const std::vector<Finding>& findings) {
  return int(std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.traps != 0; }));
}

void sort_findings(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::make_tuple(-a.traps, a.fault, a.road, a.lane_id) <
           std::make_tuple(-b.traps, b.fault, b.road, b.lane_id);
  });
}

void find_faults(const RoadNetwork& network, const std::vector<Strip>& strips,
                 const std::vector<std::pair<int, int>>& refused_links, const std::vector<int>& light_roads,
                 CompiledMap& map) {
  map.findings.clear();
  find_crossed_quads(strips, map.findings);
  find_joint_faults(strips, map, map.findings);
  find_torn_lines(network, strips, map, map.findings);
  find_narrow_lanes(strips, map, map.findings);
  find_lost_parts(strips, map, map.findings);
  find_overlaps(network, strips, map, map.findings);
  find_lights_without_line(strips, light_roads, map, map.findings);
  find_wrong_directions(strips, refused_links, map, map.findings);
  sort_findings(map.findings);
}

int crossed_piece(const Strip& strip) {
  for (size_t k = 0; k < size_t(strip.piece_count()); ++k) {
    const Vec2 corners[4] = {strip.right[k], strip.right[k + 1], strip.left[k + 1], strip.left[k]};
    if (least_turn(corners) < kLeastTurnM2) return int(k);
  }
  return -1;
}

void find_crossed_quads(const std::vector<Strip>& strips, std::vector<Finding>& findings) {
  for (size_t lane = 0; lane < strips.size(); ++lane) {
    const Strip& strip = strips[lane];
    const int piece = crossed_piece(strip);
    if (piece < 0) continue;
    double from_m = 0;
    for (size_t k = 0; k < size_t(piece); ++k)
      from_m += length(middle_of(strip, k + 1) - middle_of(strip, k));
    findings.push_back(finding_at(Fault::crossed_quad, true, middle_of(strip, size_t(piece)), 0, strips, lane,
                                  {from_m, from_m}));
  }
}

void find_wrong_directions(const std::vector<Strip>& strips, const std::vector<std::pair<int, int>>& refused,
                           const CompiledMap& map, std::vector<Finding>& findings) {
  for (const auto& [a, b] : refused) {
    const Strip &from = strips[size_t(a)], &to = strips[size_t(b)];
    size_t at = 0;
    double nearest = 1e300;
    for (const size_t k : {size_t(0), size_t(from.piece_count())})  // the end of `from` that meets `to`
      for (const size_t j : {size_t(0), size_t(to.piece_count())})
        if (const double d = length(middle_of(from, k) - middle_of(to, j)); d < nearest) {
          nearest = d;
          at = k;
        }
    const double along = at == 0 ? 0 : map.lanes[size_t(a)].length_m;
    findings.push_back(finding_at(Fault::wrong_direction, false, middle_of(from, at), 0, strips, size_t(a),
                                  {along, along}, b));
  }
}

void name_nearest_lane(const std::vector<Strip>& strips, Finding& finding) {
  double nearest_m = 1e9;
  for (size_t lane = 0; lane < strips.size(); ++lane) {
    const Strip& strip = strips[lane];
    if (strip.road != finding.road) continue;
    double along = 0;
    for (size_t at = 0; at <= size_t(strip.piece_count()); ++at) {
      const Vec2 middle = middle_of(strip, at);
      if (at > 0) along += length(middle - middle_of(strip, at - 1));
      const double away = length(middle - Vec2{finding.x, finding.y});
      if (away >= nearest_m) continue;
      nearest_m = away;
      finding.lane_id = strip.lane_id, finding.lane = int32_t(lane);
      finding.from_m = finding.to_m = float(along);
    }
  }
}

void find_lights_without_line(const std::vector<Strip>& strips, const std::vector<int>& light_roads,
                              const CompiledMap& map, std::vector<Finding>& findings) {
  std::vector<bool> obeyed(size_t(map.group_count), false);
  for (const StopLine& line : map.stop_lines)
    if (line.signal >= 0) obeyed[size_t(map.signals[size_t(line.signal)].group)] = true;
  for (size_t k = 0; k < map.signals.size(); ++k) {
    const Signal& signal = map.signals[k];
    if (obeyed[size_t(signal.group)]) continue;
    Finding finding{
        Fault::light_without_line, 0, signal.x, signal.y, 0, light_roads[k], 0, -1, 0, -1, -1, 0, 0};
    name_nearest_lane(strips, finding);
    findings.push_back(finding);
  }
}

CheckedMap checked(const CompiledMap& map) {
  return {map.name, map.findings, map.origin_x, map.origin_y, map.road_ids};
}

CheckedMap check_network(const RoadNetwork& network, int threads) {
  return checked(compile(network, threads, {}, CrossedLanes::keep));
}

}  // namespace gigalane
