// Strongly connected parts of the lane graph.

#include "maps/compile_steps.h"

namespace gigalane {
namespace {

bool drives(const Strip& strip) { return strip.type == LaneType::driving; }

/// Lanes that can be driven to from a lane: successors and neighbours.
std::vector<int> ways_on(const std::vector<Strip>& strips, int k) {
  std::vector<int> to;
  const Strip& strip = strips[size_t(k)];
  for (const int next : strip.successors)
    if (drives(strips[size_t(next)])) to.push_back(next);
  for (const int side : {strip.left_strip, strip.right_strip})
    if (side >= 0) to.push_back(side);
  return to;
}

/// Strongly connected components (Tarjan's algorithm, without recursion). -1 for lanes that do not drive.
class ComponentFinder {
 public:
  explicit ComponentFinder(const std::vector<Strip>& strips) : strips_(strips) {
    const size_t n = strips.size();
    component.assign(n, -1);
    order_.assign(n, -1);
    low_.assign(n, 0);
    for (size_t k = 0; k < n; ++k)
      if (drives(strips[k]) && order_[k] < 0) visit(int(k));
  }
  std::vector<int> component;
  int count = 0;

 private:
  struct Frame {
    int lane;
    std::vector<int> to;
    size_t next = 0;
  };

  void open(int lane, std::vector<Frame>& frames) {
    order_[size_t(lane)] = low_[size_t(lane)] = counter_++;
    stack_.push_back(lane);
    frames.push_back({lane, ways_on(strips_, lane)});
  }

  void visit(int root) {
    std::vector<Frame> frames;
    open(root, frames);
    while (!frames.empty()) {
      Frame& top = frames.back();
      const size_t lane = size_t(top.lane);
      if (top.next < top.to.size()) {
        const int to = top.to[top.next++];
        if (order_[size_t(to)] < 0)
          open(to, frames);
        else if (component[size_t(to)] < 0)
          low_[lane] = std::min(low_[lane], order_[size_t(to)]);
        continue;
      }
      if (low_[lane] == order_[lane]) close(int(lane));
      frames.pop_back();
      if (!frames.empty())
        low_[size_t(frames.back().lane)] = std::min(low_[size_t(frames.back().lane)], low_[lane]);
    }
  }

  void close(int lane) {
    int top;
    do {
      top = stack_.back();
      stack_.pop_back();
      component[size_t(top)] = count;
    } while (top != lane);
    ++count;
  }

  const std::vector<Strip>& strips_;
  std::vector<int> order_, low_, stack_;
  int counter_ = 0;
};

/// Keeps only ways into routable lanes; lanes that are not routable keep theirs into routable ones.
void close_ways_out(CompiledMap& map) {
  std::vector<int32_t> kept;
  for (Lane& lane : map.lanes) {
    const int first = lane.first_successor, count = lane.successor_count;
    lane.first_successor = int32_t(kept.size());
    for (int k = first; k < first + count; ++k)
      if (map.lanes[size_t(map.successors[size_t(k)])].routable || !lane.routable)
        kept.push_back(map.successors[size_t(k)]);
    lane.successor_count = int32_t(kept.size()) - lane.first_successor;
    if (lane.left >= 0 && !map.lanes[size_t(lane.left)].routable) lane.left = -1;
    if (lane.right >= 0 && !map.lanes[size_t(lane.right)].routable) lane.right = -1;
  }
  map.successors.swap(kept);
}

}  // namespace

int find_components(const std::vector<Strip>& strips, CompiledMap& map) {
  const ComponentFinder finder(strips);
  std::vector<double> size(size_t(finder.count), 0);
  for (size_t k = 0; k < strips.size(); ++k)
    if (finder.component[k] >= 0) size[size_t(finder.component[k])] += map.lanes[k].length_m;
  const int largest = int(std::max_element(size.begin(), size.end()) - size.begin());
  for (size_t k = 0; k < strips.size(); ++k) map.lanes[k].routable = finder.component[k] == largest;
  close_ways_out(map);
  return finder.count;
}

}  // namespace gigalane
