// Feeds any bytes to the reader of map files: it may refuse them, and do nothing else.
// docs/maps.md says how fuzzers are built and run.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "maps/map_file.h"
#include "tests/maps/help.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const gigalane::testing::Folder folder;  // of this process
  const std::string path = folder.write("fuzz.h5", {reinterpret_cast<const char*>(data), size});
  gigalane::is_made_from(path, "");
  try {
    gigalane::read_map(path);
  } catch (const gigalane::Error&) {
    // refused, as it should be
  }
  return 0;
}
