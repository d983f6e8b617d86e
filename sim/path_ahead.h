/// The way ahead of an agent along its route: points at equal distances, on to its next goals, straight on
/// beyond the last.
#pragma once
#include "maps/route.h"
#include "sim/goals.h"
#include "sim/localise.h"
#include "sim/path_points.h"

namespace gigalane {

/// A place on the way, and the goal that leads on from it.
struct PathPlace {
  int quad;
  float along_m;  ///< past the middle of the quad, world
  int goal_index;
  float beyond_m;     ///< past the last goal, straight on
  float no_change_m;  ///< on which a lane change is still under way (maps/route.h)
};

/// `ahead_m` on.
HOST_DEVICE PathPlace path_onward(const WorldView& v, const WorldMap& w, int slot, PathPlace at,
                                  float ahead_m) {
  for (int goals = 0; goals < kMaxGoals && at.goal_index < int(v.goal_count[slot]); ++goals) {
    const int goal = v.goal[slot * kMaxGoals + at.goal_index];
    const float rest = world_route(w, at.quad, at.along_m, goal);
    if (ahead_m < rest) {
      at.quad = route_quad(w.map, at.quad, at.along_m / w.scale, goal, ahead_m / w.scale, at.no_change_m);
      at.along_m = 0;
      return at;
    }
    ahead_m -= rest;
    at = {w.map.lane_point_quad[goal], 0, at.goal_index + 1, 0, at.no_change_m};
  }
  at.beyond_m += ahead_m;
  return at;
}

HOST_DEVICE void write_path_point(const WorldMap& w, const PathPlace& at, PathAhead& path, int n) {
  const Quad& q = w.map.quads[at.quad];
  const Point p = apply(w.variant, q.x, q.y), t = apply_direction(w.variant, q.tangent_x, q.tangent_y);
  const float stretch = square_root(t.x * t.x + t.y * t.y);
  path.ux[n] = t.x / stretch, path.uy[n] = t.y / stretch;
  path.x[n] = p.x + path.ux[n] * (at.along_m + at.beyond_m);
  path.y[n] = p.y + path.uy[n] * (at.along_m + at.beyond_m);
  path.place_m[n] = n == 0 ? 0.0f
                           : path.place_m[n - 1] + (path.x[n] - path.x[n - 1]) * path.ux[n - 1] +
                                 (path.y[n] - path.y[n - 1]) * path.uy[n - 1];
  path.curvature[n] = q.curvature * determinant(w.variant) / (stretch * stretch * stretch);
  path.speed_limit_mps[n] = q.speed_limit_mps;
}

/// How far point n of a path lies to the left of where point n - 1 leads: the tangent half way between two
/// points of an arc is along its chord.
HOST_DEVICE float lane_shift(const PathAhead& path, int n) {
  const float ux = path.ux[n - 1] + path.ux[n], uy = path.uy[n - 1] + path.uy[n];
  return ((path.y[n] - path.y[n - 1]) * ux - (path.x[n] - path.x[n - 1]) * uy) /
         maximum(square_root(ux * ux + uy * uy), 1e-3f);
}

/// Spreads a lane change between points n - 1 and n, `shift_m` to the left, over the way that one takes.
HOST_DEVICE void spread_change(PathAhead& path, int n, float shift_m, float way_m) {
  for (int m = n; m < kPathPoints; ++m) {
    const float rest = shift_m * maximum(1.0f - (path.place_m[m] - path.place_m[n - 1]) / way_m, 0.0f);
    path.x[m] += path.uy[m] * rest;
    path.y[m] -= path.ux[m] * rest;
  }
}

/// The path of an agent, kPathPoints points `spacing_m` apart. Where it changes lanes it begins at the agent.
HOST_DEVICE void find_path(const WorldView& v, const WorldMap& w, int slot, float spacing_m,
                           PathAhead& path) {
  PathPlace at{v.quad[slot], v.frenet[slot].a, v.goal_index[slot], 0, 0};
  float before = 0;
  path.spacing_m = spacing_m;
  bool changes[kPathPoints];
  for (int n = 0; n < kPathPoints; ++n) {
    write_path_point(w, at, path, n);
    changes[n] = at.no_change_m > before;
    before = at.no_change_m;
    at = path_onward(v, w, slot, at, spacing_m);
  }
  for (int n = kPathPoints - 1; n > 0; --n)
    if (changes[n])
      spread_change(path, n, lane_shift(path, n) - (n == 1 ? v.frenet[slot].b : 0.0f), kLaneChangeWayM);
}

/// The pieces between the points, as far as the middle of a body goes that stops `length_m` / 2 before.
HOST_DEVICE void write_pieces(PathAhead& path, float length_m) {
  const float stop_m = minimum(path.line_m, path.goal_m);
  for (int n = 0; n < kPathPoints; ++n) {
    const int next = n + 1 < kPathPoints ? n + 1 : n;
    const float dx = path.x[next] - path.x[n], dy = path.y[next] - path.y[n];
    const float long_m = square_root(dx * dx + dy * dy);
    const bool goes = next > n && long_m > 1e-3f && path.place_m[n] < stop_m + 0.5f * length_m;
    path.piece_x[n] = path.x[n] + 0.5f * dx, path.piece_y[n] = path.y[n] + 0.5f * dy;
    path.piece_ux[n] = goes ? dx / long_m : path.ux[n];
    path.piece_uy[n] = goes ? dy / long_m : path.uy[n];
    path.piece_half_m[n] = goes ? 0.5f * long_m : -1.0f;
  }
}

/// The point of a path `ahead_m` on, between the points beside it.
HOST_DEVICE Point path_point(const PathAhead& path, float ahead_m) {
  const float place = clamp(ahead_m / path.spacing_m, 0.0f, float(kPathPoints - 1) - 1e-3f);
  const int n = int(place);
  const float share = place - float(n);
  return {path.x[n] + (path.x[n + 1] - path.x[n]) * share, path.y[n] + (path.y[n + 1] - path.y[n]) * share};
}

}  // namespace gigalane
