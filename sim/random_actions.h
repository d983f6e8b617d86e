/// Actions drawn by key, for benchmarks and tests that need a world that moves.
#pragma once
#include "base/schedule.h"
#include "sim/world_view.h"

namespace gigalane {

/// Writes view.action for all slots, a function of (seed, world, agent, step): mostly on and straight, so
/// that agents get about before they crash. On the executor's device; does not wait for it.
void draw_random_actions(const Executor& executor, const WorldView& view, uint64_t step);

}  // namespace gigalane
