// Reference for swept tests: a body's corners in double precision, a thousandth of the way after another.
#pragma once
#include <algorithm>
#include <cmath>

#include "sim/sweep.h"

namespace gigalane::testing {

struct FinePose {
  double x, y, heading;
};

/// The pose at a fraction of a step: the rear axle's own arc, in double precision.
inline FinePose pose_at(const Sweep& s, double fraction) {
  const double rear = 0.3 * double(s.length);
  const double heading = std::atan2(double(s.begin.sin_heading), double(s.begin.cos_heading));
  const double d = double(s.arc.distance) * fraction, k = s.arc.curvature, turn = d * k;
  const double ahead = std::abs(turn) < 1e-9 ? d : std::sin(turn) / k;
  const double left = std::abs(turn) < 1e-9 ? 0.5 * d * turn : (1 - std::cos(turn)) / k;
  const double x =
      s.begin.x - rear * std::cos(heading) + std::cos(heading) * ahead - std::sin(heading) * left;
  const double y =
      s.begin.y - rear * std::sin(heading) + std::sin(heading) * ahead + std::cos(heading) * left;
  return {x + rear * std::cos(heading + turn), y + rear * std::sin(heading + turn), heading + turn};
}

struct FineBox {
  double x, y, c, s, half_length, half_width;
};
inline FineBox box_at(const Sweep& s, double fraction, double grown) {
  const FinePose p = pose_at(s, fraction);
  return {p.x, p.y, std::cos(p.heading), std::sin(p.heading), 0.5 * s.length + grown, 0.5 * s.width + grown};
}
inline bool overlap(const FineBox& a, const FineBox& b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double c = std::abs(a.c * b.c + a.s * b.s), s = std::abs(a.c * b.s - a.s * b.c);
  return std::abs(a.c * dx + a.s * dy) <= a.half_length + b.half_length * c + b.half_width * s &&
         std::abs(a.c * dy - a.s * dx) <= a.half_width + b.half_length * s + b.half_width * c &&
         std::abs(b.c * dx + b.s * dy) <= b.half_length + a.half_length * c + a.half_width * s &&
         std::abs(b.c * dy - b.s * dx) <= b.half_width + a.half_length * s + a.half_width * c;
}
/// No more than the distance between the boxes; 0 or less exactly where they touch.
inline double gap(const FineBox& a, const FineBox& b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double c = std::abs(a.c * b.c + a.s * b.s), s = std::abs(a.c * b.s - a.s * b.c);
  return std::max(
      std::max(std::abs(a.c * dx + a.s * dy) - (a.half_length + b.half_length * c + b.half_width * s),
               std::abs(a.c * dy - a.s * dx) - (a.half_width + b.half_length * s + b.half_width * c)),
      std::max(std::abs(b.c * dx + b.s * dy) - (b.half_length + a.half_length * c + a.half_width * s),
               std::abs(b.c * dy - b.s * dx) - (b.half_width + a.half_length * s + a.half_width * c)));
}
/// The way of any corner in the step, at most.
inline double most_motion(const Sweep& s) {
  const double turn = std::abs(double(s.arc.distance) * s.arc.curvature);
  return std::abs(double(s.arc.distance)) + turn * (s.length + s.width);
}
/// Steps for which no corner moves more than a millimetre and a half between two.
inline int fine_steps(const Sweep& s) {
  const double turn = std::abs(double(s.arc.distance) * s.arc.curvature);
  return 2 + int((std::abs(double(s.arc.distance)) + turn * s.length) / 1.5e-3);
}

}  // namespace gigalane::testing
