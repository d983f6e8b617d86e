/// Owner of everything that a MapView points at, and what is known about where the map came from.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "maps/finding.h"
#include "maps/map_view.h"

namespace gigalane {

/// Raised whenever compile() makes something else of the same source: cached maps are then made anew.
constexpr int kMapCompilerVersion = 12;

/// What `gigalane maps info` prints. Lane kilometres are measured along the reference line over driving
/// and bidirectional lanes wherever they are wider than 1 m.
struct MapStatistics {
  int roads = 0, junctions = 0, lanes = 0;
  double lane_km = 0, junction_lane_km = 0;
  double left_out_km = 0;          ///< of the source, as no car could drive there or get out
  int lights = 0, stop_signs = 0;  ///< stop and yield signs together
  int dead_end_lanes = 0;          ///< lanes without a successor
  int components = 0;              ///< strongly connected, lane changes counted as edges; driving lanes only
  int levels = 0;
  double box_width_m = 0, box_height_m = 0;
};

/// A compiled map. Built by compile() (compile.h) or load_map() (map_library.h); constant from then on.
struct CompiledMap {
  std::string name;
  std::string source;         ///< file that it was made from, or its generator
  std::string source_sha256;  ///< of that file; empty if generated
  std::string licence, attribution;
  std::string checksum;               ///< SHA-256 over the hashes of all arrays
  double origin_x = 0, origin_y = 0;  ///< source coordinates of the map's origin
  MapStatistics statistics;
  std::vector<std::string> road_ids;  ///< the source's name of each road index

  int32_t group_count = 0, junction_count = 0;
  std::vector<Quad> quads;
  std::vector<QuadOutline> quad_outlines;
  std::vector<Record> quad_pose;
  std::vector<Lane> lanes;
  std::vector<int32_t> successors;
  std::vector<Record> lane_points;
  std::vector<int32_t> lane_point_quad;
  std::vector<QuadLists> lists;
  std::vector<RecordGroup> point_groups;
  std::vector<int32_t> grouped_points;
  std::vector<Record> boundary;
  std::vector<int32_t> boundary_quad;  ///< the quad whose edge it is
  std::vector<RecordGroup> edge_groups;
  std::vector<uint16_t> edge_lists;
  std::vector<uint8_t> edge_reach_counts;
  std::vector<StopLine> stop_lines;
  std::vector<Signal> signals;
  std::vector<uint16_t> junction_phase_count;
  std::vector<float> point_distance, lane_end_distance;  ///< empty on a large map
  std::vector<int32_t> point_place;                      ///< empty on a large map
  std::vector<Region> regions;                           ///< the rest: empty on a small map
  std::vector<RouteNode> route_nodes;
  std::vector<float> to_gate, inner_distance, gate_distance;
  std::vector<int32_t> next_goal_start, next_goals;
  float bucket_x0 = 0, bucket_y0 = 0, bucket_size_m = 4;
  int32_t bucket_columns = 0, bucket_rows = 0;
  std::vector<int32_t> bucket_start, bucket_quads, bucket_parts;
  float half_width_m = 0, half_height_m = 0;
  std::vector<Finding> findings;  ///< of the checks at its making (check.h)

  /// The arrays as the simulator reads them; valid as long as this map.
  MapView view() const;
  /// Bytes of all arrays.
  size_t memory_bytes() const;
  /// SHA-256 over the hash of each array and the numbers beside them.
  std::string compute_checksum() const;
  int boundary_count() const { return int(boundary.size()); }
  int gate_count() const {
    return regions.empty() ? 0 : regions.back().first_gate + regions.back().gate_count;
  }
  int lane_point_count() const { return int(lane_point_quad.size()); }
  int place_count() const {  ///< columns of point_distance
    return point_place.empty() ? 0 : int(point_distance.size() / point_place.size());
  }
};

/// Calls visit(name, vector) for every array of a map: one list for saving, loading, hashing and sizes.
template <class Map, class Visit>
void for_each_array(Map& map, Visit&& visit) {
  visit("quads", map.quads);
  visit("quad_outlines", map.quad_outlines);
  visit("quad_pose", map.quad_pose);
  visit("lanes", map.lanes);
  visit("successors", map.successors);
  visit("lane_points", map.lane_points);
  visit("lane_point_quad", map.lane_point_quad);
  visit("lists", map.lists);
  visit("point_groups", map.point_groups);
  visit("grouped_points", map.grouped_points);
  visit("boundary", map.boundary);
  visit("boundary_quad", map.boundary_quad);
  visit("edge_groups", map.edge_groups);
  visit("edge_lists", map.edge_lists);
  visit("edge_reach_counts", map.edge_reach_counts);
  visit("stop_lines", map.stop_lines);
  visit("signals", map.signals);
  visit("junction_phase_count", map.junction_phase_count);
  visit("point_distance", map.point_distance);
  visit("point_place", map.point_place);
  visit("lane_end_distance", map.lane_end_distance);
  visit("regions", map.regions);
  visit("route_nodes", map.route_nodes);
  visit("to_gate", map.to_gate);
  visit("inner_distance", map.inner_distance);
  visit("gate_distance", map.gate_distance);
  visit("next_goal_start", map.next_goal_start);
  visit("next_goals", map.next_goals);
  visit("bucket_start", map.bucket_start);
  visit("bucket_quads", map.bucket_quads);
  visit("bucket_parts", map.bucket_parts);
  visit("findings", map.findings);
}

/// Calls visit(name, number) for the numbers that belong to the arrays.
template <class Map, class Visit>
void for_each_number(Map& map, Visit&& visit) {
  visit("group_count", map.group_count);
  visit("junction_count", map.junction_count);
  visit("bucket_x0", map.bucket_x0);
  visit("bucket_y0", map.bucket_y0);
  visit("bucket_size_m", map.bucket_size_m);
  visit("bucket_columns", map.bucket_columns);
  visit("bucket_rows", map.bucket_rows);
  visit("half_width_m", map.half_width_m);
  visit("half_height_m", map.half_height_m);
}

}  // namespace gigalane
