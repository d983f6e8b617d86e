#include "app/memory_bandwidth.h"

#include <algorithm>
#include <chrono>

#include "base/lanes.h"
#include "base/thread_pool.h"

namespace gigalane {

namespace {

constexpr size_t kBlockFloats = size_t(1) << 20;  // 4 MiB
constexpr int kBlocks = 64, kRuns = 6;

void fill_block(float* block, float value) {
  for (size_t k = 0; k < kBlockFloats; k += CpuLanes::width)
    CpuLanes::stream(block + k, CpuLanes::Float(value));
  CpuLanes::fence();
}

}  // namespace

double measure_memory_bandwidth(Device device, int threads) {
  DeviceBuffer<float> buffer(device, kBlockFloats * kBlocks);
  ThreadPool pool(threads);
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto start = std::chrono::steady_clock::now();
    if (device == Device::cpu)
      pool.parallel_for(
          kBlocks, [&](int block) { fill_block(buffer.data() + size_t(block) * kBlockFloats, float(run)); });
    else
      buffer.fill_zero();
    synchronize(device);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    best = std::max(best, double(buffer.size() * sizeof(float)) / spent.count());
  }
  return best;
}

}  // namespace gigalane
