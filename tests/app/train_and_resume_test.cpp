/// The whole path through the program: train, be killed, resume, evaluate, export.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/app/program.h"

using namespace gigalane::testing;

namespace {

size_t line_count(const std::string& path) {
  const std::string text = read_text(path);
  return size_t(std::count(text.begin(), text.end(), '\n'));
}

std::vector<long> first_column(const std::string& path) {
  std::istringstream text(read_text(path));
  std::vector<long> column;
  std::string line;
  for (std::getline(text, line); std::getline(text, line);) column.push_back(std::stol(line));
  return column;
}

constexpr const char* kEndless = " --set transitions=1e9 --set minutes=0 --set checkpoint_minutes=0.02 ";

}  // namespace

TEST_CASE("a run that was killed goes on from its newest checkpoint") {
  Folder f;
  const std::string run = f / "run";
  const Outcome killed =
      run_gigalane("train configs/smoke.yaml --out " + run + kEndless, "timeout -s KILL 12");
  CHECK(killed.status == 137);
  REQUIRE(std::filesystem::exists(run + "/checkpoints"));
  REQUIRE(!std::filesystem::is_empty(run + "/checkpoints"));
  CHECK(read_text(run + "/train.log").size() > 0);
  const size_t rows = line_count(run + "/metrics.csv");
  CHECK(rows > 1);

  const Outcome stopped =
      run_gigalane("train --resume " + run, "timeout --foreground --preserve-status -s INT 8");
  CAPTURE(stopped.err);
  CHECK(stopped.status == 130);
  CHECK(stopped.err.find("--resume") != std::string::npos);  // says how to go on
  CHECK(line_count(run + "/metrics.csv") > rows);
  const std::vector<long> iterations = first_column(run + "/metrics.csv");
  for (size_t row = 0; row < iterations.size(); ++row) CHECK(iterations[row] == long(row) + 1);
}

TEST_CASE("a run at another time step says how it discounts") {
  Folder f;
  const Outcome usual = run_gigalane("train configs/smoke.yaml --out " + f / "usual");
  CHECK(usual.status == 0);
  CHECK(usual.err.find("a step is") == std::string::npos);
  const Outcome fine =
      run_gigalane("train configs/smoke.yaml --set simulation.time_step_s=0.1 --out " + f / "fine");
  CHECK(fine.status == 0);
  CAPTURE(fine.err);
  CHECK(fine.err.find(
            "a step is 0.1 s: gamma 0.99 and lambda 0.95 of 0.3 s are 0.996656 and 0.983048 a step") !=
        std::string::npos);
}

TEST_CASE("a soak driven by a policy finds nothing wrong") {
  Folder f;
  const std::string run = f / "run";
  const Outcome trained = run_gigalane("train configs/smoke.yaml --out " + run);
  CAPTURE(trained.err);
  REQUIRE(trained.status == 0);
  const Outcome soaked = run_program(GIGALANE_TEST_SOAK, "--map crossing,grid --seconds 1 --driver " + run);
  CAPTURE(soaked.out);
  CAPTURE(soaked.err);
  CHECK(soaked.status == 0);
  CHECK(soaked.out.find("agent-steps") != std::string::npos);
  CHECK(soaked.err.empty());
}

TEST_CASE("evaluate prints every figure of its report as JSON, and the same for the same seed") {
  Folder f;
  const std::string run = f / "run";
  const Outcome trained = run_gigalane("train configs/smoke.yaml --out " + run);
  CAPTURE(trained.err);
  REQUIRE(trained.status == 0);
  const std::string arguments = "evaluate --policy " + run +
                                " --maps Town01,Town02 --agents 5 --worlds 2 --agent-hours 0.1 "
                                "--time-step 0.3 --seed 3 --json";
  const Outcome by_km = run_gigalane("evaluate --policy " + run +
                                     " --maps crossing --agents 5 --worlds 2 --km 0.05 "
                                     "--time-step 0.3 --json");
  CAPTURE(by_km.err);
  REQUIRE(by_km.status == 0);
  CHECK(nlohmann::json::parse(by_km.out)["km"] >= 0.05);
  const Outcome first = run_gigalane(arguments), second = run_gigalane(arguments + " --threads 1");
  CAPTURE(first.err);
  REQUIRE(first.status == 0);
  nlohmann::json a = nlohmann::json::parse(first.out), b = nlohmann::json::parse(second.out);
  for (const char* key : {"map",
                          "agents",
                          "agent_hours",
                          "km",
                          "goals_given",
                          "goals_reached",
                          "goals_lost",
                          "goals_open",
                          "goal_rate",
                          "goals_per_agent_hour",
                          "contacts",
                          "contacts_at_fault",
                          "agents_in_contact",
                          "off_road",
                          "red_lights",
                          "artefacts",
                          "incidents",
                          "incidents_per_km",
                          "km_per_incident",
                          "km_per_incident_interval",
                          "deadlocks",
                          "mean_speed_mps",
                          "comfort_violations_per_km",
                          "seed",
                          "actions",
                          "conditioning",
                          "policy",
                          "time_step_s",
                          "version",
                          "by_map"}) {
    CHECK_MESSAGE(a.contains(key), key);
  }
  CHECK(a["goals_given"] ==
        a["goals_reached"].get<double>() + a["goals_lost"].get<double>() + a["goals_open"].get<double>());
  CHECK(a["incidents"] == a["contacts"].get<double>() + a["off_road"].get<double>());
  CHECK(a["by_map"]["Town02"].contains("by_size"));
  CHECK(a["agent_hours"].get<double>() > 0.15);
  CHECK(a == b);
}
