// Lanelets that follow each other, lie side by side, or share the ground of a junction.
#include "maps/lanelet_neighbours.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "maps/strips.h"

namespace gigalane {
namespace {

constexpr double kSamePlaceM = 0.1;  ///< ends and borders nearer than this are the same
constexpr double kSameHeightM = 1.0;
constexpr double kCellM = 2;

Vec2 plane(const BoundPoint& p) { return {p.x, p.y}; }
bool same_place(const BoundPoint& a, const BoundPoint& b) {
  return length(plane(a) - plane(b)) < kSamePlaceM && std::abs(a.z - b.z) < kSameHeightM;
}

BoundPoint halfway(const std::vector<BoundPoint>& line) {
  double whole = 0, passed = 0;
  for (size_t k = 1; k < line.size(); ++k) whole += length(plane(line[k]) - plane(line[k - 1]));
  for (size_t k = 1; k < line.size(); ++k) {
    const double step = length(plane(line[k]) - plane(line[k - 1]));
    if (passed + step >= 0.5 * whole) {
      const double f = step > 0 ? (0.5 * whole - passed) / step : 0;
      const BoundPoint &a = line[k - 1], &b = line[k];
      return {a.x + f * (b.x - a.x), a.y + f * (b.y - a.y), a.z + f * (b.z - a.z)};
    }
    passed += step;
  }
  return line.back();
}

/// Sets of lanelets that grow together.
class Sets {
 public:
  explicit Sets(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
  int root(int k) {
    while (parent_[size_t(k)] != k) k = parent_[size_t(k)] = parent_[size_t(parent_[size_t(k)])];
    return k;
  }
  void merge(int a, int b) { parent_[size_t(std::max(root(a), root(b)))] = std::min(root(a), root(b)); }

 private:
  std::vector<int> parent_;
};

/// Values by place: those within a cell of it or one of the cells around.
class PlaceIndex {
 public:
  void add(const BoundPoint& p, int value) { cells_[cell(p.x, p.y)].push_back(value); }
  template <class Visit>
  void near(const BoundPoint& p, Visit visit) const {
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx) {
        const auto found = cells_.find(cell(p.x + dx * kCellM, p.y + dy * kCellM));
        if (found == cells_.end()) continue;
        for (const int value : found->second) visit(value);
      }
  }

 private:
  static std::pair<long, long> cell(double x, double y) {
    return {std::lround(x / kCellM), std::lround(y / kCellM)};
  }
  std::map<std::pair<long, long>, std::vector<int>> cells_;
};

class NeighbourFinder {
 public:
  explicit NeighbourFinder(const std::vector<Lanelet>& lanelets) : lanelets_(lanelets) {
    const size_t count = lanelets.size();
    found.next.resize(count);
    for (auto* list : {&found.left, &found.right, &found.across_left, &found.across_right, &found.junction})
      list->assign(count, -1);
    for (size_t k = 0; k < lanelets.size(); ++k) {
      starts_.add(lanelets[k].left.front(), int(k));
      ends_.add(lanelets[k].left.back(), int(k));
      right_ends_.add(lanelets[k].right.back(), int(k));
    }
    for (size_t k = 0; k < lanelets.size(); ++k) {
      find_next(int(k));
      find_beside(int(k));
    }
    find_junctions();
  }

  LaneletNeighbours found;

 private:
  const Lanelet& at(int k) const { return lanelets_[size_t(k)]; }

  static bool starts_where(const Lanelet& b, const BoundPoint& l, const BoundPoint& r) {
    return same_place(b.left.front(), l) && same_place(b.right.front(), r);
  }

  void find_next(int k) {
    const Lanelet& a = at(k);
    starts_.near(a.left.back(), [&](int other) {
      if (other != k && starts_where(at(other), a.left.back(), a.right.back()))
        found.next[size_t(k)].push_back(other);
    });
  }

  static bool same_line(const std::vector<BoundPoint>& a, const std::vector<BoundPoint>& b) {
    return same_place(a.front(), b.front()) && same_place(a.back(), b.back()) &&
           same_place(halfway(a), halfway(b));
  }
  static bool opposite_line(const std::vector<BoundPoint>& a, const std::vector<BoundPoint>& b) {
    return same_place(a.front(), b.back()) && same_place(a.back(), b.front()) &&
           same_place(halfway(a), halfway(b));
  }

  void find_beside(int k) {
    const Lanelet& a = at(k);
    starts_.near(a.right.front(), [&](int other) {  // whose left bound is this one's right
      if (other == k || found.right[size_t(k)] >= 0 || found.left[size_t(other)] >= 0) return;
      if (!same_line(a.right, at(other).left)) return;
      found.right[size_t(k)] = other;
      found.left[size_t(other)] = k;
    });
    ends_.near(a.left.front(), [&](int other) {
      if (other != k && found.across_left[size_t(k)] < 0 && opposite_line(a.left, at(other).left))
        found.across_left[size_t(k)] = other;
    });
    right_ends_.near(a.right.front(), [&](int other) {
      if (other != k && found.across_right[size_t(k)] < 0 && opposite_line(a.right, at(other).right))
        found.across_right[size_t(k)] = other;
    });
  }

  /// Lanelets that part from, join or cross another, and those tagged as a part of an intersection.
  void find_junctions() {
    Sets sets(lanelets_.size());
    std::vector<bool> inside(lanelets_.size(), false);
    const auto meet = [&](int a, int b) {
      inside[size_t(a)] = inside[size_t(b)] = true;
      sets.merge(a, b);
    };
    for (size_t k = 0; k < lanelets_.size(); ++k) {
      inside[k] = inside[k] || lanelets_[k].intersection;
      for (size_t i = 1; i < found.next[k].size(); ++i) meet(found.next[k][0], found.next[k][i]);
    }
    std::vector<int> before(lanelets_.size(), -1);
    for (size_t k = 0; k < lanelets_.size(); ++k)
      for (const int to : found.next[k]) {
        int& first = before[size_t(to)];
        if (first < 0)
          first = int(k);
        else
          meet(first, int(k));
      }
    for (const auto& [a, b] : crossing_pairs()) meet(a, b);
    std::map<int, int> number;
    for (size_t k = 0; k < lanelets_.size(); ++k)
      if (inside[k]) found.junction[k] = number.emplace(sets.root(int(k)), int(number.size())).first->second;
    found.junction_count = int(number.size());
  }

  /// Pairs whose centre lines cross at one height.
  std::vector<std::pair<int, int>> crossing_pairs() const {
    struct Segment {
      Vec2 a, b;
      double z;
      int lanelet;
    };
    std::vector<Segment> segments;
    std::map<std::pair<long, long>, std::vector<int>> cells;
    constexpr double kCell = 10;
    std::vector<std::pair<int, int>> pairs;
    for (size_t k = 0; k < lanelets_.size(); ++k) {
      constexpr int kPieces = 16;
      std::vector<BoundPoint> line;
      for (int p = 0; p <= kPieces; ++p) line.push_back(centre(lanelets_[k], double(p) / kPieces));
      for (int p = 0; p < kPieces; ++p)
        segments.push_back({plane(line[size_t(p)]), plane(line[size_t(p) + 1]), line[size_t(p)].z, int(k)});
    }
    for (size_t s = 0; s < segments.size(); ++s) {
      const Segment& g = segments[s];
      for (long x = std::lround(std::floor(std::min(g.a.x, g.b.x) / kCell));
           x <= std::lround(std::floor(std::max(g.a.x, g.b.x) / kCell)); ++x)
        for (long y = std::lround(std::floor(std::min(g.a.y, g.b.y) / kCell));
             y <= std::lround(std::floor(std::max(g.a.y, g.b.y) / kCell)); ++y) {
          auto& cell = cells[{x, y}];
          for (const int other : cell) {
            const Segment& h = segments[size_t(other)];
            if (h.lanelet != g.lanelet && std::abs(h.z - g.z) < 2.5 && cross_each_other(g.a, g.b, h.a, h.b))
              pairs.push_back({h.lanelet, g.lanelet});
          }
          cell.push_back(int(s));
        }
    }
    return pairs;
  }

  static bool cross_each_other(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
    const auto side = [](Vec2 p, Vec2 q, Vec2 r) { return cross(q - p, r - p); };
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  }

  static BoundPoint along(const std::vector<BoundPoint>& line, double u) {
    const double at = u * double(line.size() - 1);
    const size_t k = std::min(line.size() - 2, size_t(at));
    const double f = at - double(k);
    const BoundPoint &a = line[k], &b = line[k + 1];
    return {a.x + f * (b.x - a.x), a.y + f * (b.y - a.y), a.z + f * (b.z - a.z)};
  }
  static BoundPoint centre(const Lanelet& lanelet, double u) {
    const BoundPoint l = along(lanelet.left, u), r = along(lanelet.right, u);
    return {0.5 * (l.x + r.x), 0.5 * (l.y + r.y), 0.5 * (l.z + r.z)};
  }

  const std::vector<Lanelet>& lanelets_;
  PlaceIndex starts_, ends_;  ///< of left bounds
  PlaceIndex right_ends_;     ///< of right bounds
};

}  // namespace

LaneletNeighbours find_neighbours(const std::vector<Lanelet>& lanelets) {
  return NeighbourFinder(lanelets).found;
}

}  // namespace gigalane
