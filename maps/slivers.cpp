// Lanes that jump to another width where they begin or end.
#include <algorithm>
#include <cmath>

#include "maps/cross_section.h"

namespace gigalane {
namespace {

constexpr double kSliverM = 1.0;  ///< no shorter than a piece
constexpr double kJumpM = 0.01;

bool jumps(const Cubic& before, const Cubic& after) {
  return std::abs(before.value(after.s) - after.a) > kJumpM;
}

void drop_slivers(std::vector<Cubic>& records, double length) {
  size_t first = 0, last = records.size();
  for (size_t k = 1; k < records.size(); ++k) {
    if (!jumps(records[k - 1], records[k])) continue;
    if (records[k].s < kSliverM) first = k;
    if (length - records[k].s < kSliverM) last = std::min(last, k);
  }
  if (first >= last) return;  // all of it is shorter than that
  records.erase(records.begin() + std::ptrdiff_t(last), records.end());
  records.erase(records.begin(), records.begin() + std::ptrdiff_t(first));
}

}  // namespace

LaneSection without_slivers(LaneSection section, double length) {
  for (RoadLane& lane : section.lanes) {
    drop_slivers(lane.widths, length);
    drop_slivers(lane.borders, length);
  }
  return section;
}

}  // namespace gigalane
