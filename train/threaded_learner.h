/// The update on the CPU, data parallel over threads. Each worker takes its part of a minibatch through
/// replicas of both networks; their gradients are summed in the workers' order, so an update is the same, bit
/// for bit, for the same number of threads.
#pragma once
#include <memory>
#include <vector>

#include "train/learner.h"
#include "train/loss.h"
#include "train/minibatches.h"

namespace gigalane {

class ThreadedLearner : public Learner {
 public:
  ThreadedLearner(const Network& actor, const Network& critic, const PpoConfig&, uint64_t seed, ThreadPool&,
                  const Processes& = one_process());
  ~ThreadedLearner() override;

  UpdateReport update(const TrainingSet&, const UpdateRates&, uint32_t done) override;

 private:
  struct Worker;
  struct Minibatch;
  void compute_gradients(Worker&, const Minibatch&, SampleRange part);
  void sum_gradients(Adam&, Network Worker::*network);

  ThreadPool& pool_;
  Shuffler shuffler_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace gigalane
