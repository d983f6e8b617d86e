#include "maps/strong_parts.h"

#include <algorithm>

namespace gigalane {
namespace {

class PartFinder {
 public:
  explicit PartFinder(const std::vector<std::vector<int>>& ways_on)
      : ways_on_(ways_on), order_(ways_on.size(), -1), low_(ways_on.size(), 0) {
    parts.part.assign(ways_on.size(), -1);
    for (size_t k = 0; k < ways_on.size(); ++k)
      if (order_[k] < 0) visit(int(k));
  }
  StrongParts parts;

 private:
  struct Frame {
    size_t node, next;
  };

  void open(int node) {
    order_[size_t(node)] = low_[size_t(node)] = counter_++;
    stack_.push_back(node);
    frames_.push_back({size_t(node), 0});
  }

  void visit(int root) {
    open(root);
    while (!frames_.empty()) {
      const size_t node = frames_.back().node;
      if (frames_.back().next < ways_on_[node].size()) {
        const int to = ways_on_[node][frames_.back().next++];
        if (order_[size_t(to)] < 0)
          open(to);
        else if (parts.part[size_t(to)] < 0)
          low_[node] = std::min(low_[node], order_[size_t(to)]);
        continue;
      }
      if (low_[node] == order_[node]) close(int(node));
      frames_.pop_back();
      if (!frames_.empty()) low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
    }
  }

  void close(int node) {
    int top;
    do {
      top = stack_.back();
      stack_.pop_back();
      parts.part[size_t(top)] = parts.count;
    } while (top != node);
    ++parts.count;
  }

  const std::vector<std::vector<int>>& ways_on_;
  std::vector<int> order_, low_, stack_;
  std::vector<Frame> frames_;
  int counter_ = 0;
};

}  // namespace

StrongParts find_strong_parts(const std::vector<std::vector<int>>& ways_on) {
  return PartFinder(ways_on).parts;
}

}  // namespace gigalane
