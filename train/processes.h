/// The processes of one run: each has its own worlds, all have the same weights. What must be the same in all
/// is summed over them: tensors on GPUs by NCCL, all else by LibTorch's Gloo. Every function here is called
/// by all of them, in the same order; it throws Error, naming what was under way, when another process has
/// died or cannot be reached. Where that is not noticed within seconds, as this one works or waits for its
/// GPU, it ends with the same line and status 1; a process that hangs or a machine that is gone is noticed
/// within 40 s.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "train/process_place.h"

namespace at {
class Tensor;
}

namespace gigalane {

class Processes {
 public:
  /// This one alone.
  Processes();
  /// Meets the others; throws Error if they do not come within 30 s. From then on this program ignores
  /// SIGPIPE.
  explicit Processes(const ProcessPlace&);
  ~Processes();
  Processes(Processes&&) noexcept;
  Processes& operator=(Processes&&) noexcept;

  int rank() const { return place_.rank; }
  int count() const { return place_.count; }
  bool is_first() const { return place_.rank == 0; }
  const ProcessPlace& place() const { return place_; }

  /// Each value's sum over the processes, or its largest; the same bits in all of them.
  void sum(double* values, int count) const;
  double sum(double value) const;
  double largest(double value) const;
  bool any(bool value) const { return largest(value ? 1 : 0) > 0; }
  /// `value` of each process, by rank.
  std::vector<int64_t> each(int64_t value) const;
  /// Each tensor's sum, element by element, float32 on any device.
  void sum(std::vector<at::Tensor>& tensors) const;
  /// The bytes of each process, by rank; all must have equally many. In every process, or in the first and
  /// none in the others.
  std::vector<std::vector<uint8_t>> gather(const std::vector<uint8_t>& bytes) const;
  std::vector<std::vector<uint8_t>> gather_in_first(const std::vector<uint8_t>& bytes) const;

 private:
  struct Group;
  std::vector<std::vector<uint8_t>> gather(const std::vector<uint8_t>& bytes, bool everywhere) const;
  void sum_on_gpus(at::Tensor& values) const;

  ProcessPlace place_;
  std::unique_ptr<Group> group_;  ///< null for one alone
};

/// This process alone, for what knows of no others.
const Processes& one_process();

}  // namespace gigalane
