#include "train/learner.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "base/error.h"
#include "train/tensor_learner.h"
#include "train/threaded_learner.h"

namespace gigalane {

Learner::Learner(const Network& actor, const Network& critic, const PpoConfig& config)
    : config_(config),
      actor_adam_(actor.parameters(), double(config.adam_epsilon)),
      critic_adam_(critic.parameters(), double(config.adam_epsilon)) {}

float Learner::advantage_scale(const TrainingSet& set) const {
  return config_.normalise_advantage ? float(1 / (set.advantage_deviation + 1e-6)) : 1.0f;
}

double checked_norm(double norm, const char* network, uint32_t iteration) {
  require(std::isfinite(norm), "iteration ", iteration, ": the ", network,
          "'s gradient is not a finite number; the last checkpoint is from before");
  return norm;
}

std::unique_ptr<Learner> make_learner(const Network& actor, const Network& critic, const PpoConfig& config,
                                      uint64_t seed, const Executor& executor) {
  if (executor.device == Device::cuda) {
    at::globalContext().setFloat32MatmulPrecision("high");  // TF32: ten bits of mantissa, six times as fast
    return std::make_unique<TensorLearner>(actor, critic, config, seed, executor);
  }
  require(executor.pool != nullptr, "make_learner: no threads to learn with");
  return std::make_unique<ThreadedLearner>(actor, critic, config, seed, *executor.pool);
}

void use_one_torch_thread() {
  thread_local bool done = false;
  if (!done) at::set_num_threads(1);
  done = true;
}

}  // namespace gigalane
