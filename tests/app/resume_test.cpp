/// That a run which is killed, or whose disk is full, goes on as if nothing had happened: through the
/// program itself, which dies where it happens to be.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <sstream>

#include "tests/app/program.h"
#include "tests/policy/equal_checkpoints.h"

using namespace gigalane::testing;

namespace {

/// A checkpoint after every iteration.
constexpr const char* kRun =
    "train configs/smoke.yaml --threads 1 --set checkpoint_minutes=1e-6 --set transitions=";

/// Runs `script` in a shell in which $program is the program and $run a run's folder.
int run_script(const std::string& run, const std::string& script) {
  Folder folder;
  const std::string file = folder / "script";
  write_text(file, "cd '" GIGALANE_TEST_SOURCE_DIR "'\nprogram='" GIGALANE_TEST_PROGRAM "'\nrun='" + run +
                       "'\n" + script);
  const int status = std::system(("bash " + file + " >" + (folder / "out") + " 2>&1 </dev/null").c_str());
  CAPTURE(read_text(folder / "out"));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Starts the program and kills it once there is a newer checkpoint than before. Status 9: it ended before.
std::string killed(const std::string& arguments) {
  return "newest() { ls $run/checkpoints 2>/dev/null | sed -n 's/^\\([0-9]*\\)\\.ckpt$/\\1/p' | sort -n | "
         "tail -1; }\n"
         "before=$(newest)\n$program " +
         arguments +
         " & pid=$!\n"
         "until [[ $(newest) -gt ${before:-0} ]]; do kill -0 $pid || exit 9; sleep 0.02; done\n"
         "sleep 0.1; kill -9 $pid; wait $pid; [[ $? == 137 ]] || exit 9\n";
}

gigalane::Checkpoint newest(const std::string& run) {
  return gigalane::load_checkpoint(gigalane::newest_checkpoint(run));
}

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream text(line);
  for (std::string cell; std::getline(text, cell, ',');) result.push_back(cell);
  return result;
}

/// metrics.csv without what a clock gives.
std::string timeless(const std::string& file) {
  std::istringstream lines(read_text(file));
  std::string line, result;
  std::getline(lines, line);
  const std::vector<std::string> names = cells(line);
  do {
    const std::vector<std::string> row = cells(line);
    for (size_t i = 0; i < row.size(); ++i) {
      const bool of_time = names[i].size() > 2 && names[i].compare(names[i].size() - 2, 2, "_s") == 0;
      if (!of_time && names[i] != "driven_km_per_h" && names[i] != "memory_gb") result += row[i] + ",";
    }
    result += "\n";
  } while (std::getline(lines, line));
  return result;
}

}  // namespace

TEST_CASE("a run killed twice ends in the same bits as one that never was") {
  Folder f;
  const std::string whole = f / "whole", cut = f / "cut";
  const std::string run = std::string(kRun) + "120000 --out ";
  REQUIRE(run_script(whole, "$program " + run + whole) == 0);
  REQUIRE(run_script(cut, killed(run + cut) + killed("train --resume " + cut) + "$program train --resume " +
                              cut) == 0);
  check_equal(newest(whole), newest(cut));
  CHECK(timeless(whole + "/metrics.csv") == timeless(cut + "/metrics.csv"));
}

TEST_CASE("a kill in the middle of writing a checkpoint, or a full disk, loses nothing") {
  Folder f;
  const std::string whole = f / "whole", run = std::string(kRun) + "20000 --out ";
  REQUIRE(run_script(whole, "$program " + run + whole) == 0);
  const auto bytes = std::filesystem::file_size(gigalane::newest_checkpoint(whole));
  // No file may grow beyond half a checkpoint: the system ends the program in the middle of writing one, or,
  // where that signal is ignored, refuses to write on, as a full disk does.
  const std::string limit = "ulimit -f " + std::to_string(bytes / 2048) + "\n";
  for (const bool full : {false, true}) {
    CAPTURE(full);
    const std::string cut = f / (full ? "full" : "killed");
    REQUIRE(run_script(cut, killed(run + cut)) == 0);
    const std::string before = gigalane::newest_checkpoint(cut);
    const int status =
        run_script(cut, (full ? "trap '' XFSZ\n" : "") + limit + "$program train --resume " + cut + "\n");
    CHECK(status == (full ? 1 : 128 + 25));
    std::string warning;
    CHECK(gigalane::newest_checkpoint(cut, &warning) == before);
    CHECK(warning.empty());
    REQUIRE(run_script(cut, "$program train --resume " + cut) == 0);
    check_equal(newest(whole), newest(cut));
  }
}

TEST_CASE("weights that are no numbers are refused with the name of the tensor") {
  Folder f;
  const std::string run = f / "run";
  REQUIRE(run_script(run, "$program " + std::string(kRun) + "10000 --out " + run) == 0);
  gigalane::Checkpoint blown = newest(run);
  blown.tensors.at("critic.head.weight").values[3] = NAN;
  const std::string start = f / "blown.ckpt", other = f / "other";
  gigalane::save_checkpoint(start, blown);
  const Outcome stopped = run_gigalane(std::string(kRun) + "10000 --from " + start + " --out " + other);
  CHECK(stopped.status == 1);
  CHECK(stopped.err.find("iteration 1: the critic's head.weight") != std::string::npos);
  CHECK(!std::filesystem::exists(other));
}

TEST_CASE("a blow-up in the middle of a run stops it, and the last good checkpoint stays and goes on") {
  Folder f;
  const std::string whole = f / "whole", run = f / "run", start = std::string(kRun) + "20000 --out ";
  REQUIRE(run_script(whole, "$program " + start + whole) == 0);
  REQUIRE(run_script(run, killed(start + run)) == 0);
  const std::string good = gigalane::newest_checkpoint(run);
  const gigalane::Checkpoint before = newest(run);
  const std::string next = "iteration " + std::to_string(int(before.numbers.at("iteration")) + 1) + ": ";
  const auto stops = [&](const std::string& settings, const std::string& reason) {
    CAPTURE(reason);
    const Outcome stopped = run_gigalane("train --resume " + run + settings);
    CHECK(stopped.status == 1);
    CHECK(stopped.err.find(next) != std::string::npos);
    CHECK(stopped.err.find(reason) != std::string::npos);
    CHECK(gigalane::newest_checkpoint(run) == good);
  };
  // Steps as long as the weights: they stay finite, the policy is lost.
  stops(" --set ppo.learning_rate=1 --set ppo.learning_rate_end=1", "the update blew up");
  // Weights that are finite, values that are not.
  gigalane::Checkpoint large = before;
  for (float& w : large.tensors.at("critic.head.weight").values) w = 1e38f;
  gigalane::save_checkpoint(good, large);
  stops("", "rewards, values or advantages of the rollout hold a number that is not finite");

  gigalane::save_checkpoint(good, before);
  REQUIRE(run_script(run, "$program train --resume " + run) == 0);
  check_equal(newest(whole), newest(run));
}
