/// Lanes: one source for the vector lanes of a CPU and the threads of a CUDA warp.
///
/// A hot loop is a template over a back end `L`. It works on blocks of `L::width` items at once; `L::Float`,
/// `L::Int` and `L::Mask` hold one value a lane; a plain `float`, `int` or `bool` is uniform (the same in all
/// lanes). Control flow must be uniform: branch on plain values only, and use `select` for what differs by
/// lane. Write it as `template <class L> LANES_FUNCTION ...`, pass views by value.
///
///   ScalarLanes      width 1, portable C++ (the reference)
///   VectorLanes<8>   AVX2 or half an AVX-512 register, GCC vector extensions
///   VectorLanes<16>  AVX-512
///   VectorLanes<32>  plain loops: a warp's blocks in lockstep, for tests
///   WarpLanes        CUDA: a thread is a lane, the whole warp calls every function. On the host it runs on
///                    32 fibers (EmulatedWarp), to test that very code without a GPU
///
/// Every operation is exact or correctly rounded (compile with -ffp-contract=off, -fmad=false), so all back
/// ends give the same bits. No back end may see a NaN.
///
///   select(m, yes, no)            by lane; Float or Int
///   min, max(a, b)                a < b ? a : b and a > b ? a : b, so the sign of a zero is defined; Float
///   abs, sqrt, floor, copy_sign   Float
///   as_int, as_float              the same bits
///   to_float(Int), to_int(Float)  towards zero, must be in range
///   multiply_add(a, b, c)         a b + c, Float; CUDA fuses it: the one operation whose bits differ, for
///                                 networks alone
///   mask(bool)                    the same in all lanes
///   increment(Int, m)             + 1 where m
///   multiply_wide(Int, uint32_t, Int& high)
///                                 the unsigned product of 64 bits: returns its low half
///   + - * /  < > <= >= == !=      Float;  + - * & | ^ << >> < > <= >= == !=: Int;  & | !: Mask
///   lane_index()                  0, 1, ..., width - 1
///   first(count)                  Mask of the lanes below count (may be <= 0 or > width)
///   any, all, count(m)            uniform
///   first_set(m)                  lowest lane of m, width if none; uniform
///   at(Float or Int, lane)        the value of one lane, uniform; 0 <= lane < width
///   reduce_min, reduce_max        over the lanes, uniform; Float (a zero comes out as +0) or Int
///   reduce_add(Int)               uniform (floats have no sum: its order would depend on the width)
///   load(p)                       one block; from float, int32_t, uint16_t, int16_t, uint8_t. Reads
///                                 width items
///   store(p, v, count)            the first count lanes; to float, int32_t, uint16_t, uint8_t; a Float
///                                 also to Float16 and BFloat16, rounded (base/half.h)
///   store(p, v)                   all lanes
///   stream(p, v, count)           of a Float: the same past the caches; p aligned to what width numbers
///                                 take. Call fence() before others read
///   gather(base, index, count)    records named by a list of uint16_t or int32_t: Four<Float> of Record,
///                                 Two<Float> of Pair, Float of float. Lanes from count on are undefined, but
///                                 the list is read, and its entries followed, up to a whole block of 16:
///                                 pad lists with valid indexes
///   gather(groups, list, first, count)
///                                 places first, first + 1, ... of a list of record groups (uint16_t):
///                                 Four<Float>; with float* in place of groups, four floats a group: Float.
///                                 `first` is a multiple of width. Lanes from count on are undefined, but the
///                                 list is read, and its entries followed, up to a whole block of 16
///   places(list, first, count)    Int: the same places themselves, kGroupSize * entry + member
///   gather(groups, Int)           by a place a lane: Four<Float>
///   gather(base, Int)             float or int32_t by an index a lane: all lanes' indexes must be valid
///   scatter(uint16_t*, slot, v)   v to to[slot] by lane; slots of equal value: undefined which stays
///   packing(m), packed_count, store_packed(p, packing, v)
///                                 the lanes of m moved together; to float, uint16_t or int32_t. May write a
///                                 whole block: pad the array
///   load(Record*), load(Pair*)    one block of records, one a lane: Four<Float>, Two<Float>
///   store(Record*, v, count), store(Pair*, v, count)
///   scatter(float*, slot, v, m)   v to to[slot] by lane where m; slots of equal value: undefined which stays
///   for_each(m, visit)            visit(lane) for each lane of m: one after another, or each thread its own.
///                                 The visit works on plain numbers and calls no operation on lanes
///   sync()                        after writing memory that other lanes read: scratch, stores, scatters
///   fence()                       after the last stream()
#pragma once
#include "base/emulated_warp.h"
#include "base/lanes_scalar.h"
#include "base/lanes_vector.h"
#include "base/lanes_warp.h"

namespace gigalane {

/// The fastest lanes of the CPU that this unit is compiled for.
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
using CpuLanes = VectorLanes<16>;
#else
using CpuLanes = VectorLanes<8>;
#endif

/// The same for what is read at once: stream() stays in the caches.
struct CachedLanes : CpuLanes {
  template <class T>
  static LANES_HOST void stream(T* to, Float value, int count = width) {
    store(to, value, count);
  }
};
template <class L>
using Cached = std::conditional_t<std::is_same_v<L, CpuLanes>, CachedLanes, L>;

/// The lanes that a thread has for itself, in functions of HOST_DEVICE.
#if defined(__CUDACC__)
using ThreadLanes = ScalarLanes;
#else
using ThreadLanes = CpuLanes;
#endif

/// Blocks of this many items cover every back end: pad arrays that lanes load or store whole.
constexpr int kWidestLanes = 32;

/// How the threads of L share out plain work: thread n takes items n, n + kThreads<L>, ... Each lane of a
/// warp is a thread; vectors have one.
template <class L>
constexpr int kThreads = std::is_same_v<L, WarpLanes> ? 32 : 1;
template <class L>
LANES_FUNCTION int own_thread() {
  if constexpr (std::is_same_v<L, WarpLanes>)
    return L::lane_index();
  else
    return 0;
}

/// Calls `body()` once, or, for WarpLanes on the host, once in each of its 32 emulated threads.
template <class L, class Body>
inline void in_lanes(const Body& body) {
  if constexpr (std::is_same_v<L, WarpLanes>) {
    EmulatedWarp::run(body);
  } else {
    body();
  }
}

}  // namespace gigalane
