// Dead ends, open starts, and the parts of the lane graph that the routable part cannot reach or be reached
// from.
#include "maps/check_steps.h"

namespace gigalane {
namespace {

class PartChecker {
 public:
  PartChecker(const std::vector<Strip>& strips, const CompiledMap& map, std::vector<Finding>& findings)
      : strips_(strips), map_(map), findings_(findings), ways_on_(strips.size()), ways_back_(strips.size()) {
    for (size_t k = 0; k < strips.size(); ++k) {
      if (!drives(k)) continue;
      for (const int next : strips[k].successors) connect(int(k), next);
      for (const int side : {strips[k].left_strip, strips[k].right_strip})
        if (side >= 0) connect(int(k), side);
    }
  }

  void check() {
    for (size_t k = 0; k < strips_.size(); ++k)
      if (drives(k)) check_ends(k);
    const std::vector<bool> entered = reach(ways_on_), leaves = reach(ways_back_);
    std::vector<Fault> fault(strips_.size(), Fault::cut_off);
    for (size_t k = 0; k < strips_.size(); ++k)
      fault[k] = entered[k] ? Fault::no_way_out : leaves[k] ? Fault::unreachable : Fault::cut_off;
    std::vector<bool> seen(strips_.size(), false);
    for (size_t k = 0; k < strips_.size(); ++k)
      if (drives(k) && !map_.lanes[k].routable && !seen[k]) add_part(k, fault, seen);
  }

 private:
  bool drives(size_t k) const { return strips_[k].type == LaneType::driving; }

  void connect(int from, int to) {
    if (!drives(size_t(to))) return;
    ways_on_[size_t(from)].push_back(to);
    ways_back_[size_t(to)].push_back(from);
  }

  /// Whether a lane goes on that one may change to, over other lanes if need be.
  bool has_way_beside(const Strip& strip) const {
    for (int at = strip.left_strip; at >= 0; at = strips_[size_t(at)].left_strip)
      if (!strips_[size_t(at)].successors.empty()) return true;
    for (int at = strip.right_strip; at >= 0; at = strips_[size_t(at)].right_strip)
      if (!strips_[size_t(at)].successors.empty()) return true;
    return false;
  }

  void check_ends(size_t k) {
    const Strip& strip = strips_[k];
    const double length_m = map_.lanes[k].length_m, reach_m = std::min(kOpenEndM, length_m);
    if (strip.successors.empty())
      findings_.push_back(finding_at(Fault::dead_end, map_.lanes[k].routable && !has_way_beside(strip),
                                     middle_of(strip, size_t(strip.piece_count())), length_m, strips_, k,
                                     {length_m - reach_m, length_m}));
    if (starts_open(strip))
      findings_.push_back(
          finding_at(Fault::open_start, false, middle_of(strip, 0), length_m, strips_, k, {0, reach_m}));
  }

  std::vector<bool> reach(const std::vector<std::vector<int>>& ways) const {
    std::vector<bool> reached(strips_.size(), false);
    std::vector<int> open;
    for (size_t k = 0; k < strips_.size(); ++k)
      if (map_.lanes[k].routable) {
        reached[k] = true;
        open.push_back(int(k));
      }
    while (!open.empty()) {
      const int at = open.back();
      open.pop_back();
      for (const int to : ways[size_t(at)])
        if (!reached[size_t(to)]) {
          reached[size_t(to)] = true;
          open.push_back(to);
        }
    }
    return reached;
  }

  /// Connected lanes of the same fault are one finding, placed where the routable part leads into it.
  void add_part(size_t first, const std::vector<Fault>& fault, std::vector<bool>& seen) {
    std::vector<size_t> open{first};
    seen[first] = true;
    double metres = 0;
    size_t entry = first;
    bool found_entry = false;
    while (!open.empty()) {
      const size_t at = open.back();
      open.pop_back();
      metres += map_.lanes[at].length_m;
      for (const auto* ways : {&ways_on_, &ways_back_})
        for (const int to : (*ways)[at]) {
          if (map_.lanes[size_t(to)].routable && !found_entry) {
            entry = at;
            found_entry = true;
          }
          if (map_.lanes[size_t(to)].routable || seen[size_t(to)] || fault[size_t(to)] != fault[at]) continue;
          seen[size_t(to)] = true;
          open.push_back(size_t(to));
        }
    }
    const bool traps = fault[first] == Fault::no_way_out;
    const size_t end = traps ? 0 : size_t(strips_[entry].piece_count());
    const double along = traps ? 0 : map_.lanes[entry].length_m;
    findings_.push_back(finding_at(fault[first], traps, middle_of(strips_[entry], end), metres, strips_,
                                   entry, {along, along}));
  }

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  std::vector<Finding>& findings_;
  std::vector<std::vector<int>> ways_on_, ways_back_;
};

}  // namespace

void find_lost_parts(const std::vector<Strip>& strips, const CompiledMap& map,
                     std::vector<Finding>& findings) {
  PartChecker(strips, map, findings).check();
}

}  // namespace gigalane
