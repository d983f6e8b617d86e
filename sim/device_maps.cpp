#include "sim/device_maps.h"

#include <algorithm>

namespace gigalane {

DeviceMaps::DeviceMaps(Device device, std::vector<std::shared_ptr<const CompiledMap>> maps)
    : device_(device), maps_(std::move(maps)) {
  require(!maps_.empty(), "a simulation needs at least one map");
  std::vector<MapView> views;
  for (const auto& map : maps_) {
    if (device == Device::cpu) ask_for_large_pages(*map);
    views.push_back(device == Device::cpu ? map->view() : copied(*map));
  }
  views_ = DeviceBuffer<MapView>(device, views);
}

void DeviceMaps::ask_for_large_pages(const CompiledMap& map) {
  const auto prefer = [](const auto& array) {
    prefer_large_pages(array.data(), array.size() * sizeof array[0]);
  };
  prefer(map.quads), prefer(map.lists), prefer(map.edge_groups), prefer(map.edge_lists);
  prefer(map.point_groups), prefer(map.edge_reach_counts), prefer(map.point_distance);
  prefer(map.to_gate), prefer(map.inner_distance), prefer(map.gate_distance);
}

size_t DeviceMaps::bytes() const {
  size_t sum = 0;
  for (const auto& array : arrays_) sum += array.size();
  if (device_ == Device::cpu)
    for (const auto& map : maps_) sum += map->memory_bytes();
  return sum;
}

int DeviceMaps::most_signals() const {
  size_t most = 1;
  for (const auto& map : maps_) most = std::max(most, map->signals.size());
  return int(most);
}

template <class T>
void DeviceMaps::copy_array(const std::vector<T>& from, const T*& to) {
  DeviceBuffer<uint8_t> buffer(device_, from.size() * sizeof(T));
  buffer.copy_from_host(reinterpret_cast<const uint8_t*>(from.data()), buffer.size());
  to = reinterpret_cast<const T*>(buffer.data());
  arrays_.push_back(std::move(buffer));
}

MapView DeviceMaps::copied(const CompiledMap& map) {
  MapView v = map.view();
  copy_array(map.quads, v.quads);
  copy_array(map.quad_outlines, v.quad_outlines);
  copy_array(map.quad_pose, v.quad_pose);
  copy_array(map.lanes, v.lanes);
  copy_array(map.successors, v.successors);
  copy_array(map.lane_points, v.lane_points);
  copy_array(map.lane_point_quad, v.lane_point_quad);
  copy_array(map.lists, v.lists);
  copy_array(map.point_groups, v.point_groups);
  copy_array(map.grouped_points, v.grouped_points);
  copy_array(map.boundary, v.boundary);
  copy_array(map.edge_groups, v.edge_groups);
  copy_array(map.edge_lists, v.edge_lists);
  copy_array(map.edge_reach_counts, v.edge_reach_counts);
  copy_array(map.stop_lines, v.stop_lines);
  copy_array(map.signals, v.signals);
  copy_array(map.junction_phase_count, v.junction_phase_count);
  copy_array(map.point_distance, v.point_distance);
  copy_array(map.point_place, v.point_place);
  copy_array(map.lane_end_distance, v.lane_end_distance);
  copy_array(map.regions, v.regions);
  copy_array(map.route_nodes, v.route_nodes);
  copy_array(map.to_gate, v.to_gate);
  copy_array(map.inner_distance, v.inner_distance);
  copy_array(map.gate_distance, v.gate_distance);
  copy_array(map.next_goal_start, v.next_goal_start);
  copy_array(map.next_goals, v.next_goals);
  copy_array(map.bucket_start, v.bucket_start);
  copy_array(map.bucket_quads, v.bucket_quads);
  copy_array(map.bucket_parts, v.bucket_parts);
  return v;
}

}  // namespace gigalane
