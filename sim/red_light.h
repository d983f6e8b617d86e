/// Whether the front of a vehicle crosses a stop line on red. The event belongs to the step of crossing
/// alone: who is already inside the junction when the light turns has done nothing.
#pragma once
#include "maps/affine.h"
#include "maps/map_view.h"

namespace gigalane {

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
