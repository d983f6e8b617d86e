/// Adam over the parameters of one network, with its gradient's norm clipped first.
#pragma once
#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "policy/checkpoint.h"

namespace gigalane {

class Adam {
 public:
  /// Shares the parameters' memory; moments 0.
  Adam(const std::vector<std::pair<std::string, torch::Tensor>>& parameters, double epsilon);

  /// Where the gradient of each parameter is to be written before step(), in their order.
  std::vector<torch::Tensor>& gradients() { return gradients_; }

  /// Scales the gradients down to norm `largest_norm` if theirs is above it, then moves the parameters
  /// (Kingma and Ba, "Adam", 2015; betas 0.9 and 0.999). Returns the norm before scaling; where that is not a
  /// finite number nothing moves.
  double step(double learning_rate, double largest_norm);
  /// The same by LibTorch's operations on any device: returns the norm as a tensor, without waiting for it.
  torch::Tensor step_on_device(double learning_rate, double largest_norm);
  /// The name of the first parameter whose gradient holds a number that is not finite, or did in any
  /// step_on_device(); "" if none does. Waits for the device.
  std::string bad_gradient() const;

  /// Moments as "NAME_adam_m.PARAMETER" and "NAME_adam_v.PARAMETER", the steps done as number
  /// "NAME_adam_steps".
  void save(const std::string& name, Checkpoint&) const;
  /// Throws Error where one lacks or has another shape.
  void restore(const std::string& name, const Checkpoint&);

 private:
  std::vector<std::string> names_;
  std::vector<torch::Tensor> parameters_, gradients_, first_moments_, second_moments_, steps_;
  torch::Tensor bad_steps_;  ///< by parameter: how many of step_on_device() had such a gradient
  double epsilon_;
};

/// Index of the first tensor that holds a number that is not finite, -1 if none does. Waits for the device.
int first_not_finite(const std::vector<torch::Tensor>&);

/// Puts a tensor into a checkpoint, and an entry of a checkpoint into a tensor of the same shape.
/// Throws Error naming the entry where it lacks or has another shape.
void save_tensor(const torch::Tensor&, const std::string& name, Checkpoint&);
void restore_tensor(const Checkpoint&, const std::string& name, torch::Tensor);

}  // namespace gigalane
