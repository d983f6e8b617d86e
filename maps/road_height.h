/// How high a road's surface lies, across and along: elevation, superelevation, crossfall, shape, lane
/// height.
#pragma once
#include "maps/road_network.h"

namespace gigalane {

/// Heights of one cross-section of a road, metres. OpenDRIVE 1.8, 10.5 (elevation, superelevation, shape) and
/// 11.6 (lane height); crossfall is 1.4's (5.3.6):
///
///   z(s, t) = elevation(s) + t tan(superelevation(s)) - |t| tan(crossfall of t's side(s)) + shape(s, t)
///
/// shape(s, t) is linear in s between the profiles on either side of s, and that of the first or last profile
/// beyond them. A profile is cubic in dt = t - t of its record, from each record to the next; below its first
/// record it stays at that one's height. Angles are radians; x and y do not move with the tilt.
class HeightProfile {
 public:
  HeightProfile(const Road& road, double s);
  /// z at t.
  double surface(double t) const;

 private:
  const Road& road_;
  double elevation_, bank_, fall_left_, fall_right_;
  size_t profile_ = 0;  ///< the last one at or before s
  double to_next_ = 0;  ///< share of the way from there to the next one
};

/// How much a lane is raised above the surface `ds` metres from its section's start, in its middle: halfway
/// between `inner` and `outer`, linear between records, as the nearest record beyond them; 0 without records.
double raised_by(const RoadLane& lane, double ds);

}  // namespace gigalane
