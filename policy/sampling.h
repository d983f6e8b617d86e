/// Choosing actions from logits: Gumbel-max with noise drawn by key, so that an action is a function of
/// (seed, world, agent, step) and the logits; or the most likely action. And the softmax.
#pragma once
#include <cstdint>

#include "policy/driver.h"

namespace gigalane {

/// What the noise of slot s is keyed by: world first_world + s / agents_per_world, agent s %
/// agents_per_world, purpose Purpose::actions.
struct ActionKey {
  uint64_t seed = 0;
  uint64_t step = 0;  ///< its low 32 bits count
  uint32_t first_world = 0;
  int agents_per_world = 1;
};

/// Rows [0, count) of logits (count, 12) belong to slots first_slot, first_slot + 1, ... Writes actions
/// (count) and, unless null, the log-probability of each chosen action under the softmax of its logits (in
/// both modes).
void choose_actions(const float* logits, int64_t count, int64_t first_slot, const ActionKey&, ActionMode,
                    uint8_t* actions, float* log_probability);

/// The same on CUDA: pointers to device memory, `stream` a cudaStream_t. Same key, same logits: the same
/// bits. Throws Error in a build without CUDA.
void choose_actions_cuda(const float* logits, int64_t count, int64_t first_slot, const ActionKey&, ActionMode,
                         uint8_t* actions, float* log_probability, void* stream);

/// Softmax of rows of 12: probabilities (count, 12) and, unless null, log-probabilities (count, 12).
void softmax_rows(const float* logits, int64_t count, float* probabilities, float* log_probabilities);

}  // namespace gigalane
