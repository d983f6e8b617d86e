#include "sim/random_actions.h"

#include "base/philox.h"
#include "sim/purposes.h"

namespace gigalane {

namespace {

/// Action = long jerk index (-15, -4, 0, 4 m/s^3) * 3 + lateral jerk index (-4, 0, 4).
struct DrawActions {
  static constexpr Over over = Over::agents;
  WorldView view;
  uint32_t step;

  HOST_DEVICE void operator()(int world, int agent) const {
    KeyedRandom random(view.seed, view.first_world + uint32_t(world), uint32_t(agent), step,
                       uint32_t(Purpose::actions));
    const float along = random.unit(), across = random.unit();
    const int along_index = along < 0.03f ? 0 : along < 0.23f ? 1 : along < 0.65f ? 2 : 3;
    const int across_index = across < 0.1f ? 0 : across < 0.9f ? 1 : 2;
    view.action[world * view.agents_per_world + agent] = uint8_t(along_index * 3 + across_index);
  }
};

}  // namespace

void draw_random_actions(const Executor& executor, const WorldView& view, uint64_t step) {
  run_phases(executor, view.world_count, view.agents_per_world, DrawActions{view, uint32_t(step)});
}

}  // namespace gigalane
