/// A policy that drives: whatever was loaded, behind one narrow interface without LibTorch in it, for
/// evaluation, recording and the viewer.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "sim/world_view.h"

namespace gigalane {

enum class ActionMode { sampled, greedy };

/// What a policy is and what it was trained with.
struct PolicyCard {
  std::string path, kind;  ///< file; "checkpoint", "safetensors" or "torchscript"
  std::string sha256;      ///< of the weights
  int observation_version = 0;
  ObservationShape trained_shape;
  bool route_hint = false;       ///< whether the ego vector's route hint was on in training
  std::string simulation_yaml;   ///< the simulation section it was trained with, complete ("" if unknown)
  uint64_t transitions = 0;      ///< trained on so far
  uint64_t parameter_count = 0;  ///< of the actor
};

class Driver {
 public:
  virtual ~Driver() = default;
  virtual const PolicyCard& card() const = 0;
  /// Writes world.action for all slots from the rows of `seen` (CPU memory, any capacities). Sampled actions
  /// are Gumbel-max with noise keyed by (world.seed, world, agent, step): the same state gives the same
  /// action.
  virtual void act(const ObservationView& seen, const WorldView& world, uint64_t step, ActionMode mode) = 0;
  /// Probabilities (12) and logits of one row, for the viewer's inspector.
  virtual std::vector<float> probabilities(const ObservationView& seen, int slot) = 0;
};

/// Loads a checkpoint, a run's folder (its newest checkpoint), a .safetensors file or a TorchScript .pt.
/// Throws Error with one line: missing, truncated, or made for another observation layout.
std::unique_ptr<Driver> load_driver(const std::string& path, int threads);

}  // namespace gigalane
