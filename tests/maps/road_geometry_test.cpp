// Curves against an independent integration of their heading, in many small steps.
#include "maps/road_geometry.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

using namespace gigalane;

namespace {

struct Walked {
  double x, y, heading;
};

/// Walks along a curve whose curvature is a function of s: midpoint rule, 20,000 steps.
Walked walk(const Geometry& g, double to, const std::function<double(double)>& curvature) {
  Walked at{g.x, g.y, g.heading};
  const int steps = 20000;
  const double h = to / steps;
  for (int k = 0; k < steps; ++k) {
    const double middle = at.heading + 0.5 * h * curvature((k + 0.25) * h);
    at.x += h * std::cos(middle);
    at.y += h * std::sin(middle);
    at.heading += h * curvature((k + 0.5) * h);
  }
  return at;
}

void check_against(const Geometry& g, const std::function<double(double)>& curvature) {
  for (const double fraction : {0.0, 0.1, 0.37, 0.5, 0.93, 1.0}) {
    const double s = fraction * g.length;
    const CurvePlace place = place_on(g, s);
    const Walked walked = walk(g, s, curvature);
    CAPTURE(s);
    CHECK(std::hypot(place.x - walked.x, place.y - walked.y) < 1e-4);
    CHECK(std::abs(place.direction_x - std::cos(walked.heading)) < 1e-6);
    CHECK(std::abs(place.direction_y - std::sin(walked.heading)) < 1e-6);
    CHECK(place.curvature == doctest::Approx(curvature(s)).epsilon(1e-6));
  }
}

Geometry at_an_angle(Geometry::Kind kind, double length) {
  Geometry g;
  g.kind = kind;
  g.x = 12;
  g.y = -7;
  g.heading = 2.3;
  g.length = length;
  return g;
}

}  // namespace

TEST_CASE("a line goes straight on") {
  check_against(at_an_angle(Geometry::Kind::line, 80), [](double) { return 0.0; });
}

TEST_CASE("an arc keeps its curvature, however small") {
  for (const double curvature : {0.2, -0.05, 1e-12}) {
    Geometry g = at_an_angle(Geometry::Kind::arc, 40);
    g.curvature_start = g.curvature_end = curvature;
    check_against(g, [=](double) { return curvature; });
  }
}

TEST_CASE("a spiral changes its curvature evenly, also through zero and around more than once") {
  for (const auto& [start, end, length] :
       {std::array{0.0, 0.1, 30.0}, {-0.08, 0.12, 50.0}, {0.01, 0.5, 60.0}}) {
    Geometry g = at_an_angle(Geometry::Kind::spiral, length);
    g.curvature_start = start;
    g.curvature_end = end;
    check_against(
        g, [=, from = start, to = end, size = length](double s) { return from + (to - from) * s / size; });
  }
}

TEST_CASE("a cubic is measured along its arc") {
  Geometry g = at_an_angle(Geometry::Kind::poly3, 50);
  g.v[2] = 0.01;
  g.v[3] = -1e-4;
  // u by walking along the curve in small steps
  double u = 0, length = 0;
  const double du = 1e-5;
  while (length < g.length) {
    const double slope = 2 * g.v[2] * (u + du / 2) + 3 * g.v[3] * (u + du / 2) * (u + du / 2);
    length += du * std::hypot(1.0, slope);
    u += du;
  }
  const double v = g.v[2] * u * u + g.v[3] * u * u * u;
  const CurvePlace place = place_on(g, g.length);
  CHECK(place.x == doctest::Approx(g.x + u * std::cos(g.heading) - v * std::sin(g.heading)).epsilon(1e-6));
  CHECK(place.y == doctest::Approx(g.y + u * std::sin(g.heading) + v * std::cos(g.heading)).epsilon(1e-6));
}

TEST_CASE("a parametric cubic runs over its parameter, from 0 to 1 or to its length") {
  Geometry g = at_an_angle(Geometry::Kind::param_poly3, 20);
  const double u[4] = {0, 19, 1, -0.5}, v[4] = {0, 0, 4, -1};
  std::copy(u, u + 4, g.u);
  std::copy(v, v + 4, g.v);
  g.normalised = true;
  const CurvePlace middle = place_on(g, 10);
  const double pu = 0.5 * 19 + 0.25 - 0.125 * 0.5, pv = 0.25 * 4 - 0.125;
  CHECK(middle.x == doctest::Approx(g.x + pu * std::cos(g.heading) - pv * std::sin(g.heading)));
  CHECK(middle.y == doctest::Approx(g.y + pu * std::sin(g.heading) + pv * std::cos(g.heading)));
  Geometry by_length = g;  // the same curve with p = 20 times as large
  by_length.normalised = false;
  for (int k = 0; k < 4; ++k) by_length.u[k] /= std::pow(20.0, k), by_length.v[k] /= std::pow(20.0, k);
  for (const double s : {0.0, 3.0, 20.0}) {
    CHECK(place_on(by_length, s).x == doctest::Approx(place_on(g, s).x));
    CHECK(place_on(by_length, s).y == doctest::Approx(place_on(g, s).y));
    CHECK(place_on(by_length, s).curvature == doctest::Approx(place_on(g, s).curvature));
  }
}

TEST_CASE("records hold from their s to the next, lines go on beyond their ends") {
  const std::vector<Cubic> records{{0, 1, 0.5, 0, 0}, {10, 3, 0, 0.25, 0}};
  CHECK(value_at(records, 4) == 3);
  CHECK(value_at(records, 12) == 4);
  CHECK(slope_at(records, 12) == 1);
  CHECK(value_at({}, 5) == 0);
  Geometry g = at_an_angle(Geometry::Kind::line, 10);
  g.heading = 0;
  CHECK(place_at({g}, 15).x == doctest::Approx(g.x + 15));
}
