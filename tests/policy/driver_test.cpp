// Policies from every kind of file drive alike; files that do not fit are refused in one line.
#include "tests/policy/samples.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "policy/export.h"
#include "policy/sampling.h"

using namespace gigalane;
using gigalane::testing::Observations;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("gigalane-driver-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

NetworkConfig small(int agent_layers = 2, bool lift = true) {
  NetworkConfig config;
  config.encoder_width = 16;
  config.agent_layers = agent_layers;
  config.trunk = {32, 48};
  config.polar_lift = lift;
  return config;
}

/// Actions of all rows as slots of worlds with 10 agents.
std::vector<uint8_t> actions_of(Driver& driver, Observations& seen, uint64_t step, ActionMode mode) {
  std::vector<uint8_t> actions(size_t(seen.size()), 99);
  WorldView world{};
  world.agents_per_world = 10;
  world.world_count = seen.size() / 10;
  world.seed = 42;
  world.first_world = 6;
  world.action = actions.data();
  driver.act(seen.view(), world, step, mode);
  return actions;
}

std::string refusal(const std::string& path) {
  try {
    load_driver(path, 1);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void check_refused(const std::string& path, const std::vector<std::string>& parts) {
  const std::string message = refusal(path);
  CAPTURE(message);
  CHECK(message.find(path) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  for (const std::string& part : parts) CHECK_MESSAGE(message.find(part) != std::string::npos, part);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("checkpoint, run folder, safetensors and TorchScript drive alike") {
  for (const auto& config : {small(2, true), small(1, true), small(1, false)}) {
    Folder folder;
    const Network network = testing::random_network(config, kActionCount, 3);
    const Checkpoint checkpoint = testing::checkpoint_of(network);
    make_folder(folder / "run/checkpoints");
    const std::string file = folder / "run/checkpoints/7.ckpt";
    save_checkpoint(file, checkpoint);
    export_policy(checkpoint, folder / "policy.safetensors");
    export_policy(checkpoint, folder / "policy.pt");
    for (const ObservationShape& shape :
         {ObservationShape{{40, 48, 20, 4}}, ObservationShape{{80, 80, 40, 7}}}) {
      Observations seen(shape, 700, 5);
      torch::NoGradGuard no_gradient;
      const torch::Tensor logits = network.forward(batch_of(seen.view(), seen.size(), torch::kCPU));
      std::vector<uint8_t> expected(size_t(seen.size()));
      choose_actions(logits.data_ptr<float>(), seen.size(), 0, {42, 17, 6, 10}, ActionMode::sampled,
                     expected.data(), nullptr);
      std::vector<float> p(12);
      softmax_rows(logits.data_ptr<float>() + 699 * 12, 1, p.data(), nullptr);
      for (const std::string& path :
           {file, folder / "run", folder / "policy.safetensors", folder / "policy.pt"})
        for (const int threads : {1, 3}) {
          CAPTURE(path);
          const auto driver = load_driver(path, threads);
          const auto actions = actions_of(*driver, seen, 17, ActionMode::sampled);
          int others = 0;
          for (size_t i = 0; i < actions.size(); ++i) others += actions[i] != expected[i];
          CHECK(others <= (driver->card().kind == "torchscript" ? 1 : 0));  // rounded otherwise
          CHECK(actions_of(*driver, seen, 18, ActionMode::sampled) != actions);
          CHECK(actions_of(*driver, seen, 17, ActionMode::greedy) ==
                actions_of(*driver, seen, 18, ActionMode::greedy));
          const auto found = driver->probabilities(seen.view(), 699);
          REQUIRE(found.size() == 12);
          for (size_t j = 0; j < 12; ++j)
            CHECK(double(found[j]) == doctest::Approx(double(p[j])).epsilon(1e-4));
        }
    }
  }
}

TEST_CASE("the card says what a policy is") {
  Folder folder;
  const Network network = testing::random_network(small(), kActionCount, 4);
  Checkpoint checkpoint = testing::checkpoint_of(network);
  SimulationConfig trained;
  trained.observation.lane_points = 40;
  trained.observation.route_hint = true;
  checkpoint.text["simulation"] = to_yaml(trained);
  save_checkpoint(folder / "1.ckpt", checkpoint);
  export_policy(checkpoint, folder / "a.safetensors");
  export_policy(checkpoint, folder / "a.pt");
  const PolicyCard a = load_driver(folder / "1.ckpt", 1)->card(),
                   b = load_driver(folder / "a.safetensors", 1)->card(),
                   c = load_driver(folder / "a.pt", 1)->card();
  CHECK(a.kind == "checkpoint");
  CHECK(b.kind == "safetensors");
  CHECK(c.kind == "torchscript");
  CHECK(a.sha256 == b.sha256);
  for (const PolicyCard& card : {a, b, c}) {
    CHECK(card.sha256.size() == 64);
    CHECK(card.observation_version == kObservationVersion);
    CHECK(card.trained_shape.capacity[kLaneSet] == 40);
    CHECK(card.route_hint);
    CHECK(card.simulation_yaml == to_yaml(trained));
    CHECK(card.transitions == 12345);
    CHECK(card.parameter_count == uint64_t(network.parameter_count()));
  }
  CHECK(a.path == folder / "1.ckpt");
}

TEST_CASE("policies that do not fit") {
  Folder folder;
  const std::string path = folder / "p.ckpt";
  const Network network = testing::random_network(small(), kActionCount, 5);
  const Checkpoint good = testing::checkpoint_of(network);
  const auto refused = [&](const Checkpoint& checkpoint, const std::vector<std::string>& parts) {
    save_checkpoint(path, checkpoint);
    check_refused(path, parts);
    CHECK_THROWS_AS(export_policy(checkpoint, folder / "never.onnx"), Error);
  };
  Checkpoint c = good;
  c.numbers["observation_version"] = 77;
  refused(c, {"another observation layout", "version 77",
              "this program has " + std::to_string(kObservationVersion)});
  c = good;
  c.tensors.erase("actor.head.weight");
  refused(c, {"head.weight"});
  c = good;
  c.tensors["actor.trunk.0.bias"].shape = {16, 2};
  refused(c, {"trunk.0.bias", "[16,2]", "[32]"});
  c = good;
  c.text["network"] = "encoder_width: 17\n";
  refused(c, {"encoder_width", "17"});
  c.text["network"] = "width: 17\n";
  refused(c, {"width"});
  c.text.erase("network");
  refused(c, {"network"});
  CHECK(!fs::exists(folder / "never.onnx"));
  for (const char* name : {"none.ckpt", "none.pt", "none.safetensors"}) check_refused(folder / name, {});
  CHECK(refusal(folder.path.string()).find("checkpoints/N.ckpt") != std::string::npos);
  CHECK_THROWS_AS(export_policy(good, folder / "policy.h5"), Error);
  CHECK_THROWS_AS(export_policy(good, folder / "no/policy.onnx"), Error);
}

TEST_CASE("safetensors that are truncated, damaged or foreign") {
  Folder folder;
  const std::string path = folder / "p.safetensors", bad = folder / "bad.safetensors";
  export_policy(testing::checkpoint_of(testing::random_network(small(), kActionCount, 6)), path);
  const std::string whole = read_file(path);
  const auto refused = [&](const std::string& bytes, const std::vector<std::string>& parts) {
    write_file(bad, bytes);
    check_refused(bad, parts);
    CHECK(read_file(bad) == bytes);
  };
  for (size_t size = 0; size < whole.size(); size += 997) refused(whole.substr(0, size), {});
  refused(whole.substr(0, whole.size() - 4), {"truncated"});
  refused(whole + "more", {"damaged"});
  refused(std::string(3000, 'x'), {"not a .safetensors file"});
  refused(replaced(whole, "\"F32\"", "\"F16\""), {"F16", "F32"});
  refused(replaced(whole, "observation_version\":\"" + std::to_string(kObservationVersion),
                   "observation_version\":\"9"),
          {"observation layout", "9"});
  std::string changed = whole;
  changed[whole.size() - 3] = char(changed[whole.size() - 3] ^ 1);
  refused(changed, {"damaged"});
  uint64_t none = 2;
  refused(std::string(reinterpret_cast<char*>(&none), 8) + "{}", {"observation_version"});
}

TEST_CASE("TorchScript that is truncated, foreign or has other inputs") {
  Folder folder;
  const std::string path = folder / "p.pt", bad = folder / "bad.pt";
  export_policy(testing::checkpoint_of(testing::random_network(small(), kActionCount, 7)), path);
  const std::string whole = read_file(path);
  for (const double share : {0.0, 0.1, 0.5, 0.99}) {
    write_file(bad, whole.substr(0, size_t(share * double(whole.size()))));
    check_refused(bad, {"truncated"});
  }
  write_file(bad, std::string(3000, 'x'));
  check_refused(bad, {"not a TorchScript file"});
}
