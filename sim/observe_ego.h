/// What an agent knows of itself: its body and motion, its lane, goals, reward coefficients and route; and
/// the stop lines around it. Plain numbers, one after another: on a warp the threads share them out.
#pragma once
#include <type_traits>

#include "base/lanes.h"
#include "base/scalar.h"
#include "maps/affine.h"
#include "maps/route.h"
#include "sim/ego_features.h"
#include "sim/world_view.h"

namespace gigalane {

/// Shares of the work of a warp: thread n of L takes items n, n + threads, ...
template <class L>
LANES_FUNCTION int own_thread() {
  if constexpr (std::is_same_v<L, WarpLanes>)
    return L::lane_index();
  else
    return 0;
}
template <class L>
constexpr int kThreads = std::is_same_v<L, WarpLanes> ? 32 : 1;

/// One agent of a world, as the ego vector needs it.
struct EgoPlace {
  int world, slot;
  const Quad* quad;
  Affine frame;       ///< base map to the ego's frame
  float determinant;  ///< of the world's variant
  float scale;        ///< sqrt(abs(determinant))
  int goal_index, goal_count;
};

/// The light of a stop line as features red, yellow, green; all 0 for a sign, or a light that is off.
HOST_DEVICE void write_light(const WorldView& world, int world_index, const StopLine& line,
                             float* red_yellow_green) {
  LightState state = LightState::off;
  if (line.signal >= 0)
    state = LightState(world.signal_state[world_index * world.signal_stride + line.signal]);
  red_yellow_green[0] = state == LightState::red ? 1.0f : 0.0f;
  red_yellow_green[1] = state == LightState::yellow ? 1.0f : 0.0f;
  red_yellow_green[2] = state == LightState::green ? 1.0f : 0.0f;
}

/// Itself and its lane: the first 20 features.
HOST_DEVICE void write_self(const WorldView& world, const EgoPlace& at, float* e) {
  const Record frenet = world.frenet[at.slot], motion = world.motion[at.slot];
  const Record body = world.body[at.slot], trait = world.trait[at.slot];
  const Quad& quad = *at.quad;
  // the lane's curvature in the world: kappa det A / |A t|^3; the ego's frame only turns what A made
  const Point tangent = apply_direction(at.frame, quad.tangent_x, quad.tangent_y);
  const float square = tangent.x * tangent.x + tangent.y * tangent.y;
  const float cube = maximum(square * square_root(square), 1e-20f);
  const float route = maximum(body.d, 0.0f);

  e[kEgoOffset] = frenet.b * 0.5f;
  e[kEgoLaneCos] = frenet.c;
  e[kEgoLaneSin] = frenet.d;
  e[kEgoLaneCurvature] = quad.curvature * at.determinant / cube * 10.0f;
  e[kEgoSpeed] = motion.a * kSpeedScale;
  e[kEgoSlowSpeed] = minimum(motion.a, 5.0f) * 0.2f;
  e[kEgoSpeedLimit] = quad.speed_limit_mps * kSpeedScale;
  e[kEgoSteering] = motion.d * 1.8f;
  e[kEgoAccelerationAlong] = motion.b * 0.2f;
  e[kEgoAccelerationAcross] = motion.c * 0.25f;
  e[kEgoAccelerationTrait] = (trait.c - 1.0f) * 2.0f;
  e[kEgoThrottleTrait] = (trait.a - 1.0f) * 4.0f;
  e[kEgoSteerTrait] = (trait.b - 1.0f) * 4.0f;
  e[kEgoSpeedTrait] = (trait.d - 1.0f) * 2.0f;
  e[kEgoLength] = body.a * 0.2f;
  e[kEgoWidth] = body.b * 0.4f;
  e[kEgoReversing] = motion.a < 0.0f ? 1.0f : 0.0f;
  e[kEgoRouteNear] = route / (route + 50.0f);
  e[kEgoRouteFar] = minimum(route, 1000.0f) * 0.002f;
  e[kEgoLastGoal] = at.goal_index + 1 >= at.goal_count ? 1.0f : 0.0f;
}

/// Goal `n` from the current one on, 0 beyond the last.
HOST_DEVICE void write_goal(const WorldView& world, const MapView& map, const EgoPlace& at, int n, float* g) {
  const int goal = at.goal_index + n;
  if (goal >= at.goal_count) {
    g[kGoalX] = g[kGoalY] = g[kGoalNearness] = g[kGoalWithin] = 0.0f;
    return;
  }
  const Record point = map.lane_points[world.goal[at.slot * kMaxGoals + goal]];
  const Point p = apply(at.frame, point.a, point.b);
  const float radius = square_root(p.x * p.x + p.y * p.y), nearness = 1.0f / (20.0f + radius);
  const float within = radius < world.coefficient[at.slot * kCoefficientCount + kGoalRadius] ? 1.0f : 0.0f;
  g[kGoalX] = p.x * nearness;
  g[kGoalY] = p.y * nearness;
  g[kGoalNearness] = 20.0f * nearness;
  g[kGoalWithin] = n == 0 ? within : 1.0f;
}

/// A point of the route ahead; 0 where there is no goal.
HOST_DEVICE void write_hint(const WorldView& world, const MapView& map, const EgoPlace& at, int n, float* h) {
  h[kHintX] = h[kHintY] = h[kHintCos] = h[kHintSin] = 0.0f;
  if (at.goal_index >= at.goal_count) return;
  const float ahead = route_hint_ahead(n);
  const int goal = world.goal[at.slot * kMaxGoals + at.goal_index];
  const int quad =
      route_quad(map, world.quad[at.slot], world.frenet[at.slot].a / at.scale, goal, ahead / at.scale);
  const Record pose = map.quad_pose[quad];
  const Point p = apply(at.frame, pose.a, pose.b), t = apply_direction(at.frame, pose.c, pose.d);
  const float normalise = 1.0f / maximum(square_root(t.x * t.x + t.y * t.y), 1e-10f);
  h[kHintX] = p.x / ahead;
  h[kHintY] = 2.0f * p.y / ahead;
  h[kHintCos] = t.x * normalise;
  h[kHintSin] = t.y * normalise;
}

/// The next stop line on the lane: how far, and its light.
HOST_DEVICE void write_next_stop(const WorldView& world, const MapView& map, const EgoPlace& at, float* s) {
  s[0] = 1.0f;
  s[1] = s[2] = s[3] = 0.0f;
  if (at.quad->next_stop_line == kNone16) return;
  const float distance = maximum(at.quad->next_stop_line_m * at.scale - world.frenet[at.slot].a, 0.0f);
  s[0] = distance / (distance + 10.0f);
  write_light(world, at.world, map.stop_lines[at.quad->next_stop_line], s + 1);
}

/// Writes the ego vector, kEgoFeatures floats.
template <class L>
LANES_FUNCTION void observe_ego(const WorldView& world, const MapView& map, const EgoPlace& at,
                                bool route_hint, float* e) {
  const int thread = own_thread<L>();
  if (thread == 0) {
    write_self(world, at, e);
    write_next_stop(world, map, at, e + kEgoStopDistance);
  }
  for (int n = thread; n < kMaxGoals; n += kThreads<L>)
    write_goal(world, map, at, n, e + kEgoGoals + n * kGoalFeatures);
  const float* coefficients = world.coefficient + at.slot * kCoefficientCount;
  for (int n = thread; n < kCoefficientCount; n += kThreads<L>) {
    const CoefficientRange range = coefficient_range(n);
    e[kEgoCoefficients + n] = (coefficients[n] - range.middle) * range.scale;
  }
  for (int n = thread; n < kRouteHints; n += kThreads<L>) {
    float* hint = e + kEgoRouteHint + n * kHintFeatures;
    if (route_hint)
      write_hint(world, map, at, n, hint);
    else
      hint[kHintX] = hint[kHintY] = hint[kHintCos] = hint[kHintSin] = 0.0f;
  }
}

/// Writes the stop line set into `rows` ([feature][capacity], padded to a multiple of 16 floats): the middle
/// of each listed line and the direction in which it is crossed. Returns how many.
template <class L>
LANES_FUNCTION int observe_stop_lines(const WorldView& world, const MapView& map, const EgoPlace& at,
                                      int quad, int capacity, float* rows) {
  const int listed = map.stop_line_counts[quad], count = listed < capacity ? listed : capacity;
  const int used = kStopLineFeatures * capacity, whole = round_up16(used);
  for (int k = own_thread<L>(); k < capacity; k += kThreads<L>) {
    float f[kStopLineFeatures] = {};
    if (k < count) {
      const StopLine& line = map.stop_lines[map.stop_line_lists[quad * kListedStopLines + k]];
      const Point p = apply(at.frame, 0.5f * (line.x0 + line.x1), 0.5f * (line.y0 + line.y1));
      const Point t = apply_direction(at.frame, line.direction_x, line.direction_y);
      const float normalise = 1.0f / maximum(square_root(t.x * t.x + t.y * t.y), 1e-10f);
      f[kStopX] = p.x * kPositionScale;
      f[kStopY] = p.y * kPositionScale;
      f[kStopCos] = t.x * normalise;
      f[kStopSin] = t.y * normalise;
      write_light(world, at.world, line, f + kStopRed);
      f[kStopSign] = line.kind == int16_t(StopLineKind::light) ? 0.0f : 1.0f;
    }
    for (int feature = 0; feature < kStopLineFeatures; ++feature) rows[feature * capacity + k] = f[feature];
  }
  for (int k = used + own_thread<L>(); k < whole; k += kThreads<L>) rows[k] = 0.0f;
  return count;
}

}  // namespace gigalane
