#include "sim/feature_subset.h"

#include <utility>

namespace gigalane {

std::vector<uint8_t> make_drop_orders() {
  std::vector<uint8_t> orders(size_t(kDropOrders) * kDropStride, 255);
  for (int n = 0; n < kDropOrders; ++n) {
    uint8_t* order = orders.data() + size_t(n) * kDropStride;
    for (int i = 0; i < kListedFeatures; ++i) order[i] = uint8_t(i);
    KeyedRandom random(0, 0, 0, uint32_t(n), 0);
    for (int i = kListedFeatures - 1; i > 0; --i) std::swap(order[i], order[random.below(uint32_t(i + 1))]);
  }
  return orders;
}

}  // namespace gigalane
