/// What `gigalane train` does on the way besides training: evaluations/N.json and episodes/N.h5 in the run's
/// folder.
#pragma once
#include <string>

#include "train/training_run.h"

namespace gigalane {

struct TrainConfig;

/// Hooks for a run in `folder`; the configuration says which maps and how often.
TrainHooks make_training_hooks(const TrainConfig&, const std::string& folder, int threads);

}  // namespace gigalane
