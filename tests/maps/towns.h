// CARLA's towns for tests; null, with a message, where scripts/setup has not fetched them.
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "maps/map_library.h"
#include "tests/paths.h"

namespace gigalane::testing {

inline bool has_town(const std::string& name) {
  if (std::filesystem::exists(town_file(name))) return true;
  if (towns_required()) FAIL("no ", town_file(name).string(), ", run scripts/setup");
  MESSAGE("skipped: no ", town_file(name).string(), ", run scripts/setup");
  return false;
}

inline std::shared_ptr<const CompiledMap> load_town(const std::string& name) {
  setenv("GIGALANE_SOURCE_DIR", source_dir().c_str(), 0);  // where load_map() looks; CTest has set it
  return has_town(name) ? load_map(name) : nullptr;
}

}  // namespace gigalane::testing
