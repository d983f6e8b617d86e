/// The phase that moves agents: bicycle, place on the lanes, and what the body covered on its way.
#pragma once
#include "base/schedule.h"
#include "sim/drivers.h"
#include "sim/spawn.h"

namespace gigalane {

HOST_DEVICE VehicleState load_vehicle(const WorldView& v, int slot) {
  const Record p = v.pose[slot], m = v.motion[slot];
  return {{p.a, p.b, p.c, p.d}, m.a, m.b, m.c, m.d};
}
HOST_DEVICE VehicleTraits load_traits(const WorldView& v, int slot) {
  const Record t = v.trait[slot];
  return {v.body[slot].a, t.a, t.b, t.c, t.d};
}

/// What an erratic driver does while it brakes: as hard as it can until it stands, and then it stays.
template <class L>
LANES_FUNCTION ActionOf<typename L::Float> brake_hard(typename L::Mask brakes,
                                                      const VehicleStateOf<typename L::Float>& state,
                                                      const ActionOf<typename L::Float>& asked) {
  using Float = typename L::Float;
  const Float zero(0.0f);
  const auto ahead = state.speed > zero;
  const auto stands = brakes & (state.speed == zero);
  const Float along = L::select(ahead, Float(-15.0f), Float(4.0f));
  return {L::select(stands, zero, L::select(brakes, along, asked.along)),
          L::select(stands, zero, asked.across)};
}

/// An agent a lane: all of a block drive at once, then each looks for its place on the lanes.
struct MoveVehicles {
  static constexpr Over over = Over::agent_blocks;
  WorldView view;
  float time_step_s;
  bool others;  ///< some agents may be driven by others than the policy (drivers.h)

  template <class L>
  LANES_FUNCTION void operator()(int world, int first_agent) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const int first = world * view.agents_per_world + first_agent;
    const int count = minimum(view.agents_per_world - first_agent, L::width);
    const MapView& map = view.maps[view.map[world]];
    const Int status = L::load(view.status + first);
    const auto present = (status != Int(int(AgentStatus::absent))) & L::first(count);
    const auto spawned = (L::load(view.events + first) & Int(int(kSpawned))) != Int(0);
    const auto replayed = driven_by<L>(first, DriverKind::replay);
    const auto drives = present & (status == Int(int(AgentStatus::driving))) & !spawned & !replayed;

    const Four<Float> pose = L::load(view.pose + first), body = L::load(view.body + first);
    SweepOf<Float> sweep{
        {pose.a, pose.b, pose.c, pose.d},
        {0.0f, 0.0f},
        L::select(present, body.a, Float(1.0f)),  // nobody has no length, and it is divided by
        L::select(present, body.b, Float(1.0f))};
    if (others) begin_replayed<L>(first, replayed & present, sweep);
    const PoseOf<Float>& begin = sweep.begin;
    L::store(view.previous_pose + first, {begin.x, begin.y, begin.cos_heading, begin.sin_heading}, count);
    L::for_each(drives, [&](int lane) { expect_route(map, first + lane); });
    if (L::any(drives)) drive<L>(first, count, drives, pose, sweep);
    L::store(view.arc + first, {sweep.arc.distance, sweep.arc.curvature}, count);
    store_cover<L>(first, count, present, sweep);
    if (L::any(drives)) localise<L>(world, first, count, drives);
    store_edge_reach<L>(world, first, count, present, sweep);
    L::for_each(present, [&](int lane) { expect_lists(map, view.quad[first + lane]); });
  }

 private:
  /// Those of a block whom `kind` drives.
  template <class L>
  LANES_FUNCTION typename L::Mask driven_by(int first, DriverKind kind) const {
    using Int = typename L::Int;
    return others ? L::load(view.driver + first) == Int(int(kind)) : L::mask(false);
  }

  /// Replayed agents have been moved already: their sweep ends where they are.
  template <class L>
  LANES_FUNCTION void begin_replayed(int first, typename L::Mask replayed,
                                     SweepOf<typename L::Float>& sweep) const {
    using Float = typename L::Float;
    const auto choose = [&](Float yes, Float no) { return L::select(replayed, yes, no); };
    const Four<Float> begin = L::load(view.previous_pose + first);
    const Two<Float> arc = L::load(view.arc + first);
    sweep.begin = {choose(begin.a, sweep.begin.x), choose(begin.b, sweep.begin.y),
                   choose(begin.c, sweep.begin.cos_heading), choose(begin.d, sweep.begin.sin_heading)};
    sweep.arc = {choose(arc.a, 0.0f), choose(arc.b, 0.0f)};
  }

  /// What those ask for whom the policy does not drive. A rule's agent that stands does not reverse.
  template <class L>
  LANES_FUNCTION ActionOf<typename L::Float> ask_others(int first,
                                                        const VehicleStateOf<typename L::Float>& state,
                                                        const ActionOf<typename L::Float>& policy) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const Two<Float> jerk = L::load(view.jerk + first);
    const Int driver = L::load(view.driver + first);
    const auto by_rule = (driver == Int(int(DriverKind::idm))) |
                         (driver == Int(int(DriverKind::constant_speed))) |
                         (driver == Int(int(DriverKind::parked)));
    const auto other = by_rule | (driver == Int(int(DriverKind::outside)));
    const auto stays = by_rule & (state.speed == Float(0.0f)) & (jerk.a <= Float(0.0f));
    return {L::select(stays, Float(0.0f), L::select(other, jerk.a, policy.along)),
            L::select(other, jerk.b, policy.across)};
  }

  /// Drives those that do one step on; `sweep` receives the arcs.
  template <class L>
  LANES_FUNCTION void drive(int first, int count, typename L::Mask drives, const Four<typename L::Float>& was,
                            SweepOf<typename L::Float>& sweep) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const Four<Float> motion = L::load(view.motion + first), trait = L::load(view.trait + first);
    VehicleStateOf<Float> state{sweep.begin, motion.a, motion.b, motion.c, motion.d};
    const Int index = L::load(view.action + first);
    ActionOf<Float> asked = action_of<L>(L::select(index < Int(kActionCount), index, Int(kActionCount - 1)));
    if (others) asked = ask_others<L>(first, state, asked);
    int32_t* life_steps = reinterpret_cast<int32_t*>(view.life_step) + first;
    const Int life_step = L::load(life_steps);
    const Float life_s = L::to_float(life_step) * time_step_s;
    const Two<Float> brake = L::load(view.brake + first);
    const ActionOf<Float> action = brake_hard<L>((life_s >= brake.a) & (life_s < brake.b), state, asked);
    ArcOf<Float> arc;
    const VehicleStateOf<Float> after =
        advance<L>(state, action, {sweep.length, trait.a, trait.b, trait.c, trait.d}, time_step_s, arc);

    const auto choose = [&](Float yes, Float no) { return L::select(drives, yes, no); };
    sweep.arc = {choose(arc.distance, sweep.arc.distance), choose(arc.curvature, sweep.arc.curvature)};
    L::store(life_steps, L::increment(life_step, drives), count);
    L::store(view.motion + first,
             {choose(after.speed, motion.a), choose(after.along, motion.b), choose(after.across, motion.c),
              choose(after.steering, motion.d)},
             count);
    const Float x = choose(after.pose.x, was.a), y = choose(after.pose.y, was.b);
    L::store(view.pose + first,
             {x, y, choose(after.pose.cos_heading, was.c), choose(after.pose.sin_heading, was.d)}, count);
    L::store(view.x_m + first, x, count);
    L::store(view.y_m + first, y, count);
  }

  /// Finds where those that drove are on the lanes: most where driving straight on leads to, together; the
  /// others one by one.
  template <class L>
  LANES_FUNCTION void localise(int world, int first, int count, typename L::Mask drives) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const WorldMap w = world_map(view, world);
    const Affine back = view.variant_inverse[world];
    const Four<Float> pose = L::load(view.pose + first), frenet = L::load(view.frenet + first);
    const Float x = pose.a * back.xx + pose.b * back.xy + back.x0,
                y = pose.a * back.yx + pose.b * back.yy + back.y0;
    const Int last = L::load(view.quad + first);
    const Int ahead = quad_ahead<L>(w.map, L::select(drives, last, Int(0)), x, y);
    const auto found = drives & contained<L>(w.map, ahead, x, y);
    const LanePlaceOf<Float> place =
        place_on_quad<L>(w.map, ahead, w.variant, {pose.a, pose.b, pose.c, pose.d});

    const auto choose = [&](Float yes, Float no) { return L::select(found, yes, no); };
    L::store(view.quad + first, L::select(found, ahead, last), count);
    L::store(view.frenet + first,
             {choose(place.along, frenet.a), choose(place.offset, frenet.b), choose(place.cos_lane, frenet.c),
              choose(place.sin_lane, frenet.d)},
             count);
    const Four<Float> body = L::load(view.body + first);
    L::store(view.body + first, {body.a, body.b, choose(place.z, body.c), body.d}, count);
    L::for_each(drives & !found, [&](int lane) { find_place(w, back, first + lane); });
    L::for_each(drives, [&](int lane) { store_route(view, w, first + lane); });
  }
  HOST_DEVICE void find_place(const WorldMap& w, const Affine& back, int slot) const {
    const Record at = view.pose[slot];
    const Pose pose{at.a, at.b, at.c, at.d};
    const Point base = apply(back, pose.x, pose.y),
                heading = apply_direction(back, pose.cos_heading, pose.sin_heading);
    const float scale = 1.0f / square_root(heading.x * heading.x + heading.y * heading.y);
    const int goal = view.goal[slot * kMaxGoals + view.goal_index[slot]];
    const int quad =
        find_quad(w.map, {base.x, base.y, heading.x * scale, heading.y * scale, view.quad[slot], goal});
    // where none is, beyond the road or in a crack of it, the last one: only the boundary says who is off the
    // road
    store_place(view, w, slot, pose, quad < 0 ? view.quad[slot] : quad);
  }

  template <class L>
  LANES_FUNCTION void store_cover(int first, int count, typename L::Mask present,
                                  const SweepOf<typename L::Float>& sweep) const {
    using Float = typename L::Float;
    const CoverOf<Float> cover = cover_of<L>(sweep);
    L::store(view.cover + first, {cover.x, cover.y, cover.cos_heading, cover.sin_heading}, count);
    L::store(view.cover_half + first, {cover.half_length, cover.half_width}, count);
    const Float radius = half_diagonal<L>(cover.half_length * 2.0f, cover.half_width * 2.0f);
    L::store(view.cover_x_m + first, L::select(present, cover.x, Float(kFarAway)), count);
    L::store(view.cover_y_m + first, L::select(present, cover.y, Float(kFarAway)), count);
    L::store(view.cover_radius_m + first, L::select(present, radius, Float(0.0f)), count);
  }

  /// How far from the middle of its quad the body may have touched the edge of the road, on the base map.
  template <class L>
  LANES_FUNCTION void store_edge_reach(int world, int first, int count, typename L::Mask present,
                                       const SweepOf<typename L::Float>& sweep) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const MapView& map = view.maps[view.map[world]];
    const Affine back = view.variant_inverse[world];
    const Float x = L::load(view.x_m + first), y = L::load(view.y_m + first);
    const Int quad = L::select(present, L::load(view.quad + first), Int(0));
    const Float dx = x * back.xx + y * back.xy + back.x0 -
                     gather_member<L>(map.quad_pose->a, map.quad_pose, quad),
                dy = x * back.yx + y * back.yy + back.y0 -
                     gather_member<L>(map.quad_pose->b, map.quad_pose, quad);
    const Float turn = L::abs(sweep.arc.distance * sweep.arc.curvature);
    const Float driven = L::abs(sweep.arc.distance) + turn * kRearAxleShare * sweep.length;
    const Float body = half_diagonal<L>(sweep.length, sweep.width) + kCoverMarginM;
    L::store(view.edge_reach_m + first,
             (body + driven) / view.smallest_scale[world] + L::sqrt(dx * dx + dy * dy), count);
  }

  /// Asks for what the distance to the goal is looked up in, while the agent has yet to drive.
  HOST_DEVICE void expect_route(const MapView& map, int slot) const {
    const int quad = view.quad[slot], point = map.quads[quad].next_point;
    const size_t goal = view.goal[slot * kMaxGoals + view.goal_index[slot]];
    const int lane = map.quads[quad].lane;
    prefetch(map.lanes + lane);
    if (map.region_count > 0) return;
    prefetch(point != kNoPoint ? map.point_distance + goal * size_t(map.place_count) + map.point_place[point]
                               : map.lane_end_distance + goal * size_t(map.lane_count) + lane);
  }

  /// Asks for the lists of a quad, which the phases after this one read.
  HOST_DEVICE static void expect_lists(const MapView& map, int quad) {
    prefetch(map.edge_reach_counts + size_t(quad) * kReachCount);
    prefetch(map.edge_lists + map.lists[quad].first_edge_group);
  }
};

}  // namespace gigalane
