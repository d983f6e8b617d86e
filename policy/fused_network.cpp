#include "policy/fused_network.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/generated/variable_factories.h>
#include <torch/custom_class.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "policy/matrix_product.h"
#include "policy/set_code.h"
#include "policy/set_encoder.h"
#include "policy/set_lift.h"

namespace gigalane {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <class Number>
constexpr auto kTensorType = sizeof(Number) == sizeof(float) ? torch::kFloat : torch::kBFloat16;

/// A tensor's numbers, rows of `columns`; those of bfloat16 as base/half.h has them.
template <class Number>
MatrixView<Number> view_of(Tensor& tensor) {
  return {static_cast<Number*>(tensor.data_ptr()), tensor.size(0), tensor.size(1), tensor.stride(0)};
}
template <class Number>
MatrixView<const Number> view_of(const Tensor& tensor) {
  return {static_cast<const Number*>(tensor.const_data_ptr()), tensor.size(0), tensor.size(1),
          tensor.stride(0)};
}
template <class Number>
Tensor make(int64_t rows, int64_t columns) {
  return torch::empty({rows, columns}, kTensorType<Number>);
}
/// As another type; itself where it has that type.
template <class From, class To>
Tensor as(const Tensor& tensor) {
  if constexpr (sizeof(From) == sizeof(To)) {
    return tensor;
  } else {
    Tensor copy = make<To>(tensor.size(0), tensor.size(1));
    convert(view_of<From>(tensor), view_of<To>(copy));
    return copy;
  }
}

/// A network's weights, rearranged for products. Hidden layers multiply in `Number`, all else in float.
template <class Number>
struct Weights {
  NetworkConfig config;
  std::vector<Tensor> parameters;          ///< in the order of Network::parameters(), without their gradients
  std::vector<RightMatrix<Number>> trunk;  ///< its layers' weights, transposed
  RightMatrix<float> ego, head;
  RightMatrix<BFloat16> agents_2;  ///< the second layer of the agents' encoder, transposed, if it rounds

  explicit Weights(const Network& network) : config(network.config()), trunk(config.trunk.size()) {
    for (const auto& [name, tensor] : network.parameters()) parameters.push_back(tensor.detach());
    for (size_t layer = 0; layer < trunk.size(); ++layer) trunk[layer].set(weight(trunk_at(layer)), true);
    ego.set(weight(ego_at()), true);
    head.set(weight(head_at()), true);
    if (rounds_agents()) agents_2.set(weight(encoder_at(kAgentSet) + 2), true);
  }

  int width() const { return config.encoder_width; }
  bool two_layers(int set) const { return set == kAgentSet && config.agent_layers == 2; }
  bool rounds_agents() const { return sizeof(Number) < sizeof(float) && two_layers(kAgentSet); }
  /// Where a part's weight is in the parameters; its bias follows.
  size_t encoder_at(int set) const {
    return size_t(2 * set + (set > kAgentSet && config.agent_layers == 2 ? 2 : 0));
  }
  size_t ego_at() const { return encoder_at(kSetCount); }
  size_t trunk_at(size_t layer) const { return ego_at() + 2 * (layer + 1); }
  size_t head_at() const { return trunk_at(config.trunk.size()); }
  MatrixView<const float> weight(size_t at) const { return view_of<float>(parameters[at]); }
  const float* bias(size_t at) const { return parameters[at + 1].template const_data_ptr<float>(); }
  EncoderWeights encoder(int set) const {
    const Tensor* p = parameters.data() + encoder_at(set);
    return {width(),
            p[0].data_ptr<float>(),
            p[1].data_ptr<float>(),
            two_layers(set) ? p[2].data_ptr<float>() : nullptr,
            two_layers(set) ? p[3].data_ptr<float>() : nullptr,
            set == kAgentSet && rounds_agents() ? &agents_2 : nullptr};
  }
};

/// One pass through the network, and what its backward pass needs.
template <class Number>
struct Pass : torch::CustomClassHolder {
  std::shared_ptr<const Weights<Number>> weights;
  ObservationBatch batch;
  Tensor ego;                       ///< (M, kEgoFeatures)
  Tensor codes;                     ///< the concatenated codes, after ReLU
  std::vector<Tensor> activations;  ///< what goes into each trunk layer and out of the last, of Number
  Tensor winners[kSetCount];        ///< (M, width) uint8

  SetInput set_input(int set) const { return gigalane::set_input(batch, set, weights->config.polar_lift); }
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

/// The ego vectors of the batch: where they stand, or gathered.
Tensor ego_of(const ObservationBatch& batch) {
  const Tensor all = batch.rows.narrow(1, batch.shape.ego_offset(), kEgoFeatures);
  return batch.index.defined() ? all.index_select(0, batch.index) : all;
}

/// Runs the network; keeps what backward needs if `keep`.
template <class Number>
Tensor run(Pass<Number>& pass, bool keep) {
  const Weights<Number>& net = *pass.weights;
  const int64_t samples = pass.batch.size(), width = net.width();
  Tensor codes = make<float>(samples, code_width(net.config));
  for (int set = 0; set < kSetCount; ++set) {
    if (keep) {
      require(pass.batch.shape.capacity[set] <= 256, "sets of ", pass.batch.shape.capacity[set],
              " elements: at most 256 can be learnt from");
      pass.winners[set] = torch::empty({samples, width}, torch::kUInt8);
    }
    encode(pass.set_input(set), net.encoder(set), codes.data_ptr<float>() + set * width, codes.stride(0),
           keep ? pass.winners[set].template data_ptr<uint8_t>() : nullptr);
  }
  pass.ego = ego_of(pass.batch);
  const MatrixView<float> ego_code{codes.data_ptr<float>() + kSetCount * width, samples, 2 * width,
                                   codes.stride(0)};
  multiply(view_of<float>(std::as_const(pass.ego)), false, net.ego, {net.bias(net.ego_at()), true}, ego_code);
  if (keep) pass.codes = codes;
  pass.activations = {as<float, Number>(codes)};
  for (size_t layer = 0; layer < net.trunk.size(); ++layer) {
    Tensor y = make<Number>(samples, net.trunk[layer].columns());
    multiply(view_of<Number>(std::as_const(pass.activations.back())), false, net.trunk[layer],
             {net.bias(net.trunk_at(layer)), true}, view_of<Number>(y));
    if (!keep) pass.activations.clear();
    pass.activations.push_back(y);
  }
  Tensor out = make<float>(samples, net.head.columns());
  const Tensor last = as<Number, float>(pass.activations.back());
  multiply(view_of<float>(last), false, net.head, {net.bias(net.head_at()), false}, view_of<float>(out));
  return out;
}

/// A layer's gradient of the weight from that of its output before the ReLU.
template <class Number>
Tensor weight_gradient(const Tensor& gradient, const Tensor& input) {
  thread_local RightMatrix<Number> right;
  right.set(view_of<Number>(input), false);
  Tensor out = make<float>(gradient.size(1), input.size(1));
  multiply(view_of<Number>(gradient), true, right, {}, view_of<float>(out));
  return out;
}

/// The gradient of a layer's input, stored as Out.
template <class Number, class Out>
Tensor input_gradient(const Tensor& gradient, const MatrixView<const float>& weight) {
  thread_local RightMatrix<Number> right;
  right.set(weight, false);
  Tensor out = make<Out>(gradient.size(0), weight.columns);
  multiply(view_of<Number>(gradient), false, right, {}, view_of<Out>(out));
  return out;
}

/// Masks a gradient by the activation that it belongs to, unless there is none, and sums the bias's.
template <class Number>
Tensor before_relu(const Tensor& gradient, const Tensor& activation, Tensor& bias_gradient) {
  Tensor masked = make<Number>(gradient.size(0), gradient.size(1));
  bias_gradient = torch::empty({gradient.size(1)});
  const MatrixView<const Number> y =
      activation.defined() ? view_of<Number>(activation) : MatrixView<const Number>{nullptr, 0, 0, 0};
  mask_and_sum(view_of<Number>(gradient), y, view_of<Number>(masked), bias_gradient.data_ptr<float>());
  return masked;
}

template <class Number>
void encoders_backward(const Pass<Number>& pass, const Tensor& gradient, std::vector<Tensor>& out) {
  const Weights<Number>& net = *pass.weights;
  for (int set = 0; set < kSetCount; ++set) {
    const size_t at = net.encoder_at(set);
    const size_t end = at + (net.two_layers(set) ? 4 : 2);
    for (size_t i = at; i < end; ++i) out[i] = torch::empty_like(net.parameters[i]);
    const auto pointer = [&](size_t i) { return i < end ? out[i].template data_ptr<float>() : nullptr; };
    const int64_t first = set * net.width();
    encode_backward(pass.set_input(set), net.encoder(set), pass.codes.template data_ptr<float>() + first,
                    pass.codes.stride(0), pass.winners[set].template data_ptr<uint8_t>(),
                    gradient.data_ptr<float>() + first, gradient.stride(0),
                    {pointer(at), pointer(at + 1), pointer(at + 2), pointer(at + 3)});
  }
}

/// Gradients of all parameters.
template <class Number>
std::vector<Tensor> parameter_gradients(const Pass<Number>& pass, const Tensor& output_gradient) {
  const Weights<Number>& net = *pass.weights;
  std::vector<Tensor> out(net.parameters.size());
  const size_t head = net.head_at();
  Tensor g = before_relu<float>(output_gradient.contiguous(), Tensor(), out[head + 1]);
  out[head] = weight_gradient<float>(g, as<Number, float>(pass.activations.back()));
  const bool trunk = !net.trunk.empty();
  g = input_gradient<float, float>(g, net.weight(head));
  if (trunk) g = as<float, Number>(g);
  for (size_t layer = net.trunk.size(); layer-- > 0;) {
    const size_t at = net.trunk_at(layer);
    g = before_relu<Number>(g, pass.activations[layer + 1], out[at + 1]);
    out[at] = weight_gradient<Number>(g, pass.activations[layer]);
    g = layer > 0 ? input_gradient<Number, Number>(g, net.weight(at))
                  : input_gradient<Number, float>(g, net.weight(at));
  }
  const int64_t first = kSetCount * net.width(), width = 2 * net.width();
  const Tensor ego = before_relu<float>(g.narrow(1, first, width), pass.codes.narrow(1, first, width),
                                        out[net.ego_at() + 1]);
  out[net.ego_at()] = weight_gradient<float>(ego, pass.ego);
  encoders_backward(pass, g, out);
  return out;
}

/// The whole network as one node: gradients of the parameters only.
template <class Number>
struct FusedNode : torch::autograd::Function<FusedNode<Number>> {
  static Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Pass<Number>>& pass,
                        at::TensorList) {
    context->saved_data["pass"] = c10::IValue::make_capsule(pass);
    return run(*pass, true);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto pass =
        c10::static_intrusive_pointer_cast<Pass<Number>>(context->saved_data["pass"].toCapsule());
    variable_list out = parameter_gradients(*pass, gradients[0]);
    out.insert(out.begin(), Tensor());
    return out;
  }
};

template <class Number>
Tensor forward_with_gradients(const Network& network, const ObservationBatch& batch) {
  const auto pass = c10::make_intrusive<Pass<Number>>();
  pass->weights = std::make_shared<Weights<Number>>(network);
  pass->batch = batch;
  variable_list parameters;
  for (const auto& [name, tensor] : network.parameters()) parameters.push_back(tensor);
  return FusedNode<Number>::apply(pass, at::TensorList(parameters));
}

template <class Number>
class Inference : public FusedNetwork {
 public:
  explicit Inference(const Network& network) : weights_(std::make_shared<Weights<Number>>(network)) {}

  Tensor forward(const ObservationBatch& batch) const override {
    const torch::NoGradGuard no_gradient;
    check(batch);
    const int64_t samples = batch.size();
    Tensor out = torch::empty({samples, weights_->head.columns()});
    Pass<Number> pass;
    pass.weights = weights_;
    pass.batch = batch;
    for (int64_t first = 0; first < samples; first += kFusedRows) {
      const int64_t count = std::min(kFusedRows, samples - first);
      if (batch.index.defined()) {
        pass.batch.index = batch.index.narrow(0, first, count);
      } else {
        pass.batch.rows = batch.rows.narrow(0, first, count);
        pass.batch.counts = batch.counts.narrow(0, first, count);
      }
      out.narrow(0, first, count).copy_(run(pass, false));
    }
    return out;
  }

 private:
  std::shared_ptr<const Weights<Number>> weights_;
};

bool rounds(const Network& network) { return network.precision() == Precision::bfloat16; }

}  // namespace

std::shared_ptr<const FusedNetwork> prepare_fused(const Network& network) {
  if (rounds(network)) return std::make_shared<Inference<BFloat16>>(network);
  return std::make_shared<Inference<float>>(network);
}

Tensor forward_fused(const Network& network, const ObservationBatch& batch) {
  if (!torch::GradMode::is_enabled()) return prepare_fused(network)->forward(batch);
  check(batch);
  return rounds(network) ? forward_with_gradients<BFloat16>(network, batch)
                         : forward_with_gradients<float>(network, batch);
}

}  // namespace gigalane
