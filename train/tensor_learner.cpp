#include "train/tensor_learner.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/generated/variable_factories.h>

namespace gigalane {

using torch::Tensor;

namespace {

/// What a minibatch adds to the report's sums, each a mean over it; then the two gradients' norms.
enum Statistic { kEntropy, kKl, kClipped, kPolicyLoss, kValueLoss, kActorNorm, kCriticNorm, kStatistics };

/// Gradients of `loss` in the order of the network's parameters; zeros where it does not depend on one.
void write_gradients(const Tensor& loss, const Network& network, Adam& adam) {
  std::vector<Tensor> inputs;
  for (const auto& [name, parameter] : network.parameters()) inputs.push_back(parameter);
  const std::vector<Tensor> found = torch::autograd::grad({loss}, inputs, {}, std::nullopt, false, true);
  for (size_t i = 0; i < found.size(); ++i)
    adam.gradients()[i] = found[i].defined() ? found[i].contiguous() : at::zeros_like(inputs[i]);
}

}  // namespace

/// The rollout's arrays as tensors, by sample.
struct TensorLearner::Rollout {
  ObservationBatch observations;
  Tensor samples, action, log_probability, advantage, target;

  Rollout(const TrainingSet& set, torch::Device device, float advantage_scale) {
    RolloutBuffer& r = set.rollout;
    const auto of = [&](const void* data, int64_t count, torch::ScalarType type) {
      return torch::from_blob(const_cast<void*>(data), {count},
                              torch::TensorOptions().device(device).dtype(type));
    };
    const int64_t count = r.sample_count();
    observations = batch_of(r.observations(), count + r.slot_count(), device);
    samples = of(set.samples, set.count, torch::kLong);
    action = of(r.action.data(), count, torch::kByte);
    log_probability = of(r.log_probability.data(), count, torch::kFloat);
    advantage = of(set.advantage, count, torch::kFloat) * advantage_scale;
    target = of(set.target, count, torch::kFloat);
  }
};

TensorLearner::TensorLearner(const Network& actor, const Network& critic, const PpoConfig& config,
                             uint64_t seed, const Executor& executor)
    : Learner(actor, critic, config),
      actor_(actor),
      critic_(critic),
      device_(to_torch(executor.device)),
      shuffler_(seed, executor) {}

/// The loss of train/loss.h, its gradients and a step of both networks. Returns the statistics (kStatistics).
Tensor TensorLearner::step(const Rollout& rollout, SampleRange range, const UpdateRates& rates) {
  ObservationBatch batch = rollout.observations;
  batch.index = rollout.samples.narrow(0, range.begin, range.size());
  const auto pick = [&](const Tensor& all) { return all.index_select(0, batch.index); };

  const Tensor log_p = at::log_softmax(actor_.forward(batch), 1);
  const Tensor chosen = log_p.gather(1, pick(rollout.action).to(torch::kLong).unsqueeze(1)).squeeze(1);
  const Tensor log_ratio = chosen - pick(rollout.log_probability), ratio = log_ratio.exp();
  const Tensor held = ratio.clamp(1 - config_.clip, 1 + config_.clip), advantage = pick(rollout.advantage);
  const Tensor policy_loss = -at::minimum(ratio * advantage, held * advantage).mean();
  const Tensor entropy = -(log_p.exp() * log_p).sum(1).mean();
  const Tensor value_loss = (critic_.forward(batch).squeeze(1) - pick(rollout.target)).square().mean();

  write_gradients(policy_loss - rates.entropy * entropy, actor_, actor_adam_);
  write_gradients(value_loss * double(config_.value), critic_, critic_adam_);
  const Tensor actor_norm = actor_adam_.step_on_device(rates.learning_rate, double(config_.gradient_norm));
  const Tensor critic_norm = critic_adam_.step_on_device(rates.learning_rate, double(config_.gradient_norm));

  const torch::NoGradGuard no_gradient;
  const Tensor kl = (ratio - 1 - log_ratio).mean();
  const Tensor clipped = ((ratio - 1).abs() > config_.clip).to(torch::kFloat).mean();
  return at::stack({entropy, kl, clipped, policy_loss, value_loss, actor_norm, critic_norm}).detach();
}

UpdateReport TensorLearner::update(const TrainingSet& set, const UpdateRates& rates, uint32_t iteration) {
  UpdateReport report;
  if (set.count == 0) return report;
  const Rollout rollout(set, device_, advantage_scale(set));
  const int64_t count = minibatch_count(set.count, config_.minibatch);
  Tensor means = torch::zeros({kStatistics}, torch::TensorOptions().device(device_).dtype(torch::kDouble));
  for (int epoch = 0; epoch < config_.epochs; ++epoch) {
    shuffler_.shuffle(set.samples, set.count, iteration, uint32_t(epoch));
    for (int64_t m = 0; m < count; ++m) {
      const SampleRange range = part_of(set.count, count, m);
      const double share = double(range.size()) / (double(set.count) * config_.epochs);
      means += step(rollout, range, rates).to(torch::kDouble) * share;
      ++report.minibatches;
    }
  }
  const Tensor host = means.cpu();
  const double* mean = host.const_data_ptr<double>();
  report.entropy = mean[kEntropy];
  report.kl = mean[kKl];
  report.clip_fraction = mean[kClipped];
  report.policy_loss = mean[kPolicyLoss];
  report.value_loss = mean[kValueLoss];
  report.actor_gradient_norm = checked_norm(mean[kActorNorm], "actor", iteration);
  report.critic_gradient_norm = checked_norm(mean[kCriticNorm], "critic", iteration);
  return report;
}

}  // namespace gigalane
