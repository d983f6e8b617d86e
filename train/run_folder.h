/// A run's folder, as docs/user_guide.md describes it:
///   config.yaml        the resolved configuration, complete
///   run.json           version, commit, device, seed, command line, start, end
///   metrics.csv        one row an iteration, names with units in the header
///   train.log          what was printed
///   checkpoints/N.ckpt after iteration N, from 0 on; the newest few are kept
///   checkpoints/best.ckpt   the one that did best in an evaluation on the way, best.json says how well
///   evaluations/N.json those evaluations
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

/// An evaluation on the way.
struct EvaluationOnTheWay {
  std::string json;  ///< of eval/evaluator.h; "" if it is not whole
  double goal_rate = 0, contacts_per_km = 0, incidents_per_km = 0, km = 0;
};

/// While it lives no other process can create or resume the same run (a lock of the system on checkpoints/,
/// which ends with the process however that ends; where a file system has none, a warning says so).
class RunFolder {
 public:
  /// Throws Error if the folder exists and is not empty: nothing is overwritten.
  static void check_free(const std::string& path);
  /// A new run. Throws Error if the folder exists and is not empty: nothing is overwritten.
  static RunFolder create(const std::string& path, const std::string& config_yaml, const RunInfo&);
  /// Goes on with a run from `iteration`: later rows of metrics.csv and later checkpoints are cut off, and
  /// config.yaml says how it goes on.
  /// Throws Error if it is no run's folder, or another process is at work in it.
  static RunFolder resume(const std::string& path, int64_t iteration, const std::string& config_yaml,
                          const RunInfo&);

  const std::string& path() const { return path_; }
  /// Appends a row to metrics.csv and a point to TensorBoard's curves, flushed.
  void add_metrics(const TrainMetrics&);
  /// Writes checkpoints/N.ckpt atomically, then removes all but the newest `kept`. Returns its path.
  std::string add_checkpoint(int64_t iteration, const Checkpoint&, int kept);
  /// Writes evaluations/N.json and TensorBoard's points. Keeps a copy of `checkpoint` as
  /// checkpoints/best.ckpt, and returns true, if its goal rate is above all before, in this process or an
  /// earlier one; of equal ones the first stays.
  bool add_evaluation(int64_t iteration, const EvaluationOnTheWay&, const std::string& checkpoint);
  /// Writes the time of the end into run.json.
  void finish();

 private:
  RunFolder(std::string path, std::shared_ptr<const void> lock, const RunInfo&, int64_t iteration,
            bool resumed);
  void write_run_json(const std::string& end) const;
  /// Drops rows of later iterations; columns become this version's, empty where there were none.
  void cut_metrics(int64_t iteration) const;

  std::string path_;
  std::shared_ptr<const void> lock_;
  RunInfo info_;
  std::string start_;
  std::unique_ptr<TensorBoardWriter> tensorboard_;
};

/// "2026-01-31T12:34:56Z"
std::string utc_now();

}  // namespace gigalane
