/// The phase that moves agents: bicycle, place on the lanes, and what the body covered on its way.
#pragma once
#include "base/schedule.h"
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
HOST_DEVICE Sweep load_sweep(const WorldView& v, int slot) {
  const Record p = v.previous_pose[slot], body = v.body[slot];
  return {{p.a, p.b, p.c, p.d}, {v.arc[slot].a, v.arc[slot].b}, body.a, body.b};
}

/// What an erratic driver does while it brakes: as hard as it can until it stands, and then it stays.
HOST_DEVICE Action brake_hard(VehicleState& state, Action asked) {
  if (state.speed > 0.0f) return {-15.0f, asked.across};
  if (state.speed < 0.0f) return {4.0f, asked.across};
  state.along = 0.0f;
  return {0.0f, 0.0f};
}

struct MoveVehicles {
  static constexpr Over over = Over::agents;
  WorldView view;
  float time_step_s;

  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * view.agents_per_world + agent;
    if (agent + 1 < view.agents_per_world) expect_quad(world, slot + 1);
    if (view.status[slot] == uint8_t(AgentStatus::absent)) return store_absent(slot);
    const bool drives = view.status[slot] == uint8_t(AgentStatus::driving) && !(view.events[slot] & kSpawned);
    view.previous_pose[slot] = view.pose[slot];
    view.arc[slot] = {0, 0};
    view.off_road[slot] = 0;
    if (drives) drive(world, slot);
    expect_lists(view.maps[view.map[world]], view.quad[slot]);
    store_cover(slot);
  }

 private:
  /// Asks for the road where an agent is about to be: its quad, and the one about a step of driving ahead.
  HOST_DEVICE void expect_quad(int world, int slot) const {
    const MapView& map = view.maps[view.map[world]];
    const int quad = view.quad[slot],
              ahead = quad + int(clamp(view.motion[slot].a * time_step_s, -4.0f, 20.0f));
    const char* reached = reinterpret_cast<const char*>(map.quads + clamp(ahead, 0, map.quad_count - 1));
    prefetch(map.quads + quad);
    prefetch(reached);
    prefetch(reached + 64);
    prefetch(reached + 128);
    prefetch(map.quad_pose + quad);
  }

  /// Asks for the lists of a quad, which the phases after this one read.
  HOST_DEVICE static void expect_lists(const MapView& map, int quad) {
    prefetch(map.boundary_reach_count + size_t(quad) * kReachCount);
    prefetch(map.stop_line_counts + quad);
    prefetch(map.stop_line_lists + size_t(quad) * kListedStopLines);
    const uint16_t* boundary = map.boundary_lists + map.boundary_start[quad];
    const uint16_t* lane_points = map.lane_lists + size_t(quad) * kListedLanePoints;
    for (int line = 0; line < 3; ++line) {
      prefetch(boundary + 32 * line);
      prefetch(lane_points + 32 * line);
    }
  }

  HOST_DEVICE void drive(int world, int slot) const {
    VehicleState state = load_vehicle(view, slot);
    Action action = action_of(minimum(int(view.action[slot]), kActionCount - 1));
    const float life_s = float(view.life_step[slot]) * time_step_s;
    if (life_s >= view.brake[slot].a && life_s < view.brake[slot].b) action = brake_hard(state, action);
    Arc arc;
    state = advance(state, action, load_traits(view, slot), time_step_s, arc);
    ++view.life_step[slot];
    view.motion[slot] = {state.speed, state.along, state.across, state.steering};
    view.arc[slot] = {arc.distance, arc.curvature};
    store_pose(view, slot, state.pose);
    localise(world, slot, state.pose);
  }

  HOST_DEVICE void localise(int world, int slot, const Pose& pose) const {
    const WorldMap w = world_map(view, world);
    const Affine& back = view.variant_inverse[world];
    const Point base = apply(back, pose.x, pose.y),
                heading = apply_direction(back, pose.cos_heading, pose.sin_heading);
    const float scale = 1.0f / square_root(heading.x * heading.x + heading.y * heading.y);
    const int goal = view.goal[slot * kMaxGoals + view.goal_index[slot]];
    const int quad =
        find_quad(w.map, {base.x, base.y, heading.x * scale, heading.y * scale, view.quad[slot], goal});
    view.off_road[slot] = quad < 0;
    store_place(view, w, slot, pose, quad < 0 ? view.quad[slot] : quad);
  }

  HOST_DEVICE void store_cover(int slot) const {
    const Box cover = cover_of(load_sweep(view, slot));
    view.cover[slot] = {cover.x, cover.y, cover.cos_heading, cover.sin_heading};
    view.cover_half[slot] = {cover.half_length, cover.half_width};
    view.cover_x_m[slot] = cover.x;
    view.cover_y_m[slot] = cover.y;
    view.cover_radius_m[slot] = half_diagonal(2.0f * cover.half_length, 2.0f * cover.half_width);
  }
  HOST_DEVICE void store_absent(int slot) const {
    view.cover_x_m[slot] = view.cover_y_m[slot] = kFarAway;
    view.cover_radius_m[slot] = 0;
  }
};

}  // namespace gigalane
