#include "base/schedule.h"
#include "policy/sampling_math.h"

namespace gigalane {
namespace {

/// A thread a row.
struct ChooseActions {
  static constexpr Over over = Over::worlds;
  const float* logits;
  int64_t first_slot;
  ActionKey key;
  bool greedy;
  uint8_t* actions;
  float* log_probability;

  HOST_DEVICE void operator()(int row) const {
    choose_action(logits + int64_t(row) * kChoices, first_slot + row, key, greedy, actions + row,
                  log_probability ? log_probability + row : nullptr);
  }
};

}  // namespace

void choose_actions_cuda(const float* logits, int64_t count, int64_t first_slot, const ActionKey& key,
                         ActionMode mode, uint8_t* actions, float* log_probability, void* stream) {
  Executor executor;
  executor.device = Device::cuda;
  executor.stream = stream;
  require(count < int64_t(1) << 30, "choose_actions_cuda: ", count, " rows, expected fewer than 2^30");
  run_phases(executor, int(count), 1,
             ChooseActions{logits, first_slot, key, mode == ActionMode::greedy, actions, log_probability});
}

}  // namespace gigalane
