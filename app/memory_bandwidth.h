/// How fast this machine writes to memory: what no simulator that writes its observations there can pass.
#pragma once
#include "base/device_buffer.h"

namespace gigalane {

/// Bytes a second of writes past the caches, by `threads` workers of the CPU (0: all cores) or the CUDA
/// device; the best of a few runs over a buffer much larger than the caches. Takes about half a second.
double measure_memory_bandwidth(Device device, int threads);

}  // namespace gigalane
