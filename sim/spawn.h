/// How a life begins: body, ability and wishes drawn by key, and a free place on the lanes.
#pragma once
#include "sim/drivers.h"
#include "sim/goals.h"
#include "sim/idm.h"
#include "sim/kinds.h"
#include "sim/localise.h"
#include "sim/off_road.h"
#include "sim/purposes.h"
#include "sim/rules.h"
#include "sim/sweep.h"

namespace gigalane {

constexpr float kSpawnMarginM = 0.1f;  ///< the body must fit with this much around it
constexpr int kClearanceHalvings = 4;
constexpr float kSpawnBrakingMps2 = 4;  ///< that a life's beginning may ask of anyone; one can brake at 5
constexpr float kSpawnAsideM = 0.5f;    ///< beside two bodies that pass one another
constexpr float kLooksAheadM = 80;      ///< for the speed that a life begins at

/// What is drawn for a life is a function of this: its slot, the world counted over all processes, and which
/// of the slot's lives it is.
struct LifeKey {
  uint64_t seed;
  uint32_t world, agent, life;
};
HOST_DEVICE LifeKey life_key(const WorldView& v, int world, int agent) {
  return {v.seed, v.first_world + uint32_t(world), uint32_t(agent),
          v.life[world * v.agents_per_world + agent]};
}
/// The stream of one purpose of a life.
HOST_DEVICE KeyedRandom life_random(const LifeKey& key, Purpose purpose) {
  return KeyedRandom(key.seed, key.world, key.agent, key.life, uint32_t(purpose));
}
HOST_DEVICE KeyedRandom life_random(const WorldView& v, int world, int agent, Purpose purpose) {
  return life_random(life_key(v, world, agent), purpose);
}

/// The body and abilities of a life.
HOST_DEVICE Character draw_traits(const StepRules& rules, const LifeKey& key) {
  return draw_traits(rules, life_random(key, Purpose::kind), life_random(key, Purpose::traits));
}

/// What a life cares for: writes kCoefficientCount floats.
HOST_DEVICE void draw_coefficients(const RewardConfig& rules, const LifeKey& key, float* coefficient) {
  KeyedRandom random = life_random(key, Purpose::coefficients);
  coefficient[kGoalRadius] = draw(rules.goal_radius_m, random);
  coefficient[kCollisionPenalty] = draw(rules.collision, random);
  coefficient[kOffRoadPenalty] = draw(rules.off_road, random);
  coefficient[kComfort] = draw(rules.comfort, random);
  coefficient[kLaneAlign] = draw(rules.lane_align, random);
  coefficient[kVelocityAlign] = draw(rules.velocity_align, random);
  coefficient[kLaneCentre] = draw(rules.lane_centre, random);
  coefficient[kCentreBias] = draw(rules.centre_bias_m, random);
  coefficient[kVelocity] = draw(rules.velocity, random);
  coefficient[kReverse] = draw(rules.reverse, random);
  coefficient[kStopLine] = draw(rules.stop_line, random);
  coefficient[kTime] = draw(rules.time, random);
}

/// Draws what an agent is and what it cares for.
HOST_DEVICE void draw_character(const WorldView& v, int world, int agent, const StepRules& rules) {
  const int slot = world * v.agents_per_world + agent;
  const LifeKey key = life_key(v, world, agent);
  const Character drawn = draw_traits(rules, key);
  v.body[slot] = {drawn.length_m, drawn.width_m, 0, 0};
  v.trait[slot] = drawn.trait;
  v.driver[slot] = uint8_t(draw_driver(rules.drivers, agent, life_random(key, Purpose::driver)));
  draw_coefficients(rules.reward, key, v.coefficient + slot * kCoefficientCount);

  KeyedRandom erratic = life_random(key, Purpose::erratic);
  // rules and outside callers drive as they are written
  const bool by_policy = v.driver[slot] == uint8_t(DriverKind::policy);
  v.blind[slot] = erratic.chance(rules.erratic.blind) && by_policy;
  const bool brakes = erratic.chance(rules.erratic.braking) && by_policy;
  const float start = draw(rules.erratic.brake_start_s, erratic),
              length_s = draw(rules.erratic.brake_length_s, erratic);
  v.brake[slot] = brakes ? Pair{start, start + length_s} : Pair{0, 0};
}

/// Whether a body may be placed here: no boundary within the margin.
HOST_DEVICE bool fits_road(const WorldMap& w, int quad, const Pose& pose, float length, float width) {
  const Box box = box_at(pose, length + 2.0f * kSpawnMarginM, width + 2.0f * kSpawnMarginM);
  const Point middle = apply(w.variant, w.map.quads[quad].x, w.map.quads[quad].y);
  const float from_middle = absolute(pose.x - middle.x) + absolute(pose.y - middle.y);
  const float reach = half_diagonal(length, width) + 2.0f * kSpawnMarginM + from_middle;
  const GroupList near = edges_within(w.map, quad, reach / smallest_scale(w.variant));
  return !touches_boundary<ScalarLanes>(near, w.variant, box);
}

/// A place as a body sees it whose middle is at `pose` (x, y, heading): metres ahead and aside.
struct SeenFrom {
  float ahead, aside;
};
HOST_DEVICE SeenFrom seen_from(const Record& pose, float x, float y) {
  const float dx = x - pose.a, dy = y - pose.b;
  return {dx * pose.c + dy * pose.d, absolute(dy * pose.c - dx * pose.d)};
}

/// Whether no other agent's middle is within the clearance, none touches, and none drives this way that could
/// not stop before.
HOST_DEVICE bool is_free(const WorldView& v, int world, int agent, const Pose& pose, float z,
                         float clearance_m) {
  const int first = world * v.agents_per_world;
  const Record own = v.body[first + agent];
  const Box box = box_at(pose, own.a + 1.0f, own.b + 1.0f);
  const float own_reach = half_diagonal(own.a + 1.0f, own.b + 1.0f);
  for (int other = 0; other < v.agent_count[world]; ++other) {
    const int slot = first + other;
    if (other == agent || v.status[slot] == uint8_t(AgentStatus::absent)) continue;
    const float dx = v.x_m[slot] - pose.x, dy = v.y_m[slot] - pose.y, square = dx * dx + dy * dy;
    const Record body = v.body[slot], p = v.pose[slot];
    const float speed = maximum(v.motion[slot].a, 0.0f), stop_m = speed * speed * (0.5f / kSpawnBrakingMps2);
    // who is replayed has driven this step already
    const float behind_m = v.driver[slot] == uint8_t(DriverKind::replay) ? absolute(v.arc[slot].a) : 0.0f;
    // most are far away: half the length and width is more than half the diagonal, without a root
    const float farthest =
        maximum(clearance_m, own_reach + 0.5f * (body.a + body.b) + maximum(stop_m, behind_m));
    if (square > farthest * farthest * 1.0001f) continue;
    const float touching = own_reach + half_diagonal(body.a, body.b);
    const float reach = maximum(clearance_m, touching + maximum(stop_m, behind_m));
    if (square > reach * reach) continue;
    if (on_different_levels(body.c - z, square_root(square))) continue;
    if (square < clearance_m * clearance_m) return false;
    const SeenFrom seen = seen_from(p, pose.x, pose.y);
    if (seen.ahead > 0.0f && seen.ahead < touching + stop_m &&
        seen.aside < 0.5f * (body.b + own.b) + kSpawnAsideM)
      return false;
    if (boxes_touch(box, box_at({p.a, p.b, p.c, p.d}, body.a, body.b))) return false;
    if (behind_m > 0.0f && boxes_touch(box, cover_of(load_sweep(v, slot)))) return false;
  }
  return true;
}

/// A pose near the middle of a quad, with the configured offset and angle.
HOST_DEVICE Pose draw_pose(const WorldMap& w, int quad, const SpawnConfig& rules, KeyedRandom& random) {
  const Quad& q = w.map.quads[quad];
  const Point middle = apply(w.variant, q.x, q.y), t = apply_direction(w.variant, q.tangent_x, q.tangent_y);
  const float stretch = square_root(t.x * t.x + t.y * t.y), ux = t.x / stretch, uy = t.y / stretch;
  const float offset = draw(rules.offset_m, random);
  float sine_angle, cosine_angle;
  sine_cosine(draw(rules.heading_rad, random), sine_angle, cosine_angle);
  return {middle.x - uy * offset, middle.y + ux * offset, ux * cosine_angle - uy * sine_angle,
          uy * cosine_angle + ux * sine_angle};
}

/// Stores how far an agent's goal is, from the quad and place on it that it has.
HOST_DEVICE void store_route(const WorldView& v, const WorldMap& w, int slot) {
  v.body[slot].d =
      world_route(w, v.quad[slot], v.frenet[slot].a, v.goal[slot * kMaxGoals + v.goal_index[slot]]);
}
/// Stores where an agent is on its lane: quad, `frenet` and height.
HOST_DEVICE void store_place(const WorldView& v, const WorldMap& w, int slot, const Pose& pose, int quad) {
  const LanePlace place = place_on_quad(w.map, quad, w.variant, pose);
  v.quad[slot] = quad;
  v.frenet[slot] = {place.along, place.offset, place.cos_lane, place.sin_lane};
  v.body[slot].c = place.z;
}
HOST_DEVICE void store_pose(const WorldView& v, int slot, const Pose& pose) {
  v.pose[slot] = {pose.x, pose.y, pose.cos_heading, pose.sin_heading};
  v.x_m[slot] = pose.x;
  v.y_m[slot] = pose.y;
}

/// Asks for the road where an agent is and where it is a step later: its quad and one ahead, and where the
/// lists of the two are.
HOST_DEVICE void expect_road(const WorldView& v, const MapView& map, int slot, float time_step_s) {
  const int quad = clamp(v.quad[slot], 0, map.quad_count - 1);
  const int ahead =
      clamp(quad + int(clamp(v.motion[slot].a * time_step_s, -4.0f, 20.0f)), 0, map.quad_count - 1);
  for (const int at : {quad, ahead}) {
    const char* bytes = reinterpret_cast<const char*>(map.quads + at);
    prefetch(bytes), prefetch(bytes + sizeof(Quad) - 1);
    prefetch(map.quad_pose + at), prefetch(map.lists + at);
  }
  prefetch(map.edge_reach_counts + size_t(ahead) * kReachCount);
}

/// Takes an agent out of its world.
HOST_DEVICE void remove_agent(const WorldView& v, int slot) {
  v.status[slot] = uint8_t(AgentStatus::absent);
  store_pose(v, slot, {kFarAway, kFarAway, 1, 0});
  v.previous_pose[slot] = v.pose[slot];
  v.motion[slot] = {0, 0, 0, 0};
  v.arc[slot] = {0, 0};
}

/// Asks for the road that the next attempt to place an agent looks at; takes a copy of the stream.
HOST_DEVICE void expect_attempt(const MapView& map, KeyedRandom random) {
  const int quad = int(random.below(uint32_t(map.quad_count)));
  const char* bytes = reinterpret_cast<const char*>(map.quads + quad);
  prefetch(bytes), prefetch(bytes + sizeof(Quad) - 1);
  prefetch(map.lists + quad), prefetch(map.edge_reach_counts + size_t(quad) * kReachCount);
}

/// The speed that a life begins at on a quad; `fastest` is C_vel.
HOST_DEVICE float draw_first_speed(const StepRules& rules, DriverKind driver, const Quad& q, float fastest,
                                   KeyedRandom& random) {
  const bool at_rest = random.chance(rules.spawn.at_rest);
  const bool constant = driver == DriverKind::constant_speed;
  const float drawn = draw(constant ? rules.drivers.constant_speed.speed_mps : rules.spawn.speed_mps, random);
  const float speed = minimum(drawn, minimum(q.speed_limit_mps, kFastest * fastest));
  return driver == DriverKind::parked || (at_rest && !constant) ? 0.0f : speed;
}

/// The highest speed at which a life may begin where it is: from which it can brake behind, or to the speed
/// of, whoever drives or stands straight ahead.
HOST_DEVICE float speed_behind_others(const WorldView& v, int world, int agent) {
  const int first = world * v.agents_per_world;
  const Record own = v.body[first + agent], pose = v.pose[first + agent];
  float highest = 1e3f;
  for (int other = 0; other < v.agent_count[world]; ++other) {
    const int slot = first + other;
    if (other == agent || v.status[slot] == uint8_t(AgentStatus::absent)) continue;
    const SeenFrom seen = seen_from(pose, v.x_m[slot], v.y_m[slot]);
    if (!(seen.ahead > 0.0f) || seen.ahead > kLooksAheadM) continue;
    const Record body = v.body[slot], p = v.pose[slot];
    if (seen.aside > 0.5f * (body.b + own.b) + kSpawnAsideM) continue;
    if (on_different_levels(body.c - own.c, seen.ahead)) continue;
    const float along = maximum(v.motion[slot].a * (p.c * pose.c + p.d * pose.d), 0.0f);
    const float gap = seen.ahead - half_diagonal(own.a, own.b) - half_diagonal(body.a, body.b);
    highest = minimum(highest, speed_before(along, gap, kSpawnBrakingMps2));
  }
  return highest;
}

/// Begins a life with a character drawn before: finds a place and goals. Leaves the agent absent if there is
/// none.
HOST_DEVICE bool place_agent(const WorldView& v, const WorldMap& w, int world, int agent,
                             const StepRules& rules) {
  const int slot = world * v.agents_per_world + agent;
  const float length = v.body[slot].a, width = v.body[slot].b;
  KeyedRandom random = life_random(v, world, agent, Purpose::place);
  KeyedRandom goal_random = life_random(v, world, agent, Purpose::goals);
  for (int attempt = 0; attempt < rules.spawn.attempts; ++attempt) {
    const int quad = int(random.below(uint32_t(w.map.quad_count)));
    const Pose pose = draw_pose(w, quad, rules.spawn, random);
    expect_attempt(w.map, random);
    const Quad& q = w.map.quads[quad];
    if (!w.map.lanes[q.lane].routable) continue;
    const int halvings = attempt * kClearanceHalvings / rules.spawn.attempts;
    if (!is_free(v, world, agent, pose, q.z, rules.spawn.clearance_m / float(1 << halvings))) continue;
    if (!fits_road(w, quad, pose, length, width)) continue;
    const Point base = apply(v.variant_inverse[world], pose.x, pose.y);
    if (!contains(q, base.x, base.y)) continue;  // of a sliver, the offset leads out
    const int goals = draw_goals(w, quad, width, rules.goals, v.curriculum.first_goal_max_m, goal_random,
                                 v.goal + slot * kMaxGoals);
    if (goals == 0) continue;

    v.status[slot] = uint8_t(AgentStatus::driving);
    v.goal_count[slot] = uint8_t(goals);
    v.goal_index[slot] = 0;
    v.life_step[slot] = 0;
    store_pose(v, slot, pose);
    store_place(v, w, slot, pose, quad);
    store_route(v, w, slot);
    v.paid_route_m[slot] = v.body[slot].d;
    v.stood_line[slot] = 0;
    v.stuck_steps[slot] = 0;
    const float speed = draw_first_speed(rules, DriverKind(v.driver[slot]), q, v.trait[slot].d, random);
    v.motion[slot] = {minimum(speed, speed_behind_others(v, world, agent)), 0, 0, 0};
    v.previous_pose[slot] = v.pose[slot];
    v.arc[slot] = {0, 0};
    return true;
  }
  return false;
}

}  // namespace gigalane
