/// The update: clipped PPO over the chosen samples of a rollout, data parallel over threads. Each worker
/// takes its part of a minibatch through replicas of both networks; their gradients are summed in the
/// workers' order, so an update is the same, bit for bit, for the same number of threads.
#pragma once
#include <memory>

#include "base/thread_pool.h"
#include "policy/network.h"
#include "train/adam.h"
#include "train/config.h"
#include "train/loss.h"
#include "train/minibatches.h"
#include "train/ppo_report.h"
#include "train/rollout.h"

namespace gigalane {

class Learner {
 public:
  /// The networks are shared and must outlive the learner.
  Learner(const Network& actor, const Network& critic, const PpoConfig&, uint64_t seed, ThreadPool&);
  ~Learner();

  /// `config.epochs` passes over `samples` (in any order; it is shuffled), advantages and targets by sample.
  UpdateReport update(RolloutBuffer&, std::vector<int64_t>& samples, const float* advantage,
                      const float* target, const UpdateRates&, uint32_t iteration);

  Adam& actor_adam() { return actor_adam_; }
  Adam& critic_adam() { return critic_adam_; }

 private:
  struct Worker;
  struct Minibatch;
  void compute_gradients(Worker&, const Minibatch&, SampleRange part);
  void sum_gradients(Adam&, Network Worker::*network);

  PpoConfig config_;
  uint64_t seed_;
  ThreadPool& pool_;
  Adam actor_adam_, critic_adam_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

/// Keeps LibTorch from starting threads of its own under the calling thread: parallelism is over samples.
void use_one_torch_thread();

}  // namespace gigalane
