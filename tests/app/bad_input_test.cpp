/// Whatever is wrong with what a user gives: one line on standard error that says what, where and what was
/// expected, exit status 1, and nothing overwritten.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tests/app/program.h"

using namespace gigalane::testing;

namespace {

/// One line, and in it each of `parts`.
void check_refused(const Outcome& o, const std::vector<std::string>& parts) {
  CAPTURE(o.err);
  CHECK(o.status == 1);
  CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
  CHECK(o.err.rfind("gigalane: ", 0) == 0);
  for (const std::string& part : parts) CHECK_MESSAGE(o.err.find(part) != std::string::npos, part);
}

void truncate_copy(const std::string& from, const std::string& to, double share) {
  const std::string whole = read_text(from);
  REQUIRE(whole.size() > 100);
  write_text(to, whole.substr(0, size_t(double(whole.size()) * share)));
}

/// A trained run of seconds, made once for all cases: a checkpoint, and an episode of its policy.
struct Trained {
  Folder folder;
  std::string run = folder / "run", checkpoint, episode = folder / "episode.h5";
  Trained() {
    const Outcome trained = run_gigalane("train configs/smoke.yaml --out " + run);
    CAPTURE(trained.err);
    REQUIRE(trained.status == 0);
    for (const auto& entry : std::filesystem::directory_iterator(run + "/checkpoints")) {
      if (entry.path().string() > checkpoint) checkpoint = entry.path().string();
    }
    REQUIRE(!checkpoint.empty());
    const Outcome recorded =
        run_gigalane("record --policy " + run + " --map Town01 --agents 4 --seconds 6 --out " + episode);
    CAPTURE(recorded.err);
    REQUIRE(recorded.status == 0);
  }
};

const Trained& trained() {
  static const Trained once;
  return once;
}

}  // namespace

TEST_CASE("what is no finite number is refused on the command line") {
  for (const char* words :
       {"bench sim --seconds nan", "evaluate --policy x --maps Town01 --agent-hours inf"}) {
    const Outcome o = run_gigalane(words);
    CHECK(o.status == 2);
    CHECK(o.err.find("not a finite number") != std::string::npos);
  }
}

TEST_CASE("a word that is no command is named") {
  for (const char* words : {"drive", "maps drive"}) {
    const Outcome o = run_gigalane(words);
    CHECK(o.status == 2);
    CHECK(o.err.find("drive (commands are ") != std::string::npos);
  }
}

TEST_CASE("a configuration with an unknown key, a wrong type or a value out of range") {
  Folder f;
  const std::string config = f / "bad.yaml", out = f / "run";
  auto refused = [&](const std::string& yaml, const std::vector<std::string>& parts) {
    write_text(config, yaml);
    check_refused(run_gigalane("train " + config + " --out " + out), parts);
    CHECK(!std::filesystem::exists(out));
  };
  refused("ppo:\n  learning_rat: 0.1\n", {"bad.yaml:2", "learning_rat", "learning_rate"});
  refused("seed: 1\nppo:\n  gamma: fast\n", {"bad.yaml:3", "gamma", "fast", "number"});
  refused("ppo:\n  gamma: 1.5\n", {"bad.yaml:2", "gamma", "1.5", "0 to 1"});
  refused("ppo: [1, 2\n", {"bad.yaml"});
  refused("simulation:\n  after_end: vanish\n", {"after_end", "vanish", "respawn"});
  check_refused(run_gigalane("train " + (f / "none.yaml")), {"none.yaml"});
  check_refused(run_gigalane("train configs/smoke.yaml --out " + out + " --set ppo.gama=0.9"),
                {"ppo.gama", "gamma"});
}

TEST_CASE("a map that is missing, truncated or something else") {
  Folder f;
  check_refused(run_gigalane("maps info Town99"), {"Town99", "Town01"});
  check_refused(run_gigalane("maps info " + (f / "none.xodr")), {"none.xodr"});
  const Outcome imported = run_gigalane("maps import .deps/maps/Town01.xodr.gz --out " + (f / "town.h5"));
  REQUIRE(imported.status == 0);
  truncate_copy(f / "town.h5", f / "cut.h5", 0.6);
  check_refused(run_gigalane("maps info " + (f / "cut.h5")), {"cut.h5"});
  truncate_copy(GIGALANE_TEST_SOURCE_DIR "/.deps/maps/Town01.xodr.gz", f / "cut.xodr.gz", 0.5);
  check_refused(run_gigalane("maps import " + (f / "cut.xodr.gz") + " --out " + (f / "never.h5")),
                {"cut.xodr.gz"});
  CHECK(!std::filesystem::exists(f / "never.h5"));
  write_text(f / "other.xodr", "<svg/>");
  check_refused(run_gigalane("maps import " + (f / "other.xodr") + " --out " + (f / "never.h5")),
                {"other.xodr", "OpenDRIVE"});
  write_text(f / "noise.h5", std::string(5000, 'x'));
  check_refused(run_gigalane("maps info " + (f / "noise.h5")), {"noise.h5"});
}

TEST_CASE("a checkpoint that is missing, truncated or damaged") {
  Folder f;
  check_refused(run_gigalane("evaluate --policy " + (f / "none.ckpt") + " --maps Town01"), {"none.ckpt"});
  truncate_copy(trained().checkpoint, f / "cut.ckpt", 0.7);
  check_refused(run_gigalane("evaluate --policy " + (f / "cut.ckpt") + " --maps Town01"), {"cut.ckpt"});
  check_refused(run_gigalane("export " + (f / "cut.ckpt") + " --out " + (f / "never.onnx")), {"cut.ckpt"});
  CHECK(!std::filesystem::exists(f / "never.onnx"));

  std::string damaged = read_text(trained().checkpoint);
  damaged[damaged.size() / 2] = char(damaged[damaged.size() / 2] ^ 1);
  write_text(f / "damaged.ckpt", damaged);
  check_refused(run_gigalane("export " + (f / "damaged.ckpt") + " --out " + (f / "never.onnx")),
                {"damaged.ckpt"});
  check_refused(run_gigalane("train --resume " + (f / "nowhere")), {"nowhere"});
}

TEST_CASE("a policy for another observation layout") {
  Folder f;
  const Outcome exported = run_gigalane("export " + trained().run + " --out " + (f / "policy.safetensors"));
  REQUIRE(exported.status == 0);
  std::string file = read_text(f / "policy.safetensors");
  const std::string key = "observation_version\":\"";
  const size_t at = file.find(key);
  REQUIRE(at != std::string::npos);
  file[at + key.size()] = '9';
  write_text(f / "other.safetensors", file);
  check_refused(run_gigalane("evaluate --policy " + (f / "other.safetensors") + " --maps Town01"),
                {"other.safetensors", "observation", "9"});
}

TEST_CASE("an episode log that is missing, truncated or something else") {
  Folder f;
  const std::string picture = " --screenshot " + (f / "never.png");
  check_refused(run_gigalane("view " + (f / "none.h5") + picture), {"none.h5"});
  truncate_copy(trained().episode, f / "cut.h5", 0.5);
  check_refused(run_gigalane("view " + (f / "cut.h5") + picture), {"cut.h5"});
  const Outcome imported = run_gigalane("maps import .deps/maps/Town01.xodr.gz --out " + (f / "town.h5"));
  REQUIRE(imported.status == 0);
  check_refused(run_gigalane("view " + (f / "town.h5") + picture), {"town.h5"});
  CHECK(!std::filesystem::exists(f / "never.png"));
}

TEST_CASE("nothing that exists is overwritten") {
  Folder f;
  const std::string before = read_text(trained().run + "/metrics.csv");
  check_refused(run_gigalane("train configs/smoke.yaml --out " + trained().run), {trained().run, "--resume"});
  CHECK(read_text(trained().run + "/metrics.csv") == before);
  check_refused(run_gigalane("record --policy " + trained().run + " --map Town01 --seconds 1 --out " +
                             (trained().folder / "no/episode.h5")),
                {"no folder"});
  check_refused(run_gigalane("record --policy " + trained().run + " --map Town01 --seconds 1 --out " +
                             trained().episode),
                {"episode.h5", "exists"});
}

TEST_CASE("a wrong command line has exit status 2") {
  CHECK(run_gigalane("").status == 2);
  CHECK(run_gigalane("drive").status == 2);
  CHECK(run_gigalane("evaluate --maps Town01").status == 2);
  CHECK(run_gigalane("evaluate --policy x --maps Town01 --agents none").status == 2);
  CHECK(run_gigalane("--help").status == 0);
  for (const char* command : {"train", "evaluate", "record", "view", "export", "maps", "bench", "config"}) {
    const Outcome help = run_gigalane(std::string(command) + " --help");
    CAPTURE(command);
    CHECK(help.status == 0);
    CHECK(help.out.find("Example") != std::string::npos);
  }
}
