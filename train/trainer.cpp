#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <iterator>
#include <thread>

#include "base/error.h"
#include "base/philox.h"
#include "base/version.h"
#include "sim/purposes.h"
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

int thread_count_of(const TrainConfig& config, const Processes& processes) {
  if (config.threads > 0) return config.threads;
  return cores_of(processes.place(), int(std::thread::hardware_concurrency()), usable_cores());
}

Simulator::Options simulator_options(const TrainConfig& config, const Processes& processes) {
  Simulator::Options options;
  options.first_world = uint32_t(processes.rank() * config.simulation.worlds);
  options.seed = config.seed;
  options.device = parse_device(config.device);
  options.threads = thread_count_of(config, processes);
  return options;
}

Precision precision_of(const TrainConfig& config, Device device) {
  if (config.precision == "float32") return Precision::float32;
  return config.precision == "bfloat16" || gains_by_bfloat16(device) ? Precision::bfloat16
                                                                     : Precision::float32;
}

Network make_network(const TrainConfig& config, const NetworkConfig& shape, int outputs, double head_gain,
                     uint64_t seed, Device device) {
  Network network(shape, outputs, head_gain, seed, to_torch(device));
  network.set_precision(precision_of(config, device));
  network.set_plain(config.plain_network);
  return network;
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

const std::vector<uint8_t>& blob_of(const Checkpoint& checkpoint, const std::string& name) {
  const auto found = checkpoint.blobs.find(name);
  require(found != checkpoint.blobs.end(), "the checkpoint holds no ", name, ": it cannot be resumed");
  return found->second;
}

/// The name of a process's worlds and the like in a checkpoint.
std::string of_process(const std::string& name, int rank) {
  return rank == 0 ? name : name + "." + std::to_string(rank);
}

/// Over all processes.
void add_up(const Processes& processes, RolloutBuffer::Sums& sums, Counts& counts) {
  static_assert(std::is_trivially_copyable_v<Counts> && sizeof(Counts) % sizeof(double) == 0,
                "doubles alone");
  double all[(sizeof sums + sizeof counts) / sizeof(double)];
  std::memcpy(all, &sums, sizeof sums);
  std::memcpy(all + sizeof sums / sizeof(double), &counts, sizeof counts);
  processes.sum(all, int(std::size(all)));
  std::memcpy(static_cast<void*>(&sums), all, sizeof sums);
  std::memcpy(static_cast<void*>(&counts), all + sizeof sums / sizeof(double), sizeof counts);
}

}  // namespace

struct Trainer::Parts {
  TrainConfig config;
  const Processes& processes;
  Simulator simulator;
  ThreadPool pool;
  Executor executor;
  Network actor, critic;
  std::unique_ptr<Learner> learner;
  Snapshots snapshots;
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

  Parts(const TrainConfig& c, Simulator&& s, const Processes& others)
      : config(c),
        processes(others),
        simulator(std::move(s)),
        pool((use_one_torch_thread(), thread_count_of(c, others))),
        executor{parse_device(c.device), &pool, nullptr, nullptr},
        actor(make_network(c, c.actor, kActionCount, kActorHeadGain, c.seed * 2, executor.device)),
        critic(make_network(c, c.critic, 1, kCriticHeadGain, c.seed * 2 + 1, executor.device)),
        learner(make_learner(actor, critic, c.ppo, c.seed, executor, others, c.plain_network)),
        snapshots(simulator, executor.device, c.ppo.rollout_steps),
        rollout(executor.device, c.ppo.rollout_steps, simulator.slot_count()),
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
    const auto number = uint32_t(iteration) + 1;
    require_finite(actor, "actor", number), require_finite(critic, "critic", number);
    const RolloutView view{rollout.step_count(), rollout.slot_count(), rollout.reward.data(),
                           rollout.value.data(), rollout.flags.data()};
    const auto [gamma, lambda] = discounts_of(config);
    estimate_advantages(executor, view, gamma, lambda, advantage.data(), target.data());
    const int64_t count =
        ppo.keep_share > 0
            ? choose_share(executor, view, advantage.data(), ppo.keep_share, chosen.data(), processes)
            : filter.choose(executor, view, advantage.data(), ppo.filter, chosen.data(), processes);
    const Spread spread = spread_of(executor, chosen.data(), count, advantage.data(), processes);
    metrics.explained_variance = explained_variance(executor, view, target.data(), processes);
    require(std::isfinite(metrics.explained_variance), "iteration ", number,
            ": rewards, values or advantages of the rollout hold a number that is not finite; the last ",
            "checkpoint is from before");
    const double kept = processes.sum(double(count));
    metrics.kept_fraction = metrics.iteration_transitions > 0 ? kept / metrics.iteration_transitions : 0;
    metrics.advantage_average = filter.average;
    metrics.advantage_deviation = spread.deviation;
    samples_trained += kept;
    const TrainingSet set{rollout,          snapshots,     chosen.data(),   count,
                          advantage.data(), target.data(), spread.deviation};
    metrics.update = learner->update(set, metrics.rates, uint32_t(iteration));
    require_sane(metrics.update, number);
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

    CollectReport collected = collector.collect(rollout, snapshots, counter);
    metrics.counts = counter.total();
    add_up(processes, collected.sums, metrics.counts);
    metrics.iteration_transitions = collected.sums.transitions;
    for (int term = 0; term < kRewardTerms; ++term)
      metrics.reward_terms[term] =
          collected.sums.reward_terms[term] / std::max(1.0, collected.sums.transitions);
    metrics.agent_hours = metrics.counts.agent_steps * double(config.simulation.time_step_s) / 3600;
    const double before_learning = seconds_since_start();
    learn(metrics);
    advance_curriculum(metrics.counts);

    ++iteration;
    transitions += collected.sums.transitions;
    metrics.times = {collected.simulate_s, collected.act_s, seconds_since_start() - before_learning,
                     processes.largest(seconds_since_start())};
    seconds += metrics.times.total_s;
    metrics.memory_gb = double(used_memory(executor.device)) * 1e-9;
    metrics.iteration = iteration;
    metrics.transitions = transitions;
    metrics.samples_trained = samples_trained;
    metrics.seconds = seconds;
    metrics.goal_rate_average = std::max(0.0, goal_rate_average);
    return metrics;
  }
};

Trainer::Trainer(const TrainConfig& config, const Processes& processes) {
  parts_ = std::make_unique<Parts>(config, Simulator(config.simulation, simulator_options(config, processes)),
                                   processes);
}

Trainer::Trainer(const TrainConfig& config, std::vector<std::shared_ptr<const CompiledMap>> maps,
                 const Processes& processes) {
  Simulator simulator(config.simulation, std::move(maps), simulator_options(config, processes));
  parts_ = std::make_unique<Parts>(config, std::move(simulator), processes);
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;

TrainMetrics Trainer::iterate() { return parts_->iterate(); }
double Trainer::progress() const { return parts_->progress(); }
int64_t Trainer::iteration() const { return parts_->iteration; }
double Trainer::transitions() const { return parts_->transitions; }
double Trainer::seconds() const { return parts_->seconds; }
Device Trainer::device() const { return parts_->executor.device; }
Precision Trainer::precision() const { return parts_->actor.precision(); }
int Trainer::thread_count() const { return parts_->pool.thread_count(); }
int64_t Trainer::parameter_count() const {
  return parts_->actor.parameter_count() + parts_->critic.parameter_count();
}
double Trainer::rollout_bytes_per_agent_step() const {
  return double(parts_->snapshots.bytes() + parts_->rollout.bytes()) / double(parts_->rollout.sample_count());
}
double Trainer::update_bytes_per_agent_step() const {
  const Parts& p = *parts_;
  const size_t bytes = p.advantage.size() * sizeof(float) + p.target.size() * sizeof(float) +
                       p.chosen.size() * sizeof(int64_t);
  return double(bytes) / double(p.rollout.sample_count());
}
const TrainConfig& Trainer::config() const { return parts_->config; }
const Processes& Trainer::processes() const { return parts_->processes; }
const Simulator& Trainer::simulator() const { return parts_->simulator; }
void Trainer::measure_phases(PhaseTimes* times) { parts_->simulator.phase_times = times; }

Checkpoint Trainer::checkpoint() const {
  Parts& p = *parts_;
  Checkpoint c;
  c.text["version"] = version();
  c.text["config"] = to_yaml(p.config);
  c.text["network"] = to_yaml(p.config.actor);
  c.text["simulation"] = to_yaml(p.config.simulation);
  c.text["seed"] = std::to_string(p.config.seed);
  c.numbers = {{"observation_version", kObservationVersion},
               {"iteration", double(p.iteration)},
               {"processes", double(p.processes.count())},
               {"worlds_each", double(p.config.simulation.worlds)},
               {"transitions", p.transitions},
               {"samples_trained", p.samples_trained},
               {"training_s", p.seconds},
               {"filter_average", p.filter.average},
               {"goal_rate_average", p.goal_rate_average},
               {"first_goal_max_m", double(p.curriculum.first_goal_max_m)},
               {"first_goal_start_m", double(p.config.curriculum.first_goal_max_m)}};
  for (const auto& [name, tensor] : p.actor.parameters()) save_tensor(tensor, "actor." + name, c);
  for (const auto& [name, tensor] : p.critic.parameters()) save_tensor(tensor, "critic." + name, c);
  p.learner->actor_adam().save("actor", c);
  p.learner->critic_adam().save("critic", c);
  const auto worlds = p.processes.gather_in_first(p.simulator.save()),
             goals = p.processes.gather_in_first(p.counter.save());
  for (int rank = 0; rank < int(worlds.size()); ++rank) {
    c.blobs[of_process("worlds", rank)] = worlds[size_t(rank)];
    c.blobs[of_process("goals_under_way", rank)] = goals[size_t(rank)];
  }
  return c;
}

namespace {

/// Whether the worlds of a checkpoint are those of this process: lives under way were drawn by the rules and
/// the seed that they are drawn by again.
bool has_same_worlds(const Checkpoint& c, const TrainConfig& config, const Processes& processes) {
  const auto is = [&](const char* key, const std::string& text) {
    const auto found = c.text.find(key);
    return found != c.text.end() && found->second == text;
  };
  return number_of(c, "processes") == processes.count() &&
         number_of(c, "worlds_each") == config.simulation.worlds &&
         is("simulation", to_yaml(config.simulation)) && is("seed", std::to_string(config.seed));
}

/// Of worlds that begin anew at an iteration: not those that the run began with.
uint64_t seed_at(uint64_t seed, int64_t iteration) {
  KeyedRandom random(seed, uint32_t(iteration), 0, 0, uint32_t(Purpose::new_worlds));
  const uint64_t high = random.bits();
  return high << 32 | random.bits();
}

}  // namespace

bool Trainer::restore(const Checkpoint& c) {
  Parts& p = *parts_;
  p.iteration = int64_t(number_of(c, "iteration"));
  start_from(c);
  p.learner->actor_adam().restore("actor", c);
  p.learner->critic_adam().restore("critic", c);
  p.transitions = number_of(c, "transitions");
  p.samples_trained = number_of(c, "samples_trained");
  p.seconds = number_of(c, "training_s");
  p.filter.average = number_of(c, "filter_average");
  p.goal_rate_average = number_of(c, "goal_rate_average");
  const auto start = c.numbers.find("first_goal_start_m");  // a configuration that begins elsewhere is obeyed
  if (start == c.numbers.end() || float(start->second) == p.config.curriculum.first_goal_max_m)
    p.curriculum.first_goal_max_m = float(number_of(c, "first_goal_max_m"));
  const bool same = has_same_worlds(c, p.config, p.processes);
  if (same) p.simulator.restore(blob_of(c, of_process("worlds", p.processes.rank())));
  p.apply_curriculum();
  if (!same) p.simulator.reset(seed_at(p.config.seed, p.iteration));
  p.counter = p.new_counter();
  if (same) p.counter.restore(blob_of(c, of_process("goals_under_way", p.processes.rank())));
  return same;
}

void Trainer::start_from(const Checkpoint& c) {
  Parts& p = *parts_;
  const auto version = c.numbers.find("observation_version");
  require(version != c.numbers.end() && version->second == kObservationVersion,
          "the checkpoint is for another observation layout, expected version ", kObservationVersion);
  for (const auto& [name, tensor] : p.actor.parameters()) restore_tensor(c, "actor." + name, tensor);
  const bool has_critic = c.tensors.count("critic." + p.critic.parameters().front().first) > 0;
  if (has_critic)
    for (const auto& [name, tensor] : p.critic.parameters()) restore_tensor(c, "critic." + name, tensor);
  const auto next = uint32_t(p.iteration) + 1;
  require_finite(p.actor, "actor", next), require_finite(p.critic, "critic", next);
}

}  // namespace gigalane
