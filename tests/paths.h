// Where tests find the checkout, the towns and the development data.
// CTest sets the environment; a test run by hand falls back to what the build was configured with.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace gigalane::testing {

inline std::filesystem::path path_from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

// The root of the source tree.
inline std::filesystem::path source_dir() {
  return path_from_environment("GIGALANE_SOURCE_DIR", GIGALANE_TEST_SOURCE_DIR);
}

// A CARLA town's OpenDRIVE file, for example "Town01".
inline std::filesystem::path town_file(const std::string& name) {
  return source_dir() / ".deps" / "maps" / (name + ".xodr.gz");
}

// CTest says so: a test of the towns that finds none has failed there, and is skipped elsewhere.
inline bool towns_required() { return std::getenv("GIGALANE_REQUIRE_TOWNS") != nullptr; }

// Development data that are not part of the product; a test that needs them skips where they are
// absent, and says so.
inline std::filesystem::path data_dir() {
  const auto beside = (source_dir() / ".." / "shared" / "data").lexically_normal();
  return path_from_environment("GIGALANE_DATA", beside.c_str());
}

// The program under test.
inline std::filesystem::path program() {
  return path_from_environment("GIGALANE_PROGRAM", GIGALANE_TEST_PROGRAM);
}

}  // namespace gigalane::testing
