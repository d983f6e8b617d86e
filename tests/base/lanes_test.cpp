// Every operation gives the same bits at widths 1, 8, 16 and 32 and on the emulated warp.
#include "base/lanes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/philox.h"

namespace gigalane {

namespace {

constexpr int kItems = 96, kPadded = kItems + kWidestLanes;

/// Inputs that hold both zeros, equal pairs, small and large numbers, and lists of indexes.
struct Inputs {
  alignas(64) float a[kPadded], b[kPadded];
  alignas(64) int32_t i[kPadded], index32[kPadded];
  alignas(64) uint16_t u16[kPadded], index16[kPadded];
  alignas(64) int16_t i16[kPadded];
  alignas(64) uint8_t u8[kPadded];
  alignas(64) Record records[kItems];
  alignas(64) Pair pairs[kItems];

  Inputs() {
    KeyedRandom random(1, 0, 0, 0, 0);
    static const float special[] = {0.0f, -0.0f, 1.0f, -1.0f, 1e-30f, -3e30f, 0.1f, 2.5f};
    for (int k = 0; k < kPadded; ++k) {
      a[k] = k % 5 == 0 ? special[k / 5 % 8] : random.uniform(-100, 100);
      b[k] = k % 7 == 0 ? a[k] : k % 11 == 0 ? special[k % 8] : random.uniform(-100, 100);
      i[k] = int32_t(random.below(2000)) - 1000;
      index32[k] = int32_t(random.below(kItems));
      index16[k] = uint16_t(random.below(kItems));
      u16[k] = uint16_t(random.bits());
      i16[k] = int16_t(random.bits());
      u8[k] = uint8_t(random.bits());
    }
    for (int k = 0; k < kItems; ++k) {
      records[k] = {random.unit(), random.unit(), random.unit(), random.unit()};
      pairs[k] = {random.unit(), random.unit()};
    }
  }
};

/// What an operation writes, poisoned before.
struct Outputs {
  alignas(64) float f[4][kPadded];
  alignas(64) int32_t i[4][kPadded];
  alignas(64) uint16_t u16[2][kPadded];
  alignas(64) uint8_t u8[kPadded];
};

/// Runs `operation` over all blocks with back end L. `count` items are meant.
template <class L, class Operation>
Outputs run(const Inputs& in, const Operation& operation) {
  static Outputs out;
  std::memset(&out, 0x5a, sizeof out);
  in_lanes<L>([&] {
    operation(L(), in, out);
    L::sync();
    L::fence();
  });
  return out;
}

template <class T>
void check_same(const char* back_end, const T* expected, const T* got, int count) {
  for (int k = 0; k < count; ++k) {
    if (std::memcmp(expected + k, got + k, sizeof(T)) == 0) continue;
    FAIL(back_end << " differs from the scalar lanes at item " << k << ": " << +got[k] << " for "
                  << +expected[k]);
  }
}

/// The first kItems of every output must be equal, bit for bit, to those of the scalar lanes.
template <class L, class Operation>
void compare(const char* back_end, const Inputs& in, const Outputs& expected, const Operation& operation) {
  const Outputs got = run<L>(in, operation);
  for (int row = 0; row < 4; ++row) check_same(back_end, expected.f[row], got.f[row], kItems);
  for (int row = 0; row < 4; ++row) check_same(back_end, expected.i[row], got.i[row], kItems);
  for (int row = 0; row < 2; ++row) check_same(back_end, expected.u16[row], got.u16[row], kItems);
  check_same(back_end, expected.u8, got.u8, kItems);
}

template <class Operation>
Outputs same_on_all(const Operation& operation) {
  static const Inputs in;
  const Outputs expected = run<ScalarLanes>(in, operation);
  compare<VectorLanes<8>>("width 8", in, expected, operation);
  compare<VectorLanes<16>>("width 16", in, expected, operation);
  compare<VectorLanes<32>>("width 32", in, expected, operation);
  compare<WarpLanes>("the emulated warp", in, expected, operation);
  return expected;
}

}  // namespace

/// The body of an operation: block by block, k is the block's first item, L the back end.
#define OVER_BLOCKS(...)                                                             \
  []([[maybe_unused]] auto lanes, [[maybe_unused]] const Inputs& in, Outputs& out) { \
    using L = decltype(lanes);                                                       \
    using Float [[maybe_unused]] = typename L::Float;                                \
    using Int [[maybe_unused]] = typename L::Int;                                    \
    for (int k = 0; k < kItems; k += L::width) __VA_ARGS__                           \
  }

TEST_CASE("arithmetic of floats") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    const Float a = L::load(in.a + k), b = L::load(in.b + k);
    L::store(out.f[0] + k, a + b * 0.5f - 3.0f, L::width);
    L::store(out.f[1] + k, -a / (L::abs(b) + 1.0f), L::width);
    L::store(out.f[2] + k, L::sqrt(L::abs(a)), L::width);
    L::store(out.f[3] + k, L::floor(b), L::width);
  }));
  const Inputs in;
  for (int k = 0; k < kItems; ++k) {
    CHECK(out.f[2][k] == std::sqrt(std::abs(in.a[k])));
    CHECK(out.f[3][k] == std::floor(in.b[k]));
  }
}

TEST_CASE("min and max take the second of equals, so the sign of a zero is defined") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    const Float a = L::load(in.a + k), b = L::load(in.b + k);
    L::store(out.f[0] + k, L::min(a, b), L::width);
    L::store(out.f[1] + k, L::max(a, b), L::width);
    L::store(out.f[2] + k, L::min(Float(0.0f), Float(-0.0f)), L::width);
    L::store(out.f[3] + k, L::max(Float(-0.0f), Float(0.0f)), L::width);
  }));
  const Inputs in;
  for (int k = 0; k < kItems; ++k) {
    CHECK(out.f[0][k] == (in.a[k] < in.b[k] ? in.a[k] : in.b[k]));
    CHECK(out.f[1][k] == (in.a[k] > in.b[k] ? in.a[k] : in.b[k]));
    CHECK(std::signbit(out.f[2][k]));
    CHECK(!std::signbit(out.f[3][k]));
  }
}

TEST_CASE("bits of floats, signs and conversions") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    const Float a = L::load(in.a + k), b = L::load(in.b + k);
    L::store(out.f[0] + k, L::copy_sign(a, b), L::width);
    L::store(out.f[1] + k, L::as_float(L::as_int(a) ^ Int(1)), L::width);
    L::store(out.f[2] + k, L::to_float(L::load(in.i + k)), L::width);
    L::store(out.i[0] + k, L::to_int(L::min(L::max(a, Float(-1e6f)), Float(1e6f))), L::width);
  }));
  const Inputs in;
  for (int k = 0; k < kItems; ++k) {
    CHECK(out.f[0][k] == std::copysign(in.a[k], in.b[k]));
    CHECK(std::signbit(out.f[0][k]) == std::signbit(in.b[k]));
    if (std::abs(in.a[k]) < 1e6f) CHECK(out.i[0][k] == int(in.a[k]));
  }
}

TEST_CASE("arithmetic of ints") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    const Int i = L::load(in.i + k), j = L::load(in.u16 + k);
    L::store(out.i[0] + k, i + j * Int(3) - Int(7));
    L::store(out.i[1] + k, (i & Int(0xff)) | (j << 3));
    L::store(out.i[2] + k, (i >> 2) ^ j);
    L::store(out.i[3] + k, L::increment(i, i < j));
  }));
  const Inputs in;
  for (int k = 0; k < kItems; ++k) {
    CHECK(out.i[0][k] == in.i[k] + in.u16[k] * 3 - 7);
    CHECK(out.i[2][k] == ((in.i[k] >> 2) ^ in.u16[k]));
    CHECK(out.i[3][k] == in.i[k] + (in.i[k] < in.u16[k]));
  }
}

TEST_CASE("comparisons, masks and select") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    const Float a = L::load(in.a + k), b = L::load(in.b + k);
    const Int i = L::load(in.i + k), j = L::load(in.i16 + k), zero = 0, one = 1;
    Int bits = L::select(a < b, one, zero) + L::select(a <= b, Int(2), zero) + L::select(a > b, Int(4), zero);
    bits = bits + L::select(a >= b, Int(8), zero) + L::select(a == b, Int(16), zero);
    L::store(out.i[0] + k, bits + L::select(a != b, Int(32), zero));
    bits = L::select(i < j, one, zero) + L::select(i <= j, Int(2), zero) + L::select(i > j, Int(4), zero);
    bits = bits + L::select(i >= j, Int(8), zero) + L::select(i == j, Int(16), zero);
    L::store(out.i[1] + k, bits + L::select(i != j, Int(32), zero));
    const auto both = (a < b) & (i < j);
    const auto either = (a < b) | (i < j);
    const auto neither = !either;
    bits = L::select(both, one, zero) + L::select(either, Int(2), zero) + L::select(neither, Int(4), zero);
    L::store(out.i[2] + k,
             bits + L::select(L::mask(true), Int(8), zero) + L::select(L::mask(false), Int(16), zero));
    L::store(out.f[0] + k, L::select(either, a, b), L::width);
  }));
  const Inputs in;
  for (int k = 0; k < kItems; ++k) {
    const float a = in.a[k], b = in.b[k];
    CHECK(out.i[0][k] == (a < b) + 2 * (a <= b) + 4 * (a > b) + 8 * (a >= b) + 16 * (a == b) + 32 * (a != b));
    const bool x = a < b, y = in.i[k] < in.i16[k];
    CHECK(out.i[2][k] == (x && y) + 2 * (x || y) + 4 * !(x || y) + 8);
  }
}

TEST_CASE("loads and whole stores of every type") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    L::store(out.i[0] + k, L::load(in.i + k));
    L::store(out.i[1] + k, L::load(in.u16 + k));
    L::store(out.i[2] + k, L::load(in.i16 + k));
    L::store(out.i[3] + k, L::load(in.u8 + k));
    L::store(out.u16[0] + k, L::load(in.u16 + k));
    L::store(out.u8 + k, L::load(in.u8 + k));
    L::stream(out.f[0] + k, L::load(in.a + k));
    L::store(out.f[1] + k, L::load(in.b + k));
  }));
  const Inputs in;
  check_same("the scalar lanes", in.i, out.i[0], kItems);
  check_same("the scalar lanes", in.u16, out.u16[0], kItems);
  check_same("the scalar lanes", in.u8, out.u8, kItems);
  check_same("the scalar lanes", in.a, out.f[0], kItems);
  for (int k = 0; k < kItems; ++k) {
    CHECK(out.i[1][k] == in.u16[k]);
    CHECK(out.i[2][k] == in.i16[k]);
    CHECK(out.i[3][k] == in.u8[k]);
  }
}

TEST_CASE("partial stores write the first items and nothing else") {
  constexpr int kMeant = 77;
  const Outputs out = same_on_all(OVER_BLOCKS({
    const int left = kMeant - k;  // may be negative
    L::store(out.f[0] + k, L::load(in.a + k), left);
    L::stream(out.f[1] + k, L::load(in.b + k), left);
    L::store(out.i[0] + k, L::load(in.i + k), left);
    L::store(out.u16[0] + k, L::load(in.u16 + k), left);
    L::store(out.u8 + k, L::load(in.u8 + k), left);
  }));
  CHECK(out.u8[kMeant - 1] == Inputs().u8[kMeant - 1]);
  for (int k = kMeant; k < kItems; ++k) {
    CHECK(out.i[0][k] == 0x5a5a5a5a);
    CHECK(bits_of(out.f[0][k]) == 0x5a5a5a5a);
    CHECK(bits_of(out.f[1][k]) == 0x5a5a5a5a);
    CHECK(out.u16[0][k] == 0x5a5a);
    CHECK(out.u8[k] == 0x5a);
  }
}

TEST_CASE("gathers by lists of 16 and 32 bits") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    const int left = kItems - k;
    const auto four = L::gather(in.records, in.index16 + k, left);
    const auto two = L::gather(in.pairs, in.index32 + k, left);
    L::store(out.f[0] + k, four.a * 8.0f + four.b * 4.0f + four.c * 2.0f + four.d);
    L::store(out.f[1] + k, two.a * 2.0f + two.b);
    L::store(out.f[2] + k, L::gather(in.a, in.index16 + k, left));
    const auto by32 = L::gather(in.records, in.index32 + k, left);
    const auto by16 = L::gather(in.pairs, in.index16 + k, left);
    L::store(out.f[3] + k, L::gather(in.a, in.index32 + k, left) + by32.c + by16.b);
    L::store(out.i[0] + k, L::gather(in.i, L::load(in.index32 + k)));
    L::store(out.i[1] + k, L::as_int(L::gather(in.b, L::load(in.index16 + k))));
  }));
  const Inputs in;
  for (int k = 0; k < kItems; ++k) {
    const Record& r = in.records[in.index16[k]];
    CHECK(out.f[0][k] == r.a * 8 + r.b * 4 + r.c * 2 + r.d);
    CHECK(out.f[1][k] == in.pairs[in.index32[k]].a * 2 + in.pairs[in.index32[k]].b);
    CHECK(out.i[0][k] == in.i[in.index32[k]]);
    CHECK(bits_of(out.f[2][k]) == bits_of(in.a[in.index16[k]]));
  }
}

TEST_CASE("gathers by lists of groups") {
  struct Groups {
    RecordGroup groups[9];
    float floats[9 * kGroupSize];
    uint16_t list[16];
  };
  Groups in;
  for (int g = 0; g < 9; ++g)
    for (int k = 0; k < kGroupSize; ++k) {
      const float place = float(kGroupSize * g + k);
      in.groups[g].a[k] = place, in.groups[g].b[k] = 100 + place, in.groups[g].c[k] = 200 + place,
      in.groups[g].d[k] = 300 + place, in.floats[kGroupSize * g + k] = 400 + place;
    }
  for (int n = 0; n < 16; ++n) in.list[n] = uint16_t((5 * n + 2) % 9);
  const auto check = [&](auto lanes, int width) {
    using L = decltype(lanes);
    const int first = width <= 16 ? 16 : 32;  // the second or fourth group on
    std::array<std::array<float, 32>, 9> out{};
    const auto four = L::gather(in.groups, in.list, first, width);
    const auto place = L::places(in.list, first, width);
    const auto chosen = L::gather(in.groups, place);
    L::store(out[0].data(), four.a), L::store(out[1].data(), four.b), L::store(out[2].data(), four.c),
        L::store(out[3].data(), four.d), L::store(out[4].data(), L::gather(in.floats, in.list, first, width)),
        L::store(out[5].data(), chosen.a), L::store(out[6].data(), chosen.d),
        L::store(out[7].data(), L::to_float(place)), L::store(out[8].data(), chosen.b);
    for (int i = 0; i < width; ++i) {
      const float expected = float(kGroupSize * in.list[(first + i) / kGroupSize] + (first + i) % kGroupSize);
      for (const auto& [row, more] :
           {std::pair{0, 0}, {1, 100}, {2, 200}, {3, 300}, {4, 400}, {5, 0}, {6, 300}, {7, 0}, {8, 100}})
        CHECK(out[size_t(row)][size_t(i)] == expected + float(more));
    }
  };
  check(ScalarLanes{}, 1), check(VectorLanes<8>{}, 8), check(VectorLanes<16>{}, 16),
      check(VectorLanes<32>{}, 32);
}

TEST_CASE("gathers of a last block of four") {
  same_on_all([](auto lanes, const Inputs& in, Outputs& out) {
    using L = decltype(lanes);
    for (int k = 0; k < 4; k += L::width) {
      const auto four = L::gather(in.records, in.index16 + k, 4);
      const auto two = L::gather(in.pairs, in.index16 + k, 4);
      L::store(out.f[0] + k, four.a + four.b * 2.0f + four.c * 4.0f + four.d * 8.0f, 4 - k);
      L::store(out.f[1] + k, two.a + two.b * 2.0f, 4 - k);
    }
  });
}

TEST_CASE("scatter is the inverse of a permutation") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    // 29 has no factor in common with 96
    const Int item = L::lane_index() + Int(k), product = item * Int(29);
    const Int slot = product - Int(kItems) * L::to_int(L::to_float(product) * (1.0f / kItems) + 1e-4f);
    L::scatter(out.u16[0], slot, item);
  }));
  for (int k = 0; k < kItems; ++k) CHECK(out.u16[0][k * 29 % kItems] == k);
}

TEST_CASE("scatters of floats write where the mask says and nowhere else") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    const Int item = L::lane_index() + Int(k);
    const Int half = L::to_int(L::to_float(item) * 0.5f);
    const auto even = half + half == item;
    L::scatter(out.f[0], item, L::to_float(item) * 2.0f, even);
    L::scatter(out.f[1], Int(kItems - 1) - item, L::load(in.a + k), L::first(kItems - k));
  }));
  const Inputs in;
  Outputs poison;
  std::memset(&poison, 0x5a, sizeof poison);
  for (int k = 0; k < kItems; ++k) {
    CHECK(out.f[0][k] == (k % 2 == 0 ? 2.0f * float(k) : poison.f[0][k]));
    CHECK(out.f[1][kItems - 1 - k] == in.a[k]);
  }
}

TEST_CASE("blocks of records and pairs are loaded lane by lane, and stored as they were") {
  const Inputs in;
  const Outputs loaded = same_on_all(OVER_BLOCKS({
    const auto r = L::load(in.records + k);
    const auto p = L::load(in.pairs + k);
    L::store(out.f[0] + k, r.a - r.b * 2.0f);
    L::store(out.f[1] + k, r.c - r.d * 2.0f);
    L::store(out.f[2] + k, p.a);
    L::store(out.f[3] + k, p.b);
  }));
  for (int k = 0; k < kItems; ++k) {
    CHECK(loaded.f[0][k] == in.records[k].a - in.records[k].b * 2.0f);
    CHECK(loaded.f[1][k] == in.records[k].c - in.records[k].d * 2.0f);
    CHECK(loaded.f[2][k] == in.pairs[k].a);
    CHECK(loaded.f[3][k] == in.pairs[k].b);
  }
  // the first 21 records and 37 pairs, and nothing else
  const Outputs stored = same_on_all(OVER_BLOCKS({
    L::store(reinterpret_cast<Record*>(out.f[0]) + k, L::load(in.records + k), 21 - k);
    L::store(reinterpret_cast<Pair*>(out.f[1]) + k, L::load(in.pairs + k), 37 - k);
  }));
  CHECK(std::memcmp(stored.f[0], in.records, 21 * sizeof(Record)) == 0);
  CHECK(std::memcmp(stored.f[1], in.pairs, 37 * sizeof(Pair)) == 0);
  for (int k = 21 * 4; k < kItems; ++k) CHECK(bits_of(stored.f[0][k]) == 0x5a5a5a5a);
  for (int k = 37 * 2; k < kItems; ++k) CHECK(bits_of(stored.f[1][k]) == 0x5a5a5a5a);
}

TEST_CASE("for_each visits the lanes of a mask once each") {
  const Outputs out = same_on_all(OVER_BLOCKS({
    L::store(out.i[0] + k, Int(0));
    L::sync();
    L::for_each(L::load(in.a + k) < Float(10.0f), [&](int lane) { out.i[0][k + lane] += 7; });
  }));
  const Inputs in;
  for (int k = 0; k < kItems; ++k) CHECK(out.i[0][k] == (in.a[k] < 10 ? 7 : 0));
}

TEST_CASE("packing keeps what the mask holds, in order") {
  const Outputs out = same_on_all([](auto lanes, const Inputs& in, Outputs& out) {
    using L = decltype(lanes);
    int found = 0;
    for (int k = 0; k < kItems; k += L::width) {
      const auto a = L::load(in.a + k);
      const auto packing = L::packing(a < typename L::Float(10.0f));
      L::store_packed(out.f[0] + found, packing, a);
      L::store_packed(out.i[0] + found, packing, L::lane_index() + k);
      L::store_packed(out.u16[0] + found, packing, L::lane_index() + k);
      found += L::packed_count(packing);
    }
    L::sync();
    // what a block wrote beyond is undefined: overwrite it
    for (int k = found; k < kPadded; ++k) out.f[0][k] = 0, out.i[0][k] = 0, out.u16[0][k] = 0;
    out.i[1][0] = found;
  });
  const Inputs in;
  int found = 0;
  for (int k = 0; k < kItems; ++k) {
    if (!(in.a[k] < 10.0f)) continue;
    CHECK(bits_of(out.f[0][found]) == bits_of(in.a[k]));
    CHECK(out.i[0][found] == k);
    CHECK(out.u16[0][found] == k);
    ++found;
  }
  CHECK(out.i[1][0] == found);
  CHECK(found > 20);
}

TEST_CASE("reductions over blocks do not depend on the width") {
  const Outputs out = same_on_all([](auto lanes, const Inputs& in, Outputs& out) {
    using L = decltype(lanes);
    float least = 1e30f, most = -1e30f;
    int least_int = 1 << 30, most_int = -(1 << 30), sum = 0, count = 0, first = -1;
    for (int k = 0; k < kItems; k += L::width) {
      const auto a = L::load(in.a + k);
      const auto i = L::load(in.i + k);
      const auto meant = L::first(90 - k);
      least = minimum(L::reduce_min(a), least), most = maximum(L::reduce_max(a), most);
      least_int = minimum(L::reduce_min(i), least_int), most_int = maximum(L::reduce_max(i), most_int);
      sum += L::reduce_add(L::select(meant, i, typename L::Int(0)));
      const auto large = (i > typename L::Int(500)) & meant;
      count += L::count(large);
      if (first < 0 && L::any(large)) first = k + L::first_set(large);
      if (L::all(large) != (L::count(large) == L::width)) count += 1000;
      if (L::first_set(L::mask(false)) != L::width) count += 10000;
    }
    out.f[0][0] = least, out.f[0][1] = most;
    out.i[0][0] = least_int, out.i[0][1] = most_int, out.i[0][2] = sum, out.i[0][3] = count,
    out.i[0][4] = first;
  });
  const Inputs in;
  int sum = 0, count = 0, first = -1;
  for (int k = 0; k < 90; ++k) {
    sum += in.i[k], count += in.i[k] > 500;
    if (first < 0 && in.i[k] > 500) first = k;
  }
  CHECK(out.f[0][0] == *std::min_element(in.a, in.a + kItems));
  CHECK(out.f[0][1] == *std::max_element(in.a, in.a + kItems));
  CHECK(out.i[0][0] == *std::min_element(in.i, in.i + kItems));
  CHECK(out.i[0][1] == *std::max_element(in.i, in.i + kItems));
  CHECK(out.i[0][2] == sum);
  CHECK(out.i[0][3] == count);
  CHECK(out.i[0][4] == first);
}

TEST_CASE("a reduction of zeros is +0 and that of one sign keeps its order") {
  const Outputs out = same_on_all([](auto lanes, const Inputs&, Outputs& out) {
    using L = decltype(lanes);
    using Float = typename L::Float;
    out.f[0][0] = L::reduce_min(Float(-0.0f));
    out.f[0][1] = L::reduce_max(Float(-0.0f));
    out.f[0][2] = L::reduce_min(Float(-2.0f));
    out.f[0][3] = L::reduce_max(Float(-2.0f));
  });
  CHECK(!std::signbit(out.f[0][0]));
  CHECK(!std::signbit(out.f[0][1]));
  CHECK(out.f[0][2] == -2.0f);
  CHECK(out.f[0][3] == -2.0f);
}

TEST_CASE("the value of one lane") {
  same_on_all([](auto lanes, const Inputs& in, Outputs& out) {
    using L = decltype(lanes);
    for (int k = 0; k < kItems; k += L::width) {
      const auto a = L::load(in.a + k);
      const auto i = L::load(in.i + k);
      for (int lane = 0; lane < L::width; ++lane) {
        out.f[0][k + lane] = L::at(a, lane);
        out.i[0][k + lane] = L::at(i, lane);
      }
    }
  });
}

TEST_CASE("the emulated warp notices lanes that part") {
  CHECK_THROWS_WITH_AS(in_lanes<WarpLanes>([] {
                         if (WarpLanes::lane_index() < 5) WarpLanes::sync();
                       }),
                       "emulated warp: the lanes have parted", Error);
  CHECK_THROWS_AS(in_lanes<WarpLanes>([] {
                    if (WarpLanes::lane_index() < 5)
                      WarpLanes::sync();
                    else
                      WarpLanes::any(true);
                  }),
                  Error);
}

TEST_CASE("the emulated warp shows a missing sync") {
  // each lane reads what its neighbour wrote: without a sync some have not written yet
  int written[32] = {}, seen_without[32], seen_with[32];
  in_lanes<WarpLanes>([&] {
    const int lane = WarpLanes::lane_index();
    written[lane] = lane + 1;
    seen_without[lane] = written[(lane + 1) % 32];
    WarpLanes::sync();
    seen_with[lane] = written[(lane + 1) % 32];
  });
  int missing = 0;
  for (int lane = 0; lane < 32; ++lane) {
    missing += seen_without[lane] == 0;
    CHECK(seen_with[lane] == (lane + 1) % 32 + 1);
  }
  CHECK(missing > 0);
}

TEST_CASE("what a body throws leaves the emulated warp") {
  CHECK_THROWS_WITH_AS(in_lanes<WarpLanes>([] {
                         WarpLanes::sync();
                         if (WarpLanes::lane_index() == 7) fail("lane 7");
                         WarpLanes::sync();
                       }),
                       "lane 7", Error);
}

}  // namespace gigalane
