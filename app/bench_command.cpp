#include "app/bench_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/bench_map.h"
#include "app/bench_world.h"
#include "app/finite.h"
#include "base/version.h"
#include "maps/map_library.h"
#include "sim/scenarios.h"
#include "train/bench.h"
#include "train/config.h"

namespace gigalane {

namespace {

struct Arguments {
  std::string config, scenario, observation, device = "auto";
  std::vector<std::string> overrides, maps;
  int worlds = 0, agents = 0, threads = 0;
  double seconds = 5;
  uint64_t seed = 1;
  bool json = false, plain = false;
  CLI::Option *seed_option = nullptr, *device_option = nullptr, *threads_option = nullptr;
};

/// The configuration, or the defaults, with what the command line says on top.
TrainConfig read_config(const Arguments& a) {
  TrainConfig config;
  if (!a.scenario.empty()) config.simulation = scenario_config(find_scenario(a.scenario));
  if (a.config.empty())
    parse_config("", "command line", a.overrides, config);
  else
    load_config(a.config, a.overrides, config);
  if (!a.maps.empty()) config.simulation.maps = a.maps;
  if (!a.observation.empty()) config.simulation.observation.format = a.observation;
  if (a.worlds > 0) config.simulation.worlds = a.worlds;
  if (a.agents > 0) {
    config.simulation.agents_per_world = a.agents;
    config.simulation.agents_min = std::min(config.simulation.agents_min, a.agents);
  }
  if (a.seed_option->count() > 0 || a.config.empty()) config.seed = a.seed;
  if (a.device_option->count() > 0 || a.config.empty()) config.device = a.device;
  if (a.threads_option->count() > 0) config.threads = a.threads;
  return config;
}

void run_world(const Arguments& a, bool observe_only) {
  if (a.scenario == "list") {
    std::fputs(describe_scenarios().c_str(), stdout);
    return;
  }
  const TrainConfig config = read_config(a);
  WorldBenchOptions options;
  options.scenario = a.scenario;
  options.simulation = config.simulation;
  options.seed = config.seed;
  options.seconds = a.seconds;
  options.threads = config.threads;
  options.device = parse_device(config.device);
  options.observe_only = observe_only;
  const WorldBench bench = bench_world(options);
  std::fputs((a.json ? to_json(bench) + "\n" : describe(bench)).c_str(), stdout);
}

void run_train(const Arguments& a) {
  const TrainConfig config = read_config(a);
  const TrainBench bench = bench_train(config, a.seconds);
  TrainBench plain;
  if (a.plain) {
    TrainConfig same = config;
    same.plain_network = true;
    plain = bench_train(same, a.seconds);
  }
  const double ratio = a.plain ? bench.transitions_per_second / plain.transitions_per_second : 0;
  if (!a.json) {
    std::fputs(describe(bench).c_str(), stdout);
    if (a.plain)
      std::printf("by LibTorch's own operations: %s%.2f times as fast as these\n", describe(plain).c_str(),
                  ratio);
    return;
  }
  Simulator::Options options;
  options.device = parse_device(config.device);
  SimulationConfig one_world = config.simulation;  // sizes are those of an agent
  one_world.worlds = 1;
  const MemoryLimit memory = memory_limit(Simulator(one_world, options), options.device, config.threads);
  nlohmann::ordered_json json{{"benchmark", "train"},
                              {"config", a.config},
                              {"map", CLI::detail::join(config.simulation.maps, ",")},
                              {"worlds", config.simulation.worlds},
                              {"agents", config.simulation.agents_per_world}};
  json.update(nlohmann::ordered_json::parse(to_json(bench)));
  if (a.plain) {
    json["plain"] = nlohmann::ordered_json::parse(to_json(plain));
    json["times_as_fast_as_plain"] = ratio;
  }
  json["observation_bytes"] = memory.observation_bytes;
  json["bytes_per_agent_step"] = memory.bytes_per_agent_step;
  json["memory_bytes_per_second"] = memory.bytes_per_second;
  json["limit_agent_steps_per_second"] = memory.agent_steps_per_second();
  json["seed"] = config.seed;
  json["version"] = version();
  json["commit"] = commit();
  std::printf("%s\n", json.dump(2).c_str());
}

void add_options(CLI::App* command, const std::shared_ptr<Arguments>& a) {
  command->add_option("config", a->config, "YAML file; the defaults without one");
  command->add_option("--set", a->overrides, "key.path=value, over the configuration")
      ->allow_extra_args(false);
  command->add_option("--map", a->maps, "names or files, by commas: world w drives on map w mod count")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--worlds", a->worlds, "worlds")->check(CLI::Range(1, 1000000));
  command->add_option("--agents", a->agents, "agents a world")->check(CLI::Range(1, kMaxAgents));
  command->add_option("--observation", a->observation, "how observations are stored")
      ->check(CLI::IsMember({"float32", "float16", "bfloat16"}));
  command->add_option("--seconds", a->seconds, "how long to measure")
      ->check(CLI::PositiveNumber & finite())
      ->capture_default_str();
  a->threads_option = command->add_option("--threads", a->threads, "workers of the CPU; 0: all cores")
                          ->check(CLI::Range(0, 4096));
  a->device_option = command->add_option("--device", a->device, "auto, cpu or cuda")
                         ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
                         ->capture_default_str();
  a->seed_option = command->add_option("--seed", a->seed, "of the worlds")->capture_default_str();
  command->add_flag("--json", a->json, "one JSON object on standard output");
}

void add_benchmark(CLI::App* bench, const char* name, const char* help, void (*run)(const Arguments&)) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = bench->add_subcommand(name, help);
  add_options(command, a);
  if (std::string(name) == "train")
    command->add_flag(
        "--plain", a->plain,
        "then the same by LibTorch's own operations, and the ratio; a fair one with --threads 1, as their "
        "update takes one thread");
  else
    command
        ->add_option("--scenario", a->scenario, "a named scene instead of the defaults; `list` prints them")
        ->excludes(command->get_option("config"));
  command->footer("Example: gigalane bench " + std::string(name) +
                  (std::string(name) == "train" ? " configs/first_drive.yaml"
                                                : " --map Town01 --worlds 16 --agents 64 --threads 1"));
  command->callback([a, run] { run(*a); });
}

/// Looking up places needs no worlds.
void add_map_benchmark(CLI::App* bench) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = bench->add_subcommand("map", "Look up places on a map: which quad, where on it");
  command->add_option("--map", a->maps, "name or file")->required()->expected(1);
  command->add_option("--seconds", a->seconds, "how long to measure")
      ->check(CLI::PositiveNumber & finite())
      ->capture_default_str();
  command->add_option("--seed", a->seed, "of the places")->capture_default_str();
  command->add_flag("--json", a->json, "one JSON object on standard output");
  command->footer("Example: gigalane bench map --map Town04");
  command->callback([a] {
    const MapBench result = bench_map(*load_map(a->maps[0]), a->seconds, a->seed);
    std::fputs((a->json ? to_json(result) + "\n" : describe(result)).c_str(), stdout);
  });
}

}  // namespace

void add_bench_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("bench", "Measure speed on this machine");
  command->require_subcommand(1);
  command->footer("Example: gigalane bench sim --map Town01 --worlds 16 --agents 64 --threads 1 --json");
  add_benchmark(command, "sim", "Step the world and observe it, with random actions",
                [](const Arguments& a) { run_world(a, false); });
  add_benchmark(command, "observe", "Observe alone", [](const Arguments& a) { run_world(a, true); });
  add_map_benchmark(command);
  add_benchmark(command, "train", "Simulate, act and learn", run_train);
}

}  // namespace gigalane
