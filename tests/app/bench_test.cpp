/// gigalane bench: what its JSON says, and that the world it measures is the same whatever measures it.
#include <doctest/doctest.h>

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
        "parts", "observation_bytes", "bytes_per_agent_step", "limit_agent_steps_per_second", "hash"})
    CHECK_MESSAGE(one.contains(key), key);
  CHECK(one["map"] == "Town01");
  CHECK(one["worlds"] == 3);
  CHECK(one["agents"] == 9);
  CHECK(one["threads"] == 1);
  CHECK(one["agent_count"] == 27);
  CHECK(one["parts"].size() == 6);
  CHECK(one["parts"]["observe"] > 0);
  CHECK(one["agent_steps_per_second"] < one["limit_agent_steps_per_second"]);
  const nlohmann::json two = bench(world + "--threads 2 --seconds 0.3");
  CHECK(two["hash"] == one["hash"]);
  CHECK(bench(world + "--threads 1 --seconds 0.1 --seed 2")["hash"] != one["hash"]);
  CHECK(bench("observe" + world.substr(3) + "--threads 1 --seconds 0.1")["hash"] == one["hash"]);
}

TEST_CASE("bench train prints every figure, and a hash that only depends on the configuration") {
  const nlohmann::json one = bench("train configs/smoke.yaml --device cpu --threads 1 --seconds 0.2");
  for (const char* key : {"map", "worlds", "agents", "agent_count", "threads", "device", "device_model",
                          "seconds", "transitions_per_second", "observation_bytes", "bytes_per_agent_step",
                          "limit_agent_steps_per_second", "kept_fraction", "hash"})
    CHECK_MESSAGE(one.contains(key), key);
  for (const char* part : {"reset_agents", "move_vehicles", "observe", "act", "learn"})
    CHECK_MESSAGE(one["parts"][part] > 0, part);
  CHECK(one["rollout_bytes_per_agent_step"] > 70);
  CHECK(one["rollout_bytes_per_agent_step"] <= 128);
  CHECK(one["agent_count"] > 0);
  CHECK(one["agent_count"] <= one["worlds"].get<double>() * one["agents"].get<double>());
  CHECK(bench("train configs/smoke.yaml --device cpu --threads 1 --seconds 0.4")["hash"] == one["hash"]);
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

TEST_CASE("bench map looks up places, on the right level where roads lie over each other") {
  const nlohmann::json town = bench("map --map Town04 --seconds 0.2");
  CHECK(town["map"] == "Town04");
  CHECK(town["nanoseconds"] > 1);
  CHECK(town["stacked_places"] > 100);
  CHECK(town["right_level_share"] == 1.0);
}
