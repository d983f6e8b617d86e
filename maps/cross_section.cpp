#include "maps/cross_section.h"

#include <algorithm>

namespace gigalane {

CrossSection cross_section(const Road& road, double s) {
  return {s, place_at(road.geometry, s), value_at(road.lane_offset, s), slope_at(road.lane_offset, s),
          HeightProfile(road, s)};
}

Vec2 point_at(const CrossSection& c, double t) {
  return {c.place.x - t * c.place.direction_y, c.place.y + t * c.place.direction_x};
}

Vec2 direction_at(const CrossSection& c, double t, double t_slope) {
  const double along = 1 - t * c.place.curvature;
  const Vec2 d{along * c.place.direction_x - t_slope * c.place.direction_y,
               along * c.place.direction_y + t_slope * c.place.direction_x};
  const double norm = length(d);
  return norm > 1e-9 ? (1 / norm) * d : Vec2{c.place.direction_x, c.place.direction_y};
}

Borders borders_of(const LaneSection& section, int lane_id, const CrossSection& c) {
  const int sign = lane_id > 0 ? 1 : -1;
  Borders b{c.offset, c.offset, c.offset_slope, c.offset_slope};
  for (int id = sign; id * sign <= lane_id * sign; id += sign) {
    b.inner = b.outer;
    b.inner_slope = b.outer_slope;
    const RoadLane* lane = section.find(id);
    if (!lane) continue;
    const double ds = c.s - section.s;
    if (!lane->borders.empty()) {  // given as t, whose sign some programs leave out
      const double t = value_at(lane->borders, ds);
      b.outer = sign * std::max(std::abs(t), sign * b.inner);
      b.outer_slope = sign * t < 0 ? -slope_at(lane->borders, ds) : slope_at(lane->borders, ds);
      continue;
    }
    b.outer += sign * std::max(0.0, value_at(lane->widths, ds));
    b.outer_slope += sign * slope_at(lane->widths, ds);
  }
  return b;
}

double height_of(const LaneSection& section, const RoadLane& lane, const CrossSection& c) {
  const Borders own = borders_of(section, lane.id, c);
  const double middle = c.height.surface(0.5 * (own.inner + own.outer));
  double tilt = lane.level ? middle - c.height.surface(own.inner) : 0;
  for (const RoadLane& inside : section.lanes) {
    if (!inside.level || inside.id * lane.id <= 0 || std::abs(inside.id) >= std::abs(lane.id)) continue;
    const Borders b = borders_of(section, inside.id, c);
    tilt += c.height.surface(b.outer) - c.height.surface(b.inner);
  }
  return middle - tilt + raised_by(lane, c.s - section.s);
}

}  // namespace gigalane
