// Feeds any bytes to what reads SUMO networks: it may refuse them, and do nothing else.
// docs/maps.md says how fuzzers are built and run.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "maps/sumo_net.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    gigalane::read_sumo_net(gigalane::prepare_net(text, "fuzz.net.xml").xml, "fuzz.net.xml");
  } catch (const gigalane::Error&) {
    // refused, as it should be
  }
  return 0;
}
