/// The phase in which every agent's way is laid out, where others than the policy drive: its route, on to
/// where it has to stop.
#pragma once
#include "base/schedule.h"
#include "sim/drivers.h"
#include "sim/path_ahead.h"
#include "sim/stop_line.h"

namespace gigalane {

constexpr float kYellowBraking = 4.5f;  ///< m/s^2 at which a driver brakes rather than passes on yellow
constexpr float kStopBeforeM = 1.0f;    ///< before a stop line

/// How far ahead of its middle a driver looks.
HOST_DEVICE float path_horizon(float speed) { return clamp(20.0f + 5.0f * speed, 20.0f, 120.0f); }

struct PlanPaths {
  static constexpr Over over = Over::agents;
  WorldView view;
  int give_up_steps;  ///< IdmConfig::give_up_s; 0: never
  bool enabled;

  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * view.agents_per_world + agent;
    if (view.status[slot] != uint8_t(AgentStatus::driving)) return;
    const WorldMap w = world_map(view, world);
    PathAhead& path = view.path[slot];
    find_path(view, w, slot, path_horizon(view.motion[slot].a) / float(kPathPoints - 1), path);
    const DriverKind driver = DriverKind(view.driver[slot]);
    const Quad& quad = w.map.quads[view.quad[slot]];
    const Lane& lane = w.map.lanes[quad.lane];
    path.leaves_m =
        lane.junction < 0 ? kNoStop : (lane.length_m - quad.lane_offset_m) * w.scale - view.frenet[slot].a;
    path.line_m = path.goal_m = kNoStop;
    if (driver == DriverKind::parked) path.line_m = -kNoStop;
    if (driver != DriverKind::parked && driver != DriverKind::constant_speed) {
      path.line_m = way_to_line(w, world, slot);
      path.goal_m = way_to_last_goal(slot);
    }
    write_pieces(path, view.body[slot].a);
    if (driver == DriverKind::idm) wait_or_give_up(slot, path);
  }

 private:
  /// Where many block each other in a circle nobody would ever go on: who stands within a junction for long
  /// ends its life, as one does that has come to its last goal.
  HOST_DEVICE void wait_or_give_up(int slot, const PathAhead& path) const {
    const bool stuck = path.leaves_m < kNoStop && view.motion[slot].a < kStandingMps;
    const int steps = stuck ? minimum(view.stuck_steps[slot] + 1, 65535) : 0;
    view.stuck_steps[slot] = uint16_t(steps);
    if (give_up_steps > 0 && steps >= give_up_steps) view.terminated[slot] = 1;
  }
  /// To before the next line: where its light is red, or yellow and there is room to brake, and at a stop
  /// sign until it has stood there.
  HOST_DEVICE float way_to_line(const WorldMap& w, int world, int slot) const {
    const Quad& quad = w.map.quads[view.quad[slot]];
    if (quad.next_stop_line == kNone16) return kNoStop;
    const StopLine& line = w.map.stop_lines[quad.next_stop_line];
    const bool stop_sign = line.kind == int16_t(StopLineKind::stop_sign);
    if (stop_sign ? view.stood_line[slot] == quad.next_stop_line + 1 : line.signal < 0) return kNoStop;
    const LightState light =
        stop_sign ? LightState::red : LightState(view.signal_state[world * view.signal_stride + line.signal]);
    const float way = quad.next_stop_line_m * w.scale - view.frenet[slot].a - 0.5f * view.body[slot].a;
    const float speed = view.motion[slot].a;
    const bool can_stop = speed * speed <= 2.0f * kYellowBraking * way;
    if (way < 0.0f || !(light == LightState::red || (light == LightState::yellow && can_stop)))
      return kNoStop;
    return way - kStopBeforeM;
  }

  /// The last goal counts only for who is slow there.
  HOST_DEVICE float way_to_last_goal(int slot) const {
    if (view.goal_index[slot] + 1 != view.goal_count[slot]) return kNoStop;
    return minimum(view.body[slot].d, kNoStop);
  }
};

}  // namespace gigalane
