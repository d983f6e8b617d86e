/// A run's folder, as docs/user_guide.md describes it:
///   config.yaml        the resolved configuration, complete
///   run.json           version, commit, device, seed, command line, start, end
///   metrics.csv        one row an iteration, names with units in the header
///   train.log          what was printed
///   checkpoints/N.ckpt after iteration N; the newest few are kept
///   events.out.tfevents.*   metrics.csv again, for TensorBoard
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "policy/checkpoint.h"
#include "train/metrics.h"
#include "train/tensorboard.h"

namespace gigalane {

/// "runs/CONFIG-UTC-seedS", CONFIG being the configuration's file name without its ending.
std::string default_run_folder(const std::string& config_path, uint64_t seed);

/// What run.json says, besides times.
struct RunInfo {
  std::string device;
  uint64_t seed = 0;
  std::string command_line;
};

class RunFolder {
 public:
  /// Throws Error if the folder exists and is not empty: nothing is overwritten.
  static void check_free(const std::string& path);
  /// A new run. Throws Error if the folder exists and is not empty: nothing is overwritten.
  static RunFolder create(const std::string& path, const std::string& config_yaml, const RunInfo&);
  /// Goes on with a run from `iteration`: later rows of metrics.csv and later checkpoints are cut off.
  /// Throws Error if it is no run's folder.
  static RunFolder resume(const std::string& path, int64_t iteration, const RunInfo&);

  const std::string& path() const { return path_; }
  /// Appends a row to metrics.csv and a point to TensorBoard's curves, flushed.
  void add_metrics(const TrainMetrics&);
  /// Writes checkpoints/N.ckpt atomically, then removes all but the newest `kept`. Returns its path.
  std::string add_checkpoint(int64_t iteration, const Checkpoint&, int kept);
  /// Writes the time of the end into run.json.
  void finish();

 private:
  RunFolder(std::string path, const RunInfo&, bool resumed);
  void write_run_json(const std::string& end) const;
  void cut_metrics(int64_t iteration) const;

  std::string path_;
  RunInfo info_;
  std::string start_;
  std::unique_ptr<TensorBoardWriter> tensorboard_;
};

/// "2026-01-31T12:34:56Z"
std::string utc_now();

}  // namespace gigalane
