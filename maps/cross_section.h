/// A road cut across at one s: where its lanes begin and end, and how high they lie; internal to maps/.
#pragma once
#include "maps/road_height.h"
#include "maps/strips.h"

namespace gigalane {

/// Everything about a road at one s that its lanes need.
struct CrossSection {
  double s;
  CurvePlace place;
  double offset, offset_slope;  ///< t of the lanes' centre
  HeightProfile height;
};
CrossSection cross_section(const Road& road, double s);

Vec2 point_at(const CrossSection& c, double t);
/// Direction of the line at t (unit), which need not be parallel to the reference line.
Vec2 direction_at(const CrossSection& c, double t, double t_slope);

/// Inner and outer border of a lane as t, with their slopes along s.
struct Borders {
  double inner, outer, inner_slope, outer_slope;
  double width() const { return std::abs(outer - inner); }
};
Borders borders_of(const LaneSection& section, int lane_id, const CrossSection& c);

/// The height in the middle of a lane. Level lanes lie as high as their inner border, and those outside of
/// them go on from there.
double height_of(const LaneSection& section, const RoadLane& lane, const CrossSection& c);

/// Some sources let a lane jump to another width less than a metre before it ends or after it begins, to have
/// that of the next lane at the joint itself. A piece that reached from one width to the other would kink:
/// the records beyond the jump are left out, and the jump is left to the joint (fit_strips).
LaneSection without_slivers(LaneSection section, double length_m);

}  // namespace gigalane
