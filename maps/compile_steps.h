/// The steps of compile(), in their order; internal to maps/. Lane k of the map is strip k.
#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "maps/compiled_map.h"
#include "maps/record_groups.h"
#include "maps/strips.h"

namespace gigalane {

constexpr double kLevelGapM = 2.5;      ///< surfaces further apart in height than this are different levels
constexpr float kSteepestRoad = 0.12f;  ///< how fast one road may climb away from another
constexpr double kLaneChangeCostM = 3.5;
constexpr float kListReachM = 100;  ///< boundary edges and stop lines beyond it are never listed
constexpr float kLanePointReachM =
    300;  ///< lane points beyond it are never listed: 200 m in the largest variant

/// File, line, road and lane, to begin an error with.
std::string place_of(const RoadNetwork& network, const Strip& strip);
/// Throws Error where a lane is broken: not finite, absurdly wide, high, torn or far.
void check_strips(const RoadNetwork& network, const std::vector<Strip>& strips);
/// Strips of a network, linked, fitted and in base coordinates: all that compile() does before quads. Sets
/// origin and box of `map` and its dead ends; `refused_links`, unless null, gets the links left out.
std::vector<Strip> prepare_strips(const RoadNetwork& network, CompiledMap& map,
                                  std::vector<std::pair<int, int>>* refused_links);
/// quads, quad_pose, lanes, successors, box; and the buckets.
void make_quads(const std::vector<Strip>& strips, CompiledMap& map);
void fill_buckets(CompiledMap& map);
/// Quad::level: where quads overlap in the plane, the higher one's lane section gets the higher level.
void assign_levels(const std::vector<Strip>& strips, CompiledMap& map);
void find_boundary(CompiledMap& map);
void place_lane_points(const std::vector<Strip>& strips, CompiledMap& map);
/// Lane::routable: the largest strongly connected part. Returns how many parts there are.
int find_components(const std::vector<Strip>& strips, CompiledMap& map);
/// Small maps: the tables of all pairs, and where in the groups each lane point stands. Large maps, whose
/// regions are cut: the ways through gates.
void compute_distances(const std::vector<Strip>& strips, ThreadPool& pool, const RecordGroups& point_groups,
                       CompiledMap& map);
void compute_gate_distances(const std::vector<Strip>& strips, ThreadPool& pool, CompiledMap& map);
void list_next_goals(const std::vector<Strip>& strips, CompiledMap& map);
/// Cuts a large map into regions of at most about `most_points` lane points: Region, but for its lists and
/// gates, and Lane::region.
void cut_regions(const std::vector<Strip>& strips, int most_points, CompiledMap& map);
/// lists, and what they name: point_groups, edge_groups, edge_lists, edge_reach_counts.
void list_neighbourhoods(ThreadPool& pool, const RecordGroups& point_groups, CompiledMap& map);
/// Stop lines, signals and their turns, Quad::next_stop_line and the lists; fills the counts of lights and
/// signs.
/// Returns the road that each of the map's signals stands on.
std::vector<int> place_stop_lines(const RoadNetwork& network, const std::vector<Strip>& strips,
                                  CompiledMap& map);

/// Whether something at height `z`, `distance` metres away from the quad, may belong to the same surface.
inline bool same_surface(const Quad& quad, float z, float distance) {
  return std::abs(z - quad.z) <= float(kLevelGapM) + kSteepestRoad * distance;
}

/// The strip after the last one of the lane section that strip `first` begins.
inline size_t end_of_section(const std::vector<Strip>& strips, size_t first) {
  size_t last = first;
  while (last < strips.size() && strips[last].road == strips[first].road &&
         strips[last].section == strips[first].section)
    ++last;
  return last;
}

constexpr double kLeastTurnM2 = -0.01;  ///< least_turn() of a quad that still counts as convex
/// Twice the area, negative where the corners run clockwise; the least of the four triangles.
inline double least_turn(const Vec2 (&corners)[4]) {
  double least = 1e9;
  for (int k = 0; k < 4; ++k)
    least = std::min(
        least, cross(corners[(k + 1) & 3] - corners[k & 3], corners[(k + 2) & 3] - corners[(k + 1) & 3]));
  return least;
}

inline Vec2 corner_of(const Quad& quad, int k) { return {quad.corner_x[k & 3], quad.corner_y[k & 3]}; }

constexpr double kMostBuckets = double(1 << 23);

/// Calls visit(bucket) for every bucket that touches the box.
template <class Visit>
void for_each_bucket(const CompiledMap& map, double x0, double y0, double x1, double y1, Visit visit) {
  const auto index = [&](double at, double origin, int count) {
    return int(std::clamp(std::floor((at - origin) / map.bucket_size_m), 0.0, double(count - 1)));
  };
  const int c0 = index(x0, map.bucket_x0, map.bucket_columns),
            c1 = index(x1, map.bucket_x0, map.bucket_columns);
  const int r0 = index(y0, map.bucket_y0, map.bucket_rows), r1 = index(y1, map.bucket_y0, map.bucket_rows);
  for (int row = r0; row <= r1; ++row)
    for (int column = c0; column <= c1; ++column) visit(row * map.bucket_columns + column);
}

}  // namespace gigalane
