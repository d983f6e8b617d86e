// The exact boundary: the pieces of quad edges outside of which no other quad of their surface lies.
#include <numeric>

#include "maps/compile_steps.h"

namespace gigalane {
namespace {

/// Cracks narrower than the last of these are no boundary; the first tells inside from outside.
constexpr double kProbesM[] = {0.002, 0.05, 0.1, 0.15, 0.2};
constexpr double kShortestPieceM = 0.02;
constexpr double kLongestPieceM = 1.0;
constexpr double kSameLineM = 0.02;  ///< parallel edges nearer than this are one
// Holes between lanes that are smaller than this, or narrower on average, are seams and no boundary.
constexpr double kSmallestHoleM2 = 1.0;
constexpr double kNarrowestHoleM = 0.3;
constexpr double kShortestChainM = 0.3;  ///< what is left of a hole when its other edges are cracks
constexpr double kJoinedM = 0.5;         ///< edges whose ends are nearer than this go on into each other

struct Interval01 {
  double low, high;
};

struct Edge {
  Vec2 a, b;
  int quad;
};

/// The part of the segment from a, along d, that lies in a convex quad; empty if low >= high.
Interval01 clip(const Quad& quad, Vec2 a, Vec2 d) {
  Interval01 in{0, 1};
  for (int k = 0; k < 4 && in.low < in.high; ++k) {
    const Vec2 p = corner_of(quad, k), side = corner_of(quad, k + 1) - p;
    const double size = length(side);
    if (size < 1e-6) continue;
    const double here = cross(side, a - p) + 1e-3 * size, rate = cross(side, d);  // a millimetre of tolerance
    if (std::abs(rate) < 1e-12) {
      if (here < 0) return {1, 0};
    } else if (rate > 0) {
      in.low = std::max(in.low, -here / rate);
    } else {
      in.high = std::min(in.high, -here / rate);
    }
  }
  return in;
}

/// Takes `cut` out of sorted, disjoint intervals.
void subtract(std::vector<Interval01>& from, Interval01 cut) {
  if (cut.low >= cut.high) return;
  std::vector<Interval01> rest;
  for (const Interval01& piece : from) {
    if (cut.high <= piece.low || cut.low >= piece.high) {
      rest.push_back(piece);
      continue;
    }
    if (cut.low > piece.low) rest.push_back({piece.low, cut.low});
    if (cut.high < piece.high) rest.push_back({cut.high, piece.high});
  }
  from.swap(rest);
}

class BoundaryFinder {
 public:
  explicit BoundaryFinder(CompiledMap& map) : map_(map), kept_(map.bucket_start.size()) {}

  void find() {
    for (size_t q = 0; q < map_.quads.size(); ++q)
      for (int k = 0; k < 4; ++k)
        if (!inside_lane(int(q), k)) add_edge(int(q), k);
  }

  std::vector<Edge> pieces;

 private:
  /// Front and rear edges between two quads of a lane.
  bool inside_lane(int q, int k) const {
    const Lane& lane = map_.lanes[size_t(map_.quads[size_t(q)].lane)];
    return (k == 1 && q + 1 < lane.first_quad + lane.quad_count) || (k == 3 && q > lane.first_quad);
  }

  void add_edge(int q, int k) {
    const Quad& quad = map_.quads[size_t(q)];
    const Vec2 a = corner_of(quad, k), d = corner_of(quad, k + 1) - a;
    const double size = length(d);
    if (size < kShortestPieceM) return;
    std::vector<Interval01> open{{0, 1}};
    const Vec2 outward{d.y / size, -d.x / size};
    height_ = quad.z;
    gather(a, a + d);
    for (const int other : near_) {
      if (other == q) continue;
      const Quad& o = map_.quads[size_t(other)];
      const float apart = float(length({double(o.x) - quad.x, double(o.y) - quad.y}));
      if (!same_surface(quad, o.z, apart)) continue;
      for (const double probe : kProbesM) {
        subtract(open, clip(o, a + probe * outward, d));
        if (open.empty()) return;
      }
    }
    remove_known(a, d, size, open);
    for (const Interval01& piece : open) add_pieces(q, a, d, size, piece);
  }

  void gather(Vec2 a, Vec2 b) {
    near_.clear();
    const double r = 0.2;
    for_each_bucket(map_, std::min(a.x, b.x) - r, std::min(a.y, b.y) - r, std::max(a.x, b.x) + r,
                    std::max(a.y, b.y) + r, [&](int bucket) {
                      const auto first = map_.bucket_quads.begin();
                      near_.insert(near_.end(), first + map_.bucket_start[size_t(bucket)],
                                   first + map_.bucket_start[size_t(bucket) + 1]);
                    });
    std::sort(near_.begin(), near_.end());
    near_.erase(std::unique(near_.begin(), near_.end()), near_.end());
  }

  /// Lanes that start on the same ground share their edge: the first keeps it.
  void remove_known(Vec2 a, Vec2 d, double size, std::vector<Interval01>& open) {
    const Vec2 b = a + d, unit = (1 / size) * d;
    for_each_bucket(map_, std::min(a.x, b.x), std::min(a.y, b.y), std::max(a.x, b.x), std::max(a.y, b.y),
                    [&](int bucket) {
                      for (const int k : kept_[size_t(bucket)]) {
                        const Edge& known = pieces[size_t(k)];
                        const Vec2 side = known.b - known.a;
                        if (dot(side, unit) < 0.995 * length(side)) continue;
                        if (!same_surface(map_.quads[size_t(known.quad)], height_, 0)) continue;
                        const double low = dot(known.a - a, unit), high = dot(known.b - a, unit);
                        if (high < 0 || low > size) continue;
                        const double from = std::clamp(-low / (high - low), 0.0, 1.0),
                                     to = std::clamp((size - low) / (high - low), 0.0, 1.0);
                        const double at_from = cross(unit, known.a + from * side - a),
                                     at_to = cross(unit, known.a + to * side - a);
                        if (std::max(std::abs(at_from), std::abs(at_to)) < kSameLineM)
                          subtract(open, {low / size, high / size});
                      }
                    });
  }

  void add_pieces(int q, Vec2 a, Vec2 d, double size, Interval01 piece) {
    const double whole = (piece.high - piece.low) * size;
    if (whole < kShortestPieceM) return;
    const int count = std::max(1, int(std::ceil(whole / kLongestPieceM - 1e-6)));
    for (int k = 0; k < count; ++k) {
      const double u = piece.low + (piece.high - piece.low) * k / count;
      const double v = piece.low + (piece.high - piece.low) * (k + 1) / count;
      const Edge edge{a + u * d, a + v * d, q};
      for_each_bucket(map_, std::min(edge.a.x, edge.b.x) - kSameLineM,
                      std::min(edge.a.y, edge.b.y) - kSameLineM, std::max(edge.a.x, edge.b.x) + kSameLineM,
                      std::max(edge.a.y, edge.b.y) + kSameLineM,
                      [&](int bucket) { kept_[size_t(bucket)].push_back(int(pieces.size())); });
      pieces.push_back(edge);
    }
  }

  CompiledMap& map_;
  std::vector<std::vector<int>> kept_;  ///< pieces by bucket
  std::vector<int> near_;
  float height_ = 0;
};

/// Groups of edges that go on into each other.
class EdgeChains {
 public:
  explicit EdgeChains(const std::vector<Edge>& edges) : ends(edges.size(), true), parent_(edges.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    std::vector<std::pair<Vec2, int>> starts;  // by x
    for (size_t k = 0; k < edges.size(); ++k) starts.push_back({edges[k].a, int(k)});
    std::sort(starts.begin(), starts.end(),
              [](const auto& p, const auto& q) { return p.first.x < q.first.x; });
    for (size_t k = 0; k < edges.size(); ++k) {
      const Vec2 end = edges[k].b;
      auto near = std::lower_bound(starts.begin(), starts.end(), end.x - kJoinedM,
                                   [](const auto& start, double x) { return start.first.x < x; });
      for (; near != starts.end() && near->first.x <= end.x + kJoinedM; ++near)
        if (near->second != int(k) && length(near->first - end) <= kJoinedM) {
          parent_[size_t(root(near->second))] = root(int(k));
          ends[k] = false;
        }
    }
  }
  std::vector<bool> ends;  ///< whether an edge goes on into no other
  int root(int edge) {
    while (parent_[size_t(edge)] != edge)
      edge = parent_[size_t(edge)] = parent_[size_t(parent_[size_t(edge)])];
    return edge;
  }

 private:
  std::vector<int> parent_;
};

/// Takes out small and narrow holes: chains that close around a little ground outside of the lanes, and
/// single bits of edges that are left of narrower ones.
void remove_seams(std::vector<Edge>& edges) {
  EdgeChains chains(edges);
  struct Hole {
    Vec2 at;  ///< areas are measured from a corner of the chain, so that little is lost to rounding
    double twice_area = 0, perimeter = 0;
    int count = 0;
    bool closed = true;
  };
  std::vector<Hole> holes(edges.size());
  for (size_t k = 0; k < edges.size(); ++k) {
    Hole& hole = holes[size_t(chains.root(int(k)))];
    if (hole.count++ == 0) hole.at = edges[k].a;
    hole.twice_area += cross(edges[k].a - hole.at, edges[k].b - hole.at);
    hole.perimeter += length(edges[k].b - edges[k].a);
    if (chains.ends[k]) hole.closed = false;
  }
  const auto is_seam = [&](const Edge& edge) {
    const Hole& hole = holes[size_t(chains.root(int(&edge - edges.data())))];
    if (!hole.closed) return hole.perimeter < kShortestChainM;
    const double area = 0.5 * std::abs(hole.twice_area);  // half the perimeter times the mean width
    return hole.perimeter < 60 && (area < kSmallestHoleM2 || 2 * area < kNarrowestHoleM * hole.perimeter);
  };
  std::vector<Edge> kept;
  for (const Edge& edge : edges)
    if (!is_seam(edge)) kept.push_back(edge);
  edges.swap(kept);
}

}  // namespace

void find_boundary(CompiledMap& map) {
  BoundaryFinder finder(map);
  finder.find();
  remove_seams(finder.pieces);
  for (const Edge& edge : finder.pieces) {
    const Vec2 middle = 0.5 * (edge.a + edge.b), half = 0.5 * (edge.b - edge.a);
    map.boundary.push_back({float(middle.x), float(middle.y), float(half.x), float(half.y)});
    map.boundary_quad.push_back(edge.quad);
  }
}

}  // namespace gigalane
