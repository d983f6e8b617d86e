#include "train/threaded_learner.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/generated/variable_factories.h>

#include <algorithm>

namespace gigalane {

using torch::Tensor;

struct ThreadedLearner::Worker {
  Network actor, critic;
  Tensor logit_gradient, value_gradient;  ///< room for the largest part so far
  LossSums sums;

  void make_room(int64_t count) {
    if (logit_gradient.defined() && logit_gradient.size(0) >= count) return;
    logit_gradient = at::empty({count, kActionCount});
    value_gradient = at::empty({count, 1});
  }
};

/// What all workers of a minibatch share.
struct ThreadedLearner::Minibatch {
  ObservationBatch observations;
  int64_t* index;  ///< its samples
  int64_t size;
  const TrainingSet& set;
  LossWeights weights;
};

ThreadedLearner::ThreadedLearner(const Network& actor, const Network& critic, const PpoConfig& config,
                                 uint64_t seed, ThreadPool& pool)
    : Learner(actor, critic, config), pool_(pool), shuffler_(seed, Executor{}) {
  for (int worker = 0; worker < pool.thread_count(); ++worker)
    workers_.push_back(std::make_unique<Worker>(Worker{actor.replica(), critic.replica(), {}, {}, {}}));
}

ThreadedLearner::~ThreadedLearner() = default;

void ThreadedLearner::compute_gradients(Worker& worker, const Minibatch& minibatch, SampleRange part) {
  use_one_torch_thread();
  for (Network* network : {&worker.actor, &worker.critic})
    for (const auto& [name, parameter] : network->parameters()) Tensor(parameter).mutable_grad().reset();
  if (part.size() == 0) return;
  worker.make_room(part.size());

  int64_t* index = minibatch.index + part.begin;
  ObservationBatch batch = minibatch.observations;
  batch.index = torch::from_blob(index, {part.size()}, torch::kLong);
  const Tensor logits = worker.actor.forward(batch), value = worker.critic.forward(batch);
  const TrainingSet& set = minibatch.set;
  const LossInput input{part.size(),
                        minibatch.size,
                        logits.const_data_ptr<float>(),
                        value.const_data_ptr<float>(),
                        index,
                        set.rollout.action.data(),
                        set.rollout.log_probability.data(),
                        set.advantage,
                        set.target};
  const Tensor logit_gradient = worker.logit_gradient.narrow(0, 0, part.size());
  const Tensor value_gradient = worker.value_gradient.narrow(0, 0, part.size());
  loss_gradient(input, minibatch.weights, logit_gradient.data_ptr<float>(), value_gradient.data_ptr<float>(),
                worker.sums);
  torch::autograd::backward({logits, value}, {logit_gradient, value_gradient});
}

void ThreadedLearner::sum_gradients(Adam& adam, Network Worker::*network) {
  std::vector<Tensor>& sums = adam.gradients();
  for (size_t i = 0; i < sums.size(); ++i) {
    float* total = sums[i].data_ptr<float>();
    const int64_t size = sums[i].numel();
    std::fill_n(total, size, 0.0f);
    for (const auto& worker : workers_) {
      const Tensor gradient = ((*worker).*network).parameters()[i].second.grad();
      if (!gradient.defined()) continue;  // it had no sample
      const Tensor dense = gradient.contiguous();
      const float* g = dense.const_data_ptr<float>();
      for (int64_t k = 0; k < size; ++k) total[k] += g[k];
    }
  }
}

UpdateReport ThreadedLearner::update(const TrainingSet& set, const UpdateRates& rates, uint32_t iteration) {
  UpdateReport report;
  if (set.count == 0) return report;
  use_one_torch_thread();
  RolloutBuffer& rollout = set.rollout;
  Minibatch minibatch{
      batch_of(rollout.observations(), rollout.sample_count() + rollout.slot_count(), torch::kCPU),
      nullptr,
      0,
      set,
      {config_.clip, float(rates.entropy), config_.value, advantage_scale(set)}};
  for (auto& worker : workers_) worker->sums = {};

  const int64_t count = minibatch_count(set.count, config_.minibatch);
  for (int epoch = 0; epoch < config_.epochs; ++epoch) {
    shuffler_.shuffle(set.samples, set.count, iteration, uint32_t(epoch));
    for (int64_t m = 0; m < count; ++m) {
      const SampleRange range = part_of(set.count, count, m);
      minibatch.index = set.samples + range.begin;
      minibatch.size = range.size();
      const int workers = int(workers_.size());
      pool_.parallel_for(workers, [&](int w) {
        compute_gradients(*workers_[size_t(w)], minibatch, part_of(range.size(), workers, w));
      });
      double norms[2];
      pool_.parallel_for(2, [&](int which) {
        use_one_torch_thread();
        Adam& adam = which == 0 ? actor_adam_ : critic_adam_;
        sum_gradients(adam, which == 0 ? &Worker::actor : &Worker::critic);
        norms[which] = adam.step(rates.learning_rate, double(config_.gradient_norm));
      });
      report.actor_gradient_norm += checked_norm(norms[0], "actor", iteration);
      report.critic_gradient_norm += checked_norm(norms[1], "critic", iteration);
      ++report.minibatches;
    }
  }

  LossSums sums;
  for (const auto& worker : workers_) sums += worker->sums;
  report.entropy = sums.entropy / sums.samples;
  report.kl = sums.kl / sums.samples;
  report.clip_fraction = sums.clipped / sums.samples;
  report.policy_loss = sums.policy_loss / sums.samples;
  report.value_loss = sums.value_loss / sums.samples;
  report.actor_gradient_norm /= double(report.minibatches);
  report.critic_gradient_norm /= double(report.minibatches);
  return report;
}

}  // namespace gigalane
