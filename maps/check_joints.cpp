// Gaps, steps and kinks, within lanes and from lane to lane.
#include "maps/check_steps.h"

namespace gigalane {
namespace {

constexpr double kDegrees = 180 / 3.14159265358979323846;

Vec2 tangent_of(const Quad& quad) { return {quad.tangent_x, quad.tangent_y}; }
double angle_between(Vec2 a, Vec2 b) { return std::abs(std::atan2(cross(a, b), dot(a, b))); }

/// How much more the direction changes from one quad to the next than the steering of a car allows.
double excess_turn_degrees(const Quad& a, const Quad& b) {
  const double way = double(a.half_length) + b.half_length;
  return kDegrees * (angle_between(tangent_of(a), tangent_of(b)) - way / kTightestRadiusM);
}

class JointChecker {
 public:
  JointChecker(const std::vector<Strip>& strips, const CompiledMap& map, std::vector<Finding>& findings)
      : strips_(strips), map_(map), findings_(findings) {}

  void check() {
    for (size_t k = 0; k < strips_.size(); ++k) {
      if (strips_[k].type != LaneType::driving) continue;
      check_lane(k);
      for (const int next : strips_[k].successors)
        if (strips_[size_t(next)].type == LaneType::driving) check_joint(k, size_t(next));
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
    if (at >= 0) add_kink(k, nullptr, quad(k, at), quad(k, at + 1), middle_of(strips_[k], size_t(at) + 1));
  }

  void add_kink(size_t k, const Strip* other, const Quad& a, const Quad& b, Vec2 at) {
    const double turn = kDegrees * angle_between(tangent_of(a), tangent_of(b));
    findings_.push_back(finding_at(Fault::kink, map_.lanes[k].routable && turn > kHalfTurnDegrees, at, turn,
                                   strips_[k], other));
  }

  void check_joint(size_t k, size_t next) {
    const Strip &from = strips_[k], &to = strips_[next];
    const bool driven = map_.lanes[k].routable && map_.lanes[next].routable;
    const size_t last = size_t(from.piece_count());
    const Vec2 end = middle_of(from, last);
    // lanes that widen on one side keep the other
    const double gap = std::min({length(from.left[last] - to.left[0]), length(from.right[last] - to.right[0]),
                                 length(end - middle_of(to, 0))});
    if (gap > kOpenGapM)
      findings_.push_back(finding_at(Fault::gap, driven && gap > kBlockingGapM, end, gap, from, &to));
    const double step = to.z[0] - from.z[last];
    if (std::abs(step) > kStepM)
      findings_.push_back(
          finding_at(Fault::step, driven && std::abs(step) > kLevelGapM, end, step, from, &to));
    const Quad &a = quad(k, int(last) - 1), &b = quad(next, 0);
    if (excess_turn_degrees(a, b) > kKinkDegrees) add_kink(k, &to, a, b, end);
  }

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  std::vector<Finding>& findings_;
};

}  // namespace

void find_joint_faults(const std::vector<Strip>& strips, const CompiledMap& map,
                       std::vector<Finding>& findings) {
  JointChecker(strips, map, findings).check();
}

}  // namespace gigalane
