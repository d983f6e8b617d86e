/// Every mutable number of a batch of worlds, as views. slot = world * agents_per_world + agent.
/// One list (for_each_field) serves allocation, hashing, saving, restoring and test poisoning.
#pragma once
#include <cstdint>

#include "base/records.h"
#include "maps/affine.h"
#include "maps/map_view.h"
#include "sim/observation_layout.h"
#include "sim/path_points.h"

namespace gigalane {

constexpr int kMaxAgents = 256;   ///< slots of one world; agents_per_world is at most this
constexpr float kFarAway = 1e7f;  ///< where absent agents are: never near anyone

enum class AgentStatus : uint8_t { absent = 0, driving = 1, stopped = 2 };  ///< stopped: a wreck that stays
enum class LightState : uint8_t { off = 0, green = 1, yellow = 2, red = 3 };

/// What happened to an agent in the last step, bits of `events`.
enum Event : uint16_t {
  kCollided = 1,  ///< touched another agent; hit_agent says whom
  kOffRoad = 2,
  kRanRedLight = 4,
  kReachedGoal = 8,
  kReachedLastGoal = 16,
  kSpawned = 32,    ///< placed at the start of this step: no transition
  kArtefact = 64,   ///< the collision or off-road came within a step of a spawn: not counted
  kTimedOut = 128,  ///< the episode ended this life: neither crash nor last goal
  // where RewardConfig rewards signs:
  kRanStopSign = 256,   ///< crossed the line of a stop sign without having stood before it
  kRanYieldSign = 512,  ///< crossed the line of a yield sign faster than allowed
};

/// Terms of the reward, index of reward_terms.
enum RewardTerm {
  kGoalTerm,
  kCollisionTerm,
  kOffRoadTerm,
  kComfortTerm,
  kLaneAlignTerm,
  kLaneCentreTerm,
  kVelocityTerm,
  kReverseTerm,
  kStopLineTerm,
  kTimeTerm,
  kProgressTerm,
  kRewardTerms
};

/// Index into an agent's reward coefficients, in the order of RewardConfig.
enum Coefficient {
  kGoalRadius,
  kCollisionPenalty,
  kOffRoadPenalty,
  kComfort,
  kLaneAlign,
  kVelocityAlign,
  kLaneCentre,
  kCentreBias,
  kVelocity,
  kReverse,
  kStopLine,
  kTime
};
static_assert(kTime + 1 == kCoefficientCount);

/// What training changes as it goes on; part of checkpoints.
struct Curriculum {
  float penalty_scale = 1;        ///< on collision and off-road penalties
  float first_goal_max_m = 1e9f;  ///< route distance to a life's first goal, at most
};

struct WorldView {
  int world_count, agents_per_world, signal_stride;  ///< signal_stride: most signals of any map, at least 1
  uint32_t first_world;  ///< number of world 0 over all processes: what randomness is keyed by
  uint64_t seed;
  const MapView* maps;  ///< in the same memory as the fields

  // by world
  uint16_t* map;          ///< index into maps
  uint16_t* agent_count;  ///< slots in use this episode
  uint32_t* episode;
  uint32_t* episode_step;  ///< steps done of this episode
  Affine* variant;         ///< world = variant(base)
  Affine* variant_inverse;
  float* smallest_scale;  ///< the smallest factor by which the variant scales any length
  Record* signal_plan;  ///< (world, signal_stride): start of green in the cycle, green, yellow, cycle length,
                        ///< s; cycle 0: off, cycle < 0: always green
  uint8_t* signal_state;  ///< (world, signal_stride) LightState

  // by slot: state
  uint8_t* status;      ///< AgentStatus
  uint32_t* life;       ///< lives begun: the key of what is drawn for a life
  uint32_t* life_step;  ///< steps moved in this life
  Record* pose;         ///< box centre x, y (m, world frame), cosine and sine of heading
  float* x_m;           ///< pose again, as rows for the search of neighbours; kFarAway where absent
  float* y_m;
  Record* motion;      ///< speed m/s, acceleration along and across m/s^2, steering rad
  Record* body;        ///< length m, width m, z m, route distance to the current goal m (world scale)
  Record* trait;       ///< C_throttle, C_steer, C_acc, C_vel
  float* coefficient;  ///< (slot, kCoefficientCount)
  uint8_t* driver;     ///< DriverKind, drivers.h
  uint8_t* blind;      ///< does not see other agents
  Pair* brake;         ///< hard braking from a to b seconds of this life
  uint16_t* goal;      ///< (slot, kMaxGoals) lane points
  uint8_t* goal_count;
  uint8_t* goal_index;  ///< current goal
  int32_t* quad;  ///< where the box centre is; the last one that it was on, off the road and in a crack of it
  Record* frenet;         ///< along the quad from its middle m, offset to the left m, cosine and sine of the
                          ///< angle to the lane: world scale and handedness (left of the agent's lane is +)
  float* paid_route_m;    ///< route distance that the progress reward has been paid down to (sim/reward.h)
  uint16_t* stood_line;   ///< 1 + the stop line that the agent last stood before at a stop sign; 0: none
  uint16_t* stuck_steps;  ///< in which an agent of the Intelligent Driver Model has stood within a junction
  int32_t* hint_quad;     ///< (slot, kRouteHints) the quads that the route hint of the last observation shows
  float* nearest_hint;    ///< squared radius of last step's nearest search: saves time, changes no result

  // by slot: the last step
  uint8_t* action;  ///< in: 0 to 11, long jerk index * 3 + lateral jerk index
  PathAhead* path;  ///< of agents that drive, where others than the policy do; else null. No field of state
  Pair* jerk;       ///< along and across, m/s^3, of agents that the policy does not drive; in: of the outside
                    ///< caller's (DriverKind::outside)
  Record* previous_pose;
  Pair* arc;         ///< distance driven by the rear axle m and curvature 1/m of the last step
  Record* cover;     ///< a box around all that the body covered: middle x, y, cosine and sine (sim/sweep.h)
  Pair* cover_half;  ///< its half length and half width
  float* cover_x_m;  ///< a circle around it, as rows for the search of contacts; kFarAway where absent
  float* cover_y_m;
  float* cover_radius_m;
  float* edge_reach_m;  ///< from the middle of its quad, on the base map: edges beyond were not touched
  uint16_t* events;
  int16_t* hit_agent;  ///< smallest index of an agent touched, or -1
  uint8_t* off_road;
  float* reward;
  float* reward_terms;  ///< (slot, kRewardTerms), sums to reward
  uint8_t*
      transition;  ///< 1 if the action moved the agent: a sample to learn from (0 also for erratic drivers)
  uint8_t* terminated;  ///< crash or last goal
  uint8_t* truncated;   ///< the episode's end

  Curriculum curriculum;
};

/// Who needs a field.
enum FieldUse : uint8_t {
  kStateField = 1,    ///< part of hash, save and restore
  kLogField = 2,      ///< written to episode logs at every step
  kScratchField = 4,  ///< rewritten every step before it is read
  kSavedField = 8,    ///< saved and restored; no part of the hash, which tells what it leads to
  kSeenField = 16,  ///< what an observation is made from, beside what is drawn for a life: kept by snapshots
  kHintField = 32,  ///< the same, where observations have a route hint: saves looking for the route again
};

/// Calls visit(name, pointer reference, elements by world or slot, by_slot, use) for each field.
template <class View, class Visit>
void for_each_field(View& v, Visit&& visit) {
  visit("map", v.map, 1, false, kStateField | kSeenField);
  visit("agent_count", v.agent_count, 1, false, kStateField | kSeenField);
  visit("episode", v.episode, 1, false, kStateField | kLogField | kSeenField);
  visit("episode_step", v.episode_step, 1, false, kStateField | kLogField | kSeenField);
  visit("variant", v.variant, 1, false, kStateField | kSeenField);
  visit("variant_inverse", v.variant_inverse, 1, false, kStateField);
  visit("smallest_scale", v.smallest_scale, 1, false, 0);
  visit("signal_plan", v.signal_plan, v.signal_stride, false, kStateField);
  visit("signal_state", v.signal_state, v.signal_stride, false, kStateField | kLogField | kSeenField);
  visit("status", v.status, 1, true, kStateField | kLogField | kSeenField);
  visit("life", v.life, 1, true, kStateField | kLogField | kSeenField);
  visit("life_step", v.life_step, 1, true, kStateField);
  visit("pose", v.pose, 1, true, kStateField | kLogField | kSeenField);
  visit("x_m", v.x_m, 1, true, kStateField | kSeenField);
  visit("y_m", v.y_m, 1, true, kStateField | kSeenField);
  visit("motion", v.motion, 1, true, kStateField | kLogField | kSeenField);
  visit("body", v.body, 1, true, kStateField | kSeenField);
  visit("trait", v.trait, 1, true, kStateField);
  visit("coefficient", v.coefficient, kCoefficientCount, true, kStateField);
  visit("driver", v.driver, 1, true, kSavedField);
  visit("blind", v.blind, 1, true, kStateField | kSeenField);
  visit("brake", v.brake, 1, true, kStateField);
  visit("goal", v.goal, kMaxGoals, true, kStateField | kSeenField);
  visit("goal_count", v.goal_count, 1, true, kStateField | kSeenField);
  visit("goal_index", v.goal_index, 1, true, kStateField | kLogField | kSeenField);
  visit("quad", v.quad, 1, true, kStateField | kLogField | kSeenField);
  visit("frenet", v.frenet, 1, true, kStateField | kSeenField);
  visit("paid_route_m", v.paid_route_m, 1, true, kStateField);
  visit("stood_line", v.stood_line, 1, true, kSavedField);
  visit("stuck_steps", v.stuck_steps, 1, true, kSavedField);
  visit("hint_quad", v.hint_quad, kRouteHints, true, kHintField);
  visit("nearest_hint", v.nearest_hint, 1, true, 0);
  visit("action", v.action, 1, true, kLogField | kSavedField);
  visit("jerk", v.jerk, 1, true, kSavedField);
  visit("previous_pose", v.previous_pose, 1, true, kStateField);
  visit("arc", v.arc, 1, true, kStateField);
  visit("cover", v.cover, 1, true, 0);
  visit("cover_half", v.cover_half, 1, true, 0);
  visit("cover_x_m", v.cover_x_m, 1, true, 0);
  visit("cover_y_m", v.cover_y_m, 1, true, 0);
  visit("cover_radius_m", v.cover_radius_m, 1, true, 0);
  visit("edge_reach_m", v.edge_reach_m, 1, true, 0);
  visit("events", v.events, 1, true, kStateField | kLogField);
  visit("hit_agent", v.hit_agent, 1, true, kStateField | kLogField);
  visit("off_road", v.off_road, 1, true, kScratchField);
  visit("reward", v.reward, 1, true, kStateField);
  visit("reward_terms", v.reward_terms, kRewardTerms, true, kStateField | kLogField);
  visit("transition", v.transition, 1, true, kStateField);
  visit("terminated", v.terminated, 1, true, kStateField | kLogField);
  visit("truncated", v.truncated, 1, true, kStateField | kLogField);
}

}  // namespace gigalane
