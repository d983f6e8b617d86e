#include "policy/actor.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/state_hash.h"
#include "policy/safetensors.h"
#include "policy/set_lift.h"
#include "sim/config.h"

namespace gigalane {
namespace {

using nlohmann::json;

std::string text_of(const std::map<std::string, std::string>& texts, const std::string& key,
                    const std::string& path) {
  const auto found = texts.find(key);
  require(found != texts.end(), path, ": holds no \"", key, "\": not a policy of this program");
  return found->second;
}

/// Fills network and card from the two YAML texts.
void read_texts(Actor& actor, const std::string& network_yaml, const std::string& path) {
  parse_config(network_yaml, path + " (network)", {}, actor.network);
  require(actor.network.encoder_width % 16 == 0, path, ": encoder_width = ", actor.network.encoder_width,
          ", expected a multiple of 16");
  if (actor.card.simulation_yaml.empty()) return;
  SimulationConfig simulation;
  parse_config(actor.card.simulation_yaml, path + " (simulation)", {}, simulation);
  const ObservationConfig& seen = simulation.observation;
  actor.card.trained_shape = {{seen.lane_points, seen.boundary_points, seen.agents, seen.stop_lines}};
  actor.card.route_hint = seen.route_hint;
}

using Shapes = std::vector<std::pair<std::string, std::vector<int64_t>>>;

Shapes expected_shapes(const Actor& actor) {
  Shapes shapes;
  const auto add = [&](const std::string& name, int64_t outputs, int64_t inputs) {
    shapes.push_back({name + ".weight", {outputs, inputs}});
    shapes.push_back({name + ".bias", {outputs}});
  };
  const int width = actor.network.encoder_width;
  for (int set = 0; set < kSetCount; ++set) {
    add(kEncoderNames[set], width, lifted_features(set, actor.network.polar_lift));
    if (set == kAgentSet && actor.network.agent_layers == 2) add("agent_encoder_2", width, width);
  }
  add("ego_encoder", 2 * width, kEgoFeatures);
  int64_t inputs = code_width(actor.network);
  for (size_t layer = 0; layer < actor.network.trunk.size(); ++layer) {
    add("trunk." + std::to_string(layer), actor.network.trunk[layer], inputs);
    inputs = actor.network.trunk[layer];
  }
  add("head", kActionCount, inputs);
  return shapes;
}

std::string shape_text(const std::vector<int64_t>& shape) { return json(shape).dump(); }

/// Names of features and sets, in order, for whoever reads an export.
std::string layout_text(const Actor& actor) {
  json layout = {
      {"lanes", {"x", "y", "cos", "sin", "width", "route_relative", "route_absolute"}},
      {"boundary", {"x", "y", "u", "v"}},
      {"agents", {"x", "y", "cos", "sin", "velocity_x", "velocity_y", "length", "width", "height"}},
      {"stop_lines", {"x", "y", "cos", "sin", "red", "yellow", "green", "sign"}},
      {"counts", {"lanes", "boundary", "agents", "stop_lines"}},
      {"ego", int(kEgoFeatures)},
  };
  layout["trained_sizes"] = actor.card.trained_shape.capacity;
  return layout.dump();
}

}  // namespace

void check_observation_version(const std::string& path, const std::string& version) {
  require(version == std::to_string(kObservationVersion), path,
          ": made for another observation layout (version ", version, ", this program has ",
          kObservationVersion, ")");
}

void check_tensors(Actor& actor, const std::string& path) {
  std::string signed_bytes;
  uint64_t count = 0;
  for (const auto& [name, shape] : expected_shapes(actor)) {
    const auto found = actor.tensors.find(name);
    require(found != actor.tensors.end(), path, ": holds no tensor ", name);
    const NamedArray& array = found->second;
    require(array.shape == shape, path, ": tensor ", name, " is ", shape_text(array.shape), ", expected ",
            shape_text(shape));
    signed_bytes += name + '\n';
    signed_bytes.append(reinterpret_cast<const char*>(array.values.data()),
                        array.values.size() * sizeof(float));
    count += array.values.size();
  }
  actor.card.parameter_count = count;
  actor.card.sha256 = sha256_hex(signed_bytes);
}

Actor read_actor(const Checkpoint& checkpoint, const std::string& path) {
  const auto version = checkpoint.numbers.find("observation_version");
  require(version != checkpoint.numbers.end(), path,
          ": holds no observation_version: not a policy of this program");
  check_observation_version(path, json(int64_t(version->second)).dump());
  Actor actor;
  actor.card.path = path;
  actor.card.kind = "checkpoint";
  actor.card.observation_version = kObservationVersion;
  const std::string network_yaml = text_of(checkpoint.text, "network", path);
  if (const auto found = checkpoint.text.find("simulation"); found != checkpoint.text.end())
    actor.card.simulation_yaml = found->second;
  if (const auto found = checkpoint.text.find("version"); found != checkpoint.text.end())
    actor.version = found->second;
  if (const auto found = checkpoint.numbers.find("transitions"); found != checkpoint.numbers.end())
    actor.card.transitions = found->second > 0 ? uint64_t(found->second) : 0;
  const std::string prefix = "actor.";
  for (const auto& [name, array] : checkpoint.tensors)
    if (name.compare(0, prefix.size(), prefix) == 0) actor.tensors[name.substr(prefix.size())] = array;
  read_texts(actor, network_yaml, path);
  check_tensors(actor, path);
  return actor;
}

Actor load_actor(const std::string& path) {
  std::string file = path;
  if (std::filesystem::is_directory(path)) {
    std::string warning;
    file = newest_checkpoint(path, &warning);
    if (!warning.empty()) log_warning(warning);
  }
  if (std::filesystem::path(file).extension() == ".safetensors") return load_safetensors(file);
  return read_actor(load_checkpoint(file), file);
}

std::map<std::string, std::string> describe(const Actor& actor) {
  return {{"format", "gigalane policy 1"},
          {"version", actor.version},
          {"observation_version", std::to_string(actor.card.observation_version)},
          {"observation_layout", layout_text(actor)},
          {"network", to_yaml(actor.network)},
          {"simulation", actor.card.simulation_yaml},
          {"transitions", std::to_string(actor.card.transitions)},
          {"weights_sha256", actor.card.sha256}};
}

Actor read_description(const std::map<std::string, std::string>& texts, const std::string& path) {
  check_observation_version(path, text_of(texts, "observation_version", path));
  Actor actor;
  actor.card.path = path;
  actor.card.observation_version = kObservationVersion;
  const std::string network_yaml = text_of(texts, "network", path);
  actor.card.simulation_yaml = text_of(texts, "simulation", path);
  actor.version = text_of(texts, "version", path);
  const std::string transitions = text_of(texts, "transitions", path);
  require(!transitions.empty() && transitions.size() < 20 &&
              transitions.find_first_not_of("0123456789") == std::string::npos,
          path, ": transitions = ", transitions, ", expected a number");
  actor.card.transitions = std::stoull(transitions);
  read_texts(actor, network_yaml, path);
  return actor;
}

}  // namespace gigalane
