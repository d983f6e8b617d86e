// Feeds any bytes to the Lanelet2 importer and the compiler: it may refuse them, and do nothing else.
// docs/maps.md says how fuzzers are built and run.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "maps/compile.h"
#include "maps/lanelet.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    gigalane::compile(gigalane::parse_lanelets(text, "fuzz.osm"), 1);
  } catch (const gigalane::Error&) {
    // refused, as it should be
  }
  return 0;
}
