/// An episode log in memory of a device, for agents that replay it.
#pragma once
#include <string>
#include <vector>

#include "base/device_buffer.h"
#include "sim/replay_agents.h"

namespace gigalane {

struct CompiledMap;

class ReplayLog {
 public:
  /// No log, no agents.
  ReplayLog() = default;
  /// Throws Error, one line, unless the log can be read, was written on this very map without a variant, and
  /// with steps of `time_step_s`.
  ReplayLog(Device, const std::string& path, const CompiledMap&, float time_step_s);

  const ReplayView& view() const { return view_; }
  int agent_count() const { return view_.rows.agents_per_world; }
  size_t bytes() const;  ///< on its device

 private:
  std::vector<DeviceBuffer<uint8_t>> fields_;  // in the order of for_each_field
  ReplayView view_{};
};

}  // namespace gigalane
