#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "base/version.h"
#include "sim/simulator.h"
#include "train/adam.h"
#include "train/advantage.h"
#include "train/collector.h"
#include "train/config.h"
#include "train/learner.h"

namespace gigalane {

namespace {

constexpr double kPi = 3.14159265358979;
constexpr double kActorHeadGain = 0.01, kCriticHeadGain = 1;
constexpr float kFarGoalM = 20000;  ///< beyond this a limit on the first goal means nothing in a town
constexpr float kNoLimitM = 1e9f;

int thread_count_of(const TrainConfig& config) {
  return config.threads > 0 ? config.threads : int(std::max(1u, std::thread::hardware_concurrency()));
}

Simulator::Options simulator_options(const TrainConfig& config) {
  Simulator::Options options;
  options.seed = config.seed;
  options.device = parse_device(config.device);
  options.threads = thread_count_of(config);
  return options;
}

/// The progress of a schedule from one value to another along a cosine.
double along_cosine(double from, double to, double progress) {
  return to + (from - to) * 0.5 * (1 + std::cos(kPi * std::min(1.0, progress)));
}

double number_of(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.numbers.find(name);
  require(found != checkpoint.numbers.end(), "the checkpoint holds no ", name, ": it cannot be resumed");
  return found->second;
}

}  // namespace

struct Trainer::Parts {
  TrainConfig config;
  Simulator simulator;
  ThreadPool pool;
  Executor executor;
  Network actor, critic;
  std::unique_ptr<Learner> learner;
  RolloutBuffer rollout;
  Collector collector;
  EventCounter counter;
  AdvantageFilter filter;
  Curriculum curriculum;
  DeviceBuffer<float> advantage, target;
  DeviceBuffer<int64_t> chosen;
  int64_t iteration = 0;
  double transitions = 0, samples_trained = 0, seconds = 0;
  double goal_rate_average = -1;  ///< negative until the first iteration

  Parts(const TrainConfig& c, Simulator&& s)
      : config(c),
        simulator(std::move(s)),
        pool((use_one_torch_thread(), thread_count_of(c))),
        executor{parse_device(c.device), &pool, nullptr, nullptr},
        actor(c.actor, kActionCount, kActorHeadGain, c.seed * 2, to_torch(executor.device)),
        critic(c.critic, 1, kCriticHeadGain, c.seed * 2 + 1, to_torch(executor.device)),
        learner(make_learner(actor, critic, c.ppo, c.seed, executor)),
        rollout(executor.device, c.ppo.rollout_steps, simulator.slot_count(), simulator.observation_shape()),
        collector(simulator, actor, critic, executor),
        counter(new_counter()),
        advantage(executor.device, size_t(rollout.sample_count())),
        target(executor.device, advantage.size()),
        chosen(executor.device, advantage.size()) {
    curriculum.first_goal_max_m = c.curriculum.first_goal_max_m;
    apply_curriculum();
    simulator.reset();  // the first lives under the first curriculum
    counter = new_counter();
  }

  EventCounter new_counter() const {
    constexpr float kGoalLimitS = 360;
    return {simulator.view(), config.simulation.time_step_s, kGoalLimitS, executor};
  }

  double progress() const {
    const double by_time = config.minutes > 0 ? seconds / (60 * config.minutes) : 0;
    return std::max(transitions / config.transitions, by_time);
  }

  UpdateRates rates() const {
    const PpoConfig& ppo = config.ppo;
    const double done = std::min(1.0, progress());
    return {along_cosine(double(ppo.learning_rate), double(ppo.learning_rate_end), done),
            double(ppo.entropy) + (double(ppo.entropy_end) - double(ppo.entropy)) * done};
  }

  void apply_curriculum() {
    const CurriculumConfig& c = config.curriculum;
    const double ramp = c.penalty_ramp > 0 ? std::min(1.0, progress() / double(c.penalty_ramp)) : 1;
    curriculum.penalty_scale = float(double(c.penalty_start) + (1 - double(c.penalty_start)) * ramp);
    simulator.set_curriculum(curriculum);
  }

  /// Lets first goals grow farther away while enough goals are reached.
  void advance_curriculum(const Counts& counts) {
    const CurriculumConfig& c = config.curriculum;
    if (counts.goals_reached + counts.goals_lost > 0)
      goal_rate_average =
          goal_rate_average < 0 ? counts.goal_rate() : 0.9 * goal_rate_average + 0.1 * counts.goal_rate();
    if (goal_rate_average > double(c.first_goal_rate)) curriculum.first_goal_max_m *= c.first_goal_growth;
    if (curriculum.first_goal_max_m > kFarGoalM) curriculum.first_goal_max_m = kNoLimitM;
  }

  void learn(TrainMetrics& metrics) {
    const PpoConfig& ppo = config.ppo;
    const RolloutView view{rollout.step_count(), rollout.slot_count(), rollout.reward.data(),
                           rollout.value.data(), rollout.flags.data()};
    estimate_advantages(executor, view, ppo.gamma, ppo.lambda, advantage.data(), target.data());
    const int64_t count = filter.choose(executor, view, advantage.data(), ppo.filter, chosen.data());
    const Spread spread = spread_of(executor, chosen.data(), count, advantage.data());
    metrics.explained_variance = explained_variance(executor, view, target.data());
    metrics.kept_fraction =
        metrics.iteration_transitions > 0 ? double(count) / metrics.iteration_transitions : 0;
    metrics.advantage_average = filter.average;
    metrics.advantage_deviation = spread.deviation;
    samples_trained += double(count);
    const TrainingSet set{rollout, chosen.data(), count, advantage.data(), target.data(), spread.deviation};
    metrics.update = learner->update(set, metrics.rates, uint32_t(iteration));
  }

  TrainMetrics iterate() {
    const auto start = std::chrono::steady_clock::now();
    const auto seconds_since_start = [&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    TrainMetrics metrics;
    apply_curriculum();
    metrics.curriculum = curriculum;
    metrics.rates = rates();
    counter.clear();

    const CollectReport collected = collector.collect(rollout, counter);
    metrics.iteration_transitions = collected.sums.transitions;
    for (int term = 0; term < kRewardTerms; ++term)
      metrics.reward_terms[term] =
          collected.sums.reward_terms[term] / std::max(1.0, collected.sums.transitions);
    metrics.counts = counter.total();
    metrics.agent_hours = metrics.counts.agent_steps * double(config.simulation.time_step_s) / 3600;
    const double before_learning = seconds_since_start();
    learn(metrics);
    advance_curriculum(metrics.counts);

    ++iteration;
    transitions += collected.sums.transitions;
    metrics.times = {collected.simulate_s, collected.act_s, seconds_since_start() - before_learning,
                     seconds_since_start()};
    seconds += metrics.times.total_s;
    metrics.iteration = iteration;
    metrics.transitions = transitions;
    metrics.samples_trained = samples_trained;
    metrics.seconds = seconds;
    metrics.goal_rate_average = std::max(0.0, goal_rate_average);
    return metrics;
  }
};

Trainer::Trainer(const TrainConfig& config) {
  parts_ = std::make_unique<Parts>(config, Simulator(config.simulation, simulator_options(config)));
}

Trainer::Trainer(const TrainConfig& config, std::vector<std::shared_ptr<const CompiledMap>> maps) {
  parts_ = std::make_unique<Parts>(config,
                                   Simulator(config.simulation, std::move(maps), simulator_options(config)));
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;

TrainMetrics Trainer::iterate() { return parts_->iterate(); }
double Trainer::progress() const { return parts_->progress(); }
int64_t Trainer::iteration() const { return parts_->iteration; }
double Trainer::transitions() const { return parts_->transitions; }
double Trainer::seconds() const { return parts_->seconds; }
Device Trainer::device() const { return parts_->executor.device; }
int Trainer::thread_count() const { return parts_->pool.thread_count(); }
int64_t Trainer::parameter_count() const {
  return parts_->actor.parameter_count() + parts_->critic.parameter_count();
}
const TrainConfig& Trainer::config() const { return parts_->config; }
const Simulator& Trainer::simulator() const { return parts_->simulator; }
void Trainer::measure_phases(PhaseTimes* times) { parts_->simulator.phase_times = times; }

Checkpoint Trainer::checkpoint() const {
  Parts& p = *parts_;
  Checkpoint c;
  c.text["version"] = version();
  c.text["config"] = to_yaml(p.config);
  c.text["network"] = to_yaml(p.config.actor);
  c.text["simulation"] = to_yaml(p.config.simulation);
  c.numbers = {{"observation_version", kObservationVersion},
               {"iteration", double(p.iteration)},
               {"transitions", p.transitions},
               {"samples_trained", p.samples_trained},
               {"training_s", p.seconds},
               {"filter_average", p.filter.average},
               {"goal_rate_average", p.goal_rate_average},
               {"first_goal_max_m", double(p.curriculum.first_goal_max_m)}};
  for (const auto& [name, tensor] : p.actor.parameters()) save_tensor(tensor, "actor." + name, c);
  for (const auto& [name, tensor] : p.critic.parameters()) save_tensor(tensor, "critic." + name, c);
  p.learner->actor_adam().save("actor", c);
  p.learner->critic_adam().save("critic", c);
  c.blobs["worlds"] = p.simulator.save();
  return c;
}

void Trainer::restore(const Checkpoint& c) {
  Parts& p = *parts_;
  start_from(c);
  p.learner->actor_adam().restore("actor", c);
  p.learner->critic_adam().restore("critic", c);
  p.iteration = int64_t(number_of(c, "iteration"));
  p.transitions = number_of(c, "transitions");
  p.samples_trained = number_of(c, "samples_trained");
  p.seconds = number_of(c, "training_s");
  p.filter.average = number_of(c, "filter_average");
  p.goal_rate_average = number_of(c, "goal_rate_average");
  p.curriculum.first_goal_max_m = float(number_of(c, "first_goal_max_m"));
  const auto worlds = c.blobs.find("worlds");
  require(worlds != c.blobs.end(), "the checkpoint holds no worlds: it cannot be resumed");
  p.simulator.restore(worlds->second);
  p.apply_curriculum();
  p.counter = p.new_counter();
}

void Trainer::start_from(const Checkpoint& c) {
  Parts& p = *parts_;
  const auto version = c.numbers.find("observation_version");
  require(version != c.numbers.end() && version->second == kObservationVersion,
          "the checkpoint is for another observation layout, expected version ", kObservationVersion);
  for (const auto& [name, tensor] : p.actor.parameters()) restore_tensor(c, "actor." + name, tensor);
  const bool has_critic = c.tensors.count("critic." + p.critic.parameters().front().first) > 0;
  if (!has_critic) return;
  for (const auto& [name, tensor] : p.critic.parameters()) restore_tensor(c, "critic." + name, tensor);
}

}  // namespace gigalane
