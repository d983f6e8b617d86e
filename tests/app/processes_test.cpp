/// Several processes of the program itself, started as a launcher would.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "policy/checkpoint.h"
#include "tests/app/program.h"

using namespace gigalane::testing;

namespace {

/// Shell text that starts the program as process `rank` of two, in the background.
std::string start(int rank, const std::string& arguments, const std::string& err) {
  const int port = 20000 + int(getpid()) * 11 % 12000;
  return "RANK=" + std::to_string(rank) +
         " WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=" + std::to_string(port) +
         " '" GIGALANE_TEST_PROGRAM "' " + arguments + " >/dev/null 2>" + err + " </dev/null & pid" +
         std::to_string(rank) + "=$!\n";
}

int run_shell(const std::string& script) {
  Folder folder;
  write_text(folder / "script", "cd '" GIGALANE_TEST_SOURCE_DIR "'\n" + script);
  const int status = std::system(("bash " + (folder / "script")).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

constexpr const char* kTrain = "train configs/smoke.yaml --threads 1 --set transitions=";

}  // namespace

TEST_CASE("two processes train one run, whose folder the first one writes") {
  Folder f;
  const std::string run = f / "run", arguments = std::string(kTrain) + "20000 --out " + run;
  const int status = run_shell(start(0, arguments, f / "err0") + start(1, arguments, f / "err1") +
                               "wait $pid0 && wait $pid1\n");
  CAPTURE(read_text(f / "err0"));
  CAPTURE(read_text(f / "err1"));
  CHECK(status == 0);
  const gigalane::Checkpoint checkpoint = gigalane::load_checkpoint(gigalane::newest_checkpoint(run));
  CHECK(checkpoint.numbers.at("processes") == 2);
  CHECK(checkpoint.blobs.count("worlds.1") == 1);
  CHECK(checkpoint.numbers.at("transitions") >= 20000);
  CHECK(read_text(run + "/train.log").find("2 processes") != std::string::npos);
  CHECK(std::filesystem::exists(run + "/train-1.log"));
}

TEST_CASE("a process that dies takes the run down within a minute, and one process goes on from there") {
  Folder f;
  const std::string run = f / "run",
                    arguments = std::string(kTrain) + "1e9 --set checkpoint_minutes=1e-6 --out " + run;
  const auto begin = std::chrono::steady_clock::now();
  const int status =
      run_shell(start(0, arguments, f / "err0") + start(1, arguments, f / "err1") + "until ls " + run +
                "/checkpoints/*.ckpt >/dev/null 2>&1; do sleep 0.05;"
                "  kill -0 $pid0 || exit 9; done\n"
                "kill -PIPE $pid0\n"  // as when it writes to the other one at that very moment
                "kill -9 $pid1\nwait $pid0\n");
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const std::string message = read_text(f / "err0");
  CAPTURE(message);
  CHECK(status == 1);
  CHECK(taken.count() < 60);
  CHECK(message.find("process 0 of 2: another process has died or cannot be reached") != std::string::npos);
  CHECK(message.find("--resume") != std::string::npos);

  const Outcome resumed = run_gigalane(
      "train --threads 1 --resume " + run + " --set transitions=" +
      std::to_string(
          long(gigalane::load_checkpoint(gigalane::newest_checkpoint(run)).numbers.at("transitions")) +
          2000));
  CAPTURE(resumed.err);
  CHECK(resumed.status == 0);
  CHECK(resumed.err.find("begin anew") != std::string::npos);
}

TEST_CASE("processes that would train different things say so") {
  Folder f;
  const std::string arguments = std::string(kTrain) + "1e9 --out " + (f / "run");
  const int status =
      run_shell(start(0, arguments, f / "err0") + start(1, arguments + " --set ppo.gamma=0.9", f / "err1") +
                "wait $pid0; first=$?; wait $pid1; exit $((10 * first + $?))\n");
  CAPTURE(read_text(f / "err0"));
  CAPTURE(read_text(f / "err1"));
  CHECK(status == 11);
  for (const char* err : {"err0", "err1"})
    CHECK(read_text(f / err).find("process 1 would train something else than process 0") !=
          std::string::npos);
}

TEST_CASE("processes that never meet say so") {
  Folder f;
  const int status = run_shell(
      "RANK=1 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=1 timeout 90 "
      "'" GIGALANE_TEST_PROGRAM "' " +
      std::string(kTrain) + "1000 --out " + (f / "run") + " 2>" + (f / "err") + "\n");
  CAPTURE(read_text(f / "err"));
  CHECK(status == 1);
  CHECK(read_text(f / "err").find("were not met at 127.0.0.1:1") != std::string::npos);
}
