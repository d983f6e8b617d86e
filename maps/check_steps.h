/// The parts of a check; internal to maps/. Lane k of the map is strip k.
#pragma once
#include <utility>
#include <vector>

#include "maps/check.h"
#include "maps/compile_steps.h"
#include "maps/finding.h"

namespace gigalane {

constexpr double kOpenGapM = 0.05;     ///< between the middles of two lanes that follow each other
constexpr double kBlockingGapM = 0.2;  ///< a wider one, of sides and middle, has a boundary across the lane
constexpr double kStepM = 0.3;
constexpr double kTurnDegrees = 1;        ///< from a lane to the next
constexpr double kKinkDegrees = 10;       ///< within a lane: beyond what a car can steer
constexpr double kTightestRadiusM = 4.4;  ///< of a car: 0.6 x 4.5 m between its axles, steered by 0.55 rad
constexpr double kHalfTurnDegrees = 90;
constexpr double kOverlapM = 0.5;
/// Nearer to the end of a lane that no other goes on from, a car sticks out of it.
constexpr double kOpenEndM = 0.5 * kCarLengthM + 0.5;

/// The first piece of a strip whose quad is not convex; -1 if there is none.
int crossed_piece(const Strip& strip);
/// Strips whose borders cross, at the first place of each. After fit_strips().
void find_crossed_quads(const std::vector<Strip>& strips, std::vector<Finding>& findings);
/// Links that link_strips() left out as directions disagree.
void find_wrong_directions(const std::vector<Strip>& strips, const std::vector<std::pair<int, int>>& refused,
                           const CompiledMap& map, std::vector<Finding>& findings);
/// Gaps, steps and kinks.
void find_joint_faults(const std::vector<Strip>& strips, const CompiledMap& map,
                       std::vector<Finding>& findings);
/// Places where the reference line of a road with lanes of its own widths jumps within a lane section.
void find_torn_lines(const RoadNetwork& network, const std::vector<Strip>& strips, const CompiledMap& map,
                     std::vector<Finding>& findings);
/// Lanes that are narrower than a car or where one touches the boundary.
void find_narrow_lanes(const std::vector<Strip>& strips, const CompiledMap& map,
                       std::vector<Finding>& findings);
/// Dead ends, open starts, and parts outside of the routable one.
void find_lost_parts(const std::vector<Strip>& strips, const CompiledMap& map,
                     std::vector<Finding>& findings);
/// Lanes on the same ground of one level, but where junctions, joints or direct junctions part them.
void find_overlaps(const RoadNetwork& network, const std::vector<Strip>& strips, const CompiledMap& map,
                   std::vector<Finding>& findings);
void find_lights_without_line(const std::vector<Strip>& strips, const std::vector<int>& light_roads,
                              const CompiledMap& map, std::vector<Finding>& findings);

/// Metres from a lane's start.
struct Stretch {
  double from_m = 0, to_m = 0;
};

/// A finding about a strip at a place.
inline Finding finding_at(Fault fault, bool traps, Vec2 at, double value, const std::vector<Strip>& strips,
                          size_t lane, Stretch stretch, int other = -1) {
  const Strip& own = strips[lane];
  return {fault,
          traps,
          float(at.x),
          float(at.y),
          float(value),
          own.road,
          own.lane_id,
          other < 0 ? -1 : strips[size_t(other)].road,
          other < 0 ? 0 : strips[size_t(other)].lane_id,
          int32_t(lane),
          other,
          float(stretch.from_m),
          float(stretch.to_m)};
}
/// Whether no lane leads into a strip, though it does not widen out of the side of its road.
inline bool starts_open(const Strip& strip) { return strip.predecessors.empty() && strip.begins_section(); }
inline Vec2 middle_of(const Strip& strip, size_t k) { return 0.5 * (strip.left[k] + strip.right[k]); }

/// Names the lane of the finding's road that is nearest to its place.
void name_nearest_lane(const std::vector<Strip>& strips, Finding& finding);
/// All of the above, sorted, into map.findings.
void find_faults(const RoadNetwork& network, const std::vector<Strip>& strips,
                 const std::vector<std::pair<int, int>>& refused_links, const std::vector<int>& light_roads,
                 CompiledMap& map);
void sort_findings(std::vector<Finding>& findings);

}  // namespace gigalane
