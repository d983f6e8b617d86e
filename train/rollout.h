/// What a rollout leaves behind beside the snapshots of its worlds (sim/snapshots.h): for each step and slot
/// what was done and what came of it.
///
/// One slot over seven steps. Its life crashes in step 2, a new one is placed in step 3 and runs into the
/// episode's end in step 5; step 6 places the next.
///
///   observation    o0     o1     o2     o3     o4     o5     o6     o7
///   step              0      1      2      3      4      5      6
///   transition        1      1      1      0      1      1      0
///   terminated                      1
///   truncated                                            1
///   bootstrap        o1     o2     --     --     o5     o6     --
///   chain          <-------------]        <-------------]     <----
///
/// o3 shows where the crash happened and o6 where time ran out: each life is observed once more where it
/// ended, and the step that places the next life is no sample. Step 5 bootstraps with the value of o6, step 2
/// with nothing; no advantage flows back over the end of a life, nor over a step that is no transition. An
/// erratic driver's steps are no transitions either, nor one that ended in an artefact of a spawn. Where the
/// rollout stops in the middle of a life, its last step bootstraps with the value of the last observation.
#pragma once
#include <cstdint>

#include "base/group_sums.h"
#include "base/schedule.h"
#include "sim/world_view.h"

namespace gigalane {

/// What a step was, bits of RolloutBuffer::flags.
enum StepFlag : uint8_t { kTransition = 1, kTerminated = 2, kTruncated = 4 };

/// All arrays are [step][slot], sample = step * slot_count + slot, on the device of the worlds.
class RolloutBuffer {
 public:
  /// Throws Error if the device's memory does not suffice.
  RolloutBuffer(Device, int step_count, int slot_count);

  Device device() const { return reward.device(); }
  int step_count() const { return step_count_; }
  int slot_count() const { return slot_count_; }
  int64_t sample_count() const { return int64_t(step_count_) * slot_count_; }

  /// After Simulator::step() of step `step`: its rewards and flags. Step 0 begins the sums anew.
  void record(int step, const WorldView&, const Executor&);

  DeviceBuffer<uint8_t> action;         ///< what was sampled
  DeviceBuffer<float> log_probability;  ///< of that action when it was sampled
  DeviceBuffer<float> value;            ///< (step_count + 1, slot_count): the critic's estimates
  DeviceBuffer<float> reward;
  DeviceBuffer<uint8_t> flags;  ///< StepFlag

  /// Sums over the transitions of all steps recorded.
  struct Sums {
    double transitions = 0;
    double reward_terms[kRewardTerms] = {};
    HOST_DEVICE Sums& operator+=(const Sums& o) {
      transitions += o.transitions;
      for (int term = 0; term < kRewardTerms; ++term) reward_terms[term] += o.reward_terms[term];
      return *this;
    }
  };
  /// Waits for the device.
  Sums sums(const Executor&);
  int64_t bytes() const;  ///< of all arrays

 private:
  int step_count_, slot_count_;
  DeviceBuffer<Sums> sums_;  // by slot
  GroupSums<Sums> total_;
};

}  // namespace gigalane
