#include "base/device_buffer.h"

#include <doctest/doctest.h>

#include <numeric>

namespace gigalane {

namespace {

std::vector<Device> devices() {
  if (cuda_available()) return {Device::cpu, Device::cuda};
  return {Device::cpu};
}

std::vector<int> counted(int count) {
  std::vector<int> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), 1);
  return values;
}

}  // namespace

TEST_CASE("a buffer is aligned and zero-filled") {
  for (const Device device : devices())
    for (const size_t size : {1u, 3u, 64u, 1000u}) {
      // fill the same memory with something else first
      { DeviceBuffer<int> before(device, counted(int(size))); }
      const DeviceBuffer<int> buffer(device, size);
      CHECK(reinterpret_cast<uintptr_t>(buffer.data()) % 64 == 0);
      CHECK(buffer.size() == size);
      CHECK(buffer.device() == device);
      CHECK(buffer.to_host() == std::vector<int>(size, 0));
    }
}

TEST_CASE("values go there and back, whole and in part") {
  for (const Device device : devices()) {
    DeviceBuffer<int> buffer(device, counted(10));
    CHECK(buffer.to_host() == counted(10));
    const int part[2] = {70, 80};
    buffer.copy_from_host(part, 2, 3);
    int got[4] = {};
    buffer.copy_to_host(got, 4, 2);
    CHECK(std::vector<int>(got, got + 4) == std::vector<int>{3, 70, 80, 6});
    buffer.fill_zero();
    CHECK(buffer.to_host() == std::vector<int>(10, 0));
  }
}

TEST_CASE("buffers copy from each other, on every pair of devices") {
  for (const Device from : devices())
    for (const Device to : devices()) {
      const DeviceBuffer<int> source(from, counted(100));
      DeviceBuffer<int> copy(to, 100);
      copy.copy_from(source);
      CHECK(copy.to_host() == counted(100));
    }
}

TEST_CASE("moving hands over the memory") {
  DeviceBuffer<int> first(Device::cpu, counted(5));
  const int* memory = first.data();
  DeviceBuffer<int> second(std::move(first));
  CHECK(second.data() == memory);
  CHECK(second.to_host() == counted(5));
  DeviceBuffer<int> third(Device::cpu, 3);
  third = std::move(second);
  CHECK(third.data() == memory);
  CHECK(third.size() == 5);
  static_assert(!std::is_copy_constructible_v<DeviceBuffer<int>>, "owners are not copied");
}

TEST_CASE("whole blocks beyond the end may be touched") {
  DeviceBuffer<char> buffer(Device::cpu, 1);
  for (size_t i = 0; i < kDevicePadding; ++i) buffer.data()[1 + i] = 7;  // a sanitizer would object
  CHECK(buffer.data()[kDevicePadding] == 7);
}

TEST_CASE("empty buffers are fine") {
  DeviceBuffer<float> empty, sized(Device::cpu, 0);
  CHECK(empty.empty());
  CHECK(sized.data() == nullptr);
  sized.copy_from(empty);
  sized.fill_zero();
  CHECK(sized.to_host().empty());
}

TEST_CASE("copies out of range and of other sizes are errors") {
  DeviceBuffer<int> buffer(Device::cpu, 4);
  const int values[8] = {};
  int got[8];
  CHECK_THROWS_WITH_AS(buffer.copy_from_host(values, 3, 2), "elements 2 to 5 of a buffer of 4", Error);
  CHECK_THROWS_AS(buffer.copy_to_host(got, 5), Error);
  CHECK_THROWS_AS(buffer.copy_to_host(got, 1, 5), Error);
  CHECK_THROWS_WITH_AS(buffer.copy_from(DeviceBuffer<int>(Device::cpu, 3)),
                       "copy of 3 elements into a buffer of 4", Error);
  CHECK_THROWS_AS(DeviceBuffer<char>(Device::cpu, size_t(-1)), Error);
}

TEST_CASE("devices by name") {
  CHECK(parse_device("cpu") == Device::cpu);
  CHECK(parse_device("auto") == (cuda_available() ? Device::cuda : Device::cpu));
  CHECK_THROWS_WITH_AS(parse_device("gpu"), "device = gpu, expected auto, cpu or cuda", Error);
  if (cuda_available())
    CHECK(parse_device("cuda") == Device::cuda);
  else
    CHECK_THROWS_AS(parse_device("cuda"), Error);
  CHECK(!device_model(Device::cpu).empty());
  CHECK(total_memory(Device::cpu) > (uint64_t(1) << 28));
  const uint64_t before = used_memory(Device::cpu);
  CHECK(before > 0);
  CHECK(before < total_memory(Device::cpu));
  const DeviceBuffer<float> large(Device::cpu, 32 << 20);  // 128 MB, zero-filled
  CHECK(used_memory(Device::cpu) > before + (100 << 20));
  CHECK(std::string(device_name(Device::cuda)) == "cuda");
}

TEST_CASE("a failed call is an error that names it") {
  check_cuda(0, "cudaMalloc");
  CHECK_THROWS_AS(check_cuda(2, "cudaMalloc"), Error);
  try {
    check_cuda(2, "cudaMalloc");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).rfind("cudaMalloc: ", 0) == 0);
  }
}

}  // namespace gigalane
