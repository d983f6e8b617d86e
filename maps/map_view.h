/// The compiled road network as the simulator reads it: flat, read-only arrays in base coordinates
/// (metres, x east, y north as in OpenDRIVE, shifted so that the middle of the box is the origin).
/// One MapView in memory serves all worlds that drive on the map; owner is CompiledMap (compiled_map.h).
///
/// Lanes are strips of convex quads about 1 m long and one lane wide, in driving order; the quads of a
/// lane are contiguous. A lane is one lane of one lane section, in its direction of travel. Lane points
/// are coarse: the middle of about every 40 m of a lane, at least one a lane, at equal fractions on all
/// lanes of one cross-section. Goals are lane points.
#pragma once
#include <cstdint>

#include "base/records.h"

namespace gigalane {

constexpr int kListedLanePoints = 80;  ///< lane points listed for each quad, nearest first
constexpr int kListedBoundary = 80;    ///< boundary edges an observation can show
constexpr int kListedStopLines = 8;    ///< stop lines listed for each quad
constexpr int kListPadding = 16;       ///< lists may be read up to a whole block beyond their end
constexpr int kReachCount = 32;        ///< boundary_reach_count covers 0 to 31 m
constexpr float kUnreachable = 1e9f;   ///< distance where no route exists
constexpr uint16_t kNone16 = 0xffff;

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
  int16_t level;            ///< quads of different levels that overlap in the plane never meet
  uint16_t next_point;      ///< next lane point ahead on the same lane, or kNone16
  float next_point_m;       ///< distance to it along the lane (0 if none)
  uint16_t next_stop_line;  ///< stop line that driving on along this lane meets within 100 m, or kNone16
  float next_stop_line_m;   ///< distance from the quad's middle to it along the lane (0 if none)
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
  int16_t road, lane_id;  ///< index into the source's roads; OpenDRIVE's lane id
  int16_t junction;       ///< junction index, or -1
  uint8_t routable;       ///< 0: drivable area only (bidirectional or dead end): no spawn, no goal
  uint8_t pad;
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
  int16_t junction;     ///< index of the junction whose turns it takes
  int16_t phase;        ///< its turn
  int16_t phase_count;  ///< turns of this junction
  int16_t group;        ///< index of its group (controller), unique in the map
};

struct MapView {
  int32_t quad_count, lane_count, lane_point_count, boundary_count, stop_line_count, signal_count,
      group_count, junction_count;

  const Quad* quads;
  const Record* quad_pose;  ///< x, y, tangent x, tangent y: what the hot loops read
  const Lane* lanes;
  const int32_t* successors;  ///< lanes, CSR by Lane::first_successor

  // lane points
  const Record* lane_points;  ///< x, y, heading (two int16 of 1/32767 in one word: cos low, sin high), width
  const int32_t* lane_point_quad;
  const uint16_t* lane_lists;  ///< [quad][kListedLanePoints]: nearest within 200 m (and 300 m for variants),
                               ///< padded with 0
  const uint8_t* lane_counts;  ///< how many are meant

  // boundary: edges at most 1 m long
  const Record* boundary;  ///< middle x, y, half edge vector x, y; drivable area on its left
  const int32_t*
      boundary_start;  ///< [quad + 1]: CSR into boundary_lists, each list padded by 0 to a multiple of 16
  const uint16_t* boundary_lists;   ///< nearest first by distance of the edge (not its middle) to the quad's
                                    ///< middle; same level only
  const uint16_t* boundary_counts;  ///< entries meant: all within kReachCount - 1 m and at least the 80
                                    ///< nearest within 100 m
  const uint8_t*
      boundary_reach_count;  ///< [quad][kReachCount]: entry r counts edges within r metres (at most 255)

  // stop lines and lights
  const StopLine* stop_lines;
  const uint16_t* stop_line_lists;  ///< [quad][kListedStopLines]: first next_stop_line, then nearest within
                                    ///< 100 m; same level; padded with 0
  const uint8_t* stop_line_counts;
  const Signal* signals;
  const uint16_t* junction_phase_count;  ///< [junction]: turns of its lights, 0 without lights

  // distances over the lane graph, lane changes included (3.5 m each), metres
  const float* point_distance;     ///< [goal point][lane point]: from the lane point to the goal
  const float* lane_end_distance;  ///< [goal point][lane]: from the lane's end to the goal
  // goals that may follow a goal: 20 to 200 m on, heading within 60 degrees, both relaxed where none fits;
  // CSR
  const int32_t* next_goal_start;  ///< [lane point + 1]
  const uint16_t* next_goals;

  // buckets: quads by place
  float bucket_x0, bucket_y0, bucket_size_m;
  int32_t bucket_columns, bucket_rows;
  const int32_t* bucket_start;  ///< [row * columns + column + 1]: CSR
  const int32_t* bucket_quads;  ///< quads that overlap the bucket

  float half_width_m, half_height_m;  ///< of the box around all quads
};

}  // namespace gigalane
