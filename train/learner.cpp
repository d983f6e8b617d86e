#include "train/learner.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "train/tensor_learner.h"
#include "train/threaded_learner.h"

namespace gigalane {

SharedEpoch::SharedEpoch(const Processes& processes, int64_t count, int64_t minibatch)
    : counts_(processes.each(count)),
      rank_(size_t(processes.rank())),
      all_(std::accumulate(counts_.begin(), counts_.end(), int64_t(0))),
      minibatches_(minibatch_count(all_, minibatch * processes.count())) {}

int64_t SharedEpoch::size(int64_t m) const {
  int64_t sum = 0;
  for (const int64_t count : counts_) sum += part_of(count, minibatches_, m).size();
  return sum;
}

Learner::Learner(const Network& actor, const Network& critic, const PpoConfig& config,
                 const Processes& processes)
    : config_(config),
      processes_(processes),
      actor_adam_(actor.parameters(), double(config.adam_epsilon)),
      critic_adam_(critic.parameters(), double(config.adam_epsilon)) {}

float Learner::advantage_scale(const TrainingSet& set) const {
  return config_.normalise_advantage ? float(1 / (set.advantage_deviation + 1e-6)) : 1.0f;
}

double checked_norm(double norm, const char* network, const Adam& adam, uint32_t iteration) {
  if (std::isfinite(norm)) return norm;
  const std::string tensor = adam.bad_gradient();
  fail("iteration ", iteration, ": the ", network, "'s gradient",
       tensor.empty() ? " in a minibatch" : " of " + tensor,
       " is not a finite number; the last checkpoint is from before");
}

void require_finite(const Network& network, const char* name, uint32_t iteration) {
  std::vector<torch::Tensor> weights;
  for (const auto& [parameter, tensor] : network.parameters()) weights.push_back(tensor);
  const int bad = first_not_finite(weights);
  require(bad < 0, "iteration ", iteration, ": the ", name, "'s ",
          bad < 0 ? "" : network.parameters()[size_t(bad)].first,
          " holds a number that is not finite; the last checkpoint is from before");
}

void require_sane(const UpdateReport& report, uint32_t iteration) {
  constexpr double kMostKl = 1;
  require(report.kl <= kMostKl, "iteration ", iteration, ": the update blew up: the actor's policy is ",
          report.kl, " nat away from the one that acted, expected at most ", kMostKl,
          "; the last checkpoint is from before");
}

std::unique_ptr<Learner> make_learner(const Network& actor, const Network& critic, const PpoConfig& config,
                                      uint64_t seed, const Executor& executor, const Processes& processes,
                                      bool plain) {
  // what is left in float32 beside bfloat16 may take TF32: ten bits of mantissa, six times as fast
  if (executor.device == Device::cuda)
    at::globalContext().setFloat32MatmulPrecision(actor.precision() == Precision::bfloat16 ? "high"
                                                                                           : "highest");
  if (executor.device == Device::cuda || plain)
    return std::make_unique<TensorLearner>(actor, critic, config, seed, executor, processes);
  require(executor.pool != nullptr, "make_learner: no threads to learn with");
  return std::make_unique<ThreadedLearner>(actor, critic, config, seed, *executor.pool, processes);
}

void use_one_torch_thread() {
  thread_local bool done = false;
  if (!done) at::set_num_threads(1);
  done = true;
}

}  // namespace gigalane
