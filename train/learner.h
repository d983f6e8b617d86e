/// The update: clipped PPO over the chosen samples of a rollout. One interface, a learner for each kind of
/// device.
#pragma once
#include <memory>

#include "base/thread_pool.h"
#include "policy/network.h"
#include "sim/snapshots.h"
#include "train/adam.h"
#include "train/config.h"
#include "train/minibatches.h"
#include "train/ppo_report.h"
#include "train/processes.h"
#include "train/rollout.h"

namespace gigalane {

/// What an update learns from, on the rollout's device.
struct TrainingSet {
  RolloutBuffer& rollout;
  const SampleObserver& observer;  ///< of the rollout's samples
  int64_t* samples;                ///< (count), in any order; they are shuffled
  int64_t count;
  const float *advantage, *target;  ///< by sample
  double advantage_deviation;       ///< of the chosen ones
};

/// How an epoch is cut over processes: each has as many minibatches, and of each of them its own share, so
/// that a minibatch has its part of every process's samples.
class SharedEpoch {
 public:
  /// Of `count` samples here. Called by all processes.
  SharedEpoch(const Processes&, int64_t count, int64_t minibatch);
  int64_t sample_count() const { return all_; }  ///< of all processes
  int64_t minibatches() const { return minibatches_; }
  /// The samples of minibatch m here: of the shuffled ones of this process.
  SampleRange here(int64_t m) const { return part_of(counts_[rank_], minibatches_, m); }
  int64_t size(int64_t m) const;  ///< in all processes together

 private:
  std::vector<int64_t> counts_;  // by rank
  size_t rank_;
  int64_t all_, minibatches_;
};

class Learner {
 public:
  virtual ~Learner() = default;
  /// `epochs` passes over the samples. Nothing changes if there is none. `done` iterations came before.
  /// Throws Error, naming iteration, network and tensor, when a gradient is not a finite number.
  virtual UpdateReport update(const TrainingSet&, const UpdateRates&, uint32_t done) = 0;

  Adam& actor_adam() { return actor_adam_; }
  Adam& critic_adam() { return critic_adam_; }

 protected:
  /// The networks are shared and must outlive the learner, as must the processes.
  Learner(const Network& actor, const Network& critic, const PpoConfig&, const Processes&);
  float advantage_scale(const TrainingSet&) const;

  PpoConfig config_;
  const Processes& processes_;
  Adam actor_adam_, critic_adam_;
};

/// `norm`, or an Error that names the network and the tensor whose gradient was not finite.
double checked_norm(double norm, const char* network, const Adam&, uint32_t iteration);
/// Throws Error naming network and tensor unless all weights are finite numbers. Waits for the device.
void require_finite(const Network&, const char* name, uint32_t iteration);

/// Throws Error when an update's numbers are finite but its policy is lost: a mean KL above 1 nat from the
/// policy that acted (healthy ones stay below 0.1).
void require_sane(const UpdateReport&, uint32_t iteration);

/// Threads on the CPU; whole minibatches as tensors on CUDA, and where `plain` asks for that.
std::unique_ptr<Learner> make_learner(const Network& actor, const Network& critic, const PpoConfig&,
                                      uint64_t seed, const Executor&, const Processes& = one_process(),
                                      bool plain = false);

/// Keeps LibTorch from starting threads of its own under the calling thread: parallelism is over samples.
void use_one_torch_thread();

}  // namespace gigalane
