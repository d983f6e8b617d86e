#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/bench_world.h"
#include "base/progress.h"
#include "base/state_hash.h"
#include "base/thread_pool.h"
#include "base/version.h"

namespace gigalane {

namespace {

std::string names(const std::vector<std::string>& maps) {
  std::string text;
  for (const std::string& map : maps) text += (text.empty() ? "" : ",") + map;
  return text;
}

int thread_count(const WorldBenchOptions& options) {
  return options.threads > 0 ? options.threads : usable_cores();
}

}  // namespace

std::string describe(const WorldBench& b) {
  const SimulationConfig& s = b.options.simulation;
  char line[400];
  std::snprintf(line, sizeof line,
                "%s agent-steps/s%s on %s, %d thread%s (%.0f %% of what its memory allows)\n",
                format_count(b.agent_steps_per_second).c_str(), b.options.observe_only ? " observed" : "",
                device_model(b.options.device).c_str(), thread_count(b.options),
                thread_count(b.options) == 1 ? "" : "s",
                100 * b.agent_steps_per_second / b.memory.agent_steps_per_second());
  std::string text = line;
  std::snprintf(line, sizeof line, "  %s, %d worlds of %d agents, %.1f that moved, %.0f steps in %.1f s\n",
                names(s.maps).c_str(), s.worlds, s.agents_per_world, b.agent_count, b.steps, b.seconds);
  text += line;
  double sum = 0;
  for (const auto& [name, ns] : b.parts) sum += ns;
  for (const auto& [name, ns] : b.parts) {
    std::snprintf(line, sizeof line, "  %-18s %7.1f ns an agent-step  %4.0f %%\n", name.c_str(), ns,
                  100 * ns / sum);
    text += line;
  }
  text += "  " + describe(b.memory_use) + "\n";
  std::snprintf(line, sizeof line, "  observation %d bytes, memory %.1f GB/s, hash %s after %d steps\n",
                b.memory.observation_bytes, b.memory.bytes_per_second * 1e-9, to_hex(b.hash).c_str(),
                kHashSteps);
  return text + line;
}

std::string to_json(const WorldBench& b) {
  const SimulationConfig& s = b.options.simulation;
  nlohmann::ordered_json parts = nlohmann::ordered_json::object();
  for (const auto& [name, ns] : b.parts) parts[name] = ns;
  const nlohmann::ordered_json json{{"benchmark", b.options.observe_only ? "observe" : "sim"},
                                    {"scenario", b.options.scenario},
                                    {"map", names(s.maps)},
                                    {"worlds", s.worlds},
                                    {"agents", s.agents_per_world},
                                    {"agent_count", b.agent_count},
                                    {"threads", thread_count(b.options)},
                                    {"device", device_name(b.options.device)},
                                    {"device_model", device_model(b.options.device)},
                                    {"seconds", b.seconds},
                                    {"steps", b.steps},
                                    {"agent_steps_per_second", b.agent_steps_per_second},
                                    {"parts", parts},
                                    {"agent_state_bytes", b.memory_use.agent_state},
                                    {"world_bytes", b.memory_use.world},
                                    {"map_bytes", b.memory_use.maps},
                                    {"total_bytes", b.memory_use.total},
                                    {"observation_format", s.observation.format},
                                    {"observation_bytes", b.memory.observation_bytes},
                                    {"bytes_per_agent_step", b.memory.bytes_per_agent_step},
                                    {"memory_bytes_per_second", b.memory.bytes_per_second},
                                    {"limit_agent_steps_per_second", b.memory.agent_steps_per_second()},
                                    {"hash", to_hex(b.hash)},
                                    {"hash_steps", kHashSteps},
                                    {"seed", b.options.seed},
                                    {"time_step_s", s.time_step_s},
                                    {"version", version()},
                                    {"commit", commit()}};
  return json.dump(2);
}

}  // namespace gigalane
