#include "train/metrics.h"

#include <cstdio>

#include "base/progress.h"

namespace gigalane {

namespace {

constexpr const char* kTermNames[kRewardTerms] = {"goal",       "collision",   "off_road", "comfort",
                                                  "lane_align", "lane_centre", "velocity", "reverse",
                                                  "stop_line",  "time",        "progress"};

double per(double events, double amount) { return amount > 0 ? events / amount : 0; }

}  // namespace

double TrainMetrics::reward() const {
  double sum = 0;
  for (double term : reward_terms) sum += term;
  return sum;
}

std::vector<NamedValue> list_metrics(const TrainMetrics& m) {
  const Counts& c = m.counts;
  std::vector<NamedValue> list{
      {"iteration", double(m.iteration)},
      {"transitions", m.transitions},
      {"samples_trained", m.samples_trained},
      {"training_s", m.seconds},
      {"transitions_per_s", m.transitions_per_second()},
      {"driven_km", c.km()},
      {"driven_km_per_h", per(c.km(), m.times.total_s / 3600)},
      {"goal_rate", c.goal_rate()},
      {"goals_reached", c.goals_reached},
      {"goals_lost", c.goals_lost},
      {"goals_open", c.goals_open},
      {"goals_per_agent_hour", per(c.goals_reached, m.agent_hours)},
      {"contacts_per_km", per(c.contacts, c.km())},
      {"off_road_per_km", per(c.off_road, c.km())},
      {"incidents_per_km", per(c.incidents(), c.km())},
      {"contacts_per_agent_hour", per(c.contacts, m.agent_hours)},
      {"off_road_per_agent_hour", per(c.off_road, m.agent_hours)},
      {"red_lights_per_km", per(c.red_lights, c.km())},
      {"artefacts", c.artefacts},
      {"deadlocks", c.deadlocks},
      {"mean_speed_mps", per(c.speed_sum_mps, c.agent_steps)},
      {"reward", m.reward()},
  };
  for (int term = 0; term < kRewardTerms; ++term)
    list.push_back({std::string("reward_") + kTermNames[term], m.reward_terms[term]});
  const std::vector<NamedValue> learning{
      {"entropy_nat", m.update.entropy},
      {"approximate_kl_nat", m.update.kl},
      {"clip_fraction", m.update.clip_fraction},
      {"policy_loss", m.update.policy_loss},
      {"value_loss", m.update.value_loss},
      {"explained_variance", m.explained_variance},
      {"kept_fraction", m.kept_fraction},
      {"advantage_average_of_largest", m.advantage_average},
      {"advantage_deviation", m.advantage_deviation},
      {"actor_gradient_norm", m.update.actor_gradient_norm},
      {"critic_gradient_norm", m.update.critic_gradient_norm},
      {"minibatches", double(m.update.minibatches)},
      {"learning_rate", m.rates.learning_rate},
      {"entropy_weight", m.rates.entropy},
      {"goal_rate_average", m.goal_rate_average},
      {"penalty_scale", double(m.curriculum.penalty_scale)},
      {"first_goal_max_m", double(m.curriculum.first_goal_max_m)},
      {"simulate_s", m.times.simulate_s},
      {"act_s", m.times.act_s},
      {"learn_s", m.times.learn_s},
      {"iteration_s", m.times.total_s},
      {"memory_gb", m.memory_gb},
  };
  list.insert(list.end(), learning.begin(), learning.end());
  return list;
}

std::string describe_metrics(const TrainMetrics& m) {
  char text[160];
  std::snprintf(text, sizeof text, "%s transitions/s  %s km/h  goals %.0f %%  incidents %.2f/km",
                format_count(m.transitions_per_second()).c_str(),
                format_count(per(m.counts.km(), m.times.total_s / 3600)).c_str(), 100 * m.counts.goal_rate(),
                per(m.counts.incidents(), m.counts.km()));
  return text;
}

}  // namespace gigalane
