/// Whether the front of a vehicle crosses a stop line, on red or past a sign. The event belongs to the step
/// of crossing alone: who is already inside the junction when the light turns has done nothing.
#pragma once
#include "maps/affine.h"
#include "maps/map_view.h"
#include "sim/config.h"

namespace gigalane {

constexpr float kStandingMps = 0.1f;  ///< slower is standing
constexpr float kStandBeforeM = 5;    ///< standing this near before a stop sign's line counts

/// What RewardConfig says of signs.
struct SignRules {
  float stop_penalty = 0, yield_penalty = 0, yield_speed_mps = 0;
  HOST_DEVICE bool any() const { return stop_penalty > 0 || yield_penalty > 0; }
};
HOST_DEVICE SignRules sign_rules(const RewardConfig& c) {
  return {c.stop_sign, c.yield_sign, c.yield_speed_mps};
}

/// Whether the way from `from` to `to` (base map) crosses the line from behind to ahead. Ahead of the line is
/// to the right of the way from its right to its left end.
HOST_DEVICE bool crosses_line(const StopLine& line, Point from, Point to) {
  const float ux = line.x1 - line.x0, uy = line.y1 - line.y0;
  const float side_from = uy * (from.x - line.x0) - ux * (from.y - line.y0);
  const float side_to = uy * (to.x - line.x0) - ux * (to.y - line.y0);
  if (!(side_from < 0.0f && side_to >= 0.0f)) return false;
  const float share = side_from / (side_from - side_to);
  const float x = from.x + share * (to.x - from.x), y = from.y + share * (to.y - from.y);
  const float along = (x - line.x0) * ux + (y - line.y0) * uy;
  return along >= 0.0f && along <= ux * ux + uy * uy;
}

}  // namespace gigalane
