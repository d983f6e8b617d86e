/// Which of the 80 listed lane points and boundary edges an observation shows when features are dropped:
/// exactly `capacity` of them, chosen by key, in the order of the list.
#pragma once
#include <vector>

#include "base/lanes.h"
#include "base/philox.h"
#include "maps/map_view.h"

namespace gigalane {

constexpr int kListedFeatures = 80;
static_assert(kListedLanePoints == kListedFeatures && kListedBoundary == kListedFeatures);
constexpr int kDropOrders = 256;  ///< a power of two; few enough to stay in a cache
constexpr int kDropStride = 96;   ///< bytes of one order: whole blocks of lanes

/// kDropOrders random orders of 0 to 79, kDropStride bytes each, the rest 255. Place i of an order says when
/// list entry i is taken: a subset of n entries is those with order[i] < n, so one table serves every
/// capacity. Always the same bytes.
std::vector<uint8_t> make_drop_orders();

/// Copies to `chosen` (kListedFeatures + 2 blocks of lanes) those of the first `count` entries of `list` that
/// belong to the subset. A list of at most `capacity` entries is copied whole; of a longer one, at most
/// `capacity` remain, fewer where the subset names entries beyond its end. Returns how many, and fills up the
/// last block with 0.
template <class L>
LANES_FUNCTION int choose_listed(const uint16_t* list, int count, int capacity, const uint8_t* order,
                                 uint16_t* chosen) {
  using Int = typename L::Int;
  const int limit = count <= capacity ? kListedFeatures : capacity;
  int found = 0;
  for (int k = 0; k < count; k += L::width) {
    const auto kept = L::packing((L::load(order + k) < Int(limit)) & L::first(count - k));
    L::store_packed(chosen + found, kept, L::load(list + k));
    found += L::packed_count(kept);
  }
  L::store(chosen + found, Int(0));
  L::sync();
  return found;
}

}  // namespace gigalane
