/// The phase in which those drive that are not the policy: what each asks for, from what everyone sees at the
/// start of the step. Replayed agents are placed by ReplayAgents.
#pragma once
#include "base/schedule.h"
#include "sim/drivers.h"
#include "sim/give_way.h"
#include "sim/idm.h"
#include "sim/move_vehicles.h"
#include "sim/nearest.h"
#include "sim/plan_paths.h"
#include "sim/stop_line.h"

namespace gigalane {

constexpr float kCorridorMarginM = 0.3f;  ///< beside the own body: what is nearer is in the way
constexpr int kMostMeetings = 32;
constexpr float kSlowMps = 1.0f;  ///< who drives behind slower ones keeps the ways of others clear
constexpr float kBareMarginM =
    0.05f;  ///< beside who stands further back, so that of two who block each other one goes
constexpr float kMostJerk = 100.0f;  ///< m/s^3 that an outside caller can ask for

struct DriveOthers {
  static constexpr Over over = Over::agent_lanes;
  WorldView view;
  DriverRules rules;
  float time_step_s;
  bool enabled;  ///< false: the schedule leaves the phase out

  /// Where the own way meets those of others, from the own front: from where one would be in their way to
  /// where one no longer is.
  struct Scratch {
    float from_m[kMostMeetings], to_m[kMostMeetings];
    bool taken[kMostMeetings];  ///< by one who stands there
  };

  template <class L>
  LANES_FUNCTION void operator()(int world, int agent, Scratch& scratch) const {
    const int slot = world * view.agents_per_world + agent;
    const DriverKind kind = DriverKind(view.driver[slot]);
    if (view.status[slot] != uint8_t(AgentStatus::driving)) return;
    if (kind == DriverKind::policy || kind == DriverKind::replay) return;
    const Action jerk = kind == DriverKind::outside  ? asked_outside(slot)
                        : kind == DriverKind::parked ? Action{0, 0}
                                                     : drive_along<L>(world, agent, kind, scratch);
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
  LANES_FUNCTION Action drive_along(int world, int agent, DriverKind kind, Scratch& scratch) const {
    const int slot = world * view.agents_per_world + agent;
    const VehicleState state = load_vehicle(view, slot);
    const VehicleTraits traits = load_traits(view, slot);
    const PathAhead& path = view.path[slot];
    float along = 0;
    if (kind == DriverKind::idm) {
      int meetings = 0;  // each lane counts for itself
      Leader nearest = nearest_agent<L>(world, agent, path, scratch, meetings);
      L::sync();
      if (path.line_m + rules.idm.standstill_m < nearest.gap_m)
        nearest = {path.line_m + rules.idm.standstill_m, 0.0f};
      keep_clear(scratch, meetings, state.speed, nearest);
      if (path.goal_m + rules.idm.standstill_m < nearest.gap_m)
        nearest = {path.goal_m + rules.idm.standstill_m, 0.0f};
      along = idm_acceleration(rules.idm, state.speed, wanted_speed(path, traits), nearest);
    }
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

  /// Whether the fronts of others are behind the own one, along the mean of both headings: never true both
  /// ways.
  template <class L>
  LANES_FUNCTION static typename L::Mask is_behind(const Record& own_pose, float own_length,
                                                   const Four<typename L::Float>& pose,
                                                   typename L::Float length, typename L::Float dx,
                                                   typename L::Float dy) {
    using Float = typename L::Float;
    const Float front_x = dx + pose.c * (length * 0.5f) - 0.5f * own_length * own_pose.c;
    const Float front_y = dy + pose.d * (length * 0.5f) - 0.5f * own_length * own_pose.d;
    return front_x * (pose.c + own_pose.c) + front_y * (pose.d + own_pose.d) < Float(0.0f);
  }

  /// The nearest agent whose body reaches into the corridor along the path, or to whom it gives way.
  template <class L>
  LANES_FUNCTION Leader nearest_agent(int world, int agent, const PathAhead& path, Scratch& scratch,
                                      int& meetings) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const int first = world * view.agents_per_world, count = view.agent_count[world];
    const Record own = view.body[first + agent], own_pose = view.pose[first + agent];
    const float own_speed = view.motion[first + agent].a;
    const float half_piece = 0.5f * path.spacing_m + 0.5f;
    Leader nearest;
    for (int k = 0; k < count; k += L::width) {
      const Four<Float> pose = L::load(view.pose + first + k), body = L::load(view.body + first + k);
      const Float speed = L::load(view.motion + first + k).a;
      const Float dx = pose.a - own_pose.a, dy = pose.b - own_pose.b;
      const Float squared = dx * dx + dy * dy;
      const auto counts = L::first(count - k) & !(L::lane_index() == Int(agent - k)) &
                          (squared < Float(kSightSquared)) & !on_other_level<L>(body.c - own.c, squared);
      if (!L::any(counts)) continue;
      const auto stands = speed < Float(kStandingMps);
      const auto behind = is_behind<L>(own_pose, own.a, pose, body.a, dx, dy);
      const Float margin = L::select(behind & stands, Float(kBareMarginM), Float(kCorridorMarginM));
      const Float half_way = margin + 0.5f * own.b;
      Float gap(kNoLeaderM), along_speed(0.0f);
      for (int n = 0; n < kPathPoints; ++n) {
        const float ux = path.ux[n], uy = path.uy[n];
        const Float rx = pose.a - path.x[n], ry = pose.b - path.y[n];
        const Float along = rx * ux + ry * uy, aside = L::abs(ry * ux - rx * uy);
        const Float c = L::abs(pose.c * ux + pose.d * uy), s = L::abs(pose.d * ux - pose.c * uy);
        const Float half_along = (c * body.a + s * body.b) * 0.5f,
                    half_across = (s * body.a + c * body.b) * 0.5f;
        const Float place = along + path.place_m[n];
        const auto in_way =
            counts & (place > Float(0.0f)) & (L::abs(along) <= Float(half_piece)) &
            (aside < half_across + half_way) &
            (L::abs(rx * pose.d - ry * pose.c) < body.b * 0.5f + c * half_way + s * half_piece);
        const Float here = place - half_along - 0.5f * own.a;
        const auto nearer = in_way & (here < gap);
        gap = L::select(nearer, here, gap);
        along_speed = L::select(nearer, speed * (pose.c * ux + pose.d * uy), along_speed);
      }
      const float least = L::reduce_min(gap);
      if (least < nearest.gap_m) {
        const int lane = L::first_set(gap == Float(least));
        nearest = {least, L::at(along_speed, lane)};
      }
      const Float reach = path_horizon(own_speed) + L::min(speed * 5.0f + 20.0f, Float(120.0f));
      auto meets = counts & (squared < reach * reach);
      while (L::any(meets)) {
        const int lane = L::first_set(meets);
        const auto it = L::lane_index() == Int(lane);
        meets = meets & !it;
        const Leader other =
            first_to_pass<L>(first + agent, first + k + lane, path, L::any(behind & it), scratch, meetings);
        if (other.gap_m < nearest.gap_m) nearest = other;
      }
    }
    return nearest;
  }

  /// Another agent as a leader, if it is to be let pass: one that stands where its way begins, or, where both
  /// ways go on together, drives there.
  template <class L>
  LANES_FUNCTION Leader first_to_pass(int slot, int other, const PathAhead& path, bool ahead,
                                      Scratch& scratch, int& meetings) const {
    if (view.status[other] != uint8_t(AgentStatus::driving)) return {};
    const Record own_body = view.body[slot], body = view.body[other];
    const Approaching own{own_body.a, view.motion[slot].a}, approaching{body.a, view.motion[other].a};
    const Meeting m = find_meeting<L>(path, view.path[other], own_body.b, body.b);
    if (!m.meet) return {};
    const bool merges = m.cosine > kMergingCosine, stands = approaching.speed_mps < kMovingMps;
    const bool waits = !stands || (m.other_m <= 0.5f * approaching.length_m &&
                                   leaves_before(view.path[other].leaves_m, other, path.leaves_m, slot));
    if (!merges && m.own_m > 0.5f * own.length_m && meetings < kMostMeetings) {
      scratch.from_m[meetings] = m.own_m - 0.5f * own.length_m;
      scratch.taken[meetings] = stands && waits;
      scratch.to_m[meetings++] = m.own_leaves_m + 0.5f * own.length_m;
    }
    if (!waits) return {};
    const float way = way_to_wait(m, own, approaching, ahead);
    return way == kNoStop ? Leader{} : Leader{way, merges ? approaching.speed_mps : 0.0f};
  }

  /// Who would have to stop in the way of others stops before it, and so does who might have to.
  HOST_DEVICE void keep_clear(const Scratch& scratch, int meetings, float speed, Leader& nearest) const {
    if (nearest.speed_mps <= kSlowMps)
      nearest = {clear_stop(scratch, meetings, speed, nearest.gap_m), nearest.speed_mps};
    for (int n = 0; n < meetings; ++n) {
      if (!scratch.taken[n] || scratch.from_m[n] >= nearest.gap_m) continue;
      const float stop_m = clear_stop(scratch, meetings, speed, scratch.from_m[n]);
      if (stop_m < scratch.from_m[n]) nearest = {minimum(nearest.gap_m, stop_m), 0.0f};
    }
  }
  HOST_DEVICE float clear_stop(const Scratch& scratch, int meetings, float speed, float gap_m) const {
    bool moved = true;
    for (int round = 0; moved && round < meetings; ++round) {
      moved = false;
      for (int n = 0; n < meetings; ++n) {
        const float from = scratch.from_m[n], stop = gap_m - rules.idm.standstill_m;
        if (stop <= from || stop >= scratch.to_m[n] || from >= gap_m) continue;
        if (speed * speed > -2.0f * kHardestBraking * from) continue;  // too late
        gap_m = from;
        moved = true;
      }
    }
    return gap_m;
  }
};

}  // namespace gigalane
