/// Maps where the phases read them: one copy in memory of the device, whatever the number of worlds.
#pragma once
#include <memory>
#include <vector>

#include "base/device_buffer.h"
#include "maps/compiled_map.h"

namespace gigalane {

class DeviceMaps {
 public:
  DeviceMaps(Device device, std::vector<std::shared_ptr<const CompiledMap>> maps);

  /// One MapView a map, in memory of the device.
  const MapView* views() const { return views_.data(); }
  const std::vector<std::shared_ptr<const CompiledMap>>& maps() const { return maps_; }
  /// Bytes of all maps; worlds and their variants add nothing to it.
  size_t bytes() const;
  /// Most lights of any map, at least 1.
  int most_signals() const;

 private:
  static void ask_for_large_pages(const CompiledMap& map);
  MapView copied(const CompiledMap& map);
  template <class T>
  void copy_array(const std::vector<T>& from, const T*& to);

  Device device_;
  std::vector<std::shared_ptr<const CompiledMap>> maps_;
  std::vector<DeviceBuffer<uint8_t>> arrays_;
  DeviceBuffer<MapView> views_;
};

}  // namespace gigalane
