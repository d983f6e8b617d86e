// Compiled by nvcc in the CUDA build, so that with a device it sums and keeps time there too.
#include "base/group_sums.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "base/device_stopwatch.h"

namespace gigalane {

namespace {

struct Pair2 {
  double count = 0, sum = 0;
  HOST_DEVICE Pair2& operator+=(const Pair2& o) {
    count += o.count, sum += o.sum;
    return *this;
  }
};

std::vector<Device> devices() {
  if (cuda_available()) return {Device::cpu, Device::cuda};
  return {Device::cpu};
}

std::vector<Pair2> fractions(size_t count) {
  std::vector<Pair2> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = {1, 1 / double(i + 1)};
  return values;
}

}  // namespace

TEST_CASE(
    "a sum has every value once, whatever is left over of the last group, and the same bits everywhere") {
  for (const size_t count : {size_t(1), kSummedGroup - 1, kSummedGroup, kSummedGroup + 1, size_t(10000)}) {
    CAPTURE(count);
    const std::vector<Pair2> values = fractions(count);
    double exact = 0;
    for (const Pair2& value : values) exact += value.sum;
    double here = 0;
    for (const Device device : devices()) {
      const DeviceBuffer<Pair2> there(device, values);
      GroupSums<Pair2> sums(device, count);
      Executor executor;
      executor.device = device;
      const uint64_t before = copied_bytes();
      const Pair2 total = sums.of(executor, there);
      CHECK(copied_bytes() - before == (count + kSummedGroup - 1) / kSummedGroup * sizeof(Pair2));
      CHECK(total.count == double(count));
      CHECK(total.sum == doctest::Approx(exact).epsilon(1e-13));
      if (device == Device::cpu) here = total.sum;
      CHECK(total.sum == here);
    }
  }
}

TEST_CASE("a sum of more values than there is room for is refused") {
  GroupSums<Pair2> sums(Device::cpu, 100);
  CHECK_THROWS_AS(sums.of({}, DeviceBuffer<Pair2>(Device::cpu, 1000)), Error);
}

TEST_CASE("a device's stopwatch gives each part its time, and starts anew") {
  for (const Device device : devices()) {
    DeviceStopwatch watch(device, nullptr, 3);
    DeviceBuffer<float> memory(device, size_t(1) << 22);
    for (int round = 0; round < 2; ++round) {
      watch.start();
      for (int i = 0; i < 20; ++i) memory.fill_zero();
      watch.mark(0);
      watch.mark(2);
      for (int i = 0; i < 20; ++i) memory.fill_zero();
      watch.mark(0);
      const std::vector<double> seconds = watch.seconds();
      REQUIRE(seconds.size() == 3);
      CHECK(seconds[0] > 1e-6);
      CHECK(seconds[1] == 0);
      CHECK(seconds[2] < seconds[0]);
      CHECK(std::accumulate(seconds.begin(), seconds.end(), 0.0) < 60);
    }
    CHECK_THROWS_AS(watch.mark(3), Error);
  }
}

}  // namespace gigalane
