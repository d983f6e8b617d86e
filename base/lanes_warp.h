/// CUDA's back end: a lane is a thread, the block of lanes is its warp, and all 32 threads take part in every
/// call. On the host the same code runs on the fibers of EmulatedWarp. See lanes.h for the operations.
#pragma once
#include "base/emulated_warp.h"
#include "base/lanes_scalar.h"

namespace gigalane {

/// What CUDA's intrinsics do, or their emulation.
namespace warp {

#if defined(__CUDA_ARCH__)
constexpr unsigned kAllThreads = 0xffffffffu;
HOST_DEVICE int lane() { return int(threadIdx.x & 31); }
HOST_DEVICE unsigned ballot(bool m) { return __ballot_sync(kAllThreads, m); }
HOST_DEVICE int shuffle(int a, int from) { return __shfl_sync(kAllThreads, a, from); }
HOST_DEVICE int reduce_add(int a) { return __reduce_add_sync(kAllThreads, a); }
HOST_DEVICE int reduce_min(int a) { return __reduce_min_sync(kAllThreads, a); }
HOST_DEVICE int reduce_max(int a) { return __reduce_max_sync(kAllThreads, a); }
HOST_DEVICE void sync() { __syncwarp(); }
HOST_DEVICE int bit_count(unsigned bits) { return __popc(bits); }
HOST_DEVICE int lowest_bit(unsigned bits) { return bits ? __ffs(int(bits)) - 1 : 32; }
template <class T>
HOST_DEVICE T read(const T* from) {
  return __ldg(from);
}
HOST_DEVICE Four<float> read(const Record* from) {
  const float4 r = __ldg(reinterpret_cast<const float4*>(from));
  return {r.x, r.y, r.z, r.w};
}
HOST_DEVICE Two<float> read(const Pair* from) {
  const float2 r = __ldg(reinterpret_cast<const float2*>(from));
  return {r.x, r.y};
}
HOST_DEVICE void write_past_caches(float* to, float value) { __stcs(to, value); }
HOST_DEVICE void write_past_caches(uint16_t* to, uint16_t value) { __stcs(to, value); }
#else
HOST_DEVICE int lane() { return EmulatedWarp::lane(); }
HOST_DEVICE unsigned ballot(bool m) {
  const unsigned* votes = EmulatedWarp::meet(EmulatedWarp::Meeting::ballot, m);
  unsigned bits = 0;
  for (int i = 0; i < 32; ++i) bits |= votes[i] << i;
  return bits;
}
HOST_DEVICE int shuffle(int a, int from) {
  return int(EmulatedWarp::meet(EmulatedWarp::Meeting::shuffle, unsigned(a))[from & 31]);
}
HOST_DEVICE int reduce_add(int a) {
  const unsigned* values = EmulatedWarp::meet(EmulatedWarp::Meeting::reduce, unsigned(a));
  unsigned sum = 0;
  for (int i = 0; i < 32; ++i) sum += values[i];
  return int(sum);
}
HOST_DEVICE int reduce_min(int a) {
  const unsigned* values = EmulatedWarp::meet(EmulatedWarp::Meeting::reduce, unsigned(a));
  int least = int(values[0]);
  for (int i = 1; i < 32; ++i) least = minimum(least, int(values[i]));
  return least;
}
HOST_DEVICE int reduce_max(int a) {
  const unsigned* values = EmulatedWarp::meet(EmulatedWarp::Meeting::reduce, unsigned(a));
  int most = int(values[0]);
  for (int i = 1; i < 32; ++i) most = maximum(most, int(values[i]));
  return most;
}
HOST_DEVICE void sync() { EmulatedWarp::meet(EmulatedWarp::Meeting::sync, 0); }
HOST_DEVICE int bit_count(unsigned bits) { return __builtin_popcount(bits); }
HOST_DEVICE int lowest_bit(unsigned bits) { return bits ? __builtin_ctz(bits) : 32; }
template <class T>
HOST_DEVICE T read(const T* from) {
  return *from;
}
HOST_DEVICE Four<float> read(const Record* from) { return {from->a, from->b, from->c, from->d}; }
HOST_DEVICE Two<float> read(const Pair* from) { return {from->a, from->b}; }
HOST_DEVICE void write_past_caches(float* to, float value) { *to = value; }
HOST_DEVICE void write_past_caches(uint16_t* to, uint16_t value) { *to = value; }
#endif

/// A float's bits as an int of the same order (-0 just below +0), and back.
HOST_DEVICE int ordered(float a) {
  const int bits = bits_of(a);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}
HOST_DEVICE float from_ordered(int key) { return float_of(key ^ ((key >> 31) & 0x7fffffff)); }

}  // namespace warp

struct WarpLanes : OneLane {
  static constexpr int width = 32;

  // across the lanes
  static LANES_FUNCTION Int lane_index() { return warp::lane(); }
  static LANES_FUNCTION Mask first(int count) { return warp::lane() < count; }
  static LANES_FUNCTION bool any(Mask m) { return warp::ballot(m) != 0; }
  static LANES_FUNCTION bool all(Mask m) { return warp::ballot(m) == 0xffffffffu; }
  static LANES_FUNCTION int count(Mask m) { return warp::bit_count(warp::ballot(m)); }
  static LANES_FUNCTION int first_set(Mask m) { return warp::lowest_bit(warp::ballot(m)); }
  static LANES_FUNCTION float at(Float a, int lane) { return float_of(warp::shuffle(bits_of(a), lane)); }
  static LANES_FUNCTION int at(Int a, int lane) { return warp::shuffle(a, lane); }
  static LANES_FUNCTION float reduce_min(Float a) {
    return warp::from_ordered(warp::reduce_min(warp::ordered(a))) + 0.0f;
  }
  static LANES_FUNCTION float reduce_max(Float a) {
    return warp::from_ordered(warp::reduce_max(warp::ordered(a))) + 0.0f;
  }
  static LANES_FUNCTION int reduce_min(Int a) { return warp::reduce_min(a); }
  static LANES_FUNCTION int reduce_max(Int a) { return warp::reduce_max(a); }
  static LANES_FUNCTION int reduce_add(Int a) { return warp::reduce_add(a); }

  // memory
  static LANES_FUNCTION Float load(const float* from) { return from[warp::lane()]; }
  static LANES_FUNCTION Int load(const int32_t* from) { return from[warp::lane()]; }
  static LANES_FUNCTION Int load(const uint16_t* from) { return from[warp::lane()]; }
  static LANES_FUNCTION Int load(const int16_t* from) { return from[warp::lane()]; }
  static LANES_FUNCTION Int load(const uint8_t* from) { return from[warp::lane()]; }
  static LANES_FUNCTION void store(float* to, Float a, int count = width) { put(to, a, count); }
  static LANES_FUNCTION void store(int32_t* to, Int a, int count = width) { put(to, a, count); }
  static LANES_FUNCTION void store(uint16_t* to, Int a, int count = width) { put(to, a, count); }
  static LANES_FUNCTION void store(uint8_t* to, Int a, int count = width) { put(to, a, count); }
  static LANES_FUNCTION void stream(float* to, Float a, int count = width) {
    if (warp::lane() < count) warp::write_past_caches(to + warp::lane(), a);
  }
  static LANES_FUNCTION void stream(Float16* to, Float a, int count = width) {
    if (warp::lane() < count) warp::write_past_caches(&to[warp::lane()].bits, float16_bits(a));
  }
  static LANES_FUNCTION void stream(BFloat16* to, Float a, int count = width) {
    if (warp::lane() < count) warp::write_past_caches(&to[warp::lane()].bits, bfloat16_bits(a));
  }
  static LANES_FUNCTION void store(Float16* to, Float a, int count = width) {
    if (warp::lane() < count) assign(to[warp::lane()], a);
  }
  static LANES_FUNCTION void store(BFloat16* to, Float a, int count = width) {
    if (warp::lane() < count) assign(to[warp::lane()], a);
  }

  template <class Index>
  static LANES_FUNCTION Four<Float> gather(const Record* base, const Index* index, int count) {
    if (warp::lane() < count) return warp::read(base + index[warp::lane()]);
    return {0.0f, 0.0f, 0.0f, 0.0f};
  }
  template <class Index>
  static LANES_FUNCTION Two<Float> gather(const Pair* base, const Index* index, int count) {
    if (warp::lane() < count) return warp::read(base + index[warp::lane()]);
    return {0.0f, 0.0f};
  }
  template <class Index>
  static LANES_FUNCTION Float gather(const float* base, const Index* index, int count) {
    return warp::lane() < count ? warp::read(base + index[warp::lane()]) : 0.0f;
  }
  template <class Index>
  static LANES_FUNCTION Four<Float> gather(const RecordGroup* base, const Index* list, int first, int count) {
    if (warp::lane() >= count) return {0.0f, 0.0f, 0.0f, 0.0f};
    const int place = first + warp::lane();
    return member(base + list[place / kGroupSize], place % kGroupSize);
  }
  template <class Index>
  static LANES_FUNCTION Float gather(const float* base, const Index* list, int first, int count) {
    const int place = first + warp::lane();
    if (warp::lane() >= count) return 0.0f;
    return warp::read(base + (kGroupSize * int(list[place / kGroupSize]) + place % kGroupSize));
  }
  template <class Index>
  static LANES_FUNCTION Int places(const Index* list, int first, int count) {
    const int place = first + warp::lane();
    return warp::lane() < count ? kGroupSize * int(list[place / kGroupSize]) + place % kGroupSize : 0;
  }
  static LANES_FUNCTION Four<Float> gather(const RecordGroup* base, Int place) {
    return member(base + place / kGroupSize, place % kGroupSize);
  }
  static LANES_FUNCTION Four<Float> member(const RecordGroup* group, int k) {
    return {warp::read(group->a + k), warp::read(group->b + k), warp::read(group->c + k),
            warp::read(group->d + k)};
  }
  static LANES_FUNCTION Float gather(const float* base, Int index) { return base[index]; }
  static LANES_FUNCTION Int gather(const int32_t* base, Int index) { return base[index]; }
  static LANES_FUNCTION void scatter(uint16_t* to, Int slot, Int value) { to[slot] = uint16_t(value); }
  static LANES_FUNCTION void scatter(float* to, Int slot, Float value, Mask m) {
    if (m) to[slot] = value;
  }
  static LANES_FUNCTION Four<Float> load(const Record* from) {
    const Record r = from[warp::lane()];
    return {r.a, r.b, r.c, r.d};
  }
  static LANES_FUNCTION Two<Float> load(const Pair* from) {
    const Pair p = from[warp::lane()];
    return {p.a, p.b};
  }
  static LANES_FUNCTION void store(Record* to, const Four<Float>& v, int count = width) {
    if (warp::lane() < count) to[warp::lane()] = {v.a, v.b, v.c, v.d};
  }
  static LANES_FUNCTION void store(Pair* to, const Two<Float>& v, int count = width) {
    if (warp::lane() < count) to[warp::lane()] = {v.a, v.b};
  }
  template <class Visit>
  static LANES_FUNCTION void for_each(Mask m, const Visit& visit) {
    if (m) visit(warp::lane());
  }

  struct Packing {
    unsigned bits;
    int slot;
    bool active;
  };
  static LANES_FUNCTION Packing packing(Mask m) {
    const unsigned bits = warp::ballot(m);
    return {bits, warp::bit_count(bits & ((1u << warp::lane()) - 1)), m};
  }
  static LANES_FUNCTION int packed_count(Packing p) { return warp::bit_count(p.bits); }
  static LANES_FUNCTION void store_packed(float* to, Packing p, Float a) { put_packed(to, p, a); }
  static LANES_FUNCTION void store_packed(int32_t* to, Packing p, Int a) { put_packed(to, p, a); }
  static LANES_FUNCTION void store_packed(uint16_t* to, Packing p, Int a) { put_packed(to, p, a); }

  static LANES_FUNCTION void sync() { warp::sync(); }
  static LANES_FUNCTION void fence() {}

 private:
  template <class T, class V>
  static LANES_FUNCTION void put(T* to, V value, int count) {
    if (warp::lane() < count) to[warp::lane()] = T(value);
  }
  template <class T, class V>
  static LANES_FUNCTION void put_packed(T* to, Packing p, V value) {
    if (p.active) to[p.slot] = T(value);
  }
};

}  // namespace gigalane
