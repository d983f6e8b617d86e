#include "base/config.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"

namespace gigalane {

namespace {

struct TrainConfig {
  float learning_rate = 3e-4f;
  double gamma = 0.99;
  bool shuffle = true;
  std::string optimiser = "adam";
};
struct SimulationConfig {
  float time_step_s = 0.3f;
  int agent_count = 50;
  uint64_t seed = 1;
  Interval speed_mps{5, 15};
  std::vector<std::string> maps = {"Town01"};
  std::vector<int> sizes = {1, 2};
};
struct Config {
  std::string name = "a run";
  SimulationConfig simulation;
  TrainConfig train;
};

void for_each_field(TrainConfig& c, FieldVisitor& visit) {
  visit.value({"learning_rate", "", 0, 1, "step of the optimiser"}, c.learning_rate);
  visit.value({"gamma", "", 0, 1, "discount"}, c.gamma);
  visit.value({"shuffle", "", 0, 0, "whether to"}, c.shuffle);
  visit.value({"optimiser", "", 0, 0, "which", {"adam", "sgd", "lamb"}}, c.optimiser);
}
void for_each_field(SimulationConfig& c, FieldVisitor& visit) {
  visit.value({"time_step_s", "s", 0.01, 0.5, "length of a step"}, c.time_step_s);
  visit.value({"agent_count", "", 1, 1000, "agents in a world"}, c.agent_count);
  visit.value({"seed", "", 0, 18446744073709551615.0, "of everything"}, c.seed);
  visit.value({"speed_mps", "m/s", 0, 100, "drawn"}, c.speed_mps);
  visit.value({"maps", "", 0, 0, "names"}, c.maps);
  visit.value({"sizes", "", 0, 9, "some"}, c.sizes);
}
void for_each_field(Config& c, FieldVisitor& visit) {
  visit.value({"name", "", 0, 0, "of the run"}, c.name);
  visit.section("simulation", "the world", c.simulation);
  visit.section("train", "the trainer", c.train);
}

Config parsed(const std::string& text, const std::vector<std::string>& overrides = {}) {
  Config config;
  parse_config(text, "a.yaml", overrides, config);
  return config;
}

/// The message of the Error that reading this text throws.
std::string error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parsed(text, overrides);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("every type of value is read, and what is not named keeps its default") {
  const Config c = parsed(R"(
name: "with: signs"
simulation:
  time_step_s: 0.1
  agent_count: 150
  seed: 18446744073709551615
  speed_mps: [2.5, 20]
  maps: [Town02, Town03]
  sizes: []
train:
  gamma: 9.5e-1
  shuffle: false
  optimiser: sgd
)");
  CHECK(c.name == "with: signs");
  CHECK(c.simulation.time_step_s == 0.1f);
  CHECK(c.simulation.agent_count == 150);
  CHECK(c.simulation.seed == 18446744073709551615u);
  CHECK(c.simulation.speed_mps.low == 2.5f);
  CHECK(c.simulation.speed_mps.high == 20.0f);
  CHECK(c.simulation.maps == std::vector<std::string>{"Town02", "Town03"});
  CHECK(c.simulation.sizes.empty());
  CHECK(c.train.gamma == 0.95);
  CHECK(!c.train.shuffle);
  CHECK(c.train.optimiser == "sgd");
  CHECK(c.train.learning_rate == 3e-4f);
}

TEST_CASE("empty texts and sections change nothing") {
  CHECK(parsed("").simulation.agent_count == 50);
  CHECK(parsed("# only a remark\n").simulation.agent_count == 50);
  CHECK(parsed("simulation:\ntrain: {}\n").simulation.agent_count == 50);
}

TEST_CASE("an unknown key is an error that names the nearest known one") {
  CHECK(error_of("name: x\ntrain:\n  learning_rat: 1\n") ==
        "a.yaml:3: unknown key train.learning_rat, did you mean train.learning_rate?");
  CHECK(error_of("time_step_s: 0.1\n") ==
        "a.yaml:1: unknown key time_step_s, did you mean simulation.time_step_s?");
  CHECK(error_of("simulatoin:\n  seed: 1\n") == "a.yaml:1: unknown key simulatoin, did you mean simulation?");
  CHECK(error_of("zebra: 1\n") == "a.yaml:1: unknown key zebra");
}

TEST_CASE("a value out of range is an error that names the range") {
  CHECK(error_of("train:\n  gamma: 1.5\n") == "a.yaml:2: train.gamma = 1.5, expected 0 to 1");
  CHECK(error_of("simulation: {time_step_s: -0.1}\n") ==
        "a.yaml:1: simulation.time_step_s = -0.1, expected 0.01 to 0.5");
  CHECK(error_of("simulation: {agent_count: 0}\n") ==
        "a.yaml:1: simulation.agent_count = 0, expected 1 to 1000");
  CHECK(error_of("simulation: {agent_count: 99999999999}\n") ==
        "a.yaml:1: simulation.agent_count = 99999999999, expected 1 to 1000");
  CHECK(error_of("simulation: {time_step_s: 1e999}\n") ==
        "a.yaml:1: simulation.time_step_s = 1e999, expected 0.01 to 0.5");
  CHECK(error_of("simulation: {sizes: [3, 10]}\n") ==
        "a.yaml:1: simulation.sizes = [3, 10], expected 0 to 9");
}

TEST_CASE("bounds include their ends, as numbers of the field's type") {
  CHECK(parsed("simulation: {time_step_s: 0.01}").simulation.time_step_s == 0.01f);
  CHECK(parsed("simulation: {time_step_s: 0.5}").simulation.time_step_s == 0.5f);
  CHECK(parsed("train: {gamma: 1}").train.gamma == 1.0);
}

TEST_CASE("a value of another type is an error that names the type") {
  CHECK(error_of("simulation:\n  time_step_s: abc\n") ==
        "a.yaml:2: simulation.time_step_s = abc, expected a number");
  CHECK(error_of("train: {gamma: 0.5x}") == "a.yaml:1: train.gamma = 0.5x, expected a number");
  CHECK(error_of("train: {gamma: \"0.5\"}") == "a.yaml:1: train.gamma = 0.5, expected a number");
  CHECK(error_of("train: {gamma: [0.5]}") == "a.yaml:1: train.gamma = [0.5], expected a number");
  CHECK(error_of("train: {gamma: {a: 1}}") == "a.yaml:1: train.gamma = {a: 1}, expected a number");
  CHECK(error_of("simulation: {agent_count: 3.5}") ==
        "a.yaml:1: simulation.agent_count = 3.5, expected an integer");
  CHECK(error_of("simulation: {seed: -1}") == "a.yaml:1: simulation.seed = -1, expected an integer");
  CHECK(error_of("train: {shuffle: yes}") == "a.yaml:1: train.shuffle = yes, expected true or false");
  CHECK(error_of("name: [a, b]") == "a.yaml:1: name = [a, b], expected text");
  CHECK(error_of("train: {optimiser: adm}") ==
        "a.yaml:1: train.optimiser = adm, expected one of adam, sgd or lamb");
  CHECK(error_of("simulation: {maps: Town01}") ==
        "a.yaml:1: simulation.maps = Town01, expected a list of texts");
  CHECK(error_of("simulation: {sizes: [1, b]}") ==
        "a.yaml:1: simulation.sizes = [1, b], expected a list of integers");
  CHECK(error_of("simulation: {sizes: 1}") == "a.yaml:1: simulation.sizes = 1, expected a list of integers");
}

TEST_CASE("neither NaN nor infinity is a number") {
  for (const char* word : {"nan", ".nan", "NaN", "inf", ".inf", "-inf", "infinity"})
    CHECK(error_of(std::string("train: {gamma: ") + word + "}") ==
          std::string("a.yaml:1: train.gamma = ") + word + ", expected a number");
}

TEST_CASE("intervals are two numbers in order and in range") {
  CHECK(error_of("simulation: {speed_mps: 5}") ==
        "a.yaml:1: simulation.speed_mps = 5, expected two numbers: [low, high]");
  CHECK(error_of("simulation: {speed_mps: [5]}") ==
        "a.yaml:1: simulation.speed_mps = [5], expected two numbers: [low, high]");
  CHECK(error_of("simulation: {speed_mps: [a, 5]}") ==
        "a.yaml:1: simulation.speed_mps = [a, 5], expected two numbers: [low, high]");
  CHECK(error_of("simulation: {speed_mps: [9, 5]}") ==
        "a.yaml:1: simulation.speed_mps = [9, 5], expected low <= high");
  CHECK(error_of("simulation: {speed_mps: [9, 500]}") ==
        "a.yaml:1: simulation.speed_mps = [9, 500], expected 0 to 100");
}

TEST_CASE("a key given twice is an error") {
  CHECK(error_of("train:\n  gamma: 0.5\n  shuffle: true\n  gamma: 0.6\n") ==
        "a.yaml:4: key train.gamma is given twice, first in line 2");
  CHECK(error_of("train: {gamma: 0.5}\nname: x\ntrain: {shuffle: true}\n") ==
        "a.yaml:3: key train is given twice, first in line 1");
}

TEST_CASE("what has no value, or a value where a section belongs, is an error") {
  CHECK(error_of("train:\n  gamma:\n") == "a.yaml:2: train.gamma is empty, expected a value");
  CHECK(error_of("train: 5\n") == "a.yaml:1: train = 5, expected a section of keys and values");
  CHECK(error_of("- 1\n- 2\n") == "a.yaml:1: expected keys and values at the top");
  CHECK(error_of("train:\n  [1]: 2\n") == "a.yaml:2: expected a plain key in train");
  CHECK(error_of("a: 1\n---\nb: 1\n") == "a.yaml: more than one document, expected one");
  CHECK(error_of("train: {gamma: 1\nname: x\n").rfind("a.yaml:", 0) == 0);
  CHECK(error_of("train:\n\tgamma: 1\n").rfind("a.yaml:2: ", 0) == 0);
}

TEST_CASE("overrides come last, and their errors name them") {
  const Config c = parsed("train: {gamma: 0.5}", {"train.gamma=0.25", "name=b", "simulation.maps=[A, B]",
                                                  "simulation.speed_mps=[1, 2]", "train.gamma=0.75"});
  CHECK(c.train.gamma == 0.75);
  CHECK(c.name == "b");
  CHECK(c.simulation.maps == std::vector<std::string>{"A", "B"});
  CHECK(c.simulation.speed_mps.high == 2.0f);
  CHECK(error_of("", {"train.gamma=2"}) == "--set train.gamma=2: train.gamma = 2, expected 0 to 1");
  CHECK(error_of("", {"train.gama=1"}) ==
        "--set train.gama=1: unknown key train.gama, did you mean train.gamma?");
  CHECK(error_of("", {"train.gamma"}) == "--set train.gamma: expected key.path=value");
  CHECK(error_of("", {"=1"}) == "--set =1: expected key.path=value");
  CHECK(error_of("", {"train.gamma="}) == "--set train.gamma=: train.gamma is empty, expected a value");
  CHECK(error_of("", {"train=1"}) == "--set train=1: train = 1, expected a section of keys and values");
  CHECK(error_of("", {"train.gamma.x=1"}) ==
        "--set train.gamma.x=1: train.gamma = {x: 1}, expected a number");
}

TEST_CASE("the resolved configuration reads back to the same bits") {
  Config c;
  c.name = "quote \" backslash \\ line\nend \x01 # not a remark: true";
  c.simulation.time_step_s = std::nextafter(0.1f, 1.0f);
  c.train.learning_rate = 1.17549435e-38f;
  c.train.gamma = std::nextafter(0.1, 1.0);
  c.simulation.seed = 18446744073709551615u;
  c.simulation.speed_mps = {0.1f, 33.3333321f};
  c.simulation.maps = {"null", "", "a b", "~", "-1", "true", "Town01", "[x"};
  c.simulation.sizes = {};
  c.train.shuffle = false;
  const std::string text = to_yaml(c);
  const Config back = parsed(text);
  CHECK(to_yaml(back) == text);
  CHECK(back.name == c.name);
  CHECK(back.simulation.time_step_s == c.simulation.time_step_s);
  CHECK(back.train.learning_rate == c.train.learning_rate);
  CHECK(back.train.gamma == c.train.gamma);
  CHECK(back.simulation.seed == c.simulation.seed);
  CHECK(back.simulation.speed_mps.high == c.simulation.speed_mps.high);
  CHECK(back.simulation.maps == c.simulation.maps);
  CHECK(back.simulation.sizes.empty());
  CHECK(!back.train.shuffle);
}

TEST_CASE("the resolved configuration is complete and plain") {
  CHECK(to_yaml(Config()) == R"(name: "a run"
simulation:
  time_step_s: 0.3
  agent_count: 50
  seed: 1
  speed_mps: [5, 15]
  maps: [Town01]
  sizes: [1, 2]
train:
  learning_rate: 3.0e-04
  gamma: 0.99
  shuffle: true
  optimiser: adam
)");
}

TEST_CASE("the reference lists every key with type, unit, range, default and help") {
  const std::string text = config_reference<Config>();
  for (const char* line :
       {"| `simulation.time_step_s` | float | s | 0.01 to 0.5 | `0.3` | length of a step |\n",
        "| **train** | | | | | the trainer |\n",
        "| `train.optimiser` | text |  | one of adam, sgd or lamb | `adam` | which |\n",
        "| `train.shuffle` | bool |  | true or false | `true` | whether to |\n"})
    CHECK(text.find(line) != std::string::npos);
}

TEST_CASE("files include others, which come first, relative to the including file") {
  std::filesystem::remove_all("config_test");
  make_folder("config_test/parts");
  write_file("config_test/parts/base.yaml", "train: {gamma: 0.5, shuffle: false}\nname: base\n");
  write_file("config_test/parts/more.yaml", "include: base.yaml\ntrain: {gamma: 0.6}\n");
  write_file("config_test/a.yaml", "name: a\ninclude: parts/more.yaml\n");
  write_file("config_test/list.yaml", "include: [parts/more.yaml, parts/base.yaml]\n");
  write_file("config_test/wrong.yaml", "\ninclude: parts/none.yaml\n");
  write_file("config_test/loop.yaml", "include: loop.yaml\n");
  write_file("config_test/bad_part.yaml", "train:\n  gama: 1\n");
  write_file("config_test/bad.yaml", "include: bad_part.yaml\n");
  const auto load = [](const std::string& file) {
    Config config;
    load_config("config_test/" + file, {"simulation.seed=9"}, config);
    return config;
  };
  const Config a = load("a.yaml");
  CHECK(a.name == "a");
  CHECK(a.train.gamma == 0.6);
  CHECK(!a.train.shuffle);
  CHECK(a.simulation.seed == 9);
  CHECK(load("list.yaml").train.gamma == 0.5);
  CHECK_THROWS_WITH_AS(load("wrong.yaml"),
                       "config_test/wrong.yaml:2: include: no file config_test/parts/none.yaml", Error);
  CHECK_THROWS_WITH_AS(load("loop.yaml"), "config_test/loop.yaml:1: config_test/loop.yaml includes itself",
                       Error);
  CHECK_THROWS_WITH_AS(load("bad.yaml"),
                       "config_test/bad_part.yaml:2: unknown key train.gama, did you mean train.gamma?",
                       Error);
  CHECK_THROWS_WITH_AS(load("none.yaml"), "config_test/none.yaml: cannot open: No such file or directory",
                       Error);
  std::filesystem::remove_all("config_test");
}

}  // namespace gigalane
