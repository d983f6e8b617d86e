/// Marks functions that run on both back ends: nvcc compiles them for host and device, a C++
/// compiler sees plain inline functions. The only place, with the rest of base/, that knows a back end.
#pragma once

#if defined(__CUDACC__)
#define HOST_DEVICE __host__ __device__ __forceinline__
#else
#define HOST_DEVICE inline __attribute__((always_inline))
#endif
