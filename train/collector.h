/// Fills a rollout: both networks look at every observation, actions are sampled, the worlds step.
#pragma once
#include "base/device_stopwatch.h"
#include "base/schedule.h"
#include "eval/counting.h"
#include "policy/network.h"
#include "sim/simulator.h"
#include "sim/snapshots.h"
#include "train/rollout.h"

namespace gigalane {

/// What a rollout took and gave, besides its samples.
struct CollectReport {
  double simulate_s = 0, act_s = 0;
  RolloutBuffer::Sums sums;
};

class Collector {
 public:
  /// All are shared and must outlive the collector. `executor` is where worlds and networks live; on the CPU
  /// its pool acts.
  Collector(Simulator&, const Network& actor, const Network& critic, const Executor& executor);

  /// Observes the present state, then steps the worlds rollout.step_count() times, keeping a snapshot before
  /// each step. What happens is counted too.
  CollectReport collect(RolloutBuffer&, Snapshots&, EventCounter&);

 private:
  struct Networks;  ///< ready for the rollout
  void act(const Networks&, RolloutBuffer&, int step);
  void look(const Networks&, RolloutBuffer&, int step, int first_slot, int slot_count);

  Simulator& simulator_;
  const Network &actor_, &critic_;
  Executor executor_;
  DeviceStopwatch watch_;
};

}  // namespace gigalane
