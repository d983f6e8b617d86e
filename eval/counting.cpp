#include "eval/counting.h"

#include <cmath>

namespace gigalane {

namespace {

constexpr float kDeadlockS = 60, kDeadlockM = 1;

bool red_light_ahead(const WorldView& w, int world, int slot) {
  const MapView& map = w.maps[w.map[world]];
  const Quad& quad = map.quads[w.quad[slot]];
  if (quad.next_stop_line == kNone16) return false;
  const int signal = map.stop_lines[quad.next_stop_line].signal;
  return signal >= 0 && LightState(w.signal_state[world * w.signal_stride + signal]) == LightState::red;
}

}  // namespace

SizeClass size_class(float length_m) {
  return length_m < 2.5f ? kSmallBody : length_m <= 5.5f ? kCarBody : kLargeBody;
}

const char* size_class_name(int size) {
  return size == kSmallBody ? "below 2.5 m" : size == kCarBody ? "2.5 to 5.5 m" : "above 5.5 m";
}

Counts& Counts::operator+=(const Counts& o) {
  agent_steps += o.agent_steps, metres += o.metres, speed_sum_mps += o.speed_sum_mps;
  goals_given += o.goals_given, goals_reached += o.goals_reached, goals_lost += o.goals_lost,
      goals_open += o.goals_open;
  contacts += o.contacts, agents_in_contact += o.agents_in_contact, off_road += o.off_road;
  red_lights += o.red_lights, artefacts += o.artefacts, deadlocks += o.deadlocks;
  comfort_violations += o.comfort_violations, lives += o.lives;
  return *this;
}

double Counts::goal_rate() const {
  const double ended = goals_reached + goals_lost;
  return ended > 0 ? goals_reached / ended : 0;
}

EventCounter::EventCounter(const WorldView& w, float time_step_s, float goal_limit_s)
    : time_step_s_(time_step_s),
      goal_limit_s_(goal_limit_s),
      watched_(size_t(w.world_count) * size_t(w.agents_per_world)),
      by_world_(size_t(w.world_count)) {
  for (int slot = 0; slot < int(watched_.size()); ++slot) {
    if (AgentStatus(w.status[slot]) != AgentStatus::driving) continue;
    Watched& seen = watched_[size_t(slot)];
    seen.life = w.life[slot];
    seen.anchor_x = w.x_m[slot], seen.anchor_y = w.y_m[slot];
    give_goal(slot / w.agents_per_world, size_class(w.body[slot].a), seen);
  }
}

void EventCounter::give_goal(int world, int size, Watched& seen) {
  seen.goal_open = true;
  seen.goal_age_s = 0;
  add(world, size, [](Counts& c) { ++c.goals_given; });
}

void EventCounter::count(const WorldView& w) {
  for (int world = 0; world < w.world_count; ++world) {
    for (int agent = 0; agent < w.agents_per_world; ++agent) count_slot(w, world, agent);
    count_contacts(w, world);
  }
}

void EventCounter::count_slot(const WorldView& w, int world, int agent) {
  const int slot = world * w.agents_per_world + agent;
  if (AgentStatus(w.status[slot]) == AgentStatus::absent) return;
  Watched& seen = watched_[size_t(slot)];
  const int size = size_class(w.body[slot].a);
  const uint16_t events = w.events[slot];

  // A new life begins with a goal; nothing else happens to it in this step but, perhaps, an artefact.
  if (events & kSpawned) {
    seen = Watched{};
    seen.life = w.life[slot];
    seen.anchor_x = w.x_m[slot], seen.anchor_y = w.y_m[slot];
    add(world, size, [](Counts& c) { ++c.lives; });
    give_goal(world, size, seen);
  }
  if (!(events & kSpawned) && w.life_step[slot] == 0) return;
  const bool moved = !(events & kSpawned) && AgentStatus(w.status[slot]) == AgentStatus::driving;
  if (moved) {
    const Record motion = w.motion[slot];
    const float driven = std::fabs(w.arc[slot].a);
    const bool uncomfortable = w.reward_terms[slot * kRewardTerms + kComfortTerm] < 0;
    add(world, size, [&](Counts& c) {
      ++c.agent_steps;
      c.metres += double(driven);
      c.speed_sum_mps += double(std::fabs(motion.a));
      c.comfort_violations += uncomfortable;
      c.red_lights += (events & kRanRedLight) != 0;
    });
    seen.goal_age_s += time_step_s_;
    watch_standstill(w, world, slot, size, seen);
  }

  // How the goal ended, if it did.
  const bool failed = (events & (kCollided | kOffRoad)) != 0;
  if (failed && (events & kArtefact)) {
    if (seen.goal_open) add(world, size, [](Counts& c) { --c.goals_given; });
    seen.goal_open = false;
    if (events & kOffRoad) add(world, size, [](Counts& c) { ++c.artefacts; });
    return;
  }
  if (events & kOffRoad) add(world, size, [](Counts& c) { ++c.off_road; });
  if (events & kReachedGoal) {
    if (seen.goal_open) add(world, size, [](Counts& c) { ++c.goals_reached; });
    seen.goal_open = false;
    if (!(events & kReachedLastGoal) && !failed) give_goal(world, size, seen);
  }
  const bool out_of_time = (events & kTimedOut) || seen.goal_age_s > goal_limit_s_;
  if (seen.goal_open && (failed || out_of_time)) {
    add(world, size, [](Counts& c) { ++c.goals_lost; });
    seen.goal_open = false;
  }
}

void EventCounter::count_contacts(const WorldView& w, int world) {
  const int base = world * w.agents_per_world;
  for (int agent = 0; agent < w.agents_per_world; ++agent) {
    const int slot = base + agent;
    if (!(w.events[slot] & kCollided)) continue;
    const int other = w.hit_agent[slot];
    const int size = size_class(w.body[slot].a);
    const bool artefact = (w.events[slot] & kArtefact) != 0;
    if (!artefact) add(world, size, [](Counts& c) { ++c.agents_in_contact; });
    // The pair counts once: at its smaller index, or at the only agent that names it.
    const bool named_by_other =
        other >= 0 && (w.events[base + other] & kCollided) && w.hit_agent[base + other] == agent;
    if (named_by_other && other < agent) continue;
    add(world, size, [&](Counts& c) { ++(artefact ? c.artefacts : c.contacts); });
  }
}

void EventCounter::watch_standstill(const WorldView& w, int world, int slot, int size, Watched& seen) {
  const float dx = w.x_m[slot] - seen.anchor_x, dy = w.y_m[slot] - seen.anchor_y;
  if (dx * dx + dy * dy > kDeadlockM * kDeadlockM || red_light_ahead(w, world, slot)) {
    seen.anchor_x = w.x_m[slot], seen.anchor_y = w.y_m[slot];
    seen.still_s = 0;
    seen.deadlock_counted = false;
    return;
  }
  seen.still_s += time_step_s_;
  if (seen.still_s >= kDeadlockS && !seen.deadlock_counted) {
    seen.deadlock_counted = true;
    add(world, size, [](Counts& c) { ++c.deadlocks; });
  }
}

void EventCounter::finish(const WorldView& w) {
  for (size_t slot = 0; slot < watched_.size(); ++slot) {
    if (!watched_[slot].goal_open) continue;
    add(int(slot) / w.agents_per_world, size_class(w.body[slot].a), [](Counts& c) { ++c.goals_open; });
    watched_[slot].goal_open = false;
  }
}

void EventCounter::clear() {
  for (Counts& c : by_world_) c = Counts{};
  by_size_ = {};
}

Counts EventCounter::total() const {
  Counts sum;
  for (const Counts& c : by_world_) sum += c;
  return sum;
}

}  // namespace gigalane
