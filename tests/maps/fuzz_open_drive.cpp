// Feeds any bytes to the OpenDRIVE importer and the compiler: it may refuse them, and do nothing else.
// docs/maps.md says how fuzzers are built and run.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "maps/compile.h"
#include "maps/open_drive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    gigalane::compile(gigalane::parse_open_drive(text, "fuzz.xodr"), 1, {}, gigalane::CrossedLanes::keep);
  } catch (const gigalane::Error&) {
    // refused, as it should be
  }
  return 0;
}
