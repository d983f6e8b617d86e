/// The phase in which those drive that are not the policy: what each asks for, from what everyone sees at the
/// start of the step. Replayed agents are placed by ReplayAgents.
#pragma once
#include "base/schedule.h"
#include "sim/drivers.h"
#include "sim/give_way.h"
#include "sim/idm.h"
#include "sim/move_vehicles.h"
#include "sim/nearest.h"
#include "sim/path_ahead.h"

namespace gigalane {

constexpr float kCorridorMarginM = 0.3f;  ///< beside the own body: what is nearer is in the way
constexpr float kYellowBraking = 4.5f;    ///< m/s^2 at which it brakes rather than passes on yellow
constexpr float kStopBeforeM = 1.0f;      ///< before a stop line
constexpr float kMostJerk = 100.0f;       ///< m/s^3 that an outside caller can ask for

struct DriveOthers {
  static constexpr Over over = Over::agent_lanes;
  WorldView view;
  DriverRules rules;
  float time_step_s;
  bool enabled;  ///< false: the schedule leaves the phase out

  struct Scratch {
    PathAhead path;
  };

  template <class L>
  LANES_FUNCTION void operator()(int world, int agent, Scratch& scratch) const {
    const int slot = world * view.agents_per_world + agent;
    const DriverKind kind = DriverKind(view.driver[slot]);
    if (view.status[slot] != uint8_t(AgentStatus::driving)) return;
    if (kind == DriverKind::policy || kind == DriverKind::replay) return;
    const Action jerk = kind == DriverKind::outside  ? asked_outside(slot)
                        : kind == DriverKind::parked ? Action{0, 0}
                                                     : drive_along<L>(world, agent, kind, scratch.path);
    L::sync();  // all lanes have read what one overwrites
    view.jerk[slot] = {jerk.along, jerk.across};
    view.action[slot] = uint8_t(nearest_action(jerk));
  }

 private:
  HOST_DEVICE Action asked_outside(int slot) const {
    const Pair asked = view.jerk[slot];
    return {clamp(asked.a, -kMostJerk, kMostJerk), clamp(asked.b, -kMostJerk, kMostJerk)};
  }

  template <class L>
  LANES_FUNCTION Action drive_along(int world, int agent, DriverKind kind, PathAhead& path) const {
    const int slot = world * view.agents_per_world + agent;
    const WorldMap w = world_map(view, world);
    const VehicleState state = load_vehicle(view, slot);
    const VehicleTraits traits = load_traits(view, slot);
    const float horizon_m = clamp(20.0f + 5.0f * state.speed, 20.0f, 120.0f);
    find_path(view, w, slot, horizon_m / float(kPathPoints - 1), path);
    L::sync();
    const float along = kind == DriverKind::constant_speed
                            ? 0.0f
                            : idm_acceleration(rules.idm, state.speed, wanted_speed(path, traits),
                                               nearest_obstacle<L>(w, world, agent, path));
    const bool stands = state.speed == 0.0f && along <= 0.0f;
    return jerk_towards(stands ? 0.0f : along, steer(path, state, traits), state, traits, time_step_s);
  }

  /// Towards the point of the path that is reached in about a second.
  HOST_DEVICE static float steer(const PathAhead& path, const VehicleState& state,
                                 const VehicleTraits& traits) {
    const float rear = kRearAxleShare * traits.length;
    const float look_m = clamp(state.speed, maximum(4.0f, traits.length), 20.0f);
    const Point target = path_point(path, look_m - rear);
    const Pose& p = state.pose;
    const float dx = target.x - (p.x - rear * p.cos_heading), dy = target.y - (p.y - rear * p.sin_heading);
    return pursuit_curvature(dx * p.cos_heading + dy * p.sin_heading,
                             dy * p.cos_heading - dx * p.sin_heading);
  }

  /// The limits here and ahead: of the law, of the vehicle, and of comfort in bends.
  HOST_DEVICE float wanted_speed(const PathAhead& path, const VehicleTraits& traits) const {
    float speed = kFastest * traits.speed;
    for (int n = 0; n < kPathPoints; ++n) {
      const float in_bend = square_root(rules.idm.across_mps2 / maximum(absolute(path.curvature[n]), 1e-4f));
      const float there = minimum(path.speed_limit_mps[n], in_bend);
      speed = minimum(speed, speed_before(there, path.place_m[n] - 2.0f, rules.idm.braking_mps2));
    }
    return speed;
  }

  template <class L>
  LANES_FUNCTION Leader nearest_obstacle(const WorldMap& w, int world, int agent,
                                         const PathAhead& path) const {
    const int slot = world * view.agents_per_world + agent;
    Leader nearest = nearest_agent<L>(world, agent, path);
    const float still = minimum(gap_to_line(w, world, slot), gap_to_last_goal(slot));
    if (still < nearest.gap_m) nearest = {still, 0.0f};
    return nearest;
  }

  /// The nearest agent whose body reaches into the corridor along the path, or who crosses it first.
  template <class L>
  LANES_FUNCTION Leader nearest_agent(int world, int agent, const PathAhead& path) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const int first = world * view.agents_per_world, count = view.agent_count[world];
    const Record own = view.body[first + agent];
    Leader nearest;
    for (int k = 0; k < count; k += L::width) {
      const Four<Float> pose = L::load(view.pose + first + k), body = L::load(view.body + first + k);
      const Float speed = L::load(view.motion + first + k).a;
      const Float dx = pose.a - view.x_m[first + agent], dy = pose.b - view.y_m[first + agent];
      const Float squared = dx * dx + dy * dy;
      const auto counts = L::first(count - k) & !(L::lane_index() == Int(agent - k)) &
                          (squared < Float(kSightSquared)) & !on_other_level<L>(body.c - own.c, squared);
      if (!L::any(counts)) continue;
      const Approaching self{own.a, own.b, view.motion[first + agent].a};
      Float gap(kNoLeaderM), along_speed(0.0f);
      for (int n = 0; n < kPathPoints; ++n) {
        const float ux = path.ux[n], uy = path.uy[n];
        const Float rx = pose.a - path.x[n], ry = pose.b - path.y[n];
        const Float along = rx * ux + ry * uy, aside = L::abs(ry * ux - rx * uy);
        const Float c = L::abs(pose.c * ux + pose.d * uy), s = L::abs(pose.d * ux - pose.c * uy);
        const Float half_along = (c * body.a + s * body.b) * 0.5f,
                    half_across = (s * body.a + c * body.b) * 0.5f;
        const Float place = along + path.place_m[n];
        const auto in_way = counts & (L::abs(along) <= Float(0.5f * path.spacing_m + 0.5f)) &
                            (place > Float(0.0f)) & (aside < half_across + (0.5f * own.b + kCorridorMarginM));
        const Float here = place - half_along - 0.5f * own.a;
        const auto nearer = in_way & (here < gap);
        gap = L::select(nearer, here, gap);
        along_speed = L::select(nearer, speed * (pose.c * ux + pose.d * uy), along_speed);
        const auto crossing =
            crossing_at<L>(self, path.place_m[n], ux, uy, 0.5f * path.spacing_m, rx, ry, pose, body, speed);
        const Float wait = crossing.gap_m + rules.idm.standstill_m;
        const auto waits = counts & crossing.given_way & (wait < gap);
        gap = L::select(waits, wait, gap);
        along_speed = L::select(waits, Float(0.0f), along_speed);
      }
      const float least = L::reduce_min(gap);
      if (least >= nearest.gap_m) continue;
      const int lane = L::first_set(gap == Float(least));
      nearest = {least, L::at(along_speed, lane)};
    }
    return nearest;
  }

  /// Gap to the place to stop at before the next line: where its light is red, or yellow and there is room to
  /// brake, and at a stop sign until it has stood there.
  HOST_DEVICE float gap_to_line(const WorldMap& w, int world, int slot) const {
    const Quad& quad = w.map.quads[view.quad[slot]];
    if (quad.next_stop_line == kNone16) return kNoLeaderM;
    const StopLine& line = w.map.stop_lines[quad.next_stop_line];
    const bool stop_sign = line.kind == int16_t(StopLineKind::stop_sign);
    if (stop_sign ? view.stood_line[slot] == quad.next_stop_line + 1 : line.signal < 0) return kNoLeaderM;
    const LightState light =
        stop_sign ? LightState::red : LightState(view.signal_state[world * view.signal_stride + line.signal]);
    const float way = quad.next_stop_line_m * w.scale - view.frenet[slot].a - 0.5f * view.body[slot].a;
    const float speed = view.motion[slot].a;
    const bool can_stop = speed * speed <= 2.0f * kYellowBraking * way;
    if (way < 0.0f || !(light == LightState::red || (light == LightState::yellow && can_stop)))
      return kNoLeaderM;
    return way - kStopBeforeM + rules.idm.standstill_m;
  }

  /// The last goal counts only for who is slow there.
  HOST_DEVICE float gap_to_last_goal(int slot) const {
    if (view.goal_index[slot] + 1 != view.goal_count[slot]) return kNoLeaderM;
    return minimum(view.body[slot].d + rules.idm.standstill_m, kNoLeaderM);
  }
};

}  // namespace gigalane
