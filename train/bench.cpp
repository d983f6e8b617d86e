#include "train/bench.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/state_hash.h"
#include "sim/simulator.h"
#include "train/config.h"
#include "train/trainer.h"

namespace gigalane {

TrainBench bench_train(const TrainConfig& config, double seconds) {
  TrainConfig endless = config;  // so that progress stays 0
  endless.minutes = 0;
  endless.transitions = 1e15;
  Trainer trainer(endless);
  TrainBench bench;
  Progress progress("bench", 2 * seconds, "s");
  do {
    trainer.iterate();
    progress.update(std::min(trainer.seconds(), seconds));
    if (trainer.iteration() == kHashIterations) bench.hash = trainer.simulator().hash();
  } while ((trainer.seconds() < seconds && !interrupted()) || trainer.iteration() < kHashIterations);

  PhaseTimes phases;
  trainer.measure_phases(&phases);
  IterationTimes times;
  double kept = 0, metres = 0, moved = 0;
  while (bench.iterations == 0 || (times.total_s < seconds && !interrupted())) {
    const TrainMetrics m = trainer.iterate();
    times.simulate_s += m.times.simulate_s, times.act_s += m.times.act_s;
    times.learn_s += m.times.learn_s, times.total_s += m.times.total_s;
    bench.transitions += m.iteration_transitions;
    kept += m.kept_fraction * m.iteration_transitions;
    metres += m.counts.metres;
    moved += m.counts.agent_steps;
    ++bench.iterations;
    progress.update(seconds + std::min(times.total_s, seconds));
  }
  progress.finish();
  int phase = 0;
  for (const char* name : kPhaseNames)
    bench.parts.push_back({name, double(phases.ns[phase++]) / bench.transitions});
  bench.parts.push_back({"act", times.act_s * 1e9 / bench.transitions});
  bench.parts.push_back({"learn", times.learn_s * 1e9 / bench.transitions});
  bench.seconds = times.total_s;
  bench.agent_steps_per_second = moved / times.total_s;
  bench.transitions_per_second = bench.transitions / times.total_s;
  bench.simulate_share = times.simulate_s / times.total_s;
  bench.act_share = times.act_s / times.total_s;
  bench.learn_share = times.learn_s / times.total_s;
  bench.kept_fraction = kept / bench.transitions;
  bench.km_per_hour = metres * 1e-3 / (times.total_s / 3600);
  bench.agent_count = moved / (double(bench.iterations) * config.ppo.rollout_steps);
  bench.rollout_bytes_per_agent_step = trainer.rollout_bytes_per_agent_step();
  bench.threads = trainer.thread_count();
  bench.device = device_name(trainer.device());
  bench.device_model = device_model(trainer.device());
  bench.precision = trainer.precision() == Precision::bfloat16 ? "bfloat16" : "float32";
  bench.parameters = trainer.parameter_count();
  return bench;
}

std::string describe(const TrainBench& b) {
  char line[300];
  std::snprintf(line, sizeof line,
                "%.0f transitions/s on %s, %d threads (%.1f s, %d iterations, %.0f %% of samples kept, %.0f "
                "km/h driven)\n",
                b.transitions_per_second, b.device_model.c_str(), b.threads, b.seconds, b.iterations,
                100 * b.kept_fraction, b.km_per_hour);
  std::string text = line;
  for (const auto& [name, ns] : b.parts) {
    std::snprintf(line, sizeof line, "  %-18s %8.0f ns a transition\n", name.c_str(), ns);
    text += line;
  }
  std::snprintf(line, sizeof line,
                "  simulate %.0f %%, act %.0f %%, learn %.0f %% of the time; %lld parameters, trunks in %s; "
                "the rollout "
                "takes %.0f bytes an agent-step; hash %s after %d iterations\n",
                100 * b.simulate_share, 100 * b.act_share, 100 * b.learn_share,
                static_cast<long long>(b.parameters), b.precision.c_str(), b.rollout_bytes_per_agent_step,
                to_hex(b.hash).c_str(), kHashIterations);
  return text + line;
}

std::string to_json(const TrainBench& b) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::object();
  for (const auto& [name, ns] : b.parts) parts[name] = ns;
  const nlohmann::ordered_json json{
      {"agent_count", b.agent_count},
      {"threads", b.threads},
      {"device", b.device},
      {"device_model", b.device_model},
      {"seconds", b.seconds},
      {"transitions", b.transitions},
      {"iterations", b.iterations},
      {"agent_steps_per_second", b.agent_steps_per_second},
      {"transitions_per_second", b.transitions_per_second},
      {"parts", parts},
      {"shares", {{"simulate", b.simulate_share}, {"act", b.act_share}, {"learn", b.learn_share}}},
      {"kept_fraction", b.kept_fraction},
      {"km_per_hour", b.km_per_hour},
      {"precision", b.precision},
      {"parameters", b.parameters},
      {"rollout_bytes_per_agent_step", b.rollout_bytes_per_agent_step},
      {"hash", to_hex(b.hash)},
      {"hash_iterations", kHashIterations}};
  return json.dump(2);
}

}  // namespace gigalane
