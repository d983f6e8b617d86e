/// The phase that puts replayed agents where an episode log has them, and gives their world the log's lights.
#pragma once
#include "base/schedule.h"
#include "sim/drivers.h"
#include "sim/spawn.h"

namespace gigalane {

/// A log in memory of the device: world r of `rows` is row r of the log, slot a its agent a.
struct ReplayView {
  WorldView rows;
  float lights_from_s;  ///< time of the log's episode at row 0
};

/// Row k of the log is what step k of an episode shows; when the log has ended its agents are gone.
struct ReplayAgents {
  static constexpr Over over = Over::worlds;
  WorldView view;
  ReplayView log;
  DriverRules rules;
  bool enabled;  ///< false: the schedule leaves the phase out

  HOST_DEVICE void operator()(int world) const {
    const uint32_t row = view.episode_step[world];
    const int first = world * view.agents_per_world + rules.outside_agents;
    for (int agent = 0; agent < rules.replay_agents; ++agent) {
      const int from = int(row) * log.rows.agents_per_world + agent;
      if (row >= uint32_t(log.rows.world_count) || log.rows.status[from] == uint8_t(AgentStatus::absent))
        remove_agent(view, first + agent), view.events[first + agent] = 0;
      else
        copy_agent(from, first + agent, row == 0);
    }
    // the log may be of a batch whose other maps have more lights
    for (int k = 0; k < minimum(log.rows.signal_stride, view.signal_stride); ++k) {
      Record plan = log.rows.signal_plan[k];
      plan.a -= log.lights_from_s;
      view.signal_plan[world * view.signal_stride + k] = plan;
    }
  }

 private:
  HOST_DEVICE void copy_agent(int from, int slot, bool begins) const {
    const WorldView& l = log.rows;
    const bool new_life =
        begins || view.life[slot] != l.life[from] || view.status[slot] == uint8_t(AgentStatus::absent);
    view.events[slot] = new_life ? uint16_t(kSpawned) : uint16_t(0);
    view.status[slot] = l.status[from];
    view.life[slot] = l.life[from], view.life_step[slot] = l.life_step[from];
    view.pose[slot] = l.pose[from];
    view.x_m[slot] = l.pose[from].a, view.y_m[slot] = l.pose[from].b;
    view.previous_pose[slot] = new_life ? l.pose[from] : l.previous_pose[from];
    view.arc[slot] = new_life ? Pair{0, 0} : l.arc[from];
    view.motion[slot] = l.motion[from], view.body[slot] = l.body[from], view.trait[slot] = l.trait[from];
    view.quad[slot] = l.quad[from], view.frenet[slot] = l.frenet[from];
    view.action[slot] = l.action[from];
    view.goal_count[slot] = l.goal_count[from], view.goal_index[slot] = l.goal_index[from];
    for (int k = 0; k < kMaxGoals; ++k) view.goal[slot * kMaxGoals + k] = l.goal[from * kMaxGoals + k];
    for (int k = 0; k < kCoefficientCount; ++k)
      view.coefficient[slot * kCoefficientCount + k] = l.coefficient[from * kCoefficientCount + k];
    view.paid_route_m[slot] = l.paid_route_m[from];
    view.stood_line[slot] = 0;
    view.stuck_steps[slot] = 0;
    view.driver[slot] = uint8_t(DriverKind::replay);
  }
};

}  // namespace gigalane
