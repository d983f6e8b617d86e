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

  /// Whether a car touches an edge of the quad's surface while its middle drives along that of the quad, from
  /// `from_m` to `to_m` of the lane: what it sweeps is a box.
  bool touches_car(const Quad& quad, double from_m, double to_m) const {
    const float shift = float(0.5 * (from_m + to_m)) - quad.lane_offset_m;
    const Sweep sweep{quad.x + shift * quad.tangent_x, quad.y + shift * quad.tangent_y,
                      float(0.5 * (kCarLengthM + to_m - from_m))};
    const double reach = double(sweep.half_length) + kCarWidthM;
    bool touched = false;
    for_each_bucket(map_, sweep.x - reach, sweep.y - reach, sweep.x + reach, sweep.y + reach,
                    [&](int bucket) {
                      for (const int k : edges_[size_t(bucket)]) touched = touched || touches(quad, sweep, k);
                    });
    return touched;
  }

 private:
  struct Sweep {
    float x, y, half_length;
  };

  bool touches(const Quad& quad, const Sweep& sweep, int k) const {
    const Quad& owner = map_.quads[size_t(map_.boundary_quad[size_t(k)])];
    const float apart = std::hypot(owner.x - quad.x, owner.y - quad.y);
    if (owner.level != quad.level && !same_surface(quad, owner.z, apart)) return false;
    const Record& e = map_.boundary[size_t(k)];
    const float tx = quad.tangent_x, ty = quad.tangent_y, dx = e.a - sweep.x, dy = e.b - sweep.y;
    return segment_touches_box(dx * tx + dy * ty, dy * tx - dx * ty, e.c * tx + e.d * ty, e.d * tx - e.c * ty,
                               sweep.half_length, float(0.5 * kCarWidthM));
  }

  const CompiledMap& map_;
  std::vector<std::vector<int>> edges_;
};

class WidthChecker {
 public:
  WidthChecker(const std::vector<Strip>& strips, const CompiledMap& map, std::vector<Finding>& findings)
      : strips_(strips), map_(map), findings_(findings), index_(map) {}

  void check() {
    for (size_t k = 0; k < strips_.size(); ++k) check_lane(k);
  }

 private:
  /// Runs of quads in which a car touches the boundary.
  void check_lane(size_t k) {
    const Lane& lane = map_.lanes[k];
    const int end = lane.first_quad + lane.quad_count;
    double widest = 0;
    int narrowest = lane.first_quad;
    for (int q = lane.first_quad; q < end; ++q) {
      widest = std::max(widest, double(quad(q).width));
      if (quad(q).width < quad(narrowest).width) narrowest = q;
    }
    bool blocked = false;
    for (int q = lane.first_quad; q < end;) {
      int last = q;
      while (last < end && is_tight(k, last)) ++last;
      if (last > q) blocked = add_run(k, q, last - 1) || blocked;
      q = std::max(last, q + 1);
    }
    if (widest < kCarWidthM && !blocked && drives(k))
      add(Fault::narrow, k, narrowest, quad(narrowest).width, {0, lane.length_m}, false);
  }

  /// Whether a car touches the boundary in a quad, the open ends of the lane left out.
  bool is_tight(size_t k, int q) const {
    const Strip& strip = strips_[k];
    double from_m = quad(q).lane_offset_m - quad(q).half_length, to_m = from_m + 2 * quad(q).half_length;
    if (drives(k) && starts_open(strip)) from_m = std::max(from_m, kOpenEndM);
    if (drives(k) && strip.successors.empty()) to_m = std::min(to_m, map_.lanes[k].length_m - kOpenEndM);
    return from_m <= to_m && index_.touches_car(quad(q), from_m, to_m);
  }

  /// Lists a run; whether it is too narrow to pass.
  bool add_run(size_t k, int first, int last) {
    int worst = first;
    for (int q = first; q <= last; ++q)
      if (quad(q).width < quad(worst).width) worst = q;
    const Stretch run = stretch_of(first, last);
    const bool blocks = drives(k) && quad(worst).width < float(kCarWidthM) && is_blocked(k, worst);
    if (blocks) add(Fault::narrow, k, worst, quad(worst).width, narrow_part(first, worst, last), true);
    add(Fault::tight, k, worst, run.to_m - run.from_m, run, false);
    return blocks;
  }

  /// The quads around the narrowest one that are all narrower than a car.
  Stretch narrow_part(int first, int narrowest, int last) const {
    int a = narrowest, b = narrowest;
    while (a > first && quad(a - 1).width < float(kCarWidthM)) --a;
    while (b < last && quad(b + 1).width < float(kCarWidthM)) ++b;
    return stretch_of(a, b);
  }

  const Quad& quad(int q) const { return map_.quads[size_t(q)]; }
  bool drives(size_t k) const { return strips_[k].type == LaneType::driving; }
  Stretch stretch_of(int first, int last) const {
    return {double(quad(first).lane_offset_m) - quad(first).half_length,
            double(quad(last).lane_offset_m) + quad(last).half_length};
  }

  /// No lane of the same direction lies beside the quad.
  bool is_blocked(size_t k, int q) const {
    for (const int side : {strips_[k].left_strip, strips_[k].right_strip}) {
      if (side < 0) continue;
      const int beside =
          q - map_.lanes[k].first_quad + strips_[k].first_piece - strips_[size_t(side)].first_piece;
      if (beside >= 0 && beside < strips_[size_t(side)].piece_count()) return false;
    }
    return true;
  }

  void add(Fault fault, size_t k, int q, double value, Stretch stretch, bool blocks) {
    findings_.push_back(finding_at(fault, blocks && map_.lanes[k].routable, {quad(q).x, quad(q).y}, value,
                                   strips_, k, stretch));
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
