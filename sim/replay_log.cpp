#include "sim/replay_log.h"

#include <cmath>

#include "base/error.h"
#include "sim/episode_log.h"

namespace gigalane {
namespace {

bool is_identity(const Affine& m) {
  return m.xx == 1 && m.xy == 0 && m.yx == 0 && m.yy == 1 && m.x0 == 0 && m.y0 == 0;
}

}  // namespace

ReplayLog::ReplayLog(Device device, const std::string& path, const CompiledMap& map, float time_step_s) {
  const EpisodeLog log(path);
  log.check_map(map);
  require(is_identity(log.info().variant), path,
          ": was driven in a variant of its map, expected the map as it is (perturbation.enabled: false)");
  require(std::abs(log.info().time_step_s - time_step_s) < 1e-6f, path, ": steps of ", log.info().time_step_s,
          " s, expected simulation.time_step_s = ", time_step_s);

  WorldView& rows = view_.rows;
  rows.world_count = log.row_count();
  rows.agents_per_world = log.info().agents;
  rows.signal_stride = log.info().signals;
  std::vector<std::vector<uint8_t>> bytes;
  for (int row = 0; row < log.row_count(); ++row) {
    WorldSnapshot snapshot = log.snapshot(row);
    if (row == 0) view_.lights_from_s = float(*snapshot.view().episode_step) * time_step_s;
    size_t index = 0;
    for_each_field(snapshot.view(), [&](const char*, auto& pointer, int elements, bool by_slot, int) {
      const size_t size = sizeof(*pointer) * size_t(elements) * size_t(by_slot ? rows.agents_per_world : 1);
      const auto* from = reinterpret_cast<const uint8_t*>(pointer);
      if (row == 0) bytes.emplace_back();
      bytes[index].insert(bytes[index].end(), from, from + size);
      ++index;
    });
  }
  size_t index = 0;
  for_each_field(rows, [&](const char*, auto& pointer, int, bool, int) {
    fields_.emplace_back(device, bytes[index++]);
    pointer = reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(fields_.back().data());
  });
}

size_t ReplayLog::bytes() const {
  size_t sum = 0;
  for (const DeviceBuffer<uint8_t>& field : fields_) sum += field.size();
  return sum;
}

}  // namespace gigalane
