/// Marks functions that run on both back ends: nvcc compiles them for host and device, a C++
/// compiler sees plain inline functions; those of HOST_DEVICE_CALL are called, as what is long or rare should
/// be. The only place, with the rest of base/, that knows a back end.
#pragma once

#if defined(__CUDACC__)
#define HOST_DEVICE __host__ __device__ __forceinline__
#define HOST_DEVICE_CALL inline __host__ __device__ __noinline__
#else
#define HOST_DEVICE inline __attribute__((always_inline))
#define HOST_DEVICE_CALL inline __attribute__((noinline))
#endif
