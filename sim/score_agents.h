/// The phase that says what a step was worth: goals, red lights, rewards, and whose life or episode ended.
#pragma once
#include "base/schedule.h"
#include "sim/lights.h"
#include "sim/move_vehicles.h"
#include "sim/red_light.h"
#include "sim/reward.h"

namespace gigalane {

struct ScoreAgents {
  static constexpr Over over = Over::agents;
  WorldView view;
  float time_step_s;
  int episode_steps;
  float goal_speed_mps, progress_per_m;

  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * view.agents_per_world + agent;
    view.terminated[slot] = view.truncated[slot] = view.transition[slot] = 0;
    view.reward[slot] = 0.0f;
    for (int t = 0; t < kRewardTerms; ++t) view.reward_terms[slot * kRewardTerms + t] = 0.0f;
    if (view.status[slot] != uint8_t(AgentStatus::driving)) return;
    const bool spawned = (view.events[slot] & kSpawned) != 0;
    const WorldMap w = world_map(view, world);
    if (!spawned) {
      const float paid = view.paid_route_m[slot];
      view.paid_route_m[slot] = follow_route(paid, view.body[slot].d, view.arc[slot].a);
      const float progress = paid - view.paid_route_m[slot];
      int events = view.events[slot];
      if (runs_red_light(w, world, slot)) events |= kRanRedLight;
      if (!(events & (kCollided | kOffRoad))) events |= reach_goal(w, slot);
      view.events[slot] = uint16_t(events);
      store_reward(slot, progress);
    }
    end_life(world, slot);
    const bool erratic = view.blind[slot] || view.brake[slot].b > view.brake[slot].a;
    view.transition[slot] = !spawned && !erratic;
  }

 private:
  /// Crossing a line whose light was red at the start of the step, as the agent saw it.
  HOST_DEVICE bool runs_red_light(const WorldMap& w, int world, int slot) const {
    const MapView& map = w.map;
    const int quad = view.quad[slot], count = map.stop_line_counts[quad];
    if (count == 0 || view.arc[slot].a <= 0.0f) return false;
    const float start_s = float(view.episode_step[world] - 1) * time_step_s;
    const Point from = front(world, view.previous_pose[slot], slot), to = front(world, view.pose[slot], slot);
    for (int k = 0; k < count; ++k) {
      const StopLine& line = map.stop_lines[map.stop_line_lists[quad * kListedStopLines + k]];
      if (line.kind != int16_t(StopLineKind::light) || line.signal < 0 || !crosses_line(line, from, to))
        continue;
      if (on_different_levels(line.z - view.body[slot].c, 0.0f)) continue;
      if (light_state(view.signal_plan[world * view.signal_stride + line.signal], start_s) == LightState::red)
        return true;
    }
    return false;
  }
  /// The middle of the front, on the base map.
  HOST_DEVICE Point front(int world, const Record& pose, int slot) const {
    const float ahead = 0.5f * view.body[slot].a;
    return apply(view.variant_inverse[world], pose.a + ahead * pose.c, pose.b + ahead * pose.d);
  }

  /// Goes on to the next goal if the present one is reached. Returns the events.
  HOST_DEVICE int reach_goal(const WorldMap& w, int slot) const {
    const int index = view.goal_index[slot];
    const bool last = index + 1 >= view.goal_count[slot];
    const Record body = view.body[slot];
    const float radius = view.coefficient[slot * kCoefficientCount + kGoalRadius];
    if (last && absolute(view.motion[slot].a) >= goal_speed_mps) return 0;
    if (!is_at_goal(w, view.goal[slot * kMaxGoals + index], view.x_m[slot], view.y_m[slot], body.c, radius))
      return 0;
    if (last) return kReachedGoal | kReachedLastGoal;
    view.goal_index[slot] = uint8_t(index + 1);
    // the potential of the progress reward starts anew with the next goal
    view.body[slot].d =
        world_route(w, view.quad[slot], view.frenet[slot].a, view.goal[slot * kMaxGoals + index + 1]);
    view.paid_route_m[slot] = view.body[slot].d;
    return kReachedGoal;
  }

  HOST_DEVICE void store_reward(int slot, float progress_m) const {
    const Record frenet = view.frenet[slot];
    const Action jerk = action_of(minimum(int(view.action[slot]), kActionCount - 1));
    const RewardInput in{load_vehicle(view, slot), jerk,      frenet.b, frenet.c, frenet.d,
                         view.events[slot],        progress_m};
    view.reward[slot] =
        reward_of(in, view.coefficient + slot * kCoefficientCount, time_step_s, view.curriculum.penalty_scale,
                  progress_per_m, view.reward_terms + slot * kRewardTerms);
  }

  HOST_DEVICE void end_life(int world, int slot) const {
    view.terminated[slot] = (view.events[slot] & (kCollided | kOffRoad | kReachedLastGoal)) != 0;
    view.truncated[slot] = view.episode_step[world] >= uint32_t(episode_steps) && !view.terminated[slot];
    if (view.truncated[slot]) view.events[slot] |= kTimedOut;
  }
};

}  // namespace gigalane
