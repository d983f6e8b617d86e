// Strips made to fit: gaps at joints closed, quads convex, corners on the grid.
#include <algorithm>
#include <numeric>
#include <optional>

#include "maps/check_steps.h"
#include "maps/strips.h"

namespace gigalane {
namespace {

constexpr double kClosedGapM = 0.1;   ///< corners of linked ends nearer than this become one
constexpr double kClosedStepM = 0.3;  ///< those on one side also if only nearer than this: the width differs
constexpr double kBendRad = 0.005;    ///< how much that may turn a border, if the lane is long enough

constexpr double kBroughtForwardM = 0.2;

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

Vec2 corner(const std::vector<Strip>& strips, int end, bool left) {
  const Strip& strip = strips[size_t(end / 2)];
  const std::vector<Vec2>& edge = left ? strip.left : strip.right;
  return end % 2 ? edge.back() : edge.front();
}

Vec2 on_grid(Vec2 p, double grid) { return {std::round(p.x / grid) * grid, std::round(p.y / grid) * grid}; }

/// Moves an edge's corners by a shift that fades out along the lane, by 1 - 3 u^2 + 2 u^3, so that the edge
/// bends and does not kink. `along` are metres along the lane from its moved end, for each corner.
void bend(std::vector<Vec2>& edge, const std::vector<double>& along, Vec2 shift, double grid) {
  const double whole = std::max(along.front(), along.back());
  const double reach = std::min(whole, 1.5 * length(shift) / kBendRad);  // it is steepest at half its reach
  for (size_t k = 0; k < edge.size(); ++k) {
    const double u = along[k] > 0 ? along[k] / reach : 0;
    if (u < 1) edge[k] = on_grid(edge[k] + (1 - u * u * (3 - 2 * u)) * shift, grid);
  }
}

/// Metres along a strip's middle from one of its ends to each of its corners.
std::vector<double> metres_from(const Strip& strip, bool from_back) {
  const auto middle = [&](size_t k) { return 0.5 * (strip.left[k] + strip.right[k]); };
  std::vector<double> along{0};
  for (size_t k = 1; k < strip.left.size(); ++k)
    along.push_back(along.back() + length(middle(k) - middle(k - 1)));
  const double whole = along.back();
  if (from_back)
    for (double& at : along) at = whole - at;
  return along;
}

/// Brings an end of a strip to where another end is, on each side that is near enough.
void join(std::vector<Strip>& strips, int end, int to, double grid) {
  const Vec2 left = corner(strips, to, true) - corner(strips, end, true),
             right = corner(strips, to, false) - corner(strips, end, false);
  const double off_left = length(left), off_right = length(right);
  Strip& strip = strips[size_t(end / 2)];
  const std::vector<double> along = metres_from(strip, end % 2 == 1);
  const auto near = [](double own, double other) {
    return own < kClosedGapM || (own < kClosedStepM && other < kClosedGapM);
  };
  if (off_left > 0 && near(off_left, off_right)) bend(strip.left, along, left, grid);
  if (off_right > 0 && near(off_right, off_left)) bend(strip.right, along, right, grid);
}

void close_gaps(const RoadNetwork& network, double grid, std::vector<Strip>& strips) {
  Joints joints(strips);
  const int count = int(2 * strips.size());
  const auto in_junction = [&](int end) {
    return network.roads[size_t(strips[size_t(end / 2)].road)].junction >= 0;
  };
  std::vector<double> metres;
  for (const Strip& strip : strips) metres.push_back(metres_from(strip, false).back());
  const auto leads = [&](int a,
                         int b) {  // what lies outside of junctions, then the shortest: it can bend least
    if (in_junction(a) != in_junction(b)) return in_junction(b);
    return metres[size_t(a / 2)] < metres[size_t(b / 2)];
  };
  std::vector<int> leader(size_t(count), -1);  // by root
  for (int end = 0; end < count; ++end) {
    int& chosen = leader[size_t(joints.root(end))];
    if (chosen < 0 || leads(end, chosen)) chosen = end;
  }
  for (int end = 0; end < count; ++end) {
    const int to = leader[size_t(joints.root(end))];
    if (to != end) join(strips, end, to, grid);
  }
}

/// Unit vector along the lane at its k-th corners.
Vec2 ahead_at(const Strip& strip, size_t k) {
  const Vec2 across = strip.left[k] - strip.right[k];
  return (1 / std::max(length(across), 1e-9)) * Vec2{across.y, -across.x};
}

/// Whether an edge runs backwards from corner k - 1 to corner k.
bool runs_back(const Strip& strip, const std::vector<Vec2>& edge, size_t k) {
  return dot(edge[k] - edge[k - 1], ahead_at(strip, k)) <= 0;
}

/// A corner k that runs back, brought ahead of the lines across the lane at k - 1 and k; if that is far, the
/// corner before it.
Vec2 brought_forward(const Strip& strip, const std::vector<Vec2>& edge, size_t k, double grid) {
  const Vec2 step = edge[k] - edge[k - 1], ahead = ahead_at(strip, k), before = ahead_at(strip, k - 1);
  const double turn = std::max(dot(ahead, before), 0.5);
  const double back = std::max(-dot(step, ahead), -dot(step, before) / turn);
  return back < kBroughtForwardM ? on_grid(edge[k] + back * ahead, grid) : edge[k - 1];
}

/// In tight curves an edge may run backwards: by a little, it is brought forward; else it waits at its last
/// point until the lane has come round. Its end stays where the next lane begins: what lies beyond is taken
/// back.
void straighten(Strip& strip, double grid) {
  const size_t last = strip.left.size() - 1;
  const Vec2 ends[2] = {strip.left[last], strip.right[last]};
  for (size_t k = 1; k <= last; ++k)
    for (std::vector<Vec2>* edge : {&strip.left, &strip.right})
      if (runs_back(strip, *edge, k)) (*edge)[k] = brought_forward(strip, *edge, k, grid);
  strip.left[last] = ends[0], strip.right[last] = ends[1];
  for (std::vector<Vec2>* edge : {&strip.left, &strip.right})
    for (size_t k = last; k > 1 && runs_back(strip, *edge, k); --k) (*edge)[k - 1] = (*edge)[k];
}

/// Where two segments cross, if they do.
std::optional<Vec2> crossing(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
  const Vec2 along = b - a, other = d - c;
  const double turn = cross(along, other);
  if (turn == 0) return {};
  const double u = cross(c - a, other) / turn, v = cross(c - a, along) / turn;
  if (u < 0 || u > 1 || v < 0 || v > 1) return {};
  return a + u * along;
}

/// A border at the inside of a bend tighter than it is far from the reference line runs on past the corner,
/// back and out again: a loop, which ends where the border crosses itself. Its corners are drawn together
/// there.
void cut_loops(std::vector<Vec2>& edge, double grid) {
  constexpr size_t kLongestLoop = 64;  // corners: longer ones are no corner's
  for (size_t k = 0; k + 3 < edge.size(); ++k)
    for (size_t far = std::min(edge.size() - 2, k + kLongestLoop); far > k + 1; --far)
      if (const auto at = crossing(edge[k], edge[k + 1], edge[far], edge[far + 1])) {
        std::fill(edge.begin() + std::ptrdiff_t(k + 1), edge.begin() + std::ptrdiff_t(far + 1),
                  on_grid(*at, grid));
        break;
      }
}

/// Makes quads convex; where that fails, once more without the loops of its borders.
void make_convex(Strip& strip, double grid) {
  const std::vector<Vec2> left = strip.left, right = strip.right;
  straighten(strip, grid);
  if (crossed_piece(strip) < 0) return;
  strip.left = left, strip.right = right;
  for (std::vector<Vec2>* edge : {&strip.left, &strip.right}) cut_loops(*edge, grid);
  straighten(strip, grid);
}

}  // namespace

void fit_strips(const RoadNetwork& network, Vec2 origin, double grid, std::vector<Strip>& strips) {
  for (Strip& strip : strips)
    for (std::vector<Vec2>* edge : {&strip.left, &strip.right})
      for (Vec2& p : *edge) p = on_grid(p - origin, grid);
  close_gaps(network, grid, strips);
  for (Strip& strip : strips) make_convex(strip, grid);
}

}  // namespace gigalane
