/// The counting rules of training logs, evaluation and every document (docs/counting_rules.md).
/// A goal given ends as reached, lost (its agent crashed, left the road or ran out of time) or open (the
/// count ended first). A contact is one event for a pair. Contacts and off-roads within a step of a spawn are
/// artefacts: counted apart and excluded, with the goal that they cost.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

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

  Counts& operator+=(const Counts&);
  double goal_rate() const;  ///< reached / (reached + lost), 0 where none ended
  double incidents() const { return contacts + off_road; }
  double km() const { return metres * 1e-3; }
};

/// Counts what a batch of worlds does, step by step, by world and by size of body. CPU memory.
class EventCounter {
 public:
  /// Starts to count: goals that agents have now are given now. `goal_limit_s`: a goal not reached after so
  /// long is lost (ran out of time).
  EventCounter(const WorldView&, float time_step_s, float goal_limit_s = 360);
  /// After each Simulator::step().
  void count(const WorldView&);
  /// Goals still under way become open; call once at the end.
  void finish(const WorldView&);
  /// Forgets all counts, not the goals under way: the next stretch of a training log.
  void clear();

  const Counts& world(int world) const { return by_world_[size_t(world)]; }
  const Counts& size(int size) const { return by_size_[size_t(size)]; }
  Counts total() const;
  int world_count() const { return int(by_world_.size()); }

 private:
  struct Watched {  // what is remembered of a slot from step to step
    uint32_t life = 0;
    float goal_age_s = 0;
    bool goal_open = false;  // a goal was given and has not ended
    float anchor_x = 0, anchor_y = 0, still_s = 0;
    bool deadlock_counted = false;
  };
  void count_slot(const WorldView&, int world, int agent);
  void count_contacts(const WorldView&, int world);
  void give_goal(int world, int size, Watched&);
  void watch_standstill(const WorldView&, int world, int slot, int size, Watched&);
  template <class Change>
  void add(int world, int size, Change&& change) {
    change(by_world_[size_t(world)]);
    change(by_size_[size_t(size)]);
  }

  float time_step_s_, goal_limit_s_;
  std::vector<Watched> watched_;
  std::vector<Counts> by_world_;
  std::array<Counts, kSizeClasses> by_size_{};
};

}  // namespace gigalane
