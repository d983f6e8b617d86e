/// What an agent sees of others: the nearest ones in sight, in its own frame.
#pragma once
#include "sim/nearest.h"
#include "sim/set_rows.h"

namespace gigalane {

/// Gathers records; a last block of at most four costs a quarter.
template <class L>
LANES_FUNCTION Four<typename L::Float> gather_few(const Record* base, const uint16_t* index, int count) {
  if (L::width == 16 && count <= 4) return L::gather(base, index, 4);
  return L::gather(base, index, count);
}

/// Writes the agent set for the agents listed in `nearest`. Returns whether any of them is on another level.
template <class L>
LANES_FUNCTION bool write_agents(const AgentsView& agents, int self, const uint16_t* nearest, int count,
                                 SetRows<L> rows) {
  using Float = typename L::Float;
  const Record ego = agents.pose[self];
  const float ego_speed = agents.motion[self].a, ego_z = agents.body[self].c;
  bool mixed = false;
  for (int k = 0; k < rows.capacity; k += L::width) {
    if (k >= count) {
      rows.put_zero(kAgentFeatures, k);
      continue;
    }
    const auto pose = gather_few<L>(agents.pose, nearest + k, count - k);
    const auto motion = gather_few<L>(agents.motion, nearest + k, count - k);
    const auto body = gather_few<L>(agents.body, nearest + k, count - k);
    const Float dx = pose.a - ego.a, dy = pose.b - ego.b, height = body.c - ego_z;
    const Float heading_x = pose.c * ego.c + pose.d * ego.d, heading_y = pose.d * ego.c - pose.c * ego.d;
    mixed |= L::any(on_other_level<L>(height, dx * dx + dy * dy) & L::first(count - k));

    rows.put(kAgentX, k, count, (dx * ego.c + dy * ego.d) * kPositionScale);
    rows.put(kAgentY, k, count, (dy * ego.c - dx * ego.d) * kPositionScale);
    rows.put(kAgentCos, k, count, heading_x);
    rows.put(kAgentSin, k, count, heading_y);
    rows.put(kAgentVelocityX, k, count, (motion.a * heading_x - ego_speed) * kSpeedScale);
    rows.put(kAgentVelocityY, k, count, motion.a * heading_y * kSpeedScale);
    rows.put(kAgentLength, k, count, body.a * 0.2f);
    rows.put(kAgentWidth, k, count, body.b * 0.4f);
    rows.put(kAgentHeight, k, count, height * 0.2f);
  }
  return mixed;
}

/// Writes the agent set but for SetRows::finish: the exact nearest in sight on the ego's level. Returns how
/// many.
template <class L>
LANES_FUNCTION int observe_agents(const AgentsView& agents, int self, float& hint, NearestScratch& s,
                                  uint16_t* nearest, SetRows<L> rows) {
  const Record ego = agents.pose[self];
  measure_distances<L>(agents, self, ego.a, ego.b, s.distance);
  int count = select_nearest<L>(s, agents.count, rows.capacity, hint, nearest);
  if (write_agents<L>(agents, self, nearest, count, rows)) {
    // rare: near an overpass. The rows may lie over the distances: measure again
    L::sync();
    measure_distances<L>(agents, self, ego.a, ego.b, s.distance);
    exclude_other_levels<L>(agents, self, agents.body[self].c, s.distance);
    count = select_nearest<L>(s, agents.count, rows.capacity, hint, nearest);
    write_agents<L>(agents, self, nearest, count, rows);
  }
  return count;
}

}  // namespace gigalane
