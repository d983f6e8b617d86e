/// What an agent sees of others: the nearest ones in sight, in its own frame.
#pragma once
#include "sim/nearest.h"
#include "sim/sensor_noise.h"
#include "sim/set_rows.h"

namespace gigalane {

/// Gathers records; a last block of at most four costs a quarter.
template <class L>
LANES_FUNCTION Four<typename L::Float> gather_few(const Record* base, const uint16_t* index, int count) {
  if (L::width == 16 && count <= 4) return L::gather(base, index, 4);
  return L::gather(base, index, count);
}

/// Errors of what is seen of others; null: none.
struct OthersNoise {
  const SensorNoise* noise;
  NoiseKey key;
};

/// Writes the agent set for the agents listed in `nearest`. Returns whether any of them is on another level.
template <class L, class Number>
LANES_FUNCTION bool write_agents(const AgentsView& agents, int self, const uint16_t* nearest, int count,
                                 const OthersNoise& errors, SetRows<L, Number> rows) {
  using Float = typename L::Float;
  const Record ego = agents.pose[self];
  const float ego_speed = agents.motion[self].a, ego_z = agents.body[self].c;
  bool mixed = false;
  for (int k = rows.last_block(); k >= 0; k -= L::width) {
    if (k >= count) {
      rows.template put_zero<kAgentFeatures>(k);
      continue;
    }
    const auto pose = gather_few<L>(agents.pose, nearest + k, count - k);
    const auto motion = gather_few<L>(agents.motion, nearest + k, count - k);
    const auto body = gather_few<L>(agents.body, nearest + k, count - k);
    const Float dx = pose.a - ego.a, dy = pose.b - ego.b, height = body.c - ego_z;
    SeenAgent<L> seen{dx * ego.c + dy * ego.d, dy * ego.c - dx * ego.d, pose.c * ego.c + pose.d * ego.d,
                      pose.d * ego.c - pose.c * ego.d, motion.a};
    if (errors.noise) add_errors<L>(*errors.noise, errors.key, L::load(nearest + k), seen);
    mixed |= L::any(on_other_level<L>(height, dx * dx + dy * dy) & L::first(count - k));

    Float features[kAgentFeatures] = {seen.ahead * kPositionScale,
                                      seen.left * kPositionScale,
                                      seen.cos_heading,
                                      seen.sin_heading,
                                      (seen.speed * seen.cos_heading - ego_speed) * kSpeedScale,
                                      seen.speed * seen.sin_heading * kSpeedScale,
                                      body.a * 0.2f,
                                      body.b * 0.4f,
                                      height * 0.2f};
    rows.put(k, count, features);
  }
  return mixed;
}

/// Writes the agent set but for SetRows::finish: the exact nearest in sight on the ego's level. Returns how
/// many.
template <class L, class Number>
LANES_FUNCTION int observe_agents(const AgentsView& agents, int self, float& hint, NearestScratch& s,
                                  uint16_t* nearest, const OthersNoise& errors, SetRows<L, Number> rows) {
  const Record ego = agents.pose[self];
  measure_distances<L>(agents, self, ego.a, ego.b, s.distance);
  int count = select_nearest<L>(s, agents.count, rows.capacity, hint, nearest);
  if (write_agents<L>(agents, self, nearest, count, errors, rows)) {
    // rare: near an overpass. The rows may lie over the distances: measure again
    L::sync();
    measure_distances<L>(agents, self, ego.a, ego.b, s.distance);
    exclude_other_levels<L>(agents, self, agents.body[self].c, s.distance);
    count = select_nearest<L>(s, agents.count, rows.capacity, hint, nearest);
    write_agents<L>(agents, self, nearest, count, errors, rows);
  }
  return count;
}

}  // namespace gigalane
