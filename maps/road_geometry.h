/// The curves that roads are made of: OpenDRIVE's reference line geometries and cubic records.
#pragma once
#include <vector>

namespace gigalane {

/// value(s) = a + b ds + c ds^2 + d ds^3 with ds = s - this->s; holds until the next record.
struct Cubic {
  double s = 0, a = 0, b = 0, c = 0, d = 0;
  double value(double at) const {
    const double ds = at - s;
    return a + ds * (b + ds * (c + ds * d));
  }
  double slope(double at) const {
    const double ds = at - s;
    return b + ds * (2 * c + ds * 3 * d);
  }
};

/// The record that holds at `s`: the last one that starts at or before it (the first one before that);
/// null if there is none. Records are sorted by s.
const Cubic* record_at(const std::vector<Cubic>& records, double s);
double value_at(const std::vector<Cubic>& records, double s);  ///< 0 without records
double slope_at(const std::vector<Cubic>& records, double s);  ///< 0 without records

/// A place on a curve: direction is a unit vector, curvature is positive to the left.
struct CurvePlace {
  double x, y, direction_x, direction_y, curvature;
};

/// One piece of a reference line.
struct Geometry {
  enum class Kind { line, arc, spiral, poly3, param_poly3 } kind = Kind::line;
  double s = 0, x = 0, y = 0, heading = 0, length = 0;
  double curvature_start = 0, curvature_end = 0;  ///< arc (both the same) and spiral
  double u[4] = {0, 1, 0, 0};                     ///< paramPoly3
  double v[4] = {0, 0, 0, 0};                     ///< poly3 (of u) and paramPoly3 (of p)
  bool normalised = false;                        ///< paramPoly3: p runs from 0 to 1, not to the length
};

/// The place `ds` metres along one piece; exact for lines and arcs, to about a micrometre else.
CurvePlace place_on(const Geometry& piece, double ds);
/// The place at `s` on a whole reference line; beyond its ends it goes straight on. Not for an empty line.
CurvePlace place_at(const std::vector<Geometry>& line, double s);

}  // namespace gigalane
