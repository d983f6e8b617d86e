// Lanes that lie on the same ground of one level though no junction or joint makes them meet.
#include <map>

#include "maps/check_steps.h"

namespace gigalane {
namespace {

/// How far two convex quads reach into each other: the least shift that parts them; 0 if they are apart.
double overlap_depth(const Quad& a, const Quad& b) {
  double least = 1e9;
  for (const Quad* quad : {&a, &b}) {
    const Quad& other = quad == &a ? b : a;
    for (int k = 0; k < 4; ++k) {
      const Vec2 from = corner_of(*quad, k), d = corner_of(*quad, k + 1) - from;
      const double size = length(d);
      if (size < 1e-6) continue;
      double depth = 0;  // of the corner that lies deepest behind this edge
      for (int c = 0; c < 4; ++c) depth = std::max(depth, cross(d, corner_of(other, c) - from) / size);
      least = std::min(least, depth);
    }
  }
  return least;
}

class OverlapFinder {
 public:
  OverlapFinder(const std::vector<Strip>& strips, const CompiledMap& map) : strips_(strips), map_(map) {}

  void find(std::vector<Finding>& findings) {
    for (size_t bucket = 0; bucket + 1 < map_.bucket_start.size(); ++bucket)
      for (int i = map_.bucket_start[bucket]; i < map_.bucket_start[bucket + 1]; ++i)
        for (int j = i + 1; j < map_.bucket_start[bucket + 1]; ++j)
          compare(map_.bucket_quads[size_t(i)], map_.bucket_quads[size_t(j)]);
    for (const auto& [lanes, deepest] : deepest_) {
      const Quad& quad = map_.quads[size_t(deepest.quad)];
      findings.push_back(finding_at(Fault::overlap, false, {quad.x, quad.y}, deepest.depth, strips_,
                                    size_t(lanes.first), deepest.stretch, lanes.second));
    }
  }

 private:
  struct Deepest {
    double depth = 0;
    int quad = 0;
    Stretch stretch{1e9, 0};  ///< of the first lane, in which they overlap
  };

  void compare(int p, int q) {
    const Quad &a = map_.quads[size_t(p)], &b = map_.quads[size_t(q)];
    if (a.lane == b.lane || a.level != b.level || may_overlap(a.lane, b.lane)) return;
    if (!same_surface(a, b.z, 0)) return;
    const double depth = overlap_depth(a, b);
    if (depth < kOverlapM) return;
    Deepest& known = deepest_[std::minmax(a.lane, b.lane)];
    const Quad& own = a.lane < b.lane ? a : b;
    known.stretch.from_m = std::min(known.stretch.from_m, double(own.lane_offset_m) - own.half_length);
    known.stretch.to_m = std::max(known.stretch.to_m, double(own.lane_offset_m) + own.half_length);
    if (depth <= known.depth) return;
    known.depth = depth;
    known.quad = p;
  }

  /// Lanes of one junction, of a junction and the roads that meet there, and lanes that part or join.
  bool may_overlap(int a, int b) const {
    if (strips_[size_t(a)].type != LaneType::driving || strips_[size_t(b)].type != LaneType::driving)
      return true;
    const int ja = map_.lanes[size_t(a)].junction, jb = map_.lanes[size_t(b)].junction;
    if (ja >= 0 && ja == jb) return true;
    if ((ja >= 0 && touches_junction(b, ja)) || (jb >= 0 && touches_junction(a, jb))) return true;
    return meet(strips_[size_t(a)].successors, strips_[size_t(b)].successors, a, b) ||
           meet(strips_[size_t(a)].predecessors, strips_[size_t(b)].predecessors, a, b);
  }

  bool touches_junction(int lane, int junction) const {
    for (const auto* ends : {&strips_[size_t(lane)].successors, &strips_[size_t(lane)].predecessors})
      for (const int next : *ends)
        if (map_.lanes[size_t(next)].junction == junction) return true;
    return false;
  }

  /// Whether the lists share a lane, or one lane is in the other's list.
  static bool meet(const std::vector<int>& of_a, const std::vector<int>& of_b, int a, int b) {
    for (const int x : of_a)
      if (x == b || std::find(of_b.begin(), of_b.end(), x) != of_b.end()) return true;
    return std::find(of_b.begin(), of_b.end(), a) != of_b.end();
  }

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  std::map<std::pair<int, int>, Deepest> deepest_;
};

}  // namespace

void find_overlaps(const std::vector<Strip>& strips, const CompiledMap& map, std::vector<Finding>& findings) {
  OverlapFinder(strips, map).find(findings);
}

}  // namespace gigalane
