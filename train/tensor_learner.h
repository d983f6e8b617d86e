/// The update as LibTorch's own operations on whole minibatches: what CUDA runs. It works on any device, so
/// that tests compare it with ThreadedLearner on the CPU. Waits for the device once an update.
#pragma once
#include "train/learner.h"
#include "train/minibatches.h"

namespace gigalane {

class TensorLearner : public Learner {
 public:
  TensorLearner(const Network& actor, const Network& critic, const PpoConfig&, uint64_t seed,
                const Executor&);

  UpdateReport update(const TrainingSet&, const UpdateRates&, uint32_t iteration) override;

 private:
  struct Rollout;
  torch::Tensor step(const Rollout&, SampleRange, const UpdateRates&);

  const Network &actor_, &critic_;
  torch::Device device_;
  Shuffler shuffler_;
};

}  // namespace gigalane
