/// A training run on disk: iterations until the end or an interrupt, with metrics, checkpoints and what a
/// program hooks in on the way.
#pragma once
#include <functional>
#include <string>

#include "train/run_folder.h"
#include "train/trainer.h"

namespace gigalane {

/// Called every evaluate_minutes and record_minutes of training with the iteration's number and a checkpoint
/// written just before. An Error in them is logged, and training goes on. An evaluation that was interrupted
/// has no JSON.
struct TrainHooks {
  std::function<EvaluationOnTheWay(const std::string& checkpoint)> evaluate;
  std::function<void(int64_t iteration, const std::string& checkpoint)> record;
};

/// Trains to the end. After an interrupt (base/interrupt.h) of any process of the run it saves a checkpoint
/// and returns false. The first process alone has a folder and hooks, and shows progress; others pass null.
bool run_training(Trainer&, RunFolder*, const TrainHooks& = {});

}  // namespace gigalane
