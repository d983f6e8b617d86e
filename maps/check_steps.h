/// The parts of a check; internal to maps/. Lane k of the map is strip k.
#pragma once
#include <utility>
#include <vector>

#include "maps/compile_steps.h"
#include "maps/finding.h"

namespace gigalane {

constexpr double kOpenGapM = 0.1;      ///< nearer ends have been joined
constexpr double kBlockingGapM = 0.2;  ///< a wider one has a boundary across the lane
constexpr double kStepM = 0.3;
constexpr double kKinkDegrees = 10;       ///< beyond what a car can steer
constexpr double kTightestRadiusM = 4.4;  ///< of a car: 0.6 x 4.5 m between its axles, steered by 0.55 rad
constexpr double kHalfTurnDegrees = 90;
constexpr double kOverlapM = 0.5;

/// The first piece of a strip whose quad is not convex; -1 if there is none.
int crossed_piece(const Strip& strip);
/// Strips whose borders cross: where make_quads() would stop. After fit_strips().
void find_crossed_quads(const std::vector<Strip>& strips, std::vector<Finding>& findings);
/// Links that link_strips() left out as directions disagree.
void find_wrong_directions(const std::vector<Strip>& strips, const std::vector<std::pair<int, int>>& refused,
                           std::vector<Finding>& findings);
/// Gaps, steps and kinks.
void find_joint_faults(const std::vector<Strip>& strips, const CompiledMap& map,
                       std::vector<Finding>& findings);
/// Lanes that are narrower than a car or where one touches the boundary.
void find_narrow_lanes(const std::vector<Strip>& strips, const CompiledMap& map,
                       std::vector<Finding>& findings);
/// Dead ends, and parts outside of the routable one.
void find_lost_parts(const std::vector<Strip>& strips, const CompiledMap& map,
                     std::vector<Finding>& findings);
void find_overlaps(const std::vector<Strip>& strips, const CompiledMap& map, std::vector<Finding>& findings);
void find_lights_without_line(const CompiledMap& map, std::vector<Finding>& findings);

/// A finding about a strip at a place.
inline Finding finding_at(Fault fault, bool traps, Vec2 at, double value, const Strip& strip,
                          const Strip* other = nullptr) {
  return {fault,
          traps,
          float(at.x),
          float(at.y),
          float(value),
          strip.road,
          strip.lane_id,
          other ? other->road : -1,
          other ? other->lane_id : 0};
}
inline Vec2 middle_of(const Strip& strip, size_t k) { return 0.5 * (strip.left[k] + strip.right[k]); }

/// All of the above but the crossed quads, sorted, into map.findings.
void find_faults(const std::vector<Strip>& strips, const std::vector<std::pair<int, int>>& refused_links,
                 CompiledMap& map);
void sort_findings(std::vector<Finding>& findings);

}  // namespace gigalane
