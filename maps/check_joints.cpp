// Gaps, steps and kinks, within lanes and from lane to lane.
#include "maps/check_steps.h"

namespace gigalane {
namespace {

constexpr double kSameM = 1e-3;
constexpr double kDegrees = 180 / 3.14159265358979323846;

Vec2 tangent_of(const Quad& quad) { return {quad.tangent_x, quad.tangent_y}; }
double signed_angle(Vec2 a, Vec2 b) { return std::atan2(cross(a, b), dot(a, b)); }

/// How much more the direction changes from one quad to the next than the steering of a car allows.
double excess_turn_degrees(const Quad& a, const Quad& b) {
  const double way = double(a.half_length) + b.half_length;
  return kDegrees * (std::abs(signed_angle(tangent_of(a), tangent_of(b))) - way / kTightestRadiusM);
}

/// How much the direction changes where one lane ends and the next begins. A quad's direction is that of its
/// curve in its middle: the curve turns by curvature times half a length from there to the quad's end.
double joint_turn_degrees(const Quad& a, const Quad& b) {
  const double by_curves = double(a.curvature) * a.half_length + double(b.curvature) * b.half_length;
  return kDegrees * std::abs(signed_angle(tangent_of(a), tangent_of(b)) - by_curves);
}

class JointChecker {
 public:
  JointChecker(const std::vector<Strip>& strips, const CompiledMap& map, std::vector<Finding>& findings)
      : strips_(strips), map_(map), findings_(findings) {}

  void check() {
    for (size_t k = 0; k < strips_.size(); ++k) {
      if (strips_[k].type == LaneType::driving) check_lane(k);
      for (const int next : strips_[k].successors) check_joint(k, size_t(next));
    }
  }

 private:
  const Quad& quad(size_t lane, int k) const { return map_.quads[size_t(map_.lanes[lane].first_quad + k)]; }

  /// The sharpest kink within a lane.
  void check_lane(size_t k) {
    double worst = kKinkDegrees;
    int at = -1;
    for (int q = 0; q + 1 < map_.lanes[k].quad_count; ++q)
      if (const double turn = excess_turn_degrees(quad(k, q), quad(k, q + 1)); turn > worst) {
        worst = turn;
        at = q;
      }
    if (at < 0) return;
    const Quad &a = quad(k, at), &b = quad(k, at + 1);
    const double turn = kDegrees * std::abs(signed_angle(tangent_of(a), tangent_of(b)));
    const double along = double(a.lane_offset_m) + a.half_length;
    findings_.push_back(finding_at(Fault::kink, map_.lanes[k].routable && turn > kHalfTurnDegrees,
                                   middle_of(strips_[k], size_t(at) + 1), turn, strips_, k, {along, along}));
  }

  void check_joint(size_t k, size_t next) {
    const Strip &from = strips_[k], &to = strips_[next];
    const size_t last = size_t(from.piece_count());
    const double middles = length(middle_of(from, last) - middle_of(to, 0));
    if (middles > kOpenGapM) {
      // lanes that widen on one side keep the other: no boundary lies across them
      const double least =
          std::min({length(from.left[last] - to.left[0]), length(from.right[last] - to.right[0]), middles});
      add(Fault::gap, k, next, middles, least > kBlockingGapM);
    }
    const double step = to.z[0] - from.z[last];
    if (std::abs(step) > kStepM) add(Fault::step, k, next, step, std::abs(step) > kLevelGapM);
    const double turn = joint_turn_degrees(quad(k, int(last) - 1), quad(next, 0));
    if (turn > kTurnDegrees) add(Fault::kink, k, next, turn, turn > kHalfTurnDegrees);
  }

  void add(Fault fault, size_t k, size_t next, double value, bool blocks) {
    const bool driven = map_.lanes[k].routable && map_.lanes[next].routable;
    const Vec2 end = middle_of(strips_[k], size_t(strips_[k].piece_count()));
    const double along = map_.lanes[k].length_m;
    findings_.push_back(
        finding_at(fault, driven && blocks, end, value, strips_, k, {along, along}, int(next)));
  }

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  std::vector<Finding>& findings_;
};

/// Whether the strips of a road follow its reference line, and none of its sections begins at `s`: there its
/// lanes have a joint of their own.
bool line_goes_on(const Road& road, double s) {
  for (const LaneSection& section : road.sections)
    if (std::abs(section.s - s) < kSameM || (!section.lanes.empty() && !section.lanes[0].left.empty()))
      return false;
  return true;
}

}  // namespace

void find_torn_lines(const RoadNetwork& network, const std::vector<Strip>& strips, const CompiledMap& map,
                     std::vector<Finding>& findings) {
  int last_road = -1;
  for (const Strip& strip : strips) {  // by road
    if (strip.road == last_road) continue;
    last_road = strip.road;
    const Road& road = network.roads[size_t(strip.road)];
    for (size_t k = 0; k + 1 < road.geometry.size(); ++k) {
      const Geometry &piece = road.geometry[k], &next = road.geometry[k + 1];
      const CurvePlace from = place_on(piece, piece.length), to = place_on(next, 0);
      const double jump = std::hypot(to.x - from.x, to.y - from.y);
      if (jump <= kOpenGapM || !line_goes_on(road, next.s)) continue;
      Finding finding{Fault::gap,
                      0,
                      float(from.x - map.origin_x),
                      float(from.y - map.origin_y),
                      float(jump),
                      strip.road,
                      0,
                      -1,
                      0,
                      -1,
                      -1,
                      0,
                      0};
      name_nearest_lane(strips, finding);
      findings.push_back(finding);
    }
  }
}

void find_joint_faults(const std::vector<Strip>& strips, const CompiledMap& map,
                       std::vector<Finding>& findings) {
  JointChecker(strips, map, findings).check();
}

}  // namespace gigalane
