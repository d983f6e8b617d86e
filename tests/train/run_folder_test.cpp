#include "train/run_folder.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"

using namespace gigalane;
namespace fs = std::filesystem;

namespace {

/// A folder that is gone at the end.
struct Temporary {
  fs::path path;
  Temporary() {
    static int number = 0;
    path = fs::temp_directory_path() /
           ("gigalane_run_folder_" + std::to_string(getpid()) + "_" + std::to_string(number++));
    fs::create_directories(path);
  }
  ~Temporary() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

TrainMetrics metrics_of(int64_t iteration) {
  TrainMetrics m;
  m.iteration = iteration;
  m.transitions = 1000.0 * double(iteration);
  return m;
}

Checkpoint small_checkpoint() {
  Checkpoint c;
  c.numbers["iteration"] = 1;
  c.tensors["weight"] = {{2}, {1, 2}};
  return c;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("A run's folder holds its configuration, what it is, and a row of figures an iteration") {
  Temporary t;
  const std::string run = t / "runs/one";
  RunFolder folder = RunFolder::create(run, "seed: 7\n", {"cpu", 7, "gigalane train x.yaml"});
  folder.add_metrics(metrics_of(1));
  folder.add_metrics(metrics_of(2));
  CHECK(read_file(run + "/config.yaml") == "seed: 7\n");
  const auto json = nlohmann::json::parse(read_file(run + "/run.json"));
  for (const char* key : {"version", "commit", "device", "seed", "command_line", "start", "end"})
    CHECK(json.contains(key));
  CHECK(json["seed"] == 7);
  CHECK(json["end"].is_null());

  const auto rows = lines_of(run + "/metrics.csv");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].rfind("iteration,transitions,", 0) == 0);
  CHECK(rows[2].rfind("2,2000,", 0) == 0);
  for (const auto& row : rows)
    CHECK(std::count(row.begin(), row.end(), ',') == std::count(rows[0].begin(), rows[0].end(), ','));
  folder.finish();
  CHECK(nlohmann::json::parse(read_file(run + "/run.json"))["end"].is_string());
}

TEST_CASE("Nothing is overwritten") {
  Temporary t;
  const std::string run = t / "run";
  RunFolder::create(run, "seed: 1\n", {});
  CHECK_THROWS_AS(RunFolder::create(run, "seed: 2\n", {}), Error);
  CHECK(read_file(run + "/config.yaml") == "seed: 1\n");
  write_file(t / "file", "mine");
  CHECK_THROWS_AS(RunFolder::create(t / "file", "", {}), Error);
  CHECK(read_file(t / "file") == "mine");
  fs::create_directories(t / "empty");
  RunFolder::create(t / "empty", "", {});
}

TEST_CASE("The newest checkpoints are kept") {
  Temporary t;
  RunFolder folder = RunFolder::create(t / "run", "", {});
  for (int iteration : {2, 9, 10, 11}) folder.add_checkpoint(iteration, small_checkpoint(), 2);
  CHECK(!fs::exists(t / "run/checkpoints/2.ckpt"));
  CHECK(!fs::exists(t / "run/checkpoints/9.ckpt"));
  CHECK(fs::exists(t / "run/checkpoints/10.ckpt"));
  CHECK(newest_checkpoint(t / "run") == t / "run/checkpoints/11.ckpt");
}

TEST_CASE("The checkpoint that did best on the way is kept, over a resume too") {
  Temporary t;
  const std::string run = t / "run";
  const auto add = [&](RunFolder& folder, int iteration, double goal_rate) {
    Checkpoint c = small_checkpoint();
    c.numbers["iteration"] = iteration;
    const std::string file = folder.add_checkpoint(iteration, c, 1);
    return folder.add_evaluation(iteration, {"{\"n\": 1}", goal_rate, 0.1, 0.2, 50}, file);
  };
  {
    RunFolder folder = RunFolder::create(run, "", {});
    CHECK(add(folder, 1, 0.4));
    CHECK(add(folder, 2, 0.9));
    CHECK(!add(folder, 3, 0.9));
  }
  RunFolder resumed = RunFolder::resume(run, 3, "seed: 9\n", {});
  CHECK(read_file(run + "/config.yaml") == "seed: 9\n");
  CHECK(!add(resumed, 4, 0.7));
  CHECK(load_checkpoint(run + "/checkpoints/best.ckpt").numbers.at("iteration") == 2);
  CHECK(nlohmann::json::parse(read_file(run + "/checkpoints/best.json"))["goal_rate"] == 0.9);
  CHECK(read_file(run + "/evaluations/3.json") == "{\"n\": 1}\n");
  CHECK(newest_checkpoint(run) == run + "/checkpoints/4.ckpt");
  CHECK(add(resumed, 5, 0.95));
}

TEST_CASE("A resumed run forgets what came after its checkpoint, a half-written row too") {
  Temporary t;
  const std::string run = t / "run";
  {
    RunFolder folder = RunFolder::create(run, "", {});
    for (int iteration = 1; iteration <= 5; ++iteration) folder.add_metrics(metrics_of(iteration));
    folder.add_checkpoint(3, small_checkpoint(), 5);
    folder.add_checkpoint(5, small_checkpoint(), 5);
    std::ofstream(run + "/metrics.csv", std::ios::app) << "6,60";
    write_file(run + "/checkpoints/6.ckpt.tmp-99-0", "half");
  }
  RunFolder folder = RunFolder::resume(run, 3, "", {});
  CHECK(lines_of(run + "/metrics.csv").size() == 4);
  CHECK(!fs::exists(run + "/checkpoints/5.ckpt"));
  CHECK(!fs::exists(run + "/checkpoints/6.ckpt.tmp-99-0"));
  folder.add_metrics(metrics_of(4));
  CHECK(lines_of(run + "/metrics.csv").back().rfind("4,4000,", 0) == 0);
  CHECK_THROWS_AS(RunFolder::resume(t / "nowhere", 3, "", {}), Error);
}

TEST_CASE(
    "A resumed run's table of an older version gets this version's columns, each number under its name") {
  Temporary t;
  const std::string run = t / "run";
  std::string header, now;
  {
    RunFolder folder = RunFolder::create(run, "", {});
    folder.add_checkpoint(1, small_checkpoint(), 5);
    folder.add_metrics(metrics_of(1));
    header = lines_of(run + "/metrics.csv")[0], now = lines_of(run + "/metrics.csv")[1];
  }
  write_file(run + "/metrics.csv", "iteration,gone,goal_rate,transitions\n1,7,0.5,1000\n2,7,0.5,2000\n");
  RunFolder folder = RunFolder::resume(run, 1, "", {});
  folder.add_metrics(metrics_of(2));
  const auto rows = lines_of(run + "/metrics.csv");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0] == header);
  CHECK(rows[1].rfind("1,1000,,", 0) == 0);
  CHECK(std::count(rows[1].begin(), rows[1].end(), ',') == std::count(now.begin(), now.end(), ','));
  CHECK(rows[1].find(",0.5,") != std::string::npos);
  CHECK(rows[1].find('7') == std::string::npos);
  CHECK(rows[2].rfind("2,2000,", 0) == 0);
}

TEST_CASE("A run without a name is called after its configuration, the time and the seed") {
  const std::string path = default_run_folder("configs/first_drive.yaml", 3);
  CHECK(path.rfind("runs/first_drive-", 0) == 0);
  CHECK(path.find("Z-seed3") != std::string::npos);
}

TEST_CASE("Nobody else resumes a run that is at work, and nothing of it is lost") {
  Temporary t;
  const std::string run = t / "run";
  {
    RunFolder folder = RunFolder::create(run, "seed: 1\n", {});
    folder.add_checkpoint(3, small_checkpoint(), 5);
    folder.add_checkpoint(5, small_checkpoint(), 5);
    write_file(run + "/checkpoints/6.ckpt.tmp-99-0", "under way");
    CHECK_THROWS_WITH_AS(RunFolder::resume(run, 3, "seed: 2\n", {}),
                         (run + ": another process trains in this folder, expected it to end first").c_str(),
                         Error);
    CHECK(read_file(run + "/config.yaml") == "seed: 1\n");
    CHECK(fs::exists(run + "/checkpoints/5.ckpt"));
    CHECK(fs::exists(run + "/checkpoints/6.ckpt.tmp-99-0"));
    RunFolder moved = std::move(folder);
    CHECK_THROWS_AS(RunFolder::resume(run, 3, "", {}), Error);
  }
  RunFolder::resume(run, 3, "seed: 2\n", {});
  CHECK(!fs::exists(run + "/checkpoints/5.ckpt"));
}
