/// Lanes as strips of quads in driving order: the first step of compile(); internal to maps/.
#pragma once
#include <cmath>
#include <utility>
#include <vector>

#include "maps/road_network.h"

namespace gigalane {

struct Vec2 {
  double x = 0, y = 0;
};
inline Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
inline Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
inline Vec2 operator*(double s, Vec2 a) { return {s * a.x, s * a.y}; }
inline double dot(Vec2 a, Vec2 b) { return a.x * b.x + a.y * b.y; }
inline double cross(Vec2 a, Vec2 b) { return a.x * b.y - a.y * b.x; }
inline double length(Vec2 a) { return std::sqrt(dot(a, a)); }

constexpr double kNarrowestLaneM = 1.0;  ///< narrower stretches of a lane are no drivable area
constexpr double kGrid = 1.0 / 4096;     ///< heights and corners lie on this grid: floats hold 4 km of it
constexpr double kDefaultSpeedMps = 50 / 3.6;

/// A stretch of one lane of one section where it is wide enough, in its direction of travel. The pieces of
/// a section are cut at the same s for all lanes; `first_piece` counts them in the direction of travel.
struct Strip {
  int road = 0, section = 0, lane_id = 0;
  bool forward = true;  ///< travels along s
  LaneType type = LaneType::driving;
  int first_piece = 0, section_pieces = 0;
  std::vector<Vec2> left, right;  ///< edges seen in driving direction: one more than pieces
  std::vector<double> z;          ///< of the centre line, at the same places
  std::vector<double> curvature;  ///< of the centre line by piece, positive to the left in driving direction
  std::vector<double> speed;      ///< limit by piece, 0 where unknown
  double reference_length = 0;    ///< along the reference line
  int left_strip = -1, right_strip = -1;  ///< neighbours of the same direction
  std::vector<int> successors, predecessors;

  int piece_count() const { return int(curvature.size()); }
  bool begins_section() const { return first_piece == 0; }
  bool ends_section() const { return first_piece + piece_count() == section_pieces; }
  /// Whether it reaches the section's start or end (in s) and traffic leaves or enters there.
  bool leaves_by(RoadEnd end) const { return (end == RoadEnd::end) == forward && ends_section(); }
  bool enters_by(RoadEnd end) const { return (end == RoadEnd::start) == forward && begins_section(); }
};

/// The grid of corners that floats hold exactly on a map of which nothing is further from its origin.
inline double corner_grid(double furthest_m) {
  double grid = kGrid;
  while (furthest_m > 4096 * (grid / kGrid)) grid *= 2;
  return grid;
}

/// Cuts all driving and bidirectional lanes into strips, ordered by road, section, lane id, place.
std::vector<Strip> make_strips(const RoadNetwork& network);

/// The same for one section whose lanes have their own borders: every corner of a border is a corner of a
/// quad, but those within 3 mm of the line between others.
void cut_bounded_section(const RoadNetwork& network, int road, int section, std::vector<Strip>& out);

/// Finds successors, predecessors and neighbours. Links whose lanes disagree in direction are left out;
/// `refused`, unless null, gets those pairs of strips.
void link_strips(const RoadNetwork& network, std::vector<Strip>& strips,
                 std::vector<std::pair<int, int>>* refused = nullptr);

/// Moves all strips by -origin, closes gaps of a few centimetres at joints, makes every quad convex and puts
/// the corners on the grid.
void fit_strips(const RoadNetwork& network, Vec2 origin, double grid, std::vector<Strip>& strips);

}  // namespace gigalane
