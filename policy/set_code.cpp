#include "policy/set_code.h"

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/generated/variable_factories.h>
#include <torch/custom_class.h>

#include "base/error.h"
#include "base/lanes.h"
#include "policy/device_encoder.h"
#include "policy/set_lift.h"

namespace gigalane {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What the backward pass needs.
struct Look : torch::CustomClassHolder {
  ObservationBatch batch;
  SetInput set;
  Executor executor;
  Tensor code, winners;
};

struct SetCode : torch::autograd::Function<SetCode> {
  static Tensor forward(AutogradContext* context, const c10::intrusive_ptr<Look>& look, const Tensor& weight,
                        const Tensor& bias) {
    const int64_t samples = look->set.samples, width = weight.size(0);
    look->code = torch::empty({samples, width}, weight.options().requires_grad(false));
    if (look->winners.defined()) context->saved_data["look"] = c10::IValue::make_capsule(look);
    const Tensor by_feature = weight.t().contiguous();
    encode_on_device(look->executor, look->set, int(width), by_feature.const_data_ptr<float>(),
                     bias.const_data_ptr<float>(), look->code.data_ptr<float>(), look->code.stride(0),
                     look->winners.defined() ? look->winners.data_ptr<uint8_t>() : nullptr);
    return look->code.alias();
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto look = c10::static_intrusive_pointer_cast<Look>(context->saved_data["look"].toCapsule());
    const Tensor gradient = gradients[0].contiguous();
    const int64_t width = gradient.size(1);
    const auto options = gradient.options();
    const Tensor weight = torch::empty({width, look->set.lifted_features()}, options),
                 bias = torch::empty({width}, options),
                 room = torch::empty({backward_room(look->set, int(width))}, options);
    encode_backward_on_device(look->executor, look->set, int(width), look->code.const_data_ptr<float>(),
                              look->code.stride(0), look->winners.const_data_ptr<uint8_t>(),
                              gradient.const_data_ptr<float>(), gradient.stride(0), room.data_ptr<float>(),
                              weight.data_ptr<float>(), bias.data_ptr<float>());
    return {Tensor(), weight, bias};
  }
};

}  // namespace

SetInput set_input(const ObservationBatch& batch, int set, bool polar_lift) {
  return {batch.rows.data_ptr<float>() + batch.shape.set_offset(set),
          batch.rows.stride(0),
          batch.counts.data_ptr<int32_t>() + set,
          batch.counts.stride(0),
          batch.index.defined() ? batch.index.data_ptr<int64_t>() : nullptr,
          batch.size(),
          kSetFeatures[set],
          batch.shape.capacity[set],
          polar_lift ? kLiftScaleM[set] : 0.0f,
          set == kAgentSet};
}

Tensor set_code(const ObservationBatch& batch, int set, bool polar_lift, const Tensor& weight,
                const Tensor& bias) {
  const auto look = c10::make_intrusive<Look>();
  look->batch = batch;
  look->set = set_input(batch, set, polar_lift);
  look->executor.device = batch.rows.is_cuda() ? Device::cuda : Device::cpu;
  if (torch::GradMode::is_enabled()) {
    require(look->set.capacity <= 256, "sets of ", look->set.capacity,
            " elements: at most 256 can be learnt from");
    look->winners = torch::empty({look->set.samples * weight.size(0) + kWidestLanes},
                                 weight.options().dtype(torch::kByte).requires_grad(false));
  }
  return SetCode::apply(look, weight, bias);
}

}  // namespace gigalane
