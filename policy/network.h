/// The Deep Sets network: one small MLP a set, channel-wise maximum over the set, concatenated with the
/// encoded ego vector, then the trunk and the head. Actor and critic are two of these and share nothing.
#pragma once
#include <torch/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/device_buffer.h"
#include "policy/network_config.h"
#include "sim/observation_layout.h"

namespace gigalane {

torch::Device to_torch(Device device);

/// Observations as a network reads them: rows (N, shape.row_stride()) float32, counts (N, kSetCount) int32,
/// both views of the simulator's memory (no copy; of 16-bit observations, a float32 copy of the rows).
/// `index` (int64, M), if defined, picks M of the N rows.
struct ObservationBatch {
  torch::Tensor rows, counts, index;
  ObservationShape shape;
  int64_t size() const { return index.defined() ? index.size(0) : rows.size(0); }
};
/// The rows alone, as float32.
torch::Tensor rows_of(const ObservationView& view, int64_t slot_count, torch::Device device);
ObservationBatch batch_of(const ObservationView& view, int64_t slot_count, torch::Device device);

/// Whether this device multiplies bfloat16 faster than float32: CUDA does, and CPUs with AMX or AVX512_BF16.
bool gains_by_bfloat16(Device);

class Network {
 public:
  /// Orthogonal weights (gain sqrt 2; the head's `head_gain`), zero biases; drawn from `seed`.
  Network(const NetworkConfig&, int outputs, double head_gain, uint64_t seed, torch::Device);
  /// (M, outputs) float32. With gradients where GradMode is on. Set sizes may differ from call to call.
  torch::Tensor forward(const ObservationBatch&) const;
  using Look = std::function<torch::Tensor(const ObservationBatch&)>;
  /// As forward() without gradients, for many looks, side by side too, while the weights do not change: on a
  /// CPU they are rearranged once. The network must outlive it.
  Look prepare() const;
  /// float32 at first.
  void set_precision(Precision precision) { precision_ = precision; }
  Precision precision() const { return precision_; }
  /// Plain tensor operations on the CPU too, in place of the fused ones.
  void set_plain(bool plain) { plain_ = plain; }
  /// Shares the weights' memory, has gradients of its own: one a worker thread.
  Network replica() const;
  /// Names as in checkpoints and safetensors ("lane_encoder.weight", ...), in a fixed order.
  const std::vector<std::pair<std::string, torch::Tensor>>& parameters() const;
  int64_t parameter_count() const;
  const NetworkConfig& config() const;
  int outputs() const;

 private:
  NetworkConfig config_;
  int outputs_ = 0;
  Precision precision_ = Precision::float32;
  bool plain_ = false;
  std::vector<std::pair<std::string, torch::Tensor>> parameters_;
};

}  // namespace gigalane
