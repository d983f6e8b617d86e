/// Which of Thrust's back ends works where an Executor's memory is.
#pragma once
#include <thrust/execution_policy.h>

#include "base/schedule.h"

#if defined(__CUDACC__)
#include <thrust/system/cuda/execution_policy.h>
#endif

namespace gigalane {

/// run(policy) with Thrust's policy for the executor: its stream on CUDA, one thread on the CPU. Returns what
/// `run` returns, once the device has it. Functors are structs with a HOST_DEVICE operator().
template <class Run>
auto with_thrust(const Executor& executor, const Run& run) {
  if (executor.device == Device::cuda) {
#if defined(__CUDACC__)
    return run(thrust::cuda::par.on(static_cast<cudaStream_t>(executor.stream)));
#else
    fail("with_thrust: device = cuda, but this program is compiled for the CPU alone");
#endif
  }
  return run(thrust::seq);
}

}  // namespace gigalane
