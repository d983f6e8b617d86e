/// gigalane bench: what its JSON says, and that the world it measures is the same whatever measures it.
#include <doctest/doctest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tests/app/program.h"

namespace program = gigalane::testing;

namespace {

nlohmann::json bench(const std::string& arguments) {
  const program::Outcome o = program::run_gigalane("bench " + arguments + " --json");
  CAPTURE(o.err);
  REQUIRE(o.status == 0);
  return nlohmann::json::parse(o.out);
}

}  // namespace

TEST_CASE("bench sim prints every figure, and a hash that only depends on the world") {
  const std::string world = "sim --map Town01 --worlds 3 --agents 9 --device cpu ";
  const nlohmann::json one = bench(world + "--threads 1 --seconds 0.2");
  for (const char* key :
       {"map", "worlds", "agents", "agent_count", "threads", "device", "seconds", "agent_steps_per_second",
        "parts", "agent_state_bytes", "world_bytes", "map_bytes", "total_bytes", "observation_bytes",
        "bytes_per_agent_step", "limit_agent_steps_per_second", "hash"})
    CHECK_MESSAGE(one.contains(key), key);
  CHECK(one["map"] == "Town01");
  CHECK(one["worlds"] == 3);
  CHECK(one["agents"] == 9);
  CHECK(one["total_bytes"] == one["map_bytes"].get<int>() + 3 * (one["world_bytes"].get<int>() +
                                                                 9 * (one["agent_state_bytes"].get<int>() +
                                                                      one["observation_bytes"].get<int>())));
  CHECK(one["threads"] == 1);
  CHECK(one["agent_count"] > 18);  // of 27: lives that a step begins do not count in it
  CHECK(one["agent_count"] < 27);
  CHECK(one["parts"].size() == 10);
  CHECK(one["parts"]["observe"] > 0);
  CHECK(one["agent_steps_per_second"] < one["limit_agent_steps_per_second"]);
  const nlohmann::json two = bench(world + "--threads 2 --seconds 0.3");
  CHECK(two["hash"] == one["hash"]);
  CHECK(bench(world + "--threads 1 --seconds 0.1 --seed 2")["hash"] != one["hash"]);
  CHECK(bench("observe" + world.substr(3) + "--threads 1 --seconds 0.1")["hash"] == one["hash"]);
}

TEST_CASE("bench train prints every figure, and a hash that only depends on the configuration") {
  const nlohmann::json one =
      bench("train configs/smoke.yaml --agents 40 --device cpu --threads 1 --seconds 0.2");
  for (const char* key : {"map", "worlds", "agents", "agent_count", "threads", "device", "device_model",
                          "seconds", "transitions_per_second", "observation_bytes", "bytes_per_agent_step",
                          "limit_agent_steps_per_second", "kept_fraction", "hash"})
    CHECK_MESSAGE(one.contains(key), key);
  for (const char* part : {"begin_lives", "move_vehicles", "observe", "act", "learn"})
    CHECK_MESSAGE(one["parts"][part] > 0, part);
  // few agents in a world share what is kept of it, its lights: 16 would make it 130
  CHECK(one["rollout_bytes_per_agent_step"] > 70);
  CHECK(one["rollout_bytes_per_agent_step"] <= 128);
  CHECK(one["agent_count"] > 0);
  CHECK(one["agent_count"] <= one["worlds"].get<double>() * one["agents"].get<double>());
  CHECK(bench("train configs/smoke.yaml --agents 40 --device cpu --threads 1 --seconds 0.4")["hash"] ==
        one["hash"]);
}

TEST_CASE("bench train compares with LibTorch's own operations") {
  const nlohmann::json both =
      bench("train configs/smoke.yaml --agents 40 --device cpu --threads 1 --seconds 0.3 --plain");
  const double fused = both["transitions_per_second"], plain = both["plain"]["transitions_per_second"];
  CHECK(plain > 0);
  CHECK(both["times_as_fast_as_plain"].get<double>() == doctest::Approx(fused / plain));
  CHECK(fused > 1.5 * plain);
  const program::Outcome table = program::run_gigalane(
      "bench train configs/smoke.yaml --agents 40 --device cpu --threads 1 --seconds 0.1 --plain");
  CHECK(table.out.find("times as fast as these") != std::string::npos);
}

TEST_CASE("bench takes a configuration and changes to it") {
  const nlohmann::json b =
      bench("observe configs/smoke.yaml --set simulation.observation.agents=7 --seconds 0.1");
  CHECK(b["observation_bytes"] > 0);
  const program::Outcome wrong = program::run_gigalane("bench sim --set simulation.no_such_key=1");
  CHECK(wrong.status == 1);
  CHECK(wrong.err.find("no_such_key") != std::string::npos);
  CHECK(program::run_gigalane("bench sim --agents 1000").status == 2);
  CHECK(program::run_gigalane("bench sim no_such_file.yaml").status == 1);
}

TEST_CASE("bench measures a scene of the registry, with changes to it, and lists them") {
  const nlohmann::json b = bench("sim --scenario company --worlds 2 --seconds 0.2 --threads 1");
  CHECK(b["scenario"] == "company");
  CHECK(b["map"] == "grid?blocks=4");
  CHECK(b["worlds"] == 2);
  CHECK(b["agents"] == 48);
  CHECK(b["parts"]["drive_others"] > 10);
  nlohmann::json alone;
  double least_ns = 1e9;
  for (int run = 0; run < 3; ++run) {  // the least: other programs share the machine
    alone = bench(
        "sim --scenario company --set simulation.drivers.idm.share=0 --set "
        "simulation.drivers.constant_speed.share=0 --set simulation.drivers.parked=0 --worlds 2 --seconds "
        "0.2");
    least_ns = std::min(least_ns, alone["parts"]["drive_others"].get<double>());
  }
  CHECK(least_ns * 500 < b["parts"]["drive_others"].get<double>());
  CHECK(alone["hash"] != b["hash"]);
  const program::Outcome list = program::run_gigalane("bench sim --scenario list");
  CHECK(list.status == 0);
  CHECK(list.out.find("company ") != std::string::npos);
  const program::Outcome wrong = program::run_gigalane("bench sim --scenario no_such_scene");
  CHECK(wrong.status == 1);
  CHECK(wrong.err.find("expected one of crossing, grid") != std::string::npos);
  CHECK(program::run_gigalane("bench sim configs/smoke.yaml --scenario town").status == 2);
}

TEST_CASE("a scene without a policy's agents is recorded without one; others ask for it") {
  const program::Folder folder;
  const std::string log = folder / "traffic.h5";
  const program::Outcome o = program::run_gigalane("record --scenario traffic --seconds 3 --out " + log);
  CAPTURE(o.err);
  CHECK(o.status == 0);
  CHECK(o.out.find("100 agents on Town03") != std::string::npos);
  const program::Outcome needs =
      program::run_gigalane("record --scenario town --seconds 3 --out " + log + "2");
  CHECK(needs.status == 1);
  CHECK(needs.err.find("expected --policy") != std::string::npos);
  CHECK(program::run_gigalane("record --seconds 3 --out " + log + "3").status == 2);
}

TEST_CASE("bench map looks up places, on the right level where roads lie over each other") {
  const nlohmann::json town = bench("map --map Town04 --seconds 0.2");
  CHECK(town["map"] == "Town04");
  CHECK(town["nanoseconds"] > 1);
  CHECK(town["stacked_places"] > 100);
  CHECK(town["right_level_share"] == 1.0);
}
