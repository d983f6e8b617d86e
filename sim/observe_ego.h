/// What an agent knows of itself: its body and motion, its lane, goals, reward coefficients and route; and
/// the stop lines around it. Plain numbers, one after another: on a warp the threads share them out.
#pragma once
#include "base/inverse_square_root.h"
#include "base/lanes.h"
#include "base/scalar.h"
#include "maps/affine.h"
#include "maps/route.h"
#include "sim/ego_features.h"
#include "sim/world_view.h"

namespace gigalane {

/// One agent of a world, as the ego vector needs it.
struct EgoPlace {
  int world, slot;
  const Quad* quad;
  Affine frame;       ///< base map to the ego's frame, as it believes to be there
  float determinant;  ///< of the world's variant
  float scale;        ///< sqrt(abs(determinant))
  Record frenet;      ///< as WorldView holds it, and the next two, as it believes
  float speed_mps;
  float route_m;  ///< to the current goal
  int goal_index, goal_count;
  Record trait;              ///< as WorldView holds it
  const float* coefficient;  ///< (kCoefficientCount)
  bool again;                ///< was observed before: WorldView::hint_quad is known
};

/// The light of a stop line as features red, yellow, green; all 0 for a sign, or a light that is off.
HOST_DEVICE void write_light(const WorldView& world, int world_index, const StopLine& line,
                             float* red_yellow_green) {
  const int signal = line.signal, place = world_index * world.signal_stride + maximum(signal, 0);
  const LightState state = signal < 0 ? LightState::off : LightState(world.signal_state[place]);
  red_yellow_green[0] = float(state == LightState::red);
  red_yellow_green[1] = float(state == LightState::yellow);
  red_yellow_green[2] = float(state == LightState::green);
}

/// Itself and its lane: the first 20 features.
HOST_DEVICE void write_self(const WorldView& world, const EgoPlace& at, float* e) {
  const Record frenet = at.frenet, motion = world.motion[at.slot];
  const Record body = world.body[at.slot], trait = at.trait;
  const Quad& quad = *at.quad;
  // the lane's curvature in the world: kappa det A / |A t|^3; the ego's frame only turns what A made
  const Point tangent = apply_direction(at.frame, quad.tangent_x, quad.tangent_y);
  const float square = tangent.x * tangent.x + tangent.y * tangent.y;
  const float cube = maximum(square * square_root(square), 1e-20f);
  const float route = maximum(at.route_m, 0.0f), speed = at.speed_mps;

  e[kEgoOffset] = frenet.b * 0.5f;
  e[kEgoLaneCos] = frenet.c;
  e[kEgoLaneSin] = frenet.d;
  e[kEgoLaneCurvature] = quad.curvature * at.determinant / cube * 10.0f;
  e[kEgoSpeed] = speed * kSpeedScale;
  e[kEgoSlowSpeed] = minimum(speed, 5.0f) * 0.2f;
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
  e[kEgoReversing] = speed < 0.0f ? 1.0f : 0.0f;
  e[kEgoRouteNear] = route / (route + 50.0f);
  e[kEgoRouteFar] = minimum(route, 1000.0f) * 0.002f;
  e[kEgoLastGoal] = at.goal_index + 1 >= at.goal_count ? 1.0f : 0.0f;
}

/// Goal `n` from the current one on, 0 beyond the last. Without branches: how many there are is anyone's
/// guess.
HOST_DEVICE void write_goal(const WorldView& world, const MapView& map, const EgoPlace& at, int n, float* g) {
  const int goal = at.goal_index + n;
  const bool exists = goal < at.goal_count;
  const float present = float(exists);
  const Record point = map.lane_points[exists ? world.goal[at.slot * kMaxGoals + goal] : 0];
  const Point p = apply(at.frame, point.a, point.b);
  const float radius = square_root(p.x * p.x + p.y * p.y), nearness = present / (20.0f + radius);
  const float within = float(radius < at.coefficient[kGoalRadius]);
  g[kGoalX] = p.x * nearness;
  g[kGoalY] = p.y * nearness;
  g[kGoalNearness] = 20.0f * nearness;
  g[kGoalWithin] = n == 0 ? within * present : present;
}

/// The quads of the route ahead that the hint shows, each found from the one before; -1 where there is no
/// goal.
HOST_DEVICE void find_hints(const WorldView& world, const MapView& map, const EgoPlace& at, int32_t* quads) {
  const int goal = at.goal_index < at.goal_count ? int(world.goal[at.slot * kMaxGoals + at.goal_index]) : -1;
  int quad = world.quad[at.slot];
  float along = at.frenet.a / at.scale, done = 0.0f, no_change = 0.0f;
  for (int n = 0; n < kRouteHints; ++n) {
    quads[n] = -1;
    if (goal < 0) continue;
    const float ahead = route_hint_ahead(n);
    quad = route_quad(map, quad, along, goal, (ahead - done) / at.scale, no_change);
    quads[n] = quad;
    along = 0.0f, done = ahead;
  }
}

/// The points of the route ahead, to within half a quad; 0 where there is no goal.
HOST_DEVICE void write_hints(const MapView& map, const EgoPlace& at, const int32_t* quads, float* h) {
  for (int n = 0; n < kRouteHints; ++n, h += kHintFeatures) {
    h[kHintX] = h[kHintY] = h[kHintCos] = h[kHintSin] = 0.0f;
    if (quads[n] < 0) continue;
    const float ahead = route_hint_ahead(n);
    const Record pose = map.quad_pose[quads[n]];
    const Point p = apply(at.frame, pose.a, pose.b), t = apply_direction(at.frame, pose.c, pose.d);
    const float normalise = inverse_square_root(t.x * t.x + t.y * t.y);
    h[kHintX] = p.x / ahead;
    h[kHintY] = 2.0f * p.y / ahead;
    h[kHintCos] = t.x * normalise;
    h[kHintSin] = t.y * normalise;
  }
}
HOST_DEVICE void observe_route(const WorldView& world, const MapView& map, const EgoPlace& at, float* h) {
  int32_t* quads = world.hint_quad + at.slot * kRouteHints;
  if (!at.again) find_hints(world, map, at, quads);
  write_hints(map, at, quads, h);
}

/// The next stop line on the lane: how far, and its light.
HOST_DEVICE void write_next_stop(const WorldView& world, const MapView& map, const EgoPlace& at, float* s) {
  s[0] = 1.0f;
  s[1] = s[2] = s[3] = 0.0f;
  if (at.quad->next_stop_line == kNone16) return;
  const float distance = maximum(at.quad->next_stop_line_m * at.scale - at.frenet.a, 0.0f);
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
  LANES_UNROLL(4)
  for (int n = thread; n < kMaxGoals; n += kThreads<L>)
    write_goal(world, map, at, n, e + kEgoGoals + n * kGoalFeatures);
  LANES_UNROLL(12)
  for (int n = thread; n < kCoefficientCount; n += kThreads<L>) {
    const CoefficientRange range = coefficient_range(n);
    const float scaled = (at.coefficient[n] - range.middle) * range.scale;
    e[kEgoCoefficients + n] = clamp(scaled, -kFarthestCoefficient, kFarthestCoefficient);
  }
  if (route_hint) {
    if (thread == 0) observe_route(world, map, at, e + kEgoRouteHint);
  } else {
    LANES_UNROLL(12)
    for (int n = thread; n < kHintFeatures * kRouteHints; n += kThreads<L>) e[kEgoRouteHint + n] = 0.0f;
  }
}

HOST_DEVICE float sign_feature(StopLineKind kind) {
  return kind == StopLineKind::stop_sign ? 1.0f : kind == StopLineKind::yield_sign ? 0.5f : 0.0f;
}

/// Writes elements `first` to `first + N - 1` of the stop line set, [feature][capacity]: the middle of a line
/// and the direction in which it is crossed; 0 from `count` on. Entries of the list beyond the count are
/// valid too.
template <int N>
HOST_DEVICE void write_stop_lines(const WorldView& world, const MapView& map, const EgoPlace& at,
                                  const uint16_t* list, int first, int count, int capacity, float* rows) {
  float x[N], y[N], direction_x[N], direction_y[N], present[N];
  float sign[N];
  int light[N];
  const uint8_t* state = world.signal_state + at.world * world.signal_stride;
  for (int k = 0; k < N; ++k) {
    const StopLine& line = map.stop_lines[list[first + k]];
    x[k] = 0.5f * (line.x0 + line.x1), y[k] = 0.5f * (line.y0 + line.y1);
    direction_x[k] = line.direction_x, direction_y[k] = line.direction_y;
    light[k] = line.signal < 0 ? int(LightState::off) : int(state[line.signal]);
    sign[k] = sign_feature(StopLineKind(line.kind));
    present[k] = float(first + k < count);
  }
  float* r = rows + first;
  for (int k = 0; k < N; ++k) {
    const Point p = apply(at.frame, x[k], y[k]),
                t = apply_direction(at.frame, direction_x[k], direction_y[k]);
    const float normalise = inverse_square_root(t.x * t.x + t.y * t.y) * present[k];
    r[kStopX * capacity + k] = p.x * (present[k] * kPositionScale);
    r[kStopY * capacity + k] = p.y * (present[k] * kPositionScale);
    r[kStopCos * capacity + k] = t.x * normalise;
    r[kStopSin * capacity + k] = t.y * normalise;
    r[kStopRed * capacity + k] = light[k] == int(LightState::red) ? present[k] : 0.0f;
    r[kStopYellow * capacity + k] = light[k] == int(LightState::yellow) ? present[k] : 0.0f;
    r[kStopGreen * capacity + k] = light[k] == int(LightState::green) ? present[k] : 0.0f;
    r[kStopSign * capacity + k] = sign[k] * present[k];
  }
}

/// Writes the stop line set into `rows`, padded to a multiple of 16 floats. Returns how many lines there are.
template <class L>
LANES_FUNCTION int observe_stop_lines(const WorldView& world, const MapView& map, const EgoPlace& at,
                                      int quad, int capacity, float* rows) {
  const int count = minimum(int(map.lists[quad].stop_line_count), capacity);
  const int used = count > 0 ? kStopLineFeatures * capacity : 0,
            whole = round_up16(kStopLineFeatures * capacity);
  for (int k = used + own_thread<L>(); k < whole; k += kThreads<L>) rows[k] = 0.0f;
  if (count == 0) return 0;
  const uint16_t* list = map.lists[quad].stop_lines;
  if (kThreads<L> == 1 && capacity == 4) {
    write_stop_lines<4>(world, map, at, list, 0, count, 4, rows);
    return count;
  }
  for (int k = own_thread<L>(); k < capacity; k += kThreads<L>)
    write_stop_lines<1>(world, map, at, list, k, count, capacity, rows);
  return count;
}

}  // namespace gigalane
