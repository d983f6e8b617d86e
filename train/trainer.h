/// A training run in memory: worlds, networks, optimisers, curriculum, and one iteration after another. What
/// is written to disk is the business of training_run.h.
#pragma once
#include <memory>
#include <vector>

#include "base/schedule.h"
#include "policy/checkpoint.h"
#include "policy/network_config.h"
#include "train/metrics.h"
#include "train/processes.h"

namespace gigalane {

struct TrainConfig;
struct CompiledMap;
class Simulator;

class Trainer {
 public:
  /// Loads the maps that the configuration names; worlds are those of this process. Throws Error on a
  /// configuration that cannot be trained. The processes must outlive the trainer.
  explicit Trainer(const TrainConfig&, const Processes& = one_process());
  /// The same on maps already in memory.
  Trainer(const TrainConfig&, std::vector<std::shared_ptr<const CompiledMap>>,
          const Processes& = one_process());
  ~Trainer();
  Trainer(Trainer&&) noexcept;

  /// One rollout and one update, with all processes of the run; figures are those of all.
  TrainMetrics iterate();

  /// Share of training done, 0 to 1: the larger of those of transitions and minutes.
  double progress() const;
  bool done() const { return progress() >= 1; }
  int64_t iteration() const;   ///< iterations done
  double transitions() const;  ///< simulated so far
  double seconds() const;      ///< spent in iterate() so far
  Device device() const;
  int thread_count() const;
  Precision precision() const;      ///< of the hidden layers' products
  int64_t parameter_count() const;  ///< of both networks
  /// Memory of a rollout, snapshots and results, by slot and step.
  double rollout_bytes_per_agent_step() const;
  /// What an update works on beside it, advantages, targets and which samples are chosen: the same.
  double update_bytes_per_agent_step() const;
  const TrainConfig& config() const;
  const Processes& processes() const;
  const Simulator& simulator() const;
  /// From now on the simulator adds nanoseconds by phase to it; null: no longer.
  void measure_phases(PhaseTimes*);

  /// Everything to go on from here: restore() on the same configuration, processes and thread count continues
  /// bit for bit (given schedules that follow transitions: minutes never pass twice the same). Called by all
  /// processes. With another number of them, another seed or another configuration of the simulation,
  /// restore() begins the worlds anew, other ones than the run began with, and returns false.
  Checkpoint checkpoint() const;
  bool restore(const Checkpoint&);
  /// Takes only the networks' weights (the critic's, if there): a new run from an old policy. Throws Error,
  /// as restore() does, naming a tensor that lacks, has another shape or holds a number that is not finite.
  void start_from(const Checkpoint&);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace gigalane
