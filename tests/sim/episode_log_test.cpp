// Episode logs: every field comes back bit for bit, crashes lose only what was not flushed, bad files are
// told apart.
#include "sim/episode_log.h"

#include <doctest/doctest.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/hdf5_file.h"
#include "tests/sim/worlds.h"

using namespace gigalane;
using namespace gigalane::testing;
namespace fs = std::filesystem;

namespace {

// A folder of its own for each test, removed afterwards.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("gigalane_log_" + std::to_string(getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

Simulator busy_crossing(int episode_steps = 1200) {
  SimulationConfig config = plain_world(2, 12);
  config.perturbation.enabled = true;  // the log holds the variant too
  config.episode_steps = episode_steps;
  Simulator::Options options;
  options.seed = 7;
  return Simulator(config, crossing(), options);
}

void drive(Simulator& simulator, uint32_t step) {
  set_random_actions(simulator, step);
  simulator.step();
}

// Names of the fields that differ.
std::string differences(const WorldSnapshot& a, const WorldSnapshot& b) {
  std::string names;
  std::vector<std::vector<uint8_t>> bytes[2];
  std::vector<std::string> fields;
  for (int i : {0, 1}) {
    WorldView view = i == 0 ? a.view() : b.view();
    for_each_field(view, [&](const char* name, auto& pointer, int elements, bool by_slot, int use) {
      if (!(use & (kStateField | kLogField | kSavedField))) return;
      const auto* start = reinterpret_cast<const uint8_t*>(pointer);
      bytes[i].emplace_back(
          start, start + sizeof(*pointer) * size_t(elements) * size_t(by_slot ? view.agents_per_world : 1));
      if (i == 0) fields.emplace_back(name);
    });
  }
  for (size_t f = 0; f < fields.size(); ++f)
    if (bytes[0][f] != bytes[1][f]) names += fields[f] + " ";
  return names;
}

// One line that names the file.
std::string error_of(const std::string& path) {
  try {
    EpisodeLog log(path);
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.find(fs::path(path).filename().string()) != std::string::npos);
    return text;
  }
  return "";
}

}  // namespace

TEST_CASE("every row of a log is the world as it was, bit for bit") {
  Folder folder;
  Simulator simulator = busy_crossing();
  EpisodeWriter writer(folder.file("a.h5"), simulator, 1, "some policy", "abc");
  std::vector<WorldSnapshot> lived;
  for (uint32_t step = 0; step <= 90; ++step) {
    lived.emplace_back(12, simulator.view().signal_stride);
    lived.back().copy_from(simulator.view(), 1);
    if (step == 90) break;
    drive(simulator, step);
    CHECK(writer.append(simulator));
  }
  writer.finish();
  CHECK_FALSE(writer.append(simulator));

  const EpisodeLog log(folder.file("a.h5"));
  CHECK(log.info().finished);
  CHECK(log.info().policy == "some policy");
  CHECK(log.info().map_name == crossing()[0]->name);
  CHECK(log.info().world == 1);
  CHECK(log.info().seed == 7);
  CHECK(log.info().time_step_s == simulator.config().time_step_s);
  log.check_map(*crossing()[0]);
  REQUIRE(log.row_count() == 91);
  for (int row = 0; row < 91; ++row) {
    CAPTURE(row);
    CHECK(differences(lived[size_t(row)], log.snapshot(row)) == "");
  }
  int crashes = 0;
  for (const EpisodeEvent& e : log.events()) crashes += (e.events & (kCollided | kOffRoad)) != 0;
  CHECK(crashes > 0);  // lives ended, so new ones are in the log too
}

TEST_CASE("a row put back into a simulator has its hash and observes what the agents saw") {
  Folder folder;
  SimulationConfig config = plain_world(1, 12);
  Simulator simulator(config, crossing(), {});
  EpisodeWriter writer(folder.file("a.h5"), simulator, 0, "", "");
  std::vector<float> seen;
  uint64_t hash = 0;
  const size_t floats = size_t(simulator.observation_shape().row_stride()) * 12;
  for (uint32_t step = 0; step < 60; ++step) {
    drive(simulator, step);
    writer.append(simulator);
    if (step != 40) continue;
    hash = simulator.hash();
    seen.assign(simulator.observation().rows, simulator.observation().rows + floats);
  }
  writer.finish();

  Simulator other(config, crossing(), {99, Device::cpu, 1, 5, nullptr});
  CHECK(other.hash() != hash);
  EpisodeLog(folder.file("a.h5")).restore_snapshot(41, other.view(), 0);
  CHECK(other.hash() == hash);
  other.observe(other.observation());
  CHECK(std::memcmp(seen.data(), other.observation().rows, floats * sizeof(float)) == 0);
}

TEST_CASE("a log ends where another episode begins") {
  Folder folder;
  Simulator simulator = busy_crossing(5);
  EpisodeWriter writer(folder.file("a.h5"), simulator, 0, "", "");
  int rows = 1;
  for (uint32_t step = 0; step < 10; ++step) {
    drive(simulator, step);
    if (!writer.append(simulator)) break;
    ++rows;
  }
  const EpisodeLog log(folder.file("a.h5"));
  CHECK(log.info().finished);
  CHECK(log.row_count() == rows);
  CHECK(rows == 6);
}

TEST_CASE("what was flushed is readable when the writer is killed") {
  Folder folder;
  const std::string path = folder.file("a.h5");
  SUBCASE("a copy of a file still being written") {
    Simulator simulator = busy_crossing();
    EpisodeWriter writer(path, simulator, 0, "", "");
    for (uint32_t step = 0; step < 70; ++step) drive(simulator, step), writer.append(simulator);
    CHECK_FALSE(fs::exists(path));
    fs::copy_file(path + ".partial", folder.file("copy.h5"));
    const EpisodeLog log(folder.file("copy.h5"));
    CHECK_FALSE(log.info().finished);
    CHECK(log.row_count() == 2 * kEpisodeChunkRows);
  }
  SUBCASE("SIGKILL") {
    const pid_t child = fork();
    if (child == 0) {
      Simulator simulator = busy_crossing();
      EpisodeWriter writer(path, simulator, 0, "", "");
      for (uint32_t step = 0; step < 100; ++step) drive(simulator, step), writer.append(simulator);
      kill(getpid(), SIGKILL);
    }
    REQUIRE(child > 0);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    const EpisodeLog log(path + ".partial");
    CHECK(log.row_count() == 3 * kEpisodeChunkRows);
    CHECK(log.snapshot(95).view().episode_step[0] == 95);
  }
}

TEST_CASE("bad files are refused with one line") {
  Folder folder;
  const std::string path = folder.file("a.h5");
  {
    Simulator simulator = busy_crossing();
    EpisodeWriter writer(path, simulator, 0, "", "");
    for (uint32_t step = 0; step < 40; ++step) drive(simulator, step), writer.append(simulator);
  }
  CHECK(error_of(path) == "");
  CHECK(error_of(folder.file("missing.h5")) != "");
  const auto size = fs::file_size(path);
  for (double share : {0.0, 0.1, 0.5, 0.99}) {
    fs::copy_file(path, folder.file("cut.h5"), fs::copy_options::overwrite_existing);
    fs::resize_file(folder.file("cut.h5"), uintmax_t(double(size) * share));
    CAPTURE(share);
    CHECK(error_of(folder.file("cut.h5")) != "");
  }
  std::ofstream(folder.file("text.h5")) << "not an HDF5 file";
  CHECK(error_of(folder.file("text.h5")) != "");
  {
    Hdf5File foreign(folder.file("foreign.h5"), Hdf5File::Mode::create);
    foreign.write("/numbers", std::vector<float>{1, 2, 3});
  }
  CHECK(error_of(folder.file("foreign.h5")).find("not an episode log") != std::string::npos);
  CHECK_THROWS_AS(EpisodeLog(path).check_map(*ring()[0]), Error);
  CHECK_THROWS_AS(EpisodeLog(path).snapshot(41), Error);
}

namespace {

// Overwrites number `index` of a dataset with `value`.
void patch(const std::string& path, const std::string& dataset, size_t index, double value) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t data = H5Dopen(file, dataset.c_str(), H5P_DEFAULT), space = H5Dget_space(data);
  std::vector<double> values(size_t(H5Sget_simple_extent_npoints(space)));
  REQUIRE(H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  REQUIRE(index < values.size());
  values[index] = value;
  REQUIRE(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Sclose(space);
  H5Dclose(data);
  H5Fclose(file);
}

}  // namespace

TEST_CASE("a number that no simulator wrote is refused by its name") {
  Folder folder;
  const std::string path = folder.file("a.h5"), broken = folder.file("broken.h5");
  {
    Simulator simulator = busy_crossing();
    EpisodeWriter writer(path, simulator, 0, "", "");
    for (uint32_t step = 0; step < 40; ++step) drive(simulator, step), writer.append(simulator);
  }
  const CompiledMap& map = *crossing()[0];
  EpisodeLog(path).check_map(map);
  const double nan = std::nan("");
  const struct {
    const char* dataset;
    size_t index;
    double value;
    const char* said;
  } kCases[] = {{"/lives/goal", 0, 65535, "goal = 65535"},
                {"/lives/goal_count", 2, 200, "goal_count = 200"},
                {"/lives/driver", 1, 77, "driver = 77"},
                {"/lives/trait", 5, nan, "trait"},
                {"/lives/coefficient", 30, nan, "coefficient"},
                {"/steps/goal_index", 100, 200, "goal_index = 200"},
                {"/steps/status", 100, 3, "status = 3"},
                {"/steps/hit_agent", 100, 12, "hit_agent = 12"},
                {"/steps/quad", 100, 2e9, "quad = 2000000000"},
                {"/steps/pose", 7, nan, "pose"},
                {"/steps/motion", 7, nan, "motion"},
                {"/steps/frenet", 7, nan, "frenet"},
                {"/steps/body", 7, nan, "body"},
                {"/episode/agent_count", 0, 60000, "agent_count = 60000"},
                {"/episode/variant", 3, nan, "variant"},
                {"/episode/variant_inverse", 3, nan, "variant_inverse"}};
  for (const auto& c : kCases) {
    CAPTURE(c.dataset);
    fs::copy_file(path, broken, fs::copy_options::overwrite_existing);
    patch(broken, c.dataset, c.index, c.value);
    std::string text;
    try {
      EpisodeLog(broken).check_map(map);
    } catch (const Error& error) {
      text = error.what();
    }
    CAPTURE(text);
    CHECK(text.find(c.said) != std::string::npos);
    CHECK(text.find(broken) == 0);
    CHECK(text.find('\n') == std::string::npos);
  }
}

TEST_CASE("a log is not overwritten") {
  Folder folder;
  Simulator simulator = busy_crossing();
  const std::string path = folder.file("a.h5");
  std::ofstream(path) << "precious";
  CHECK_THROWS_AS(EpisodeWriter(path, simulator, 0, "", ""), Error);
  CHECK(fs::file_size(path) == 8);
  CHECK_FALSE(fs::exists(path + ".partial"));
}

TEST_CASE("events in words") {
  CHECK(describe_events(kCollided, 12) == "collision with 12");
  CHECK(describe_events(kOffRoad | kRanRedLight, -1) == "off-road, ran a red light");
  CHECK(describe_events(0, -1) == "");
}
