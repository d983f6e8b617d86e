#include "eval/counting.h"

#include <cstring>

#include "base/error.h"
#include "base/scalar.h"
#include "sim/drivers.h"
#include "sim/reward.h"

namespace gigalane {

namespace {

constexpr float kDeadlockS = 60, kDeadlockM = 1;

HOST_DEVICE int class_of(float length_m) {
  return length_m < 2.5f ? kSmallBody : length_m <= 5.5f ? kCarBody : kLargeBody;
}

/// What others do is not the policy's. A view without the field has nobody else.
HOST_DEVICE bool is_policy(const WorldView& w, int slot) {
  return w.driver == nullptr || DriverKind(w.driver[slot]) == DriverKind::policy;
}

HOST_DEVICE bool red_light_ahead(const WorldView& w, int world, int slot) {
  const MapView& map = w.maps[w.map[world]];
  const Quad& quad = map.quads[w.quad[slot]];
  if (quad.next_stop_line == kNone16) return false;
  const int signal = map.stop_lines[quad.next_stop_line].signal;
  return signal >= 0 && LightState(w.signal_state[world * w.signal_stride + signal]) == LightState::red;
}

HOST_DEVICE void give_goal(Counts& counts, WatchedSlot& seen) {
  seen.goal_open = 1;
  seen.goal_age_s = 0;
  counts.goals_given += 1;
}

HOST_DEVICE void stand_at(const WorldView& w, int slot, WatchedSlot& seen) {
  seen.anchor_x_m = w.x_m[slot], seen.anchor_y_m = w.y_m[slot];
  seen.still_s = 0;
  seen.deadlock_counted = 0;
}

/// Goals that agents have now are given now.
struct BeginCounts {
  static constexpr Over over = Over::agents;
  WorldView view;
  WatchedSlot* watched;
  Counts* counts;

  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * view.agents_per_world + agent;
    if (AgentStatus(view.status[slot]) != AgentStatus::driving || !is_policy(view, slot)) return;
    stand_at(view, slot, watched[slot]);
    give_goal(counts[slot * kSizeClasses + class_of(view.body[slot].a)], watched[slot]);
  }
};

struct CountEvents {
  static constexpr Over over = Over::agents;
  WorldView view;
  float time_step_s, goal_limit_s;
  WatchedSlot* watched;
  Counts* counts;

  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * view.agents_per_world + agent;
    if (AgentStatus(view.status[slot]) == AgentStatus::absent || !is_policy(view, slot)) return;
    Counts& own = counts[slot * kSizeClasses + class_of(view.body[slot].a)];
    count_life(world, slot, own, watched[slot]);
    count_contact(world, agent, own);
  }

  /// A new life begins with a goal; nothing else happens to it in this step but, perhaps, an artefact.
  HOST_DEVICE void count_life(int world, int slot, Counts& own, WatchedSlot& seen) const {
    const bool spawned = (view.events[slot] & kSpawned) != 0;
    if (spawned) {
      stand_at(view, slot, seen);
      own.lives += 1;
      give_goal(own, seen);
    }
    if (!spawned && view.life_step[slot] == 0) return;
    if (!spawned && AgentStatus(view.status[slot]) == AgentStatus::driving) {
      count_step(slot, own);
      seen.goal_age_s += time_step_s;
      watch_standstill(world, slot, own, seen);
    }
    count_goal(view.events[slot], own, seen);
  }

  HOST_DEVICE void count_step(int slot, Counts& own) const {
    own.agent_steps += 1;
    own.metres += double(absolute(view.arc[slot].a));
    own.speed_sum_mps += double(absolute(view.motion[slot].a));
    if (is_harsh(slot)) own.comfort_violations += 1;
    if (view.events[slot] & kRanRedLight) own.red_lights += 1;
  }

  /// Along or across.
  HOST_DEVICE bool is_harsh(int slot) const {
    const Record motion = view.motion[slot];
    const Action jerk = action_of(view.action[slot] < kActionCount ? int(view.action[slot]) : 0);
    return absolute(motion.b) > kHarshAcceleration || absolute(motion.c) > kHarshAcceleration ||
           absolute(jerk.along) > kHarshJerk || absolute(jerk.across) > kHarshJerk;
  }

  /// How the goal ended, if it did.
  HOST_DEVICE void count_goal(uint16_t events, Counts& own, WatchedSlot& seen) const {
    const bool failed = (events & (kCollided | kOffRoad)) != 0;
    if (failed && (events & kArtefact)) {
      if (seen.goal_open) own.goals_given -= 1;
      seen.goal_open = 0;
      if (events & kOffRoad) own.artefacts += 1;
      return;
    }
    if (events & kOffRoad) own.off_road += 1;
    if (events & kReachedGoal) {
      if (seen.goal_open) own.goals_reached += 1;
      seen.goal_open = 0;
      if (!(events & kReachedLastGoal) && !failed) give_goal(own, seen);
    }
    if (!seen.goal_open) return;
    const bool lost = failed || seen.goal_age_s > goal_limit_s;
    if (!lost && !(events & kTimedOut)) return;
    (lost ? own.goals_lost : own.goals_open) += 1;
    seen.goal_open = 0;
  }

  /// A pair counts once: at its smaller index, or at the only agent that names it.
  HOST_DEVICE void count_contact(int world, int agent, Counts& own) const {
    const int base = world * view.agents_per_world, slot = base + agent;
    if (!(view.events[slot] & kCollided)) return;
    const int other = view.hit_agent[slot];
    const bool named_by_other =
        other >= 0 && (view.events[base + other] & kCollided) && view.hit_agent[base + other] == agent;
    const int of_either = view.events[slot] | (named_by_other ? view.events[base + other] : 0);
    const bool artefact = (of_either & kArtefact) != 0;  // who left the road besides has no mark of it
    if (!artefact) own.agents_in_contact += 1;
    if (named_by_other && other < agent && is_policy(view, base + other)) return;
    if (artefact)
      own.artefacts += 1;
    else
      own.contacts += 1;
  }

  HOST_DEVICE void watch_standstill(int world, int slot, Counts& own, WatchedSlot& seen) const {
    const float dx = view.x_m[slot] - seen.anchor_x_m, dy = view.y_m[slot] - seen.anchor_y_m;
    if (dx * dx + dy * dy > kDeadlockM * kDeadlockM || red_light_ahead(view, world, slot))
      return stand_at(view, slot, seen);
    seen.still_s += time_step_s;
    if (seen.still_s >= kDeadlockS && !seen.deadlock_counted) {
      seen.deadlock_counted = 1;
      own.deadlocks += 1;
    }
  }
};

/// Goals still under way become open.
struct FinishCounts {
  static constexpr Over over = Over::agents;
  WorldView view;
  WatchedSlot* watched;
  Counts* counts;

  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * view.agents_per_world + agent;
    if (!watched[slot].goal_open) return;
    counts[slot * kSizeClasses + class_of(view.body[slot].a)].goals_open += 1;
    watched[slot].goal_open = 0;
  }
};

}  // namespace

SizeClass size_class(float length_m) { return SizeClass(class_of(length_m)); }

const char* size_class_name(int size) {
  return size == kSmallBody ? "below 2.5 m" : size == kCarBody ? "2.5 to 5.5 m" : "above 5.5 m";
}

double Counts::goal_rate() const {
  const double ended = goals_reached + goals_lost;
  return ended > 0 ? goals_reached / ended : 0;
}

EventCounter::EventCounter(const WorldView& w, float time_step_s, float goal_limit_s,
                           const Executor& executor)
    : executor_(executor),
      world_count_(w.world_count),
      agents_per_world_(w.agents_per_world),
      time_step_s_(time_step_s),
      goal_limit_s_(goal_limit_s),
      watched_(executor.device, size_t(w.world_count) * size_t(w.agents_per_world)),
      counts_(executor.device, watched_.size() * kSizeClasses),
      total_(executor.device, counts_.size()) {
  run_phases(executor_, world_count_, agents_per_world_, BeginCounts{w, watched_.data(), counts_.data()});
}

void EventCounter::count(const WorldView& w) {
  run_phases(executor_, world_count_, agents_per_world_,
             CountEvents{w, time_step_s_, goal_limit_s_, watched_.data(), counts_.data()});
}

void EventCounter::finish(const WorldView& w) {
  run_phases(executor_, world_count_, agents_per_world_, FinishCounts{w, watched_.data(), counts_.data()});
}

void EventCounter::clear() { counts_.fill_zero(executor_.stream); }

std::vector<uint8_t> EventCounter::save() const {
  const std::vector<WatchedSlot> watched = watched_.to_host(executor_.stream);
  std::vector<uint8_t> bytes(watched.size() * sizeof(WatchedSlot));
  std::memcpy(bytes.data(), watched.data(), bytes.size());
  return bytes;
}

void EventCounter::restore(const std::vector<uint8_t>& bytes) {
  require(bytes.size() == watched_.size() * sizeof(WatchedSlot), "saved counter: ", bytes.size(),
          " bytes, expected ", watched_.size() * sizeof(WatchedSlot));
  std::vector<WatchedSlot> watched(watched_.size());
  std::memcpy(watched.data(), bytes.data(), bytes.size());
  watched_.copy_from_host(watched.data(), watched.size(), 0, executor_.stream);
  clear();
}

/// Calls use(counts) with the counts where the CPU can read them.
template <class Use>
void EventCounter::with_counts(const Use& use) const {
  std::vector<Counts> copied;
  if (executor_.device == Device::cuda) copied = counts_.to_host(executor_.stream);
  use(copied.empty() ? counts_.data() : copied.data());
}

Counts EventCounter::world(int world) const {
  const size_t size = size_t(agents_per_world_) * kSizeClasses, first = size_t(world) * size;
  Counts sum;
  with_counts([&](const Counts* counts) {
    for (size_t i = first; i < first + size; ++i) sum += counts[i];
  });
  return sum;
}
Counts EventCounter::size(int size) const {
  Counts sum;
  with_counts([&](const Counts* counts) {
    for (size_t i = size_t(size); i < counts_.size(); i += kSizeClasses) sum += counts[i];
  });
  return sum;
}
Counts EventCounter::total() { return total_.of(executor_, counts_); }

}  // namespace gigalane
