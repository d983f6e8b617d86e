/// Which of the 80 listed lane points and boundary edges an observation shows when features are dropped:
/// exactly `capacity` of them, chosen by key, in the order of the list.
#pragma once
#include <vector>

#include "base/lanes.h"
#include "base/philox.h"
#include "maps/region.h"

namespace gigalane {

constexpr int kDropOrders = 256;  ///< a power of two; few enough to stay in a cache
constexpr int kDropStride = 96;   ///< bytes of one order: whole blocks of lanes

/// kDropOrders random orders of 0 to 79, kDropStride bytes each, the rest 255. Place i of an order says when
/// list entry i is taken: a subset of n entries is those with order[i] < n, so one table serves every
/// capacity. Always the same bytes.
std::vector<uint8_t> make_drop_orders();

/// Writes to `chosen` (kListedFeatures + 2 blocks of lanes) the places of those of the first list.count
/// entries that belong to the subset: of a list of at most `capacity` all, of a longer one at most
/// `capacity`, fewer where the subset names entries beyond its end. Returns how many, and fills up the last
/// block with 0.
template <class L>
LANES_FUNCTION int choose_listed(GroupList list, int capacity, const uint8_t* order, int32_t* chosen) {
  using Int = typename L::Int;
  const int limit = list.count <= capacity ? kListedFeatures : capacity;
  int found = 0;
  for (int k = 0; k < list.count; k += L::width) {
    const auto kept = L::packing((L::load(order + k) < Int(limit)) & L::first(list.count - k));
    L::store_packed(chosen + found, kept, L::places(list.list, k, list.count - k));
    found += L::packed_count(kept);
  }
  L::store(chosen + found, Int(0));
  L::sync();
  return found;
}

}  // namespace gigalane
