/// Lanes of width 1, the reference, and what one lane does on its own in every thread-like back end.
/// See lanes.h for what each operation means.
#pragma once
#include <cstdint>

#include "base/half.h"
#include "base/host_device.h"
#include "base/records.h"
#include "base/scalar.h"

/// Before each function over lanes; LANES_UNROLL(n) before a loop.
#define LANES_FUNCTION HOST_DEVICE
#define LANES_PRAGMA(text) _Pragma(#text)
#if defined(__CUDA_ARCH__)
#define LANES_UNROLL(n) LANES_PRAGMA(unroll n)
#else
#define LANES_UNROLL(n) LANES_PRAGMA(GCC unroll n)
#if defined(__CUDACC__)
#pragma nv_diag_suppress 1675  // cudafe++ does not know this pragma of g++, but hands it on
#endif
#endif

namespace gigalane {

/// The four words of a 16-byte Record, or the two of an 8-byte Pair, one record a lane.
template <class Float>
struct Four {
  Float a, b, c, d;
};
template <class Float>
struct Two {
  Float a, b;
};

struct OneLane {
  using Float = float;
  using Int = int;
  using Mask = bool;

  static LANES_FUNCTION Mask mask(bool uniform) { return uniform; }
  static LANES_FUNCTION Float select(Mask m, Float yes, Float no) { return m ? yes : no; }
  static LANES_FUNCTION Int select(Mask m, Int yes, Int no) { return m ? yes : no; }
  static LANES_FUNCTION Float min(Float a, Float b) { return minimum(a, b); }
  static LANES_FUNCTION Float max(Float a, Float b) { return maximum(a, b); }
  static LANES_FUNCTION Int as_int(Float a) { return bits_of(a); }
  static LANES_FUNCTION Float as_float(Int a) { return float_of(a); }
  static LANES_FUNCTION Float abs(Float a) { return absolute(a); }
  static LANES_FUNCTION Float copy_sign(Float size, Float sign) { return gigalane::copy_sign(size, sign); }
  static LANES_FUNCTION Int increment(Int a, Mask m) { return a + int(m); }
  static LANES_FUNCTION Int multiply_wide(Int a, uint32_t b, Int& high) {
    const uint64_t product = uint64_t(uint32_t(a)) * b;
    high = Int(uint32_t(product >> 32));
    return Int(uint32_t(product));
  }
  static LANES_FUNCTION Float multiply_add(Float a, Float b, Float c) {
#if defined(__CUDA_ARCH__)
    return __fmaf_rn(a, b, c);
#else
    return a * b + c;
#endif
  }
  static LANES_FUNCTION Float to_float(Int a) { return float(a); }
  static LANES_FUNCTION Int to_int(Float a) { return int(a); }
  static LANES_FUNCTION Float sqrt(Float a) { return square_root(a); }
  static LANES_FUNCTION Float floor(Float a) { return round_down(a); }
};

struct ScalarLanes : OneLane {
  static constexpr int width = 1;

  // across the lanes
  static LANES_FUNCTION Int lane_index() { return 0; }
  static LANES_FUNCTION Mask first(int count) { return count > 0; }
  static LANES_FUNCTION bool any(Mask m) { return m; }
  static LANES_FUNCTION bool all(Mask m) { return m; }
  static LANES_FUNCTION int count(Mask m) { return int(m); }
  static LANES_FUNCTION int first_set(Mask m) { return m ? 0 : 1; }
  static LANES_FUNCTION float at(Float a, int) { return a; }
  static LANES_FUNCTION int at(Int a, int) { return a; }
  static LANES_FUNCTION float reduce_min(Float a) { return a + 0.0f; }
  static LANES_FUNCTION float reduce_max(Float a) { return a + 0.0f; }
  static LANES_FUNCTION int reduce_min(Int a) { return a; }
  static LANES_FUNCTION int reduce_max(Int a) { return a; }
  static LANES_FUNCTION int reduce_add(Int a) { return a; }

  // memory
  static LANES_FUNCTION Float load(const float* from) { return *from; }
  static LANES_FUNCTION Int load(const int32_t* from) { return *from; }
  static LANES_FUNCTION Int load(const uint16_t* from) { return *from; }
  static LANES_FUNCTION Int load(const int16_t* from) { return *from; }
  static LANES_FUNCTION Int load(const uint8_t* from) { return *from; }
  static LANES_FUNCTION void store(float* to, Float a, int count = width) { put(to, a, count); }
  static LANES_FUNCTION void store(int32_t* to, Int a, int count = width) { put(to, a, count); }
  static LANES_FUNCTION void store(uint16_t* to, Int a, int count = width) { put(to, a, count); }
  static LANES_FUNCTION void store(uint8_t* to, Int a, int count = width) { put(to, a, count); }
  template <class T>  // float, Float16 or BFloat16
  static LANES_FUNCTION void stream(T* to, Float a, int count = width) {
    store(to, a, count);
  }
  static LANES_FUNCTION void store(Float16* to, Float a, int count = width) {
    if (count > 0) assign(*to, a);
  }
  static LANES_FUNCTION void store(BFloat16* to, Float a, int count = width) {
    if (count > 0) assign(*to, a);
  }

  template <class Index>
  static LANES_FUNCTION Four<Float> gather(const Record* base, const Index* index, int) {
    const Record& r = base[*index];
    return {r.a, r.b, r.c, r.d};
  }
  template <class Index>
  static LANES_FUNCTION Two<Float> gather(const Pair* base, const Index* index, int) {
    return {base[*index].a, base[*index].b};
  }
  template <class Index>
  static LANES_FUNCTION Float gather(const float* base, const Index* index, int) {
    return base[*index];
  }
  template <class Index>
  static LANES_FUNCTION Four<Float> gather(const RecordGroup* base, const Index* list, int first, int) {
    return member(base[list[first / kGroupSize]], first % kGroupSize);
  }
  template <class Index>
  static LANES_FUNCTION Float gather(const float* base, const Index* list, int first, int) {
    return base[kGroupSize * int(list[first / kGroupSize]) + first % kGroupSize];
  }
  template <class Index>
  static LANES_FUNCTION Int places(const Index* list, int first, int) {
    return kGroupSize * int(list[first / kGroupSize]) + first % kGroupSize;
  }
  static LANES_FUNCTION Four<Float> gather(const RecordGroup* base, Int place) {
    return member(base[place / kGroupSize], place % kGroupSize);
  }
  static LANES_FUNCTION Four<Float> member(const RecordGroup& group, int k) {
    return {group.a[k], group.b[k], group.c[k], group.d[k]};
  }
  static LANES_FUNCTION Float gather(const float* base, Int index) { return base[index]; }
  static LANES_FUNCTION Int gather(const int32_t* base, Int index) { return base[index]; }
  static LANES_FUNCTION void scatter(uint16_t* to, Int slot, Int value) { to[slot] = uint16_t(value); }
  static LANES_FUNCTION void scatter(float* to, Int slot, Float value, Mask m) {
    if (m) to[slot] = value;
  }
  static LANES_FUNCTION Four<Float> load(const Record* from) { return {from->a, from->b, from->c, from->d}; }
  static LANES_FUNCTION Two<Float> load(const Pair* from) { return {from->a, from->b}; }
  static LANES_FUNCTION void store(Record* to, const Four<Float>& v, int count = width) {
    if (count > 0) *to = {v.a, v.b, v.c, v.d};
  }
  static LANES_FUNCTION void store(Pair* to, const Two<Float>& v, int count = width) {
    if (count > 0) *to = {v.a, v.b};
  }
  template <class Visit>
  static LANES_FUNCTION void for_each(Mask m, const Visit& visit) {
    if (m) visit(0);
  }

  using Packing = bool;
  static LANES_FUNCTION Packing packing(Mask m) { return m; }
  static LANES_FUNCTION int packed_count(Packing p) { return int(p); }
  static LANES_FUNCTION void store_packed(float* to, Packing p, Float a) { put(to, a, int(p)); }
  static LANES_FUNCTION void store_packed(int32_t* to, Packing p, Int a) { put(to, a, int(p)); }
  static LANES_FUNCTION void store_packed(uint16_t* to, Packing p, Int a) { put(to, a, int(p)); }

  static LANES_FUNCTION void sync() {}
  static LANES_FUNCTION void fence() {}

 private:
  template <class T, class V>
  static LANES_FUNCTION void put(T* to, V value, int count) {
    if (count > 0) *to = T(value);
  }
};

}  // namespace gigalane
