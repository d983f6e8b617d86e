// Lanes that are narrower than a car, and places where one that keeps to the middle touches the boundary.
#include "base/geometry.h"
#include "maps/check.h"
#include "maps/check_steps.h"

namespace gigalane {
namespace {

/// Boundary edges by bucket.
class EdgeIndex {
 public:
  explicit EdgeIndex(const CompiledMap& map) : map_(map), edges_(map.bucket_start.size()) {
    for (int k = 0; k < map.boundary_count(); ++k) {
      const Record& e = map.boundary[size_t(k)];
      for_each_bucket(map, e.a - std::abs(e.c), e.b - std::abs(e.d), e.a + std::abs(e.c), e.b + std::abs(e.d),
                      [&](int bucket) { edges_[size_t(bucket)].push_back(k); });
    }
  }

  /// Whether a car in the quad's middle touches an edge of its surface.
  bool touches_car(const Quad& quad) const {
    constexpr double kReach = kCarLengthM;
    bool touched = false;
    for_each_bucket(map_, quad.x - kReach, quad.y - kReach, quad.x + kReach, quad.y + kReach,
                    [&](int bucket) {
                      for (const int k : edges_[size_t(bucket)]) touched |= touches(quad, k);
                    });
    return touched;
  }

 private:
  bool touches(const Quad& quad, int k) const {
    const Quad& owner = map_.quads[size_t(map_.boundary_quad[size_t(k)])];
    const float apart = std::hypot(owner.x - quad.x, owner.y - quad.y);
    if (owner.level != quad.level && !same_surface(quad, owner.z, apart)) return false;
    const Record& e = map_.boundary[size_t(k)];
    const float tx = quad.tangent_x, ty = quad.tangent_y, dx = e.a - quad.x, dy = e.b - quad.y;
    return segment_touches_box(dx * tx + dy * ty, dy * tx - dx * ty, e.c * tx + e.d * ty, e.d * tx - e.c * ty,
                               float(0.5 * kCarLengthM), float(0.5 * kCarWidthM));
  }

  const CompiledMap& map_;
  std::vector<std::vector<int>> edges_;
};

class WidthChecker {
 public:
  WidthChecker(const std::vector<Strip>& strips, const CompiledMap& map, std::vector<Finding>& findings)
      : strips_(strips), map_(map), findings_(findings), index_(map) {}

  void check() {
    for (size_t k = 0; k < strips_.size(); ++k)
      if (strips_[k].type == LaneType::driving) check_lane(k);
  }

 private:
  /// Runs of quads in which a car touches the boundary; narrow ones among them cannot be passed.
  void check_lane(size_t k) {
    const Lane& lane = map_.lanes[k];
    double widest = 0;
    int narrowest = lane.first_quad;
    for (int q = lane.first_quad; q < lane.first_quad + lane.quad_count;) {
      const Quad& first = map_.quads[size_t(q)];
      widest = std::max(widest, double(first.width));
      if (first.width < map_.quads[size_t(narrowest)].width) narrowest = q;
      q = index_.touches_car(first) && !at_open_end(k, q) ? add_run(k, q) : q + 1;
    }
    if (widest < kCarWidthM) add(Fault::narrow, k, narrowest, map_.quads[size_t(narrowest)].width, false);
  }

  int add_run(size_t k, int first) {
    const Lane& lane = map_.lanes[k];
    int q = first, worst = first;
    for (; q < lane.first_quad + lane.quad_count && index_.touches_car(map_.quads[size_t(q)]) &&
           !at_open_end(k, q);
         ++q)
      if (map_.quads[size_t(q)].width < map_.quads[size_t(worst)].width) worst = q;
    const float width = map_.quads[size_t(worst)].width;
    const Quad &a = map_.quads[size_t(first)], &b = map_.quads[size_t(q) - 1];
    if (width < float(kCarWidthM) && blocked(k, worst)) add(Fault::narrow, k, worst, width, true);
    add(Fault::tight, k, worst, b.lane_offset_m + b.half_length - a.lane_offset_m + a.half_length, false);
    return q;
  }

  /// No lane of the same direction lies beside the quad.
  bool blocked(size_t k, int q) const {
    for (const int side : {strips_[k].left_strip, strips_[k].right_strip}) {
      if (side < 0) continue;
      const int beside =
          q - map_.lanes[k].first_quad + strips_[k].first_piece - strips_[size_t(side)].first_piece;
      if (beside >= 0 && beside < strips_[size_t(side)].piece_count()) return false;
    }
    return true;
  }

  /// Where the road begins or ends, a car sticks out over the edge.
  bool at_open_end(size_t k, int q) const {
    const Lane& lane = map_.lanes[k];
    const Quad& quad = map_.quads[size_t(q)];
    constexpr float kReach = float(0.5 * kCarLengthM) + 0.5f;
    return (strips_[k].predecessors.empty() && quad.lane_offset_m < kReach) ||
           (strips_[k].successors.empty() && lane.length_m - quad.lane_offset_m < kReach);
  }

  void add(Fault fault, size_t k, int q, double value, bool blocks) {
    const Quad& quad = map_.quads[size_t(q)];
    findings_.push_back(
        finding_at(fault, blocks && map_.lanes[k].routable, {quad.x, quad.y}, value, strips_[k]));
  }

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  std::vector<Finding>& findings_;
  EdgeIndex index_;
};

}  // namespace

void find_narrow_lanes(const std::vector<Strip>& strips, const CompiledMap& map,
                       std::vector<Finding>& findings) {
  WidthChecker(strips, map, findings).check();
}

}  // namespace gigalane
