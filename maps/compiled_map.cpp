#include "maps/compiled_map.h"

#include "base/state_hash.h"

namespace gigalane {

MapView CompiledMap::view() const {
  MapView v{};
  v.quad_count = int32_t(quads.size());
  v.lane_count = int32_t(lanes.size());
  v.lane_point_count = int32_t(lane_point_quad.size());
  v.boundary_count = int32_t(boundary_count());
  v.stop_line_count = int32_t(stop_lines.size());
  v.signal_count = int32_t(signals.size());
  v.group_count = group_count;
  v.junction_count = junction_count;
  v.region_count = int32_t(regions.size());
  v.gate_count = int32_t(gate_count());
  v.quads = quads.data();
  v.quad_outlines = quad_outlines.data();
  v.quad_pose = quad_pose.data();
  v.lanes = lanes.data();
  v.successors = successors.data();
  v.lane_points = lane_points.data();
  v.lane_point_quad = lane_point_quad.data();
  v.lists = lists.data();
  v.point_groups = point_groups.data();
  v.grouped_points = grouped_points.data();
  v.boundary = boundary.data();
  v.edge_groups = edge_groups.data();
  v.edge_lists = edge_lists.data();
  v.edge_reach_counts = edge_reach_counts.data();
  v.stop_lines = stop_lines.data();
  v.signals = signals.data();
  v.junction_phase_count = junction_phase_count.data();
  v.point_distance = point_distance.data();
  v.point_place = point_place.data();
  v.place_count = int32_t(place_count());
  v.lane_end_distance = lane_end_distance.data();
  v.regions = regions.data();
  v.route_nodes = route_nodes.data();
  v.to_gate = to_gate.data();
  v.inner_distance = inner_distance.data();
  v.gate_distance = gate_distance.data();
  v.next_goal_start = next_goal_start.data();
  v.next_goals = next_goals.data();
  v.bucket_x0 = bucket_x0;
  v.bucket_y0 = bucket_y0;
  v.bucket_size_m = bucket_size_m;
  v.bucket_columns = bucket_columns;
  v.bucket_rows = bucket_rows;
  v.bucket_start = bucket_start.data();
  v.bucket_quads = bucket_quads.data();
  v.bucket_parts = bucket_parts.data();
  v.half_width_m = half_width_m;
  v.half_height_m = half_height_m;
  return v;
}

size_t CompiledMap::memory_bytes() const {
  size_t bytes = 0;
  for_each_array(*this, [&](const char*, const auto& array) { bytes += array.size() * sizeof array[0]; });
  return bytes;
}

std::string CompiledMap::compute_checksum() const {
  // a digest of digests: each array's own, so that none can run on into the next
  std::string digests;
  for_each_array(*this, [&](const char* name, const auto& array) {
    StateHash hash;
    hash.add(array.data(), array.size() * sizeof array[0]);
    digests += std::string(name) + ":" + std::to_string(array.size()) + ":" + hash.hex() + "\n";
  });
  for_each_number(*this, [&](const char* name, const auto& number) {
    digests += std::string(name) + ":" + sha256_hex(&number, sizeof number) + "\n";
  });
  return sha256_hex(digests);
}

}  // namespace gigalane
