// Where the ways of two drivers meet, and who of them goes first.
#include "sim/give_way.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "sim/path_ahead.h"

using namespace gigalane;

namespace {

/// A way of constant curvature, from (x, y) on.
PathAhead arc(double x, double y, double heading, double curvature, double spacing_m) {
  PathAhead path{};
  path.spacing_m = float(spacing_m);
  for (int n = 0; n < kPathPoints; ++n) {
    path.x[n] = float(x), path.y[n] = float(y);
    path.ux[n] = float(std::cos(heading)), path.uy[n] = float(std::sin(heading));
    path.place_m[n] = float(n * spacing_m);
    path.curvature[n] = float(curvature);
    const double turn = curvature * spacing_m, chord = heading + turn / 2;
    const double length = std::abs(turn) > 1e-9 ? 2 / curvature * std::sin(turn / 2) : spacing_m;
    x += length * std::cos(chord), y += length * std::sin(chord), heading += turn;
  }
  path.line_m = path.goal_m = path.leaves_m = kNoStop;
  write_pieces(path, 4);
  return path;
}

struct Pair2 {
  PathAhead a, b;
  float width_a, width_b;
};
Pair2 random_pair(std::mt19937& random) {
  const auto within = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  return {arc(0, 0, within(-3, 3), within(-0.1, 0.1), within(1.3, 4)),
          arc(within(-40, 40), within(-40, 40), within(-3, 3), within(-0.1, 0.1), within(1.3, 4)),
          float(within(0.6, 2.6)), float(within(0.6, 2.6))};
}

double distance_to_segment(double x, double y, double ax, double ay, double bx, double by) {
  const double dx = bx - ax, dy = by - ay, squared = dx * dx + dy * dy;
  const double t = squared > 0 ? std::clamp(((x - ax) * dx + (y - ay) * dy) / squared, 0.0, 1.0) : 0;
  return std::hypot(x - ax - t * dx, y - ay - t * dy);
}

/// The first place along `a` at which its middle line is nearer to that of `b` than `reach_m`; -1: nowhere.
double first_near(const PathAhead& a, const PathAhead& b, double reach_m) {
  for (int n = 0; n + 1 < kPathPoints; ++n)
    for (int part = 0; part < 50; ++part) {
      const double t = part / 50.0, x = a.x[n] + t * (a.x[n + 1] - a.x[n]),
                   y = a.y[n] + t * (a.y[n + 1] - a.y[n]);
      for (int m = 0; m + 1 < kPathPoints; ++m)
        if (distance_to_segment(x, y, b.x[m], b.y[m], b.x[m + 1], b.y[m + 1]) < reach_m)
          return a.place_m[n] + t * (a.place_m[n + 1] - a.place_m[n]);
    }
  return -1;
}

bool is_in_strip(double x, double y, const PathAhead& path, double width_m) {
  for (int m = 0; m + 1 < kPathPoints; ++m) {
    const double dx = path.x[m + 1] - path.x[m], dy = path.y[m + 1] - path.y[m], length = std::hypot(dx, dy);
    const double along = ((x - path.x[m]) * dx + (y - path.y[m]) * dy) / length,
                 aside = ((x - path.x[m]) * dy - (y - path.y[m]) * dx) / length;
    if (along > 0 && along < length && std::abs(aside) < width_m / 2) return true;
  }
  return false;
}
/// The first place along `a` at which something of its width is within the strip of `b`; -1: nowhere.
double first_inside(const PathAhead& a, const PathAhead& b, double width_a, double width_b) {
  for (int n = 0; n + 1 < kPathPoints; ++n)
    for (int part = 1; part < 25; ++part)
      for (int side = -8; side <= 8; ++side) {
        const double t = part / 25.0, dx = a.x[n + 1] - a.x[n], dy = a.y[n + 1] - a.y[n];
        const double aside = side / 16.0 * width_a / std::hypot(dx, dy);
        if (is_in_strip(a.x[n] + t * dx - aside * dy, a.y[n] + t * dy + aside * dx, b, width_b))
          return a.place_m[n] + t * std::hypot(dx, dy);
      }
  return -1;
}

}  // namespace

TEST_CASE("ways that cross at right angles meet at the edges of each other") {
  const PathAhead east = arc(0, 0, 0, 0, 2), north = arc(20, -15, M_PI / 2, 0, 2);
  const Meeting m = find_meeting<ScalarLanes>(east, north, 1.8f, 2.2f);
  REQUIRE(m.meet);
  CHECK(m.own_m == doctest::Approx(20 - 1.1 - kMeetingMarginM / 2).epsilon(1e-4));
  CHECK(m.other_m == doctest::Approx(15 - 0.9 - kMeetingMarginM / 2).epsilon(1e-4));
  CHECK(m.own_leaves_m >= 20 + 1.1);
  CHECK(m.own_leaves_m <= 20 + 1.1 + kMeetingMarginM + 2);
  CHECK(std::abs(m.cosine) < 1e-5f);
  CHECK_FALSE(find_meeting<ScalarLanes>(east, arc(20, 5, M_PI / 2, 0, 2), 1.8f, 2.2f).meet);
  CHECK_FALSE(find_meeting<ScalarLanes>(east, arc(0, 3.5, 0, 0, 2), 1.8f, 2.2f).meet);      // the lane beside
  CHECK_FALSE(find_meeting<ScalarLanes>(east, arc(25, 2.6, M_PI, 0, 2), 2.5f, 2.5f).meet);  // past each other
  CHECK(find_meeting<ScalarLanes>(east, arc(25, 2.4, M_PI, 0, 2), 2.5f, 2.5f).meet);
}

TEST_CASE("both drivers see one meeting, at every width of lanes, where a fine search finds it") {
  std::mt19937 random(1);
  int met = 0, apart = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    const Pair2 p = random_pair(random);
    const Meeting m = find_meeting<ScalarLanes>(p.a, p.b, p.width_a, p.width_b);
    const Meeting back = find_meeting<ScalarLanes>(p.b, p.a, p.width_b, p.width_a);
    const Meeting narrow = find_meeting<VectorLanes<8>>(p.a, p.b, p.width_a, p.width_b);
    const Meeting wide = find_meeting<VectorLanes<16>>(p.a, p.b, p.width_a, p.width_b);
    REQUIRE(std::memcmp(&m, &narrow, sizeof m) == 0);
    REQUIRE(std::memcmp(&m, &wide, sizeof m) == 0);
    REQUIRE(m.meet == back.meet);
    const double half_widths = 0.5 * double(p.width_a + p.width_b);
    const double first_m = first_inside(p.a, p.b, double(p.width_a), double(p.width_b));
    CAPTURE(trial);
    if (first_m >= 0) CHECK(m.meet);
    if (!m.meet) {
      ++apart;
      continue;
    }
    ++met;
    CHECK(m.own_m == back.other_m);
    CHECK(m.other_m == back.own_m);
    CHECK(m.own_leaves_m == back.other_leaves_m);
    if (first_m >= 0) CHECK(m.own_m <= first_m + 1e-3);
    // corners of oblique rectangles reach 1.5 half widths beyond the lines
    const double early_m = first_near(p.a, p.b, 2.5 * half_widths + kMeetingMarginM);
    CHECK(early_m >= 0);
    if (early_m >= 0) CHECK(m.own_m >= early_m - double(p.a.spacing_m) - 0.5);
  }
  CHECK(met > 300);
  CHECK(apart > 300);
}

TEST_CASE("of two who meet never both wait, and one does who can if they would be there together") {
  std::mt19937 random(2);
  const auto within = [&](float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random);
  };
  int waits = 0, straight_first = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    const Pair2 p = random_pair(random);
    const Meeting m = find_meeting<ScalarLanes>(p.a, p.b, p.width_a, p.width_b);
    if (!m.meet) continue;
    const Meeting back = find_meeting<ScalarLanes>(p.b, p.a, p.width_b, p.width_a);
    const Approaching a{within(1, 12), within(0, 12)}, b{within(1, 12), within(0, 12)};
    const bool ahead = trial % 2 == 0;
    const bool a_waits = way_to_wait(m, a, b, ahead) < kNoStop,
               b_waits = way_to_wait(back, b, a, !ahead) < kNoStop;
    CAPTURE(trial);
    CHECK_FALSE((a_waits && b_waits));
    waits += a_waits || b_waits;
    const float a_way = m.own_m - 0.5f * a.length_m, b_way = m.other_m - 0.5f * b.length_m;
    const auto can_stop = [](float way, float speed) { return speed * speed < 10.0f * way - 0.1f; };
    const float a_comes = a_way / std::max(a.speed_mps, 2.0f), b_comes = b_way / std::max(b.speed_mps, 2.0f);
    if (can_stop(a_way, a.speed_mps) && can_stop(b_way, b.speed_mps) && std::abs(a_comes - b_comes) < 0.2f)
      CHECK((a_waits || b_waits));
    if (a_way > 0 && b_way > 0 && m.own_bend > 0.05f && m.other_bend < 0.02f) {
      CHECK_FALSE(b_waits);  // who goes straight goes first
      straight_first += a_waits;
    }
    if (a_way > 0 && b_way <= 0) CHECK(way_to_wait(m, a, b, ahead) == a_way);  // it is there
  }
  CHECK(waits > 1000);
  CHECK(straight_first > 50);
}
