#include "train/bench.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "sim/simulator.h"
#include "train/config.h"
#include "train/trainer.h"

namespace gigalane {

TrainBench bench_train(const TrainConfig& config, double seconds) {
  TrainConfig endless = config;  // so that progress stays 0
  endless.minutes = 0;
  endless.transitions = 1e15;
  Trainer trainer(endless);
  do trainer.iterate();
  while (trainer.seconds() < seconds);

  TrainBench bench;
  IterationTimes times;
  double kept = 0, metres = 0;
  while (bench.iterations == 0 || times.total_s < seconds) {
    const TrainMetrics m = trainer.iterate();
    times.simulate_s += m.times.simulate_s, times.act_s += m.times.act_s;
    times.learn_s += m.times.learn_s, times.total_s += m.times.total_s;
    bench.transitions += m.iteration_transitions;
    kept += m.kept_fraction * m.iteration_transitions;
    metres += m.counts.metres;
    ++bench.iterations;
  }
  bench.seconds = times.total_s;
  bench.transitions_per_second = bench.transitions / times.total_s;
  bench.simulate_share = times.simulate_s / times.total_s;
  bench.act_share = times.act_s / times.total_s;
  bench.learn_share = times.learn_s / times.total_s;
  bench.simulate_ns = times.simulate_s * 1e9 / bench.transitions;
  bench.act_ns = times.act_s * 1e9 / bench.transitions;
  bench.learn_ns = times.learn_s * 1e9 / bench.transitions;
  bench.kept_fraction = kept / bench.transitions;
  bench.km_per_hour = metres * 1e-3 / (times.total_s / 3600);
  bench.threads = trainer.thread_count();
  bench.parameters = trainer.parameter_count();
  bench.hash = trainer.simulator().hash();
  return bench;
}

std::string describe(const TrainBench& b) {
  char text[600];
  std::snprintf(
      text, sizeof text,
      "%.0f transitions/s on %d threads (%.1f s, %d iterations, %.0f %% of samples kept, %.0f km/h driven)\n"
      "  simulate and observe  %6.0f ns a transition  %4.0f %%\n"
      "  act                   %6.0f ns               %4.0f %%\n"
      "  learn                 %6.0f ns               %4.0f %%\n"
      "  parameters %lld, hash %016llx\n",
      b.transitions_per_second, b.threads, b.seconds, b.iterations, 100 * b.kept_fraction, b.km_per_hour,
      b.simulate_ns, 100 * b.simulate_share, b.act_ns, 100 * b.act_share, b.learn_ns, 100 * b.learn_share,
      static_cast<long long>(b.parameters), static_cast<unsigned long long>(b.hash));
  return text;
}

std::string to_json(const TrainBench& b) {
  char hash[20];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(b.hash));
  const nlohmann::ordered_json json{
      {"transitions_per_second", b.transitions_per_second},
      {"parts", {{"simulate_and_observe_ns", b.simulate_ns}, {"act_ns", b.act_ns}, {"learn_ns", b.learn_ns}}},
      {"shares",
       {{"simulate_and_observe", b.simulate_share}, {"act", b.act_share}, {"learn", b.learn_share}}},
      {"kept_fraction", b.kept_fraction},
      {"km_per_hour", b.km_per_hour},
      {"seconds", b.seconds},
      {"transitions", b.transitions},
      {"iterations", b.iterations},
      {"threads", b.threads},
      {"device", "cpu"},
      {"parameters", b.parameters},
      {"hash", hash}};
  return json.dump(2);
}

}  // namespace gigalane
