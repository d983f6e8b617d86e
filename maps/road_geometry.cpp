#include "maps/road_geometry.h"

#include <algorithm>
#include <cmath>

namespace gigalane {
namespace {

// Gauss-Legendre, 5 points on [-1, 1].
constexpr double kNode[5] = {-0.9061798459386640, -0.5384693101056831, 0, 0.5384693101056831,
                             0.9061798459386640};
constexpr double kWeight[5] = {0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665,
                               0.2369268850561891};

/// Integral of f over [0, length] in `parts` equal parts; f adds its value, times the weight, to sums.
template <class F>
void integrate(double length, int parts, F f) {
  const double half = 0.5 * length / parts;
  for (int part = 0; part < parts; ++part)
    for (int k = 0; k < 5; ++k) f(half * (2 * part + 1 + kNode[k]), half * kWeight[k]);
}

CurvePlace from_local(const Geometry& g, double u, double v, double du, double dv, double curvature) {
  const double c = std::cos(g.heading), s = std::sin(g.heading);
  const double norm = 1 / std::max(std::hypot(du, dv), 1e-12);
  return {g.x + c * u - s * v, g.y + s * u + c * v, (c * du - s * dv) * norm, (s * du + c * dv) * norm,
          curvature};
}

CurvePlace place_on_arc(const Geometry& g, double ds) {
  const double k = g.curvature_start, turn = k * ds;
  if (std::abs(turn) < 1e-9) return from_local(g, ds, 0.5 * k * ds * ds, 1, turn, k);
  return from_local(g, std::sin(turn) / k, (1 - std::cos(turn)) / k, std::cos(turn), std::sin(turn), k);
}

CurvePlace place_on_spiral(const Geometry& g, double ds) {
  const double k0 = g.curvature_start, rate = g.length > 0 ? (g.curvature_end - k0) / g.length : 0;
  const auto heading = [&](double s) { return s * (k0 + 0.5 * rate * s); };
  const double steepest = std::max(std::abs(k0), std::abs(k0 + rate * ds));
  const int parts = 1 + int(std::min(1e4, std::abs(ds) * steepest / 0.5));
  double u = 0, v = 0;
  integrate(ds, parts, [&](double s, double weight) {
    u += weight * std::cos(heading(s));
    v += weight * std::sin(heading(s));
  });
  return from_local(g, u, v, std::cos(heading(ds)), std::sin(heading(ds)), k0 + rate * ds);
}

/// v = v(u): the arc length ds gives u by Newton's method.
CurvePlace place_on_poly3(const Geometry& g, double ds) {
  const auto slope = [&](double u) { return g.v[1] + u * (2 * g.v[2] + u * 3 * g.v[3]); };
  double u = ds / std::hypot(1.0, g.v[1]);
  for (int round = 0; round < 20; ++round) {
    double length = 0;
    integrate(u, 1 + int(std::min(1e3, std::abs(u) / 5)),
              [&](double at, double weight) { length += weight * std::hypot(1.0, slope(at)); });
    const double step = (length - ds) / std::hypot(1.0, slope(u));
    u -= step;
    if (std::abs(step) < 1e-9) break;
  }
  const double dv = slope(u), ddv = 2 * g.v[2] + 6 * g.v[3] * u, norm = std::hypot(1.0, dv);
  return from_local(g, u, g.v[0] + u * (g.v[1] + u * (g.v[2] + u * g.v[3])), 1, dv,
                    ddv / (norm * norm * norm));
}

CurvePlace place_on_param_poly3(const Geometry& g, double ds) {
  const double p = g.normalised ? (g.length > 0 ? ds / g.length : 0) : ds;
  const auto value = [p](const double* c) { return c[0] + p * (c[1] + p * (c[2] + p * c[3])); };
  const auto first = [p](const double* c) { return c[1] + p * (2 * c[2] + p * 3 * c[3]); };
  const auto second = [p](const double* c) { return 2 * c[2] + 6 * c[3] * p; };
  const double du = first(g.u), dv = first(g.v), norm = std::max(std::hypot(du, dv), 1e-12);
  return from_local(g, value(g.u), value(g.v), du, dv,
                    (du * second(g.v) - dv * second(g.u)) / (norm * norm * norm));
}

}  // namespace

const Cubic* record_at(const std::vector<Cubic>& records, double s) {
  if (records.empty()) return nullptr;
  auto next = std::upper_bound(records.begin(), records.end(), s + 1e-9,
                               [](double at, const Cubic& record) { return at < record.s; });
  return next == records.begin() ? &records.front() : &*(next - 1);
}

double value_at(const std::vector<Cubic>& records, double s) {
  const Cubic* record = record_at(records, s);
  return record ? record->value(s) : 0;
}

double slope_at(const std::vector<Cubic>& records, double s) {
  const Cubic* record = record_at(records, s);
  return record ? record->slope(s) : 0;
}

CurvePlace place_on(const Geometry& g, double ds) {
  switch (g.kind) {
    case Geometry::Kind::arc:
      return place_on_arc(g, ds);
    case Geometry::Kind::spiral:
      return place_on_spiral(g, ds);
    case Geometry::Kind::poly3:
      return place_on_poly3(g, ds);
    case Geometry::Kind::param_poly3:
      return place_on_param_poly3(g, ds);
    case Geometry::Kind::line:
      break;
  }
  return from_local(g, ds, 0, 1, 0, 0);
}

CurvePlace place_at(const std::vector<Geometry>& line, double s) {
  auto next =
      std::upper_bound(line.begin(), line.end(), s, [](double at, const Geometry& g) { return at < g.s; });
  const Geometry& g = next == line.begin() ? line.front() : *(next - 1);
  const double ds = std::clamp(s - g.s, 0.0, std::max(g.length, 0.0));
  CurvePlace place = place_on(g, ds);
  const double beyond = s - g.s - ds;
  place.x += beyond * place.direction_x;
  place.y += beyond * place.direction_y;
  return place;
}

}  // namespace gigalane
