#include "policy/network.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <torch/csrc/autograd/generated/variable_factories.h>

#include <cmath>

#include "base/error.h"
#include "base/philox.h"
#include "policy/fused_network.h"
#include "policy/matrix_product.h"
#include "policy/plain_network.h"
#include "policy/set_code.h"
#include "policy/set_lift.h"

namespace gigalane {
namespace {

using torch::Tensor;

constexpr uint32_t kInitialWeights = 1024;  // purpose of draws; the simulator's (sim/purposes.h) are below

/// (rows, columns) with orthonormal rows or columns, whichever are fewer, times `gain`: the Q of a Gaussian
/// matrix with the signs of R's diagonal (Mezzadri 2007). In double, so that it does not depend on the
/// machine's rounding.
Tensor orthogonal(int64_t rows, int64_t columns, double gain, uint64_t seed, uint32_t number) {
  const int64_t tall = std::max(rows, columns), wide = std::min(rows, columns);
  Tensor gaussian = torch::empty({tall, wide}, torch::kDouble);
  double* values = gaussian.data_ptr<double>();
  KeyedRandom random(seed, number, 0, 0, kInitialWeights);
  constexpr double kTwoPi = 6.283185307179586;
  for (int64_t i = 0; i < gaussian.numel(); ++i) {  // Box-Muller
    const double radius = std::sqrt(-2 * std::log((random.bits() + 0.5) / 4294967296.0));
    values[i] = radius * std::cos(kTwoPi * (random.bits() / 4294967296.0));
  }
  auto [q, r] = at::linalg_qr(gaussian);
  Tensor weight = q * r.diagonal().sign() * gain;
  if (rows < columns) weight = weight.t();
  return weight.to(torch::kFloat).contiguous();
}

/// The polar lift of one set as rows below its features: (M, features, capacity) to (M, lifted features,
/// capacity).
Tensor lift(const Tensor& set, int which) {
  const Tensor x = set.select(1, 0) / kPositionScale, y = set.select(1, 1) / kPositionScale;
  const Tensor r = (x * x + y * y).sqrt() + kLiftFloorM;
  const Tensor p = kLiftScaleM[which] / (kLiftScaleM[which] + r);
  const Tensor q = p / r;
  std::vector<Tensor> rows{p, q * x, q * y};
  if (which == kAgentSet)
    rows.push_back(-q * (set.select(1, kAgentVelocityX) * x + set.select(1, kAgentVelocityY) * y));
  return at::cat({set, at::stack(rows, 1)}, 1);
}

}  // namespace

void for_each_field(NetworkConfig& c, FieldVisitor& v) {
  v.value({"encoder_width", "", 16, 1024,
           "channels of each set's code, a multiple of 16; the ego's code has twice as many"},
          c.encoder_width);
  v.value({"agent_layers", "", 1, 2, "layers in the encoder of agents"}, c.agent_layers);
  v.value({"trunk", "", 1, 16384, "hidden widths of the trunk"}, c.trunk);
  v.value({"polar_lift", "", 0, 1, "proximity and direction of each element as further features"},
          c.polar_lift);
  v.value({"drive_off_bias", "", 0, 1, "bias the first policy towards driving forward (not in the paper)"},
          c.drive_off_bias);
}

torch::Device to_torch(Device device) { return device == Device::cuda ? torch::kCUDA : torch::kCPU; }

Tensor rows_of(const ObservationView& view, int64_t slot_count, torch::Device device) {
  const auto options = torch::TensorOptions().device(device);
  const std::vector<int64_t> sizes{slot_count, view.shape.row_stride()};
  if (view.shape.format == NumberFormat::float32)
    return torch::from_blob(view.rows, sizes, options.dtype(torch::kFloat));
  const auto type = view.shape.format == NumberFormat::float16 ? torch::kHalf : torch::kBFloat16;
  return torch::from_blob(view.rows16, sizes, options.dtype(type)).to(torch::kFloat);
}

ObservationBatch batch_of(const ObservationView& view, int64_t slot_count, torch::Device device) {
  ObservationBatch batch;
  batch.shape = view.shape;
  const auto options = torch::TensorOptions().device(device);
  batch.rows = rows_of(view, slot_count, device);
  batch.counts = torch::from_blob(view.counts, {slot_count, int64_t(kSetCount)}, options.dtype(torch::kInt));
  return batch;
}

Network::Network(const NetworkConfig& config, int outputs, double head_gain, uint64_t seed,
                 torch::Device device)
    : config_(config), outputs_(outputs) {
  require(config.encoder_width > 0 && config.encoder_width % 16 == 0,
          "encoder_width = ", config.encoder_width, ", expected a multiple of 16");
  require(config.agent_layers == 1 || config.agent_layers == 2, "agent_layers = ", config.agent_layers,
          ", expected 1 or 2");
  const int width = config.encoder_width;
  const auto add = [&](const std::string& name, int64_t rows, int64_t columns, double gain) {
    const Tensor weight = orthogonal(rows, columns, gain, seed, uint32_t(parameters_.size()));
    const Tensor bias = torch::zeros({rows});
    for (const auto& [suffix, tensor] : {std::pair{".weight", weight}, std::pair{".bias", bias}})
      parameters_.emplace_back(name + suffix, tensor.to(device).requires_grad_());
  };
  const double gain = std::sqrt(2.0);
  for (int set = 0; set < kSetCount; ++set) {
    add(kEncoderNames[set], width, lifted_features(set, config.polar_lift), gain);
    if (set == kAgentSet && config.agent_layers == 2) add("agent_encoder_2", width, width, gain);
  }
  add("ego_encoder", 2 * width, kEgoFeatures, gain);
  int64_t inputs = code_width(config);
  for (size_t layer = 0; layer < config.trunk.size(); ++layer) {
    require(config.trunk[layer] > 0, "trunk[", layer, "] = ", config.trunk[layer], ", expected at least 1");
    add("trunk." + std::to_string(layer), config.trunk[layer], inputs, gain);
    inputs = config.trunk[layer];
  }
  add("head", outputs, inputs, head_gain);
  if (config.drive_off_bias && outputs == kActionCount) {
    torch::NoGradGuard no_gradient;
    constexpr float kByLongitudinalJerk[4] = {-2.0f, -0.3f, 0.2f, 0.4f};  // of -15, -4, 0, 4 m/s^3
    for (int action = 0; action < kActionCount; ++action)
      parameters_.back().second[action] = kByLongitudinalJerk[action / 3];
  }
}

Tensor Network::forward(const ObservationBatch& batch) const {
  return batch.rows.is_cpu() && !plain_ ? forward_fused(*this, batch)
                                        : forward_in_tensors(*this, batch, !plain_);
}

Network::Look Network::prepare() const {
  if (parameters_[0].second.is_cpu() && !plain_)
    return [net = prepare_fused(*this)](const ObservationBatch& batch) { return net->forward(batch); };
  return [this](const ObservationBatch& batch) {
    const torch::NoGradGuard no_gradient;
    return forward_in_tensors(*this, batch, !plain_);
  };
}

bool gains_by_bfloat16(Device device) { return device == Device::cuda || multiplies_bfloat16_faster(); }

Network Network::replica() const {
  Network copy = *this;
  for (auto& [name, tensor] : copy.parameters_) tensor = tensor.detach().requires_grad_();
  return copy;
}

const std::vector<std::pair<std::string, Tensor>>& Network::parameters() const { return parameters_; }

int64_t Network::parameter_count() const {
  int64_t count = 0;
  for (const auto& [name, tensor] : parameters_) count += tensor.numel();
  return count;
}

const NetworkConfig& Network::config() const { return config_; }

int Network::outputs() const { return outputs_; }

Tensor forward_in_tensors(const Network& network, const ObservationBatch& batch, bool fused_sets) {
  const auto& parameters = network.parameters();
  const auto type = network.precision() == Precision::bfloat16 ? torch::kBFloat16 : torch::kFloat;
  size_t next = 0;
  const auto take = [&] { return parameters[next++].second; };
  const Tensor rows = batch.index.defined() ? batch.rows.index_select(0, batch.index) : batch.rows;
  const Tensor counts = batch.index.defined() ? batch.counts.index_select(0, batch.index) : batch.counts;
  std::vector<Tensor> codes;
  for (int set = 0; set < kSetCount; ++set) {
    const int64_t features = kSetFeatures[set], capacity = batch.shape.capacity[set];
    Tensor weight = take(), bias = take();
    const bool two_layers = set == kAgentSet && network.config().agent_layers == 2;
    if (fused_sets && !two_layers) {
      codes.push_back(set_code(batch, set, network.config().polar_lift, weight, bias));
      continue;
    }
    if (capacity == 0) {
      codes.push_back(torch::zeros({rows.size(0), network.config().encoder_width}, rows.options()));
      if (two_layers) next += 2;
      continue;
    }
    Tensor x =
        rows.narrow(1, batch.shape.set_offset(set), features * capacity).view({-1, features, capacity});
    if (network.config().polar_lift) x = lift(x, set);
    Tensor y = at::matmul(weight, x);
    if (two_layers) {
      y = (y + bias.unsqueeze(1)).relu();
      weight = take(), bias = take();
      y = at::matmul(weight.to(type), y.to(type)).to(torch::kFloat);
    }
    const Tensor absent = torch::arange(capacity, counts.options()) >= counts.narrow(1, set, 1);
    y = y.masked_fill(absent.unsqueeze(1), -INFINITY);
    codes.push_back((std::get<0>(y.max(2)) + bias).relu());  // of an empty set: relu(-inf) = 0
  }
  Tensor weight = take(), bias = take();
  codes.push_back(at::linear(rows.narrow(1, batch.shape.ego_offset(), kEgoFeatures), weight, bias).relu());
  Tensor x = at::cat(codes, 1).to(type);
  for (size_t layer = 0; layer < network.config().trunk.size(); ++layer) {
    weight = take(), bias = take();
    x = at::linear(x, weight.to(type), bias.to(type)).relu();
  }
  weight = take(), bias = take();
  return at::linear(x.to(torch::kFloat), weight, bias);
}

}  // namespace gigalane
