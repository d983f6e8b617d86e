#include "train/threaded_learner.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/generated/variable_factories.h>

#include <algorithm>

namespace gigalane {

using torch::Tensor;

struct ThreadedLearner::Worker {
  Network actor, critic;
  SampleRows rows;
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
  int64_t* index;  ///< its samples here
  int64_t size;    ///< in all processes
  const TrainingSet& set;
  LossWeights weights;
};

ThreadedLearner::ThreadedLearner(const Network& actor, const Network& critic, const PpoConfig& config,
                                 uint64_t seed, ThreadPool& pool, const Processes& processes)
    : Learner(actor, critic, config, processes), pool_(pool), shuffler_(seed, Executor{}) {
  for (int worker = 0; worker < pool.thread_count(); ++worker)
    workers_.push_back(std::make_unique<Worker>(Worker{actor.replica(), critic.replica(), {}, {}, {}, {}}));
}

ThreadedLearner::~ThreadedLearner() = default;

void ThreadedLearner::compute_gradients(Worker& worker, const Minibatch& minibatch, SampleRange part) {
  use_one_torch_thread();
  for (Network* network : {&worker.actor, &worker.critic})
    for (const auto& [name, parameter] : network->parameters()) Tensor(parameter).mutable_grad().reset();
  if (part.size() == 0) return;
  worker.make_room(part.size());

  int64_t* index = minibatch.index + part.begin;
  const TrainingSet& set = minibatch.set;
  set.observer.observe(Executor{}, index, part.size(), worker.rows);
  const ObservationBatch batch = batch_of(worker.rows.observation(), part.size(), torch::kCPU);
  const Tensor logits = worker.actor.forward(batch), value = worker.critic.forward(batch);
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

UpdateReport ThreadedLearner::update(const TrainingSet& set, const UpdateRates& rates, uint32_t done) {
  UpdateReport report;
  const SharedEpoch epoch_plan(processes_, set.count, config_.minibatch);
  if (epoch_plan.sample_count() == 0) return report;
  use_one_torch_thread();
  Minibatch minibatch{
      nullptr, 0, set, {config_.clip, float(rates.entropy), config_.value, advantage_scale(set)}};
  for (auto& worker : workers_) worker->sums = {};

  for (int epoch = 0; epoch < config_.epochs; ++epoch) {
    shuffler_.shuffle(set.samples, set.count, done, uint32_t(epoch));
    for (int64_t m = 0; m < epoch_plan.minibatches(); ++m) {
      const SampleRange range = epoch_plan.here(m);
      minibatch.index = set.samples + range.begin;
      minibatch.size = epoch_plan.size(m);
      const int workers = int(workers_.size());
      pool_.parallel_for(workers, [&](int w) {
        compute_gradients(*workers_[size_t(w)], minibatch, part_of(range.size(), workers, w));
      });
      pool_.parallel_for(2, [&](int which) {
        sum_gradients(which == 0 ? actor_adam_ : critic_adam_, which == 0 ? &Worker::actor : &Worker::critic);
      });
      for (Adam* adam : {&actor_adam_, &critic_adam_}) processes_.sum(adam->gradients());
      double norms[2];
      pool_.parallel_for(2, [&](int which) {
        use_one_torch_thread();
        Adam& adam = which == 0 ? actor_adam_ : critic_adam_;
        norms[which] = adam.step(rates.learning_rate, double(config_.gradient_norm));
      });
      report.actor_gradient_norm += checked_norm(norms[0], "actor", actor_adam_, done + 1);
      report.critic_gradient_norm += checked_norm(norms[1], "critic", critic_adam_, done + 1);
      ++report.minibatches;
    }
  }

  LossSums sums;
  for (const auto& worker : workers_) sums += worker->sums;
  double all[] = {sums.samples, sums.entropy, sums.kl, sums.clipped, sums.policy_loss, sums.value_loss};
  processes_.sum(all, 6);
  report.entropy = all[1] / all[0];
  report.kl = all[2] / all[0];
  report.clip_fraction = all[3] / all[0];
  report.policy_loss = all[4] / all[0];
  report.value_loss = all[5] / all[0];
  report.actor_gradient_norm /= double(report.minibatches);
  report.critic_gradient_norm /= double(report.minibatches);
  return report;
}

}  // namespace gigalane
