// Strips made to fit: gaps at joints closed, quads convex, corners on the grid.
#include <algorithm>
#include <numeric>

#include "maps/strips.h"

namespace gigalane {
namespace {

constexpr double kClosedGapM = 0.1;  ///< corners of linked ends nearer than this become one

/// Ends of strips that meet in one place: end of strip k is 2k + 1, its start 2k.
class Joints {
 public:
  explicit Joints(const std::vector<Strip>& strips) : parent_(2 * strips.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    for (size_t k = 0; k < strips.size(); ++k)
      for (const int next : strips[k].successors) merge(int(2 * k + 1), 2 * next);
  }
  int root(int end) {
    while (parent_[size_t(end)] != end) end = parent_[size_t(end)] = parent_[size_t(parent_[size_t(end)])];
    return end;
  }

 private:
  void merge(int a, int b) {
    a = root(a), b = root(b);
    parent_[size_t(std::max(a, b))] = std::min(a, b);
  }
  std::vector<int> parent_;
};

Vec2& corner(std::vector<Strip>& strips, int end, bool left) {
  Strip& strip = strips[size_t(end / 2)];
  std::vector<Vec2>& edge = left ? strip.left : strip.right;
  return end % 2 ? edge.back() : edge.front();
}

void close_gaps(const RoadNetwork& network, std::vector<Strip>& strips) {
  Joints joints(strips);
  const int count = int(2 * strips.size());
  const auto in_junction = [&](int end) {
    return network.roads[size_t(strips[size_t(end / 2)].road)].junction >= 0;
  };
  std::vector<int> leader(size_t(count), -1);  // by root: an end outside junctions if there is one
  for (int end = 0; end < count; ++end) {
    int& chosen = leader[size_t(joints.root(end))];
    if (chosen < 0 || (in_junction(chosen) && !in_junction(end))) chosen = end;
  }
  for (int end = 0; end < count; ++end) {
    const int to = leader[size_t(joints.root(end))];
    if (to == end) continue;
    for (const bool left : {true, false}) {
      const Vec2 target = corner(strips, to, left);
      if (length(target - corner(strips, end, left)) < kClosedGapM) corner(strips, end, left) = target;
    }
  }
}

Vec2 on_grid(Vec2 p, double grid) { return {std::round(p.x / grid) * grid, std::round(p.y / grid) * grid}; }

/// In tight curves an edge may run backwards: it waits at its last point until the lane has come round.
void straighten(Strip& strip) {
  for (size_t k = 1; k < strip.left.size(); ++k) {
    const Vec2 across = strip.left[k] - strip.right[k];
    const Vec2 ahead{across.y, -across.x};
    for (std::vector<Vec2>* edge : {&strip.left, &strip.right})
      if (dot((*edge)[k] - (*edge)[k - 1], ahead) <= 0) (*edge)[k] = (*edge)[k - 1];
  }
}

}  // namespace

void fit_strips(const RoadNetwork& network, Vec2 origin, double grid, std::vector<Strip>& strips) {
  for (Strip& strip : strips)
    for (std::vector<Vec2>* edge : {&strip.left, &strip.right})
      for (Vec2& p : *edge) p = on_grid(p - origin, grid);
  close_gaps(network, strips);
  for (Strip& strip : strips) straighten(strip);
}

}  // namespace gigalane
