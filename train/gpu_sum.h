/// Sums over the GPUs of a run's processes, by NCCL: one GPU a process. Builds without CUDA have none.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

namespace at {
class Tensor;
}

namespace gigalane {

class GpuSum {
 public:
  /// Gives all processes the bytes of the first one.
  using Share = std::function<std::vector<uint8_t>(std::vector<uint8_t>)>;
  /// Meets the others on the current device; called by all processes. Throws std::exception when NCCL fails.
  GpuSum(int rank, int count, const Share&);
  ~GpuSum();
  GpuSum(const GpuSum&) = delete;
  GpuSum& operator=(const GpuSum&) = delete;

  /// Replaces a contiguous tensor on the device by its sum over the processes, in the order of the current
  /// stream; does not wait for it.
  void sum(at::Tensor& values) const;

 private:
  void* communicator_ = nullptr;
};

}  // namespace gigalane
