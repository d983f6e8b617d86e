/// The update: clipped PPO over the chosen samples of a rollout. One interface, a learner for each kind of
/// device.
#pragma once
#include <memory>

#include "base/thread_pool.h"
#include "policy/network.h"
#include "train/adam.h"
#include "train/config.h"
#include "train/ppo_report.h"
#include "train/rollout.h"

namespace gigalane {

/// What an update learns from, on the rollout's device.
struct TrainingSet {
  RolloutBuffer& rollout;
  int64_t* samples;  ///< (count), in any order; they are shuffled
  int64_t count;
  const float *advantage, *target;  ///< by sample
  double advantage_deviation;       ///< of the chosen ones
};

class Learner {
 public:
  virtual ~Learner() = default;
  /// `epochs` passes over the samples. Nothing changes if there is none. Throws Error, naming network and
  /// iteration, when a gradient is not a finite number.
  virtual UpdateReport update(const TrainingSet&, const UpdateRates&, uint32_t iteration) = 0;

  Adam& actor_adam() { return actor_adam_; }
  Adam& critic_adam() { return critic_adam_; }

 protected:
  /// The networks are shared and must outlive the learner.
  Learner(const Network& actor, const Network& critic, const PpoConfig&);
  float advantage_scale(const TrainingSet&) const;

  PpoConfig config_;
  Adam actor_adam_, critic_adam_;
};

/// `norm`, or an Error that says what was not finite.
double checked_norm(double norm, const char* network, uint32_t iteration);

/// Threads on the CPU, whole minibatches as tensors on CUDA.
std::unique_ptr<Learner> make_learner(const Network& actor, const Network& critic, const PpoConfig&,
                                      uint64_t seed, const Executor&);

/// Keeps LibTorch from starting threads of its own under the calling thread: parallelism is over samples.
void use_one_torch_thread();

}  // namespace gigalane
