/// The update as LibTorch's own operations on whole minibatches: what CUDA runs. It works on any device, so
/// that tests compare it with ThreadedLearner on the CPU. Waits for the device once an epoch, to shuffle.
#pragma once
#include "train/learner.h"
#include "train/minibatches.h"

namespace gigalane {

class TensorLearner : public Learner {
 public:
  TensorLearner(const Network& actor, const Network& critic, const PpoConfig&, uint64_t seed, const Executor&,
                const Processes& = one_process());

  UpdateReport update(const TrainingSet&, const UpdateRates&, uint32_t done) override;

 private:
  struct Rollout;
  torch::Device device() const { return to_torch(executor_.device); }
  torch::Tensor step(const Rollout&, SampleRange, int64_t size, const UpdateRates&);

  const Network &actor_, &critic_;
  Executor executor_;
  SampleRows rows_;
  Shuffler shuffler_;
};

}  // namespace gigalane
