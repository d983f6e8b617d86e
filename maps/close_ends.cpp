#include "maps/close_ends.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "maps/generate_parts.h"

namespace gigalane {
namespace {

using namespace generate;

constexpr double kRadiiM[] = {12, 9, 7};  ///< tried in this order; the last one is what a truck can turn on
constexpr double kFurthestAsideM = 30, kFurthestAheadM = 10;
constexpr double kParallelRad = 0.02;
constexpr double kClearanceM = 0.5;  ///< between a loop and other lanes

/// Where a carriageway ends, or begins: its outermost lane.
struct OpenEnd {
  int strip;
  Vec2 at;
  double heading, z, width;
};

/// The ground of lanes, in cells.
class Ground {
 public:
  void add(const Strip& strip, int owner) {
    for (size_t k = 0; k < size_t(strip.piece_count()); ++k) {
      const Piece piece{
          {strip.right[k], strip.right[k + 1], strip.left[k + 1], strip.left[k]}, strip.z[k], owner};
      double x0 = 1e300, x1 = -1e300, y0 = 1e300, y1 = -1e300;
      for (const Vec2& c : piece.corners) {
        x0 = std::min(x0, c.x), x1 = std::max(x1, c.x);
        y0 = std::min(y0, c.y), y1 = std::max(y1, c.y);
      }
      for (long x = cell(x0); x <= cell(x1); ++x)
        for (long y = cell(y0); y <= cell(y1); ++y) cells_[{x, y}].push_back(piece);
    }
  }

  /// Whether a place at a height is covered by lanes of others than these two.
  bool covered(Vec2 p, double z, int but, int nor) const {
    const auto found = cells_.find({cell(p.x), cell(p.y)});
    if (found == cells_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [&](const Piece& piece) {
      return piece.owner != but && piece.owner != nor && std::abs(piece.z - z) < kSameLevelM &&
             inside(piece, p);
    });
  }

 private:
  static constexpr double kCellM = 5, kSameLevelM = 3;
  struct Piece {
    Vec2 corners[4];
    double z;
    int owner;
  };
  static long cell(double at) { return std::lround(std::floor(at / kCellM)); }
  static bool inside(const Piece& piece, Vec2 p) {
    for (int k = 0; k < 4; ++k)
      if (cross(piece.corners[(k + 1) & 3] - piece.corners[k], p - piece.corners[k]) < 0) return false;
    return true;
  }
  std::map<std::pair<long, long>, std::vector<Piece>> cells_;
};

class EndCloser {
 public:
  explicit EndCloser(RoadNetwork& network) : network_(network), strips_(make_strips(network)) {
    link_strips(network, strips_);
    for (const Strip& strip : strips_) ground_.add(strip, strip.road);
  }

  int close() {
    const std::vector<OpenEnd> out = open_ends(true), in = open_ends(false);
    std::vector<bool> taken(in.size(), false);
    int added = 0;
    for (const OpenEnd& from : out) {
      const int to = partner(from, in, taken);
      if (to < 0 || !add_loop(from, in[size_t(to)])) continue;
      taken[size_t(to)] = true;
      ++added;
    }
    return added;
  }

 private:
  /// Carriageways that lead nowhere (`leaving`) or come from nowhere.
  std::vector<OpenEnd> open_ends(bool leaving) const {
    std::map<std::pair<int, bool>, std::vector<int>>
        carriageways;  // road, direction: lanes at its last section
    for (size_t k = 0; k < strips_.size(); ++k)
      if (strips_[k].type == LaneType::driving && at_road_end(strips_[k], leaving))
        carriageways[{strips_[k].road, strips_[k].forward}].push_back(int(k));
    std::vector<OpenEnd> ends;
    for (const auto& [road, lanes] : carriageways) {
      if (std::any_of(lanes.begin(), lanes.end(), [&](int k) {
            const Strip& strip = strips_[size_t(k)];
            return !(leaving ? strip.successors : strip.predecessors).empty();
          }))
        continue;
      const int outermost = *std::max_element(lanes.begin(), lanes.end(), [&](int a, int b) {
        return std::abs(strips_[size_t(a)].lane_id) < std::abs(strips_[size_t(b)].lane_id);
      });
      ends.push_back(end_of(outermost, leaving));
    }
    return ends;
  }

  bool at_road_end(const Strip& strip, bool leaving) const {
    const RoadEnd end = strip.forward == leaving ? RoadEnd::end : RoadEnd::start;
    const int last = end == RoadEnd::start ? 0 : int(network_.roads[size_t(strip.road)].sections.size()) - 1;
    return strip.section == last && (leaving ? strip.leaves_by(end) : strip.enters_by(end));
  }

  OpenEnd end_of(int k, bool leaving) const {
    const Strip& strip = strips_[size_t(k)];
    const Road& road = network_.roads[size_t(strip.road)];
    const RoadEnd end = strip.forward == leaving ? RoadEnd::end : RoadEnd::start;
    const LanePlace place = place_of(road, strip.lane_id, end);
    const size_t i = leaving ? size_t(strip.piece_count()) : 0;
    return {k, place.at, place.heading, strip.z[i], length(strip.left[i] - strip.right[i])};
  }

  /// The nearest way back on the left-hand side, which is where a loop driven to the left comes out.
  int partner(const OpenEnd& from, const std::vector<OpenEnd>& in, const std::vector<bool>& taken) const {
    const Vec2 ahead{std::cos(from.heading), std::sin(from.heading)};
    int best = -1;
    double nearest = kFurthestAsideM;
    for (size_t k = 0; k < in.size(); ++k) {
      const Vec2 way = in[k].at - from.at;
      const double aside = cross(ahead, way),
                   turn = std::remainder(in[k].heading - from.heading - kPi, 2 * kPi);
      if (taken[k] || std::abs(turn) > kParallelRad || std::abs(dot(ahead, way)) > kFurthestAheadM) continue;
      if (std::abs(in[k].z - from.z) > 0.5 || aside < 1 || aside > nearest) continue;
      nearest = aside;
      best = int(k);
    }
    return best;
  }

  bool add_loop(const OpenEnd& from, const OpenEnd& to) {
    const Vec2 ahead{std::cos(from.heading), std::sin(from.heading)};
    for (const double least : kRadiiM) {
      const double radius = std::max(least, 0.5 * cross(ahead, to.at - from.at) + 0.01);
      const Strip &a = strips_[size_t(from.strip)], &b = strips_[size_t(to.strip)];
      const LaneAt out{a.road, a.lane_id, a.forward ? RoadEnd::end : RoadEnd::start},
          in{b.road, b.lane_id, b.forward ? RoadEnd::start : RoadEnd::end};
      Road road = one_lane(draw(from, to, radius), "loop" + std::to_string(network_.roads.size()), from.width,
                           0, out, in);
      road.speeds.clear();  // that of the street
      road.elevation = {{0, from.z, 0, 0, 0}};
      RoadNetwork alone;
      alone.roads.push_back(road);
      const std::vector<Strip> loop = make_strips(alone);
      if (loop.size() != 1 || !is_free(loop[0], a.road, b.road)) continue;
      ground_.add(loop[0], int(network_.roads.size()));
      network_.roads.push_back(std::move(road));
      return true;
    }
    return false;
  }

  /// Straight on to where both carriageways have ended, right by a, left by pi + 2 a, right by a, and back.
  static Pen draw(const OpenEnd& from, const OpenEnd& to, double radius) {
    const Vec2 ahead{std::cos(from.heading), std::sin(from.heading)}, way = to.at - from.at;
    const double further = dot(ahead, way);
    const double a = std::acos((0.5 * cross(ahead, way) + radius) / (2 * radius));
    Pen pen(from.at, from.heading);
    if (further > 0.01) pen.line(further);
    pen.arc(radius, -a).arc(radius, kPi + 2 * a).arc(radius, -a);
    if (further < -0.01) pen.line(-further);
    return pen;
  }

  /// A band along the loop, a little wider than it, but for its ends.
  bool is_free(const Strip& loop, int but, int nor) const {
    constexpr size_t kAtEnds = 3;
    for (size_t k = kAtEnds; k + kAtEnds < loop.left.size(); ++k) {
      const Vec2 across = loop.left[k] - loop.right[k], beyond = (kClearanceM / length(across)) * across;
      for (const Vec2 p : {loop.left[k] + beyond, middle(loop, k), loop.right[k] - beyond})
        if (ground_.covered(p, loop.z[k], but, nor)) return false;
    }
    return true;
  }
  static Vec2 middle(const Strip& strip, size_t k) { return 0.5 * (strip.left[k] + strip.right[k]); }

  RoadNetwork& network_;
  std::vector<Strip> strips_;
  Ground ground_;
};

}  // namespace

int close_ends(RoadNetwork& network) { return EndCloser(network).close(); }

}  // namespace gigalane
