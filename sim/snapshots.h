/// What training keeps of the worlds instead of what agents saw: at each step of a rollout, as much of their
/// state as an observation is made from (kSeenField, kHintField), about 100 bytes an agent instead of 2 to 4
/// kB. What was drawn for a life is drawn again by its key. The observations of samples are then made by the
/// phase that made them the first time, of the same bits.
#pragma once
#include <cstdint>
#include <vector>

#include "base/device_buffer.h"
#include "base/schedule.h"
#include "sim/observation_rows.h"
#include "sim/rules.h"
#include "sim/world_view.h"

namespace gigalane {

class Simulator;

/// Room for observations of samples, one after another, and for what is drawn again for their lives.
class SampleRows {
 public:
  /// Room for at least `count` samples; what was in it may be lost.
  void reserve(Device, const ObservationShape&, int64_t count);
  ObservationView observation() { return rows_.view(); }
  Record* traits() { return traits_.data(); }
  float* coefficients() { return coefficients_.data(); }  ///< (sample, kCoefficientCount)

 private:
  ObservationRows rows_;
  DeviceBuffer<float> coefficients_;
  DeviceBuffer<Record> traits_;
};

/// Something that can tell what the agents of samples saw; sample = step * slot_count + slot.
class SampleObserver {
 public:
  virtual ~SampleObserver() = default;
  virtual ObservationShape shape() const = 0;
  /// Row n of `out` receives what the agent of samples[n] saw. The arrays are in memory of the executor's
  /// device; several threads may call this at once, each with rows of its own.
  virtual void observe(const Executor&, const int64_t* samples, int64_t count, SampleRows& out) const = 0;
};

class Snapshots : public SampleObserver {
 public:
  /// Room for `step_count` steps of the simulator's worlds, on their device; the simulator must outlive this.
  /// Characters must be as drawn: rebuilding draws them again. Throws Error if memory does not suffice.
  Snapshots(const Simulator&, Device, int step_count);

  /// Keeps the present state as that of `step`.
  void record(int step, const WorldView&, void* stream);
  ObservationShape shape() const override { return shape_; }
  void observe(const Executor&, const int64_t* samples, int64_t count, SampleRows& out) const override;

  int64_t bytes() const;  ///< of all steps

 private:
  ObservationShape shape_;
  ObserveOptions options_;
  StepRules rules_;
  int kept_;        ///< FieldUse of the fields that are kept
  int worlds_;      ///< of one step
  WorldView view_;  ///< world = step * worlds_ + world, so that a slot is a sample; fields not kept are null
  std::vector<DeviceBuffer<uint8_t>> fields_;  ///< those kept, in the order of for_each_field
};

}  // namespace gigalane
