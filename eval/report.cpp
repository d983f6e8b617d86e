/// How an evaluation reads: as JSON and as a table.
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/version.h"
#include "eval/evaluator.h"

namespace gigalane {

namespace {

using Json = nlohmann::ordered_json;

double per(double count, double amount) { return amount > 0 ? count / amount : 0; }

/// The figures of one set of counts. km_per_incident is null where nothing happened; its interval then has no
/// top.
Json figures(const Counts& c, double agent_hours, double time_step_s) {
  Json j;
  j["agent_hours"] = agent_hours;
  j["km"] = c.km();
  j["goals_given"] = c.goals_given;
  j["goals_reached"] = c.goals_reached;
  j["goals_lost"] = c.goals_lost;
  j["goals_open"] = c.goals_open;
  j["goal_rate"] = c.goal_rate();
  j["goals_per_agent_hour"] = per(c.goals_reached, agent_hours);
  j["contacts"] = c.contacts;
  j["contacts_at_fault"] =
      c.contacts;  // every agent is the policy's own: each contact is the fault of one of them
  j["agents_in_contact"] = c.agents_in_contact;
  j["off_road"] = c.off_road;
  j["red_lights"] = c.red_lights;
  j["artefacts"] = c.artefacts;
  j["incidents"] = c.incidents();
  const Bounds95 events = poisson_interval(c.incidents());
  j["incidents_per_km"] = per(c.incidents(), c.km());
  j["incidents_per_km_interval"] = {per(events.low, c.km()), per(events.high, c.km())};
  j["km_per_incident"] = c.incidents() > 0 ? Json(c.km() / c.incidents()) : Json();
  j["km_per_incident_interval"] = {per(c.km(), events.high),
                                   events.low > 0 ? Json(c.km() / events.low) : Json()};
  j["deadlocks"] = c.deadlocks;
  j["mean_speed_mps"] = per(c.speed_sum_mps, c.agent_steps);
  j["comfort_violations_per_km"] = per(c.comfort_violations, c.km());
  j["agent_steps"] = c.agent_steps;
  j["seconds_per_step"] = time_step_s;
  return j;
}

/// Null where goals ended in fewer than five stretches.
Json goal_rate_interval(const std::vector<Counts>& stretches) {
  std::vector<double> reached, ended;
  for (const Counts& c : stretches) {
    reached.push_back(c.goals_reached);
    ended.push_back(c.goals_reached + c.goals_lost);
  }
  const std::optional<Bounds95> b = share_interval(reached, ended);
  return b ? Json{b->low, b->high} : Json();
}

Json figures_by_size(const std::vector<Counts>& sizes, double time_step_s) {
  Json j;
  for (int size = 0; size < kSizeClasses; ++size) {
    const Counts& c = sizes[size_t(size)];
    j[size_class_name(size)] = figures(c, c.agent_steps * time_step_s / 3600, time_step_s);
  }
  return j;
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

}  // namespace

std::string evaluation_json(const Evaluation& e) {
  const double dt = double(e.config.time_step_s);
  Json j;
  j["map"] = join(e.config.maps);
  j["agents"] = e.config.agents;
  j["worlds"] = e.config.worlds;
  j.update(figures(e.total(), e.agent_hours(), dt));
  std::vector<Counts> stretches;
  std::vector<Counts> sizes(kSizeClasses);
  for (const MapEvaluation& m : e.maps) {
    stretches.insert(stretches.end(), m.stretches.begin(), m.stretches.end());
    for (size_t size = 0; size < sizes.size(); ++size) sizes[size] += m.sizes[size];
  }
  j["goal_rate_interval"] = goal_rate_interval(stretches);
  j["by_size"] = figures_by_size(sizes, dt);
  j["seed"] = e.config.seed;
  j["actions"] = e.config.actions == ActionMode::sampled ? "sampled" : "greedy";
  j["conditioning"] = e.config.conditioning.empty() ? "evaluation" : e.config.conditioning;
  j["observed_agents"] = e.config.observed_agents;
  j["policy"] = {{"path", e.policy.path},
                 {"kind", e.policy.kind},
                 {"sha256", e.policy.sha256},
                 {"transitions", e.policy.transitions},
                 {"parameters", e.policy.parameter_count}};
  j["time_step_s"] = dt;
  j["trained_time_step_s"] = e.trained_time_step_s > 0 ? Json(double(e.trained_time_step_s)) : Json();
  j["version"] = version();
  for (const MapEvaluation& m : e.maps) {
    Json map = figures(m.counts, m.agent_hours, dt);
    map["goal_rate_interval"] = goal_rate_interval(m.stretches);
    map["by_size"] = figures_by_size(m.sizes, dt);
    j["by_map"][m.map] = map;
  }
  return j.dump(2);
}

std::string evaluation_table(const Evaluation& e) {
  char line[256];
  std::snprintf(line, sizeof line, "%-10s %8s %8s %7s %7s %9s %9s %10s %11s %8s %7s\n", "map", "hours", "km",
                "goals", "open", "goal rate", "contacts", "off-road", "incid./km", "red", "m/s");
  std::string text = line;
  auto row = [&](const std::string& name, const Counts& c, double hours) {
    std::snprintf(line, sizeof line,
                  "%-10s %8.1f %8.1f %7.0f %7.0f %8.1f%% %9.0f %10.0f %11.3f %8.0f %7.2f\n", name.c_str(),
                  hours, c.km(), c.goals_reached, c.goals_open, 100 * c.goal_rate(), c.contacts, c.off_road,
                  per(c.incidents(), c.km()), c.red_lights, per(c.speed_sum_mps, c.agent_steps));
    text += line;
  };
  for (const MapEvaluation& m : e.maps) row(m.map, m.counts, m.agent_hours);
  if (e.maps.size() > 1) row("all", e.total(), e.agent_hours());
  return text;
}

}  // namespace gigalane
