/// The phase that finds who touched whom or the edge of the road during the step.
#pragma once
#include "base/schedule.h"
#include "sim/move_vehicles.h"

namespace gigalane {

struct FindCollisions {
  static constexpr Over over = Over::agent_lanes;
  WorldView view;

  struct Scratch {};

  template <class L>
  LANES_FUNCTION void operator()(int world, int agent, Scratch&) const {
    const int slot = world * view.agents_per_world + agent;
    if (view.status[slot] != uint8_t(AgentStatus::driving)) {
      view.hit_agent[slot] = -1;
      view.off_road[slot] = 0;
      return;
    }
    const Contact contact = find_contact<L>(world, agent);
    const bool off = leaves_road<L>(world, slot);
    const bool fresh = view.life_step[slot] <= 1;
    const bool artefact =
        (contact.hit >= 0 || off) && (contact.hit < 0 || contact.only_fresh) && (!off || fresh);
    const int events = (view.events[slot] & kSpawned) | (contact.hit >= 0 ? kCollided : 0) |
                       (off ? kOffRoad : 0) | (artefact ? kArtefact : 0);
    L::sync();  // all lanes have read what one overwrites
    view.hit_agent[slot] = int16_t(contact.hit);
    view.off_road[slot] = off;
    view.events[slot] = uint16_t(events);
  }

 private:
  struct Contact {
    int hit;  ///< smallest index of an agent touched, -1 if there is none; fresh ones only for want of others
    bool only_fresh;  ///< all contacts came within a step of a spawn
  };

  template <class L>
  LANES_FUNCTION Contact find_contact(int world, int agent) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const int first = world * view.agents_per_world, slot = first + agent, count = view.agent_count[world];
    const float x = view.cover_x_m[slot], y = view.cover_y_m[slot], radius = view.cover_radius_m[slot];
    int hit = -1, fresh = -1;
    for (int k = 0; k < count; k += L::width) {
      const Float dx = L::load(view.cover_x_m + first + k) - x, dy = L::load(view.cover_y_m + first + k) - y;
      const Float reach = L::load(view.cover_radius_m + first + k) + radius;
      auto near =
          (dx * dx + dy * dy <= reach * reach) & L::first(count - k) & !(L::lane_index() == Int(agent - k));
      while (L::any(near)) {
        const int lane = L::first_set(near), other = k + lane;
        near = near & !(L::lane_index() == Int(lane));
        if (!touch(slot, first + other)) continue;
        int& found = view.life_step[slot] <= 1 || view.life_step[first + other] <= 1 ? fresh : hit;
        if (found < 0) found = other;
      }
    }
    return {hit >= 0 ? hit : fresh, hit < 0};
  }

  /// The same for both: the pair is looked at in order of index.
  HOST_DEVICE bool touch(int slot, int other) const {
    const int a = minimum(slot, other), b = maximum(slot, other);
    const float dx = view.cover_x_m[a] - view.cover_x_m[b], dy = view.cover_y_m[a] - view.cover_y_m[b];
    if (on_different_levels(view.body[a].c - view.body[b].c, square_root(dx * dx + dy * dy))) return false;
    if (!boxes_touch(cover(a), cover(b))) return false;
    return sweeps_touch(load_sweep(view, a), load_sweep(view, b));
  }

  HOST_DEVICE Box cover(int slot) const {
    const Record c = view.cover[slot];
    return {c.a, c.b, c.c, c.d, view.cover_half[slot].a, view.cover_half[slot].b};
  }

  template <class L>
  LANES_FUNCTION bool leaves_road(int world, int slot) const {
    const MapView& map = view.maps[view.map[world]];
    const Affine variant = view.variant[world];
    const Sweep sweep = load_sweep(view, slot);
    const int quad = view.quad[slot];
    return sweep_touches_boundary<L>(edges_within(map, quad, view.edge_reach_m[slot]), variant, sweep,
                                     cover(slot));
  }
};

}  // namespace gigalane
