#include "train/adam.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace gigalane {

using torch::Tensor;

namespace {

/// In eight sums side by side, so that it is one vector instruction after another.
double sum_of_squares(const float* values, int64_t count) {
  double sums[8] = {};
  int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int lane = 0; lane < 8; ++lane) sums[lane] += double(values[i + lane]) * double(values[i + lane]);
  for (; i < count; ++i) sums[0] += double(values[i]) * double(values[i]);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace

Adam::Adam(const std::vector<std::pair<std::string, Tensor>>& parameters, double epsilon)
    : epsilon_(epsilon) {
  for (const auto& [name, parameter] : parameters) {
    names_.push_back(name);
    parameters_.push_back(parameter.detach());
    for (auto* tensors : {&gradients_, &first_moments_, &second_moments_})
      tensors->push_back(at::zeros_like(parameters_.back()));
    steps_.push_back(at::zeros({}, parameters_.back().options()));
  }
  if (!parameters_.empty())
    bad_steps_ = at::zeros({int64_t(parameters_.size())}, parameters_.front().options());
}

double Adam::step(double learning_rate, double largest_norm) {
  double squares = 0;
  for (const Tensor& gradient : gradients_)
    squares += sum_of_squares(gradient.data_ptr<float>(), gradient.numel());
  const double norm = std::sqrt(squares);
  if (!std::isfinite(norm)) return norm;
  if (norm > largest_norm) {
    const float factor = float(largest_norm / norm);
    for (Tensor& gradient : gradients_) {
      float* g = gradient.data_ptr<float>();
      for (int64_t i = 0; i < gradient.numel(); ++i) g[i] *= factor;
    }
  }
  for (Tensor& steps : steps_) *steps.data_ptr<float>() += 1;
  at::_fused_adam_(parameters_, gradients_, first_moments_, second_moments_, {}, steps_, learning_rate, 0.9,
                   0.999,
                   /*weight_decay=*/0.0, epsilon_, /*amsgrad=*/false, /*maximize=*/false);
  return norm;
}

Tensor Adam::step_on_device(double learning_rate, double largest_norm) {
  const Tensor norms = at::stack(at::_foreach_norm(gradients_, 2)), norm = norms.norm();
  bad_steps_.add_(at::isfinite(norms).logical_not());
  const Tensor divisor = (norm / largest_norm).clamp_min(1);
  const Tensor stands = at::isfinite(norm).logical_not().to(torch::kFloat);  // as after an overflow
  at::_foreach_add_(steps_, 1);
  at::_fused_adam_(parameters_, gradients_, first_moments_, second_moments_, {}, steps_, learning_rate, 0.9,
                   0.999,
                   /*weight_decay=*/0.0, epsilon_, /*amsgrad=*/false, /*maximize=*/false, divisor, stands);
  return norm;
}

std::string Adam::bad_gradient() const {
  const Tensor steps = bad_steps_.cpu();
  for (size_t i = 0; i < names_.size(); ++i)
    if (steps.const_data_ptr<float>()[i] > 0) return names_[i];
  const int bad = first_not_finite(gradients_);
  return bad < 0 ? "" : names_[size_t(bad)];
}

int first_not_finite(const std::vector<Tensor>& tensors) {
  std::vector<Tensor> flags;
  for (const Tensor& tensor : tensors) flags.push_back(at::isfinite(tensor.detach()).all());
  const Tensor all = at::stack(flags).cpu();
  for (int64_t i = 0; i < all.size(0); ++i)
    if (!all.const_data_ptr<bool>()[i]) return int(i);
  return -1;
}

void Adam::save(const std::string& name, Checkpoint& checkpoint) const {
  for (size_t i = 0; i < names_.size(); ++i) {
    save_tensor(first_moments_[i], name + "_adam_m." + names_[i], checkpoint);
    save_tensor(second_moments_[i], name + "_adam_v." + names_[i], checkpoint);
  }
  checkpoint.numbers[name + "_adam_steps"] = double(steps_.front().item<float>());
}

void Adam::restore(const std::string& name, const Checkpoint& checkpoint) {
  for (size_t i = 0; i < names_.size(); ++i) {
    restore_tensor(checkpoint, name + "_adam_m." + names_[i], first_moments_[i]);
    restore_tensor(checkpoint, name + "_adam_v." + names_[i], second_moments_[i]);
  }
  const auto steps = checkpoint.numbers.find(name + "_adam_steps");
  require(steps != checkpoint.numbers.end(), "the checkpoint holds no ", name,
          "_adam_steps: it cannot be resumed");
  for (Tensor& tensor : steps_) tensor.fill_(steps->second);
}

void save_tensor(const Tensor& tensor, const std::string& name, Checkpoint& checkpoint) {
  const Tensor values = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
  NamedArray& array = checkpoint.tensors[name];
  array.shape = values.sizes().vec();
  array.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
}

void restore_tensor(const Checkpoint& checkpoint, const std::string& name, Tensor tensor) {
  const auto found = checkpoint.tensors.find(name);
  require(found != checkpoint.tensors.end(), "the checkpoint holds no tensor ", name);
  require(found->second.shape == tensor.sizes().vec(), "the checkpoint's tensor ", name,
          " has another shape than this configuration's network");
  auto* values = const_cast<float*>(found->second.values.data());
  tensor.detach().copy_(at::from_blob(values, tensor.sizes(), torch::kFloat));
}

}  // namespace gigalane
