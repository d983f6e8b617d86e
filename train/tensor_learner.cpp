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

#include <algorithm>

namespace gigalane {

using torch::Tensor;

namespace {

/// What a minibatch adds to the report: sums over its samples here, then the norms of the two gradients.
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
  const SampleObserver& observer;
  Tensor samples, action, log_probability, advantage, target;

  Rollout(const TrainingSet& set, torch::Device device, float advantage_scale) : observer(set.observer) {
    RolloutBuffer& r = set.rollout;
    const auto of = [&](const void* data, int64_t count, torch::ScalarType type) {
      return torch::from_blob(const_cast<void*>(data), {count},
                              torch::TensorOptions().device(device).dtype(type));
    };
    const int64_t count = r.sample_count();
    samples = of(set.samples, set.count, torch::kLong);
    action = of(r.action.data(), count, torch::kByte);
    log_probability = of(r.log_probability.data(), count, torch::kFloat);
    advantage = of(set.advantage, count, torch::kFloat) * advantage_scale;
    target = of(set.target, count, torch::kFloat);
  }
};

TensorLearner::TensorLearner(const Network& actor, const Network& critic, const PpoConfig& config,
                             uint64_t seed, const Executor& executor, const Processes& processes)
    : Learner(actor, critic, config, processes),
      actor_(actor),
      critic_(critic),
      executor_(executor),
      shuffler_(seed, executor) {}

/// The loss of train/loss.h over the samples here of a minibatch of `size`, its gradients over all processes
/// and a step of both networks. Returns the statistics (kStatistics).
Tensor TensorLearner::step(const Rollout& rollout, SampleRange range, int64_t size,
                           const UpdateRates& rates) {
  const Tensor samples = rollout.samples.narrow(0, range.begin, range.size());
  const auto pick = [&](const Tensor& all) { return all.index_select(0, samples); };
  rollout.observer.observe(executor_, samples.const_data_ptr<int64_t>(), range.size(), rows_);
  const ObservationBatch batch = batch_of(rows_.observation(), range.size(), device());

  const Tensor log_p = at::log_softmax(actor_.forward(batch), 1);
  const Tensor chosen = log_p.gather(1, pick(rollout.action).to(torch::kLong).unsqueeze(1)).squeeze(1);
  const Tensor log_ratio = chosen - pick(rollout.log_probability), ratio = log_ratio.exp();
  const Tensor held = ratio.clamp(1 - config_.clip, 1 + config_.clip), advantage = pick(rollout.advantage);
  const Tensor policy_loss = -at::minimum(ratio * advantage, held * advantage).sum();
  const Tensor entropy = -(log_p.exp() * log_p).sum();
  const Tensor value_loss = (critic_.forward(batch).squeeze(1) - pick(rollout.target)).square().sum();

  const double share = 1 / double(size);
  write_gradients((policy_loss - rates.entropy * entropy) * share, actor_, actor_adam_);
  write_gradients(value_loss * (double(config_.value) * share), critic_, critic_adam_);
  for (Adam* adam : {&actor_adam_, &critic_adam_}) processes_.sum(adam->gradients());
  const Tensor actor_norm = actor_adam_.step_on_device(rates.learning_rate, double(config_.gradient_norm));
  const Tensor critic_norm = critic_adam_.step_on_device(rates.learning_rate, double(config_.gradient_norm));

  const torch::NoGradGuard no_gradient;
  const Tensor kl = (ratio - 1 - log_ratio).sum();
  const Tensor clipped = ((ratio - 1).abs() > config_.clip).to(torch::kFloat).sum();
  return at::stack({entropy, kl, clipped, policy_loss, value_loss, actor_norm, critic_norm}).detach();
}

UpdateReport TensorLearner::update(const TrainingSet& set, const UpdateRates& rates, uint32_t done) {
  UpdateReport report;
  const SharedEpoch epoch_plan(processes_, set.count, config_.minibatch);
  if (epoch_plan.sample_count() == 0) return report;
  const Rollout rollout(set, device(), advantage_scale(set));
  // as much as a minibatch has here where the processes' shares of the samples are even
  rows_.reserve(executor_.device, set.observer.shape(),
                std::min<int64_t>(set.count, 3 * int64_t(config_.minibatch) / 2 + 1));
  Tensor sums = torch::zeros({kStatistics}, torch::TensorOptions().device(device()).dtype(torch::kDouble));
  for (int epoch = 0; epoch < config_.epochs; ++epoch) {
    shuffler_.shuffle(set.samples, set.count, done, uint32_t(epoch));
    for (int64_t m = 0; m < epoch_plan.minibatches(); ++m) {
      sums += step(rollout, epoch_plan.here(m), epoch_plan.size(m), rates).to(torch::kDouble);
      ++report.minibatches;
    }
  }
  const Tensor host = sums.cpu();
  double* sum = host.data_ptr<double>();
  processes_.sum(sum, kActorNorm);
  const double samples = double(epoch_plan.sample_count()) * config_.epochs;
  report.entropy = sum[kEntropy] / samples;
  report.kl = sum[kKl] / samples;
  report.clip_fraction = sum[kClipped] / samples;
  report.policy_loss = sum[kPolicyLoss] / samples;
  report.value_loss = sum[kValueLoss] / samples;
  const auto minibatches = double(report.minibatches);
  report.actor_gradient_norm = checked_norm(sum[kActorNorm] / minibatches, "actor", actor_adam_, done + 1);
  report.critic_gradient_norm =
      checked_norm(sum[kCriticNorm] / minibatches, "critic", critic_adam_, done + 1);
  return report;
}

}  // namespace gigalane
