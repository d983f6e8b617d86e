/// Sums over an array where it lies: a sum by group of values is made there, so that few numbers come to the
/// host. Instantiate for CUDA in .cu files only.
#pragma once
#include <vector>

#include "base/device_buffer.h"
#include "base/schedule.h"

namespace gigalane {

/// Values to a group: a thread's work on CUDA.
constexpr size_t kSummedGroup = 128;

template <class T>
struct SumGroup {
  static constexpr Over over = Over::worlds;  // a group each
  const T* values;
  size_t count;
  T* sums;

  HOST_DEVICE void operator()(int group) const {
    const size_t first = size_t(group) * kSummedGroup;
    T sum{};
    for (size_t i = first; i < count && i < first + kSummedGroup; ++i) sum += values[i];
    sums[group] = sum;
  }
};

/// Room for the sums of groups; T() is nothing, and T has a HOST_DEVICE operator+=.
template <class T>
class GroupSums {
 public:
  GroupSums() = default;
  /// For arrays of `count` values on a device.
  GroupSums(Device device, size_t count) : sums_(device, (count + kSummedGroup - 1) / kSummedGroup) {}

  /// The sum of an array of that size: group by group, each in the order of its values, on every device.
  T of(const Executor& executor, const DeviceBuffer<T>& values) {
    require((values.size() + kSummedGroup - 1) / kSummedGroup == sums_.size(), "sum of ", values.size(),
            " values, expected at most ", sums_.size() * kSummedGroup);
    run_phases(executor, int(sums_.size()), 1, SumGroup<T>{values.data(), values.size(), sums_.data()});
    T total{};
    for (const T& sum : sums_.to_host(executor.stream)) total += sum;
    return total;
  }

 private:
  DeviceBuffer<T> sums_;
};

}  // namespace gigalane
