/// The compiled road network as the simulator reads it: flat, read-only arrays in base coordinates
/// (metres, x east, y north as in OpenDRIVE, shifted so that the middle of the box is the origin).
/// One MapView in memory serves all worlds that drive on the map; owner is CompiledMap (compiled_map.h).
///
/// Lanes are strips of convex quads about 1 m long and one lane wide, in driving order; the quads of a
/// lane are contiguous. A lane is one lane of one lane section, in its direction of travel. Lane points
/// are coarse: the middle of about every 40 m of a lane, at least one a lane, at equal fractions on all
/// lanes of one cross-section. Goals are lane points.
///
/// What an agent sees of the road is read in groups of four lane points or boundary edges that lie together,
/// a cache line each. Place 4 * g + k is member k of group g; a group of fewer repeats its last member. Lists
/// name groups by 16 bits, nearest first by their nearest member, and so hold whole groups.
///
/// On a small map lists name groups themselves, and the distances are tables of all pairs. A large map is cut
/// into regions: its lists count from the first group of their region, and its distances lead through the
/// gates of regions. maps/region.h reads both.
#pragma once
#include <cstdint>

#include "base/records.h"

namespace gigalane {

constexpr int kListedGroups = 20;  ///< of lane points listed for each quad, and of edges it can show
constexpr int kListedFeatures = kListedGroups * kGroupSize;
constexpr int kListedStopLines = 8;   ///< stop lines listed for each quad
constexpr int kListPadding = 16;      ///< lists may be read up to a whole block beyond their end
constexpr int kReachCount = 32;       ///< edge_reach_counts covers 0 to 31 m
constexpr float kUnreachable = 1e9f;  ///< distance where no route exists
constexpr uint16_t kNone16 = 0xffff;
constexpr int32_t kNoPoint = -1;

struct Quad {
  float x, y;                  ///< middle of the lane's centre line within the quad
  float tangent_x, tangent_y;  ///< unit, direction of travel
  float half_length, width;    ///< along the centre line; across
  float curvature;             ///< 1/m of the centre line, positive to the left
  float speed_limit_mps;
  float z, slope;                  ///< height at the middle, and its change per metre along
  float corner_x[4], corner_y[4];  ///< counter-clockwise: rear right, front right, front left, rear left
  float lane_offset_m;             ///< from the lane's start to the quad's middle, along the lane
  int32_t lane;
  int32_t next_point;       ///< next lane point ahead on the same lane, or kNoPoint
  float next_point_m;       ///< distance to it along the lane (0 if none)
  int16_t level;            ///< quads of different levels that overlap in the plane never meet
  uint16_t next_stop_line;  ///< stop line that driving on along this lane meets within 100 m, or kNone16
  float next_stop_line_m;   ///< distance from the quad's middle to it along the lane (0 if none)
};

/// What is near a quad: one cache line.
struct alignas(64) QuadLists {
  int32_t first_edge_group;   ///< its list in MapView::edge_lists
  uint16_t edge_group_count;  ///< all within kReachCount - 1 m and at least the 20 nearest within 100 m
  uint8_t point_group_count, stop_line_count;
  uint16_t point_groups[kListedGroups];   ///< nearest groups of lane points within 200 m (and 300 m for
                                          ///< variants), padded with 0
  uint16_t stop_lines[kListedStopLines];  ///< first next_stop_line, then nearest within 100 m; same level;
                                          ///< padded with 0
};
static_assert(sizeof(QuadLists) == 64);

/// What it takes to find a place in a quad, in one cache line.
struct alignas(64) QuadOutline {
  float corner_x[4], corner_y[4];  ///< all as in Quad
  float x, y, tangent_x, tangent_y;
  float z, slope, half_length, width;
};

struct Lane {
  int32_t first_quad, quad_count;
  int32_t first_point, point_count;          ///< its lane points, in driving order
  int32_t first_successor, successor_count;  ///< into MapView::successors
  int32_t left, right;                       ///< lane that may be changed to, same direction, or -1
  int32_t first_piece;  ///< a lane section is cut at the same places for all its lanes: the quad beside
                        ///< quad q on lane b is b.first_quad + (q - first_quad) + first_piece - b.first_piece
  float length_m;
  float speed_limit_mps;
  int32_t road;      ///< index into the source's roads
  int32_t junction;  ///< junction index, or -1
  int16_t lane_id;   ///< OpenDRIVE's
  uint16_t region;   ///< 0 on a small map
  uint8_t routable;  ///< 0: drivable area only (bidirectional or dead end): no spawn, no goal
  uint8_t pad[3];
};

/// A stop line over the whole carriageway of an approach: crossed from behind to ahead.
struct StopLine {
  float x0, y0, x1, y1;            ///< right end and left end, seen in driving direction
  float direction_x, direction_y;  ///< unit, into the junction
  float z;
  int16_t signal;  ///< index of its light, or -1 (stop or yield sign)
  int16_t kind;    ///< StopLineKind
};
enum class StopLineKind : int16_t { light = 0, stop_sign = 1, yield_sign = 2 };

/// A light: those of one group show the same; groups of one junction take turns, phase 0, 1, ...
struct Signal {
  float x, y, z;
  int32_t junction;     ///< index of the junction whose turns it takes
  int32_t group;        ///< index of its group (controller), unique in the map
  int16_t phase;        ///< its turn
  int16_t phase_count;  ///< turns of this junction
};

/// A part of a large map: whole lane sections that lie together. Its nodes are its lane points, then the ends
/// of its lanes, each in the order of their indices. Its gates are the lane ends that lead out of it.
struct Region {
  int32_t first_gate, gate_count;  ///< columns of MapView::gate_distance
  int32_t point_count, node_count;
  int32_t first_point_group, first_edge_group;  ///< what entry 0 of its quads' lists stands for
  int64_t first_to_gate;                        ///< into MapView::to_gate
  int64_t first_inner;                          ///< into MapView::inner_distance
};

/// Where a node is found: node p is lane point p, node lane_point_count + l is the end of lane l.
struct RouteNode {
  int32_t region, index;  ///< index: among the region's nodes
};

constexpr int kBucketPartColumns = 8, kBucketPartRows = 4;

struct MapView {
  int32_t quad_count, lane_count, lane_point_count, boundary_count, stop_line_count, signal_count,
      group_count, junction_count;
  int32_t region_count;  ///< 0: a small map
  int32_t place_count;   ///< of a small map: columns of point_distance
  int32_t gate_count;

  const Quad* quads;
  const QuadOutline* quad_outlines;  ///< the same quads: what looking up a place reads
  const Record* quad_pose;           ///< x, y, tangent x, tangent y: what the hot loops read
  const Lane* lanes;
  const int32_t* successors;  ///< lanes, CSR by Lane::first_successor

  // lane points
  const Record* lane_points;  ///< x, y, heading (two int16 of 1/32767 in one word: cos low, sin high), width
  const int32_t* lane_point_quad;
  const QuadLists* lists;           ///< [quad]
  const RecordGroup* point_groups;  ///< of a large map by region: groups that its quads list
  const int32_t* grouped_points;    ///< [place]: the lane point that a member is

  // boundary: edges at most 1 m long
  const Record* boundary;          ///< middle x, y, half edge vector x, y; drivable area on its left
  const RecordGroup* edge_groups;  ///< of one level each; of a large map by region
  const uint16_t* edge_lists;  ///< of each quad, padded by 0 to whole blocks of 16 edges; same level only;
                               ///< by distance of the edge (not its middle) to the quad's middle
  const uint8_t* edge_reach_counts;  ///< [quad][kReachCount]: entry r counts groups within r metres (at most
                                     ///< 255)

  // stop lines and lights
  const StopLine* stop_lines;
  const Signal* signals;
  const uint16_t* junction_phase_count;  ///< [junction]: turns of its lights, 0 without lights

  // shortest ways over the graph that maps/lane_graph.h defines, lane changes included (3.5 m each), metres;
  // read by region.h
  // of a small map:
  const float* point_distance;     ///< [goal point][place]: from the lane point there to the goal
  const int32_t* point_place;      ///< [lane point]: a place of it
  const float* lane_end_distance;  ///< [goal point][lane]: from the lane's end to the goal
  // of a large map:
  const Region* regions;
  const RouteNode* route_nodes;  ///< [lane points, then lanes]
  const float* to_gate;          ///< by region [node][gate]: within the region
  const float* inner_distance;   ///< by region [goal][node]: from the node to the goal within it
  const float* gate_distance;    ///< [goal point][gate]: from the gate to the goal

  // goals that may follow a goal: 20 to 200 m on, heading within 60 degrees, both relaxed where none fits;
  // CSR
  const int32_t* next_goal_start;  ///< [lane point + 1]
  const int32_t* next_goals;

  // buckets: quads by place
  float bucket_x0, bucket_y0, bucket_size_m;
  int32_t bucket_columns, bucket_rows;
  const int32_t* bucket_start;  ///< [row * columns + column + 1]: CSR
  const int32_t* bucket_quads;  ///< quads that overlap the bucket, in the order of their indices
  const int32_t* bucket_parts;  ///< for each of these the parts of the bucket that it overlaps: bit c + 8 r
                                ///< stands for column c of 8 and row r of 4

  float half_width_m, half_height_m;  ///< of the box around all quads
};

}  // namespace gigalane
