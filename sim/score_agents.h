/// The phase that says what a step was worth: goals, red lights, rewards, and whose life or episode ended.
#pragma once
#include "base/schedule.h"
#include "sim/lights.h"
#include "sim/move_vehicles.h"
#include "sim/reward.h"
#include "sim/stop_line.h"

namespace gigalane {

/// An agent a lane; what looks at the map goes agent by agent.
struct ScoreAgents {
  static constexpr Over over = Over::agent_blocks;
  WorldView view;
  float time_step_s;
  int episode_steps;
  float goal_speed_mps, progress_per_m;
  SignRules signs;
  bool others;  ///< some agents may be driven by others than the policy: no samples

  template <class L>
  LANES_FUNCTION void operator()(int world, int first_agent) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const int first = world * view.agents_per_world + first_agent;
    const int count = minimum(view.agents_per_world - first_agent, L::width);
    const auto driving = (L::load(view.status + first) == Int(int(AgentStatus::driving))) & L::first(count);
    const auto moved = driving & ((L::load(view.events + first) & Int(int(kSpawned))) == Int(0));

    const Float paid = L::load(view.paid_route_m + first), route = L::load(view.body + first).d;
    const Float now_paid = follow_route<L>(paid, route, L::load(view.arc + first).a);
    L::store(view.paid_route_m + first, L::select(moved, now_paid, paid), count);
    if (L::any(moved)) {
      const WorldMap w = world_map(view, world);
      L::for_each(moved, [&](int lane) { store_events(w, world, first + lane); });
    }
    store_reward<L>(first, count, moved, paid - now_paid);
    end_lives<L>(world, first, count, driving, moved);
  }

 private:
  HOST_DEVICE void store_events(const WorldMap& w, int world, int slot) const {
    int events = view.events[slot];
    events |= cross_lines(w, world, slot);
    if (!(events & (kCollided | kOffRoad))) events |= reach_goal(w, slot);
    view.events[slot] = uint16_t(events);
  }

  /// The lines that the front crosses in this step: against a light that was red at its start, as the agent
  /// saw it, or against a sign.
  HOST_DEVICE int cross_lines(const WorldMap& w, int world, int slot) const {
    const MapView& map = w.map;
    const QuadLists& near = map.lists[view.quad[slot]];
    const int count = near.stop_line_count;
    if (count == 0) return 0;
    if (look_at_signs()) stand_at_sign(w, slot);
    if (view.arc[slot].a <= 0.0f) return 0;
    const Point from = front(world, view.previous_pose[slot], slot), to = front(world, view.pose[slot], slot);
    int events = 0;
    for (int k = 0; k < count; ++k) {
      const int index = near.stop_lines[k];
      const StopLine& line = map.stop_lines[index];
      const bool of_light = line.kind == int16_t(StopLineKind::light);
      if ((of_light ? line.signal < 0 : !look_at_signs()) || !crosses_line(line, from, to)) continue;
      if (on_different_levels(line.z - view.body[slot].c, 0.0f)) continue;
      events |= of_light ? pass_light(world, line.signal) : pass_sign(slot, line, index);
    }
    return events;
  }
  HOST_DEVICE int pass_light(int world, int signal) const {
    const float start_s = float(view.episode_step[world] - 1) * time_step_s;
    const Record plan = view.signal_plan[world * view.signal_stride + signal];
    return light_state(plan, start_s) == LightState::red ? kRanRedLight : 0;
  }
  HOST_DEVICE int pass_sign(int slot, const StopLine& line, int index) const {
    if (line.kind == int16_t(StopLineKind::yield_sign))
      return signs.yield_penalty > 0.0f && view.motion[slot].a > signs.yield_speed_mps ? kRanYieldSign : 0;
    const bool stood = view.stood_line[slot] == index + 1;
    view.stood_line[slot] = 0;
    return signs.stop_penalty > 0.0f && !stood ? kRanStopSign : 0;
  }
  /// Signs may be rewarded, or drivers among the others stop at them.
  HOST_DEVICE bool look_at_signs() const { return signs.any() || others; }
  /// Remembers the stop sign's line that an agent stands before.
  HOST_DEVICE void stand_at_sign(const WorldMap& w, int slot) const {
    const Quad& quad = w.map.quads[view.quad[slot]];
    if (quad.next_stop_line == kNone16 || absolute(view.motion[slot].a) > kStandingMps) return;
    const StopLine& line = w.map.stop_lines[quad.next_stop_line];
    const float way = quad.next_stop_line_m * w.scale - view.frenet[slot].a - 0.5f * view.body[slot].a;
    if (line.kind == int16_t(StopLineKind::stop_sign) && way >= 0.0f && way <= kStandBeforeM)
      view.stood_line[slot] = uint16_t(quad.next_stop_line + 1);
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
    const Record from = view.previous_pose[slot], to = view.pose[slot];
    if (!passes_goal(w, view.goal[slot * kMaxGoals + index], {from.a, from.b}, {to.a, to.b}, body.c, radius))
      return 0;
    if (last) return kReachedGoal | kReachedLastGoal;
    view.goal_index[slot] = uint8_t(index + 1);
    // the potential of the progress reward starts anew with the next goal
    view.body[slot].d =
        world_route(w, view.quad[slot], view.frenet[slot].a, view.goal[slot * kMaxGoals + index + 1]);
    view.paid_route_m[slot] = view.body[slot].d;
    return kReachedGoal;
  }

  template <class L>
  LANES_FUNCTION void store_reward(int first, int count, typename L::Mask moved,
                                   typename L::Float progress_m) const {
    using Float = typename L::Float;
    using Int = typename L::Int;
    const Int lane = L::select(L::first(count), L::lane_index(), Int(0));
    Float coefficient[kCoefficientCount], terms[kRewardTerms];
    for (int c = 0; c < kCoefficientCount; ++c)
      coefficient[c] =
          L::gather(view.coefficient + first * kCoefficientCount + c, lane * Int(int(kCoefficientCount)));
    const Four<Float> motion = L::load(view.motion + first), frenet = L::load(view.frenet + first);
    const Int index = L::load(view.action + first);
    RewardInputOf<L> in;
    in.state = {{0.0f, 0.0f, 1.0f, 0.0f}, motion.a, motion.b, motion.c, motion.d};
    in.jerk = action_of<L>(L::select(index < Int(kActionCount), index, Int(kActionCount - 1)));
    in.offset = frenet.b, in.cos_lane = frenet.c, in.sin_lane = frenet.d;
    in.events = L::load(view.events + first);
    in.progress_m = progress_m;
    const Float sum = reward_of<L>(in, coefficient, time_step_s, view.curriculum.penalty_scale,
                                   progress_per_m, signs, terms);
    L::store(view.reward + first, L::select(moved, sum, Float(0.0f)), count);
    for (int t = 0; t < kRewardTerms; ++t)
      L::scatter(view.reward_terms + first * kRewardTerms + t, lane * Int(int(kRewardTerms)),
                 L::select(moved, terms[t], Float(0.0f)), L::first(count));
  }

  template <class L>
  LANES_FUNCTION void end_lives(int world, int first, int count, typename L::Mask driving,
                                typename L::Mask moved) const {
    using Int = typename L::Int;
    const Int events = L::load(view.events + first);
    const Int driver = others ? L::load(view.driver + first) : Int(0);
    const auto replayed = driver == Int(int(DriverKind::replay));  // the log says when their lives end
    const auto terminated =
        driving & !replayed & ((events & Int(kCollided | kOffRoad | kReachedLastGoal)) != Int(0));
    const bool over = view.episode_step[world] >= uint32_t(episode_steps);
    const auto truncated = driving & L::mask(over) & !terminated;
    const Two<typename L::Float> brake = L::load(view.brake + first);
    const auto erratic = (L::load(view.blind + first) != Int(0)) | (brake.b > brake.a);
    // what the simulator did is nobody's to learn from
    const auto artefact = (events & Int(int(kArtefact))) != Int(0);
    const auto sample = moved & !erratic & !artefact & (driver == Int(int(DriverKind::policy)));
    const auto flag = [](typename L::Mask m) { return L::select(m, Int(1), Int(0)); };
    L::store(view.terminated + first, flag(terminated), count);
    L::store(view.truncated + first, flag(truncated), count);
    L::store(view.transition + first, flag(sample), count);
    if (over)
      L::store(view.events + first, L::select(truncated, events | Int(int(kTimedOut)), events), count);
  }
};

}  // namespace gigalane
