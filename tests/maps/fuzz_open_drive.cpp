// Feeds any bytes to the OpenDRIVE importer and the compiler: they may refuse them, and do nothing else.
//   cmake -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DGIGALANE_FUZZ=ON -DGIGALANE_WERROR=OFF
//   ninja -C build/fuzz fuzz_open_drive && build/fuzz/tests/fuzz_open_drive CORPUS -max_total_time=600
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "maps/compile.h"
#include "maps/open_drive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    gigalane::compile(gigalane::parse_open_drive({reinterpret_cast<const char*>(data), size}, "fuzz.xodr"),
                      1);
  } catch (const gigalane::Error&) {
    // refused, as it should be
  }
  return 0;
}
