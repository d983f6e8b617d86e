// Lanes that lie on the same ground of one level though no junction or joint makes them meet.
#include <map>

#include "maps/check_steps.h"
#include "maps/connection_ends.h"

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

constexpr double kBranchM = 200;  ///< roads that part at 1 degree are a lane's width of 3.5 m apart by then

/// The roads that part or join at direct junctions, and near which of their ends.
class Branches {
 public:
  explicit Branches(const RoadNetwork& network) : network_(network) {
    for (size_t j = 0; j < network.junctions.size(); ++j) add_junction(network.junctions[j], int(j));
  }

  /// Whether both quads lie where their roads part or join.
  bool part(const Strip& a, const Quad& quad_a, const Strip& b, const Quad& quad_b) const {
    const auto found = ends_.find({a.road, b.road});
    if (found == ends_.end()) return false;
    for (const auto& [end_a, end_b] : found->second)
      if (metres_from(end_a, a, quad_a) < kBranchM && metres_from(end_b, b, quad_b) < kBranchM) return true;
    return false;
  }

 private:
  struct End {
    int road;
    RoadEnd end;
    bool operator==(const End& o) const { return road == o.road && end == o.end; }
  };

  void add_junction(const Junction& junction, int index) {
    std::vector<std::pair<End, End>> links;
    for (const Connection& c : junction.connections)
      if (network_.roads[size_t(c.connecting)].junction != index)  // a direct one has no roads of its own
        links.push_back({{c.incoming, facing_end(network_, c, index)}, {c.connecting, c.contact}});
    for (const auto& [in_a, out_a] : links)
      for (const auto& [in_b, out_b] : links) {
        if (in_a == in_b && !(out_a == out_b))
          ends_[{out_a.road, out_b.road}].push_back({out_a.end, out_b.end});
        if (out_a == out_b && !(in_a == in_b)) ends_[{in_a.road, in_b.road}].push_back({in_a.end, in_b.end});
      }
  }

  /// From an end of the strip's road to the quad's middle.
  double metres_from(RoadEnd end, const Strip& strip, const Quad& quad) const {
    const Road& road = network_.roads[size_t(strip.road)];
    const double start = road.sections[size_t(strip.section)].s,
                 stop = road.section_end(size_t(strip.section));
    const double before = (stop - start) * strip.first_piece / strip.section_pieces + quad.lane_offset_m;
    const double s = strip.forward ? start + before : stop - before;
    return end == RoadEnd::start ? s : road.length - s;
  }

  const RoadNetwork& network_;
  std::map<std::pair<int, int>, std::vector<std::pair<RoadEnd, RoadEnd>>> ends_;  ///< by pair of roads
};

class OverlapFinder {
 public:
  OverlapFinder(const RoadNetwork& network, const std::vector<Strip>& strips, const CompiledMap& map)
      : strips_(strips), map_(map), branches_(network) {}

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
    if (a.lane == b.lane || a.level != b.level || may_overlap(a, b)) return;
    if (!same_surface(a, b.z, 0)) return;
    if (branches_.part(strips_[size_t(a.lane)], a, strips_[size_t(b.lane)], b)) return;
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

  /// Lanes of one junction; of a junction and the roads that meet there, and lanes that part or join, near
  /// where they do.
  bool may_overlap(const Quad& a, const Quad& b) const {
    const Strip &strip_a = strips_[size_t(a.lane)], &strip_b = strips_[size_t(b.lane)];
    if (strip_a.type != LaneType::driving || strip_b.type != LaneType::driving) return true;
    const int ja = map_.lanes[size_t(a.lane)].junction, jb = map_.lanes[size_t(b.lane)].junction;
    if (ja >= 0 && ja == jb) return true;
    if ((ja >= 0 && near_junction(b, ja)) || (jb >= 0 && near_junction(a, jb))) return true;
    return (near_start(a) && near_start(b) && share(strip_a.predecessors, strip_b.predecessors)) ||
           (near_end(a) && near_end(b) && share(strip_a.successors, strip_b.successors)) ||
           (near_end(a) && near_start(b) && contains(strip_a.successors, b.lane)) ||
           (near_end(b) && near_start(a) && contains(strip_b.successors, a.lane));
  }

  bool near_start(const Quad& quad) const { return quad.lane_offset_m < kBranchM; }
  bool near_end(const Quad& quad) const {
    return map_.lanes[size_t(quad.lane)].length_m - quad.lane_offset_m < kBranchM;
  }

  bool near_junction(const Quad& quad, int junction) const {
    const Strip& strip = strips_[size_t(quad.lane)];
    const auto leads_there = [&](const std::vector<int>& lanes) {
      return std::any_of(lanes.begin(), lanes.end(),
                         [&](int lane) { return map_.lanes[size_t(lane)].junction == junction; });
    };
    return (near_end(quad) && leads_there(strip.successors)) ||
           (near_start(quad) && leads_there(strip.predecessors));
  }

  static bool contains(const std::vector<int>& lanes, int lane) {
    return std::find(lanes.begin(), lanes.end(), lane) != lanes.end();
  }
  static bool share(const std::vector<int>& of_a, const std::vector<int>& of_b) {
    return std::any_of(of_a.begin(), of_a.end(), [&](int lane) { return contains(of_b, lane); });
  }

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  const Branches branches_;
  std::map<std::pair<int, int>, Deepest> deepest_;
};

}  // namespace

void find_overlaps(const RoadNetwork& network, const std::vector<Strip>& strips, const CompiledMap& map,
                   std::vector<Finding>& findings) {
  OverlapFinder(network, strips, map).find(findings);
}

}  // namespace gigalane
