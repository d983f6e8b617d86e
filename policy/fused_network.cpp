#include "policy/fused_network.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/generated/variable_factories.h>
#include <torch/custom_class.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "policy/linear.h"
#include "policy/set_encoder.h"
#include "policy/set_lift.h"

namespace gigalane {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One pass through the network, and what its backward pass needs.
struct Pass : torch::CustomClassHolder {
  NetworkConfig config;
  ObservationBatch batch;
  std::vector<Tensor> parameters;   ///< in the order of Network::parameters(), without their gradients
  std::vector<Tensor> trunk;        ///< the weights of its layers, in the type that they multiply in
  Tensor ego;                       ///< (M, kEgoFeatures) contiguous
  Tensor codes;                     ///< the concatenated codes, after ReLU
  std::vector<Tensor> activations;  ///< what goes into each trunk layer and out of the last, in their type
  Tensor winners[kSetCount];        ///< (M, width) uint8

  int width() const { return config.encoder_width; }
  torch::ScalarType type() const { return trunk.empty() ? torch::kFloat : trunk[0].scalar_type(); }
  bool two_layers(int set) const { return set == kAgentSet && config.agent_layers == 2; }
  /// Where a part's weight is in the parameters; its bias follows.
  size_t encoder_at(int set) const {
    return size_t(2 * set + (set > kAgentSet && config.agent_layers == 2 ? 2 : 0));
  }
  size_t ego_at() const { return encoder_at(kSetCount); }
  size_t trunk_at(size_t layer) const { return ego_at() + 2 * (layer + 1); }
  size_t head_at() const { return trunk_at(config.trunk.size()); }

  SetInput set_input(int set) const {
    const int features = kSetFeatures[set];
    return {batch.rows.data_ptr<float>() + batch.shape.set_offset(set),
            batch.rows.stride(0),
            batch.counts.data_ptr<int32_t>() + set,
            batch.counts.stride(0),
            batch.index.defined() ? batch.index.data_ptr<int64_t>() : nullptr,
            batch.size(),
            features,
            batch.shape.capacity[set],
            config.polar_lift ? kLiftScaleM[set] : 0.0f,
            set == kAgentSet};
  }
  EncoderWeights encoder_weights(int set) const {
    const Tensor* p = parameters.data() + encoder_at(set);
    return {width(), p[0].data_ptr<float>(), p[1].data_ptr<float>(),
            two_layers(set) ? p[2].data_ptr<float>() : nullptr,
            two_layers(set) ? p[3].data_ptr<float>() : nullptr};
  }
};

void check(const ObservationBatch& batch) {
  const auto& rows = batch.rows;
  require(rows.dim() == 2 && rows.size(1) == batch.shape.row_stride() && rows.stride(1) == 1 &&
              rows.scalar_type() == torch::kFloat,
          "observations: expected float rows of ", batch.shape.row_stride());
  require(batch.counts.dim() == 2 && batch.counts.size(1) == kSetCount && batch.counts.stride(1) == 1 &&
              batch.counts.size(0) == rows.size(0) && batch.counts.scalar_type() == torch::kInt,
          "observations: expected int32 counts of ", rows.size(0), " x ", int(kSetCount));
  require(!batch.index.defined() || (batch.index.dim() == 1 && batch.index.is_contiguous() &&
                                     batch.index.scalar_type() == torch::kLong),
          "observations: expected a contiguous int64 index");
}

/// The ego vectors of the batch, gathered.
Tensor gather_ego(const ObservationBatch& batch) {
  Tensor ego = torch::empty({batch.size(), int64_t(kEgoFeatures)});
  const float* from = batch.rows.data_ptr<float>() + batch.shape.ego_offset();
  const int64_t* index = batch.index.defined() ? batch.index.data_ptr<int64_t>() : nullptr;
  float* to = ego.data_ptr<float>();
  for (int64_t n = 0; n < batch.size(); ++n)
    std::memcpy(to + n * kEgoFeatures, from + (index ? index[n] : n) * batch.rows.stride(0),
                kEgoFeatures * sizeof(float));
  return ego;
}

/// Runs the network; keeps what backward needs if `keep`.
Tensor run(Pass& pass, bool keep) {
  const int64_t samples = pass.batch.size(), width = pass.width();
  Tensor codes = torch::empty({samples, int64_t(code_width(pass.config))});
  for (int set = 0; set < kSetCount; ++set) {
    if (keep) {
      require(pass.batch.shape.capacity[set] <= 256, "sets of ", pass.batch.shape.capacity[set],
              " elements: at most 256 can be learnt from");
      pass.winners[set] = torch::empty({samples, width}, torch::kUInt8);
    }
    encode(pass.set_input(set), pass.encoder_weights(set), codes.data_ptr<float>() + set * width,
           codes.stride(0), keep ? pass.winners[set].data_ptr<uint8_t>() : nullptr);
  }
  pass.ego = gather_ego(pass.batch);
  Tensor ego_code = codes.narrow(1, kSetCount * width, 2 * width);
  linear_into(ego_code, pass.ego, pass.parameters[pass.ego_at()], pass.parameters[pass.ego_at() + 1], true);
  if (keep) pass.codes = codes;
  pass.activations = {codes.to(pass.type())};
  for (size_t layer = 0; layer < pass.trunk.size(); ++layer) {
    Tensor y = torch::empty({samples, int64_t(pass.config.trunk[layer])}, pass.type());
    linear_into(y, pass.activations.back(), pass.trunk[layer], pass.parameters[pass.trunk_at(layer) + 1],
                true);
    if (!keep) pass.activations.clear();
    pass.activations.push_back(y);
  }
  const Tensor& weight = pass.parameters[pass.head_at()];
  Tensor out = torch::empty({samples, weight.size(0)});
  linear_into(out, pass.activations.back().to(torch::kFloat), weight, pass.parameters[pass.head_at() + 1],
              false);
  return out;
}

/// A layer's gradient of the weight, float32, from that of its output before the ReLU; returns that of its
/// input.
Tensor linear_backward(const Tensor& gradient, const Tensor& input, const Tensor& weight,
                       Tensor& weight_gradient, bool wants_input) {
  Tensor product = torch::empty_like(weight);
  multiply_into(product, gradient.t(), input);
  weight_gradient = product.to(torch::kFloat);
  if (!wants_input) return {};
  Tensor input_gradient = torch::empty({gradient.size(0), weight.size(1)}, gradient.options());
  multiply_into(input_gradient, gradient, weight);
  return input_gradient;
}

/// Masks a gradient by the activation that it belongs to and sums the bias's.
Tensor before_relu(const Tensor& gradient, const Tensor& activation, Tensor& bias_gradient) {
  Tensor masked = torch::empty({gradient.size(0), gradient.size(1)}, gradient.options());
  bias_gradient = torch::empty({gradient.size(1)});
  mask_and_sum(gradient, activation, masked, bias_gradient);
  return masked;
}

void encoders_backward(const Pass& pass, const Tensor& gradient, std::vector<Tensor>& out) {
  const Tensor& codes = pass.codes;
  for (int set = 0; set < kSetCount; ++set) {
    const size_t at = pass.encoder_at(set);
    const size_t end = at + (pass.two_layers(set) ? 4 : 2);
    for (size_t i = at; i < end; ++i) out[i] = torch::empty_like(pass.parameters[i]);
    const auto pointer = [&](size_t i) { return i < end ? out[i].data_ptr<float>() : nullptr; };
    encode_backward(pass.set_input(set), pass.encoder_weights(set),
                    codes.data_ptr<float>() + set * pass.width(), codes.stride(0),
                    pass.winners[set].data_ptr<uint8_t>(), gradient.data_ptr<float>() + set * pass.width(),
                    gradient.stride(0), {pointer(at), pointer(at + 1), pointer(at + 2), pointer(at + 3)});
  }
}

/// Gradients of all parameters.
std::vector<Tensor> parameter_gradients(const Pass& pass, const Tensor& output_gradient) {
  std::vector<Tensor> out(pass.parameters.size());
  const size_t head = pass.head_at();
  Tensor g = before_relu(output_gradient.contiguous(), Tensor(), out[head + 1]);
  g = linear_backward(g, pass.activations.back().to(torch::kFloat), pass.parameters[head], out[head], true)
          .to(pass.type());
  for (size_t layer = pass.trunk.size(); layer-- > 0;) {
    const size_t at = pass.trunk_at(layer);
    g = before_relu(g, pass.activations[layer + 1], out[at + 1]);
    g = linear_backward(g, pass.activations[layer], pass.trunk[layer], out[at], true);
  }
  g = g.to(torch::kFloat);
  const int64_t first = kSetCount * pass.width(), width = 2 * pass.width();
  const Tensor ego =
      before_relu(g.narrow(1, first, width), pass.codes.narrow(1, first, width), out[pass.ego_at() + 1]);
  linear_backward(ego, pass.ego, pass.parameters[pass.ego_at()], out[pass.ego_at()], false);
  encoders_backward(pass, g, out);
  return out;
}

c10::intrusive_ptr<Pass> begin(const Network& network, const ObservationBatch& batch) {
  auto pass = c10::make_intrusive<Pass>();
  pass->config = network.config();
  pass->batch = batch;
  for (const auto& [name, tensor] : network.parameters()) pass->parameters.push_back(tensor.detach());
  const auto type = network.precision() == Precision::bfloat16 ? torch::kBFloat16 : torch::kFloat;
  for (size_t layer = 0; layer < pass->config.trunk.size(); ++layer)
    pass->trunk.push_back(pass->parameters[pass->trunk_at(layer)].to(type));
  return pass;
}

/// The whole network as one node: gradients of the parameters only.
struct FusedNetwork : torch::autograd::Function<FusedNetwork> {
  static Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Pass>& pass, at::TensorList) {
    context->saved_data["pass"] = c10::IValue::make_capsule(pass);
    return run(*pass, true);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto pass = c10::static_intrusive_pointer_cast<Pass>(context->saved_data["pass"].toCapsule());
    variable_list out = parameter_gradients(*pass, gradients[0]);
    out.insert(out.begin(), Tensor());
    return out;
  }
};

constexpr int64_t kInferenceRows = 256;  // at once: activations stay in the second-level cache

/// Forward alone, in parts.
Tensor infer(const Network& network, const ObservationBatch& batch) {
  const int64_t samples = batch.size();
  Tensor out = torch::empty({samples, int64_t(network.outputs())});
  const auto pass = begin(network, batch);
  for (int64_t first = 0; first < samples; first += kInferenceRows) {
    const int64_t count = std::min(kInferenceRows, samples - first);
    if (batch.index.defined()) {
      pass->batch.index = batch.index.narrow(0, first, count);
    } else {
      pass->batch.rows = batch.rows.narrow(0, first, count);
      pass->batch.counts = batch.counts.narrow(0, first, count);
    }
    out.narrow(0, first, count).copy_(run(*pass, false));
  }
  return out;
}

}  // namespace

Tensor forward_fused(const Network& network, const ObservationBatch& batch) {
  check(batch);
  if (!torch::GradMode::is_enabled()) return infer(network, batch);
  variable_list parameters;
  for (const auto& [name, tensor] : network.parameters()) parameters.push_back(tensor);
  return FusedNetwork::apply(begin(network, batch), at::TensorList(parameters));
}

}  // namespace gigalane
