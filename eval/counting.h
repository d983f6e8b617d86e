/// The counting rules of training logs, evaluation and every document (docs/counting_rules.md).
/// A goal given ends as reached, lost (its agent crashed, left the road or had it for longer than the limit)
/// or open (the episode or the count ended first). A contact is one event for a pair. Contacts and off-roads
/// within a step of a spawn are artefacts: counted apart and excluded, with the goal that they cost.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/group_sums.h"
#include "base/schedule.h"
#include "sim/world_view.h"

namespace gigalane {

/// Sizes of body that rates are also reported by: length in metres.
enum SizeClass { kSmallBody, kCarBody, kLargeBody, kSizeClasses };  ///< below 2.5, to 5.5, above
SizeClass size_class(float length_m);
const char* size_class_name(int size);

struct Counts {
  double agent_steps = 0;  ///< steps in which the action moved an agent
  double metres = 0;
  double speed_sum_mps = 0;  ///< of abs(speed), over agent_steps
  double goals_given = 0, goals_reached = 0, goals_lost = 0, goals_open = 0;
  double contacts = 0;  ///< pairs
  double agents_in_contact = 0;
  double off_road = 0, red_lights = 0, artefacts = 0, deadlocks = 0;
  double comfort_violations = 0;  ///< steps with an acceleration above 3 m/s^2 or a jerk above 5 m/s^3
  double lives = 0;

  HOST_DEVICE Counts& operator+=(const Counts& o) {
    agent_steps += o.agent_steps, metres += o.metres, speed_sum_mps += o.speed_sum_mps;
    goals_given += o.goals_given, goals_reached += o.goals_reached, goals_lost += o.goals_lost,
        goals_open += o.goals_open;
    contacts += o.contacts, agents_in_contact += o.agents_in_contact, off_road += o.off_road;
    red_lights += o.red_lights, artefacts += o.artefacts, deadlocks += o.deadlocks;
    comfort_violations += o.comfort_violations, lives += o.lives;
    return *this;
  }
  double goal_rate() const;  ///< reached / (reached + lost), 0 where none ended
  double incidents() const { return contacts + off_road; }
  double km() const { return metres * 1e-3; }
};

/// What is remembered of a slot from step to step.
struct WatchedSlot {
  float goal_age_s = 0;
  float anchor_x_m = 0, anchor_y_m = 0, still_s = 0;
  uint16_t goal_open = 0;  ///< 1: a goal was given and has not ended
  uint16_t deadlock_counted = 0;
};
static_assert(sizeof(WatchedSlot) == 20, "no gaps: it is saved as it is");

/// Counts what the policy's agents do in a batch of worlds, step by step, each slot for itself, where the
/// worlds live.
class EventCounter {
 public:
  /// Starts to count: goals that agents have now are given now. `goal_limit_s`: a goal not reached after so
  /// long is lost (ran out of time). `executor` is where the view's memory is.
  EventCounter(const WorldView&, float time_step_s, float goal_limit_s = 360, const Executor& executor = {});
  /// After each Simulator::step().
  void count(const WorldView&);
  /// Goals still under way become open; call once at the end.
  void finish(const WorldView&);
  /// Forgets all counts, not the goals under way: the next stretch of a training log.
  void clear();
  /// The goals under way and who stands still, not the counts. restore() on the same worlds goes on from
  /// there, counts at 0. Throws Error on another number of slots.
  std::vector<uint8_t> save() const;
  void restore(const std::vector<uint8_t>&);

  Counts world(int world) const;
  Counts size(int size) const;  ///< by SizeClass
  Counts total();               ///< summed where the worlds live
  int world_count() const { return world_count_; }

 private:
  template <class Use>
  void with_counts(const Use&) const;

  Executor executor_;
  int world_count_, agents_per_world_;
  float time_step_s_, goal_limit_s_;
  DeviceBuffer<WatchedSlot> watched_;
  DeviceBuffer<Counts> counts_;  // (slot, kSizeClasses)
  GroupSums<Counts> total_;
};

}  // namespace gigalane
