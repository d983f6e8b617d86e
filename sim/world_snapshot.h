/// A copy of one world at one moment, in memory of the host: what an episode log stores a row of, what the
/// viewer draws, and what can be put back into a simulator to look at it again.
#pragma once
#include <cstdint>
#include <vector>

#include "base/device_buffer.h"
#include "sim/world_view.h"

namespace gigalane {

class WorldSnapshot {
 public:
  /// A world of `agents` slots and at most `signal_stride` lights (at least 1), all fields zero.
  WorldSnapshot(int agents, int signal_stride);
  WorldSnapshot(WorldSnapshot&&) = default;
  WorldSnapshot& operator=(WorldSnapshot&&) = default;

  /// One world: world_count is 1, maps is null.
  const WorldView& view() const { return view_; }
  WorldView& view() { return view_; }

  /// Copies world `world` of `from`, whose fields are in memory of `device`. `from` may have other numbers of
  /// slots and lights: what does not fit is left out, what lacks is absent.
  void copy_from(const WorldView& from, int world, Device device = Device::cpu, void* stream = nullptr);
  /// Copies this world into world `world` of `to`, in memory of the host. Slots that lack here become absent.
  void copy_to(WorldView& to, int world) const;

 private:
  std::vector<Record> storage_;  // its elements are aligned as the widest field wants
  WorldView view_;
};

}  // namespace gigalane
