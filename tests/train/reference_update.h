/// The update once more, apart from the product's code: networks, loss, clip and Adam as their headers
/// describe them, sample by sample in double precision, gradients by LibTorch's own autograd.
#pragma once
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/minimum.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/generated/variable_factories.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "policy/network.h"
#include "sim/snapshots.h"
#include "train/config.h"
#include "train/rollout.h"

namespace gigalane {

/// A network's weights in double precision, and Adam's moments.
class ReferenceNetwork {
 public:
  explicit ReferenceNetwork(const Network& network) {
    for (const auto& [name, tensor] : network.parameters()) {
      names_.push_back(name);
      weights_[name] = tensor.detach().to(torch::kDouble).clone().requires_grad_();
      m_[name] = torch::zeros_like(weights_[name]).detach(), v_[name] = m_[name].clone();
    }
  }
  const std::vector<std::string>& names() const { return names_; }
  const torch::Tensor& weight(const std::string& name) const { return weights_.at(name); }

  /// Outputs for one row of an observation.
  torch::Tensor forward(const ObservationShape& shape, const float* row, const int32_t* counts) const {
    const char* encoders[] = {"lane_encoder", "boundary_encoder", "agent_encoder", "stop_line_encoder"};
    std::vector<torch::Tensor> codes;
    for (int set = 0; set < kSetCount; ++set)
      codes.push_back(set_code(encoders[set], set, shape, row + shape.set_offset(set), counts[set]));
    torch::Tensor ego = torch::empty({int64_t(kEgoFeatures)}, torch::kDouble);
    for (int k = 0; k < kEgoFeatures; ++k) ego.data_ptr<double>()[k] = double(row[shape.ego_offset() + k]);
    codes.push_back(layer("ego_encoder", ego).relu());
    torch::Tensor x = at::cat(codes);
    for (int n = 0; weights_.count("trunk." + std::to_string(n) + ".weight") > 0; ++n)
      x = layer("trunk." + std::to_string(n), x).relu();
    return layer("head", x);
  }

  /// Clips the gradients to a norm, then a step of Adam.
  void step(double learning_rate, double largest_norm, double epsilon) {
    double squares = 0;
    for (const auto& [name, w] : weights_) squares += w.grad().square().sum().item<double>();
    const double scale = std::min(1.0, largest_norm / std::sqrt(squares));
    ++steps_;
    torch::NoGradGuard no_gradient;
    for (auto& [name, w] : weights_) {
      const torch::Tensor g = w.grad() * scale;
      m_[name] = 0.9 * m_[name] + 0.1 * g, v_[name] = 0.999 * v_[name] + 0.001 * g * g;
      const torch::Tensor m = m_[name] / (1 - std::pow(0.9, steps_)),
                          v = v_[name] / (1 - std::pow(0.999, steps_));
      w -= learning_rate * m / (v.sqrt() + epsilon);
      w.mutable_grad().reset();
    }
  }

 private:
  torch::Tensor layer(const std::string& name, const torch::Tensor& x) const {
    return at::matmul(weights_.at(name + ".weight"), x) + weights_.at(name + ".bias");
  }
  /// relu(max over the elements of W lift(element) + b), with two layers of W_2 relu(W lift(element) + b) +
  /// b_2; 0 for an empty set.
  torch::Tensor set_code(const char* name, int set, const ObservationShape& shape, const float* values,
                         int count) const {
    const torch::Tensor& weight = weights_.at(std::string(name) + ".weight");
    if (count == 0) return torch::zeros({weight.size(0)}, torch::kDouble);
    const double scales[] = {25, 4, 10, 15};
    torch::Tensor elements = torch::zeros({weight.size(1), int64_t(count)}, torch::kDouble);
    auto at = elements.accessor<double, 2>();
    for (int k = 0; k < count; ++k) {
      const auto feature = [&](int f) { return double(values[f * shape.capacity[set] + k]); };
      for (int f = 0; f < kSetFeatures[set]; ++f) at[f][k] = feature(f);
      const double x = feature(0) * 50, y = feature(1) * 50;  // positions are metres times 0.02
      const double r = std::sqrt(x * x + y * y) + 1e-3, p = scales[set] / (scales[set] + r);
      int f = kSetFeatures[set];
      at[f++][k] = p, at[f++][k] = p * x / r, at[f++][k] = p * y / r;
      if (set == kAgentSet) at[f][k] = -p * (feature(4) * x + feature(5) * y) / r;
    }
    const torch::Tensor each =
        at::matmul(weight, elements) + weights_.at(std::string(name) + ".bias").unsqueeze(1);
    const auto second = weights_.find(std::string(name) + "_2.weight");
    if (second == weights_.end()) return std::get<0>(each.max(1)).relu();
    const torch::Tensor out = at::matmul(second->second, each.relu());
    return (std::get<0>(out.max(1)) + weights_.at(std::string(name) + "_2.bias")).relu();
  }

  std::vector<std::string> names_;
  std::map<std::string, torch::Tensor> weights_, m_, v_;
  int steps_ = 0;
};

/// What an update of both networks is made from.
struct ReferenceInput {
  const RolloutBuffer& rollout;
  const SampleObserver& observer;
  const std::vector<float>&advantage, &target;  ///< by sample
  double advantage_scale, learning_rate, entropy;
};

/// The loss of train/loss.h over a minibatch of samples, its gradients, and a step of both networks.
inline void reference_step(ReferenceNetwork& actor, ReferenceNetwork& critic, const ReferenceInput& in,
                           const PpoConfig& config, const std::vector<int64_t>& samples) {
  SampleRows rows;
  in.observer.observe({}, samples.data(), int64_t(samples.size()), rows);
  const ObservationView seen = rows.observation();
  torch::Tensor policy_loss = torch::zeros({}, torch::kDouble), value_loss = policy_loss.clone();
  for (size_t n = 0; n < samples.size(); ++n) {
    const auto sample = size_t(samples[n]);
    const float* row = seen.rows + n * size_t(seen.shape.row_stride());
    const int32_t* counts = seen.counts + n * kSetCount;
    const torch::Tensor log_p = at::log_softmax(actor.forward(seen.shape, row, counts), 0);
    const double old = double(in.rollout.log_probability.data()[sample]);
    const torch::Tensor ratio = (log_p[in.rollout.action.data()[sample]] - old).exp();
    const double advantage = double(in.advantage[sample]) * in.advantage_scale, clip = double(config.clip);
    policy_loss = policy_loss -
                  at::minimum(ratio * advantage, at::clamp(ratio, 1 - clip, 1 + clip) * advantage) +
                  in.entropy * (log_p.exp() * log_p).sum();
    const torch::Tensor error = critic.forward(seen.shape, row, counts)[0] - double(in.target[sample]);
    value_loss = value_loss + double(config.value) * error * error;
  }
  torch::autograd::backward({(policy_loss + value_loss) / double(samples.size())}, {});
  for (ReferenceNetwork* network : {&actor, &critic})
    network->step(in.learning_rate, double(config.gradient_norm), double(config.adam_epsilon));
}

/// The largest difference between a network's weights and the reference's.
inline double largest_difference(const Network& network, const ReferenceNetwork& reference) {
  double largest = 0;
  for (const auto& [name, tensor] : network.parameters())
    largest = std::max(
        largest,
        (tensor.detach().to(torch::kDouble) - reference.weight(name).detach()).abs().max().item<double>());
  return largest;
}

}  // namespace gigalane
