/// Hints that change no result.
#pragma once
#include "base/host_device.h"

namespace gigalane {

/// Brings the cache line at an address closer to a CPU; any address will do. On CUDA, where other warps work
/// meanwhile, nothing.
HOST_DEVICE void prefetch([[maybe_unused]] const void* address) {
#if !defined(__CUDA_ARCH__)
  __builtin_prefetch(address);
#endif
}

}  // namespace gigalane
