#include "maps/painted_lines.h"

#include <algorithm>

namespace gigalane {
namespace {

constexpr double kSlackM = 1e-6;  ///< of a line at the very end of its road

/// The driving lane that the line lies across, of the same direction and side of the road as `approach`; -1
/// if none is there.
int lane_across(const Road& road, const std::vector<Strip>& strips, const Strip& approach,
                const RoadMark& mark) {
  auto at = std::lower_bound(strips.begin(), strips.end(), approach.road,
                             [](const Strip& strip, int number) { return strip.road < number; });
  for (; at != strips.end() && at->road == approach.road; ++at) {
    const double start = road.sections[size_t(at->section)].s, end = road.section_end(size_t(at->section));
    if (mark.s < start - kSlackM || mark.s > end + kSlackM) continue;
    if (at->type != LaneType::driving || at->forward != approach.forward) continue;
    if ((at->lane_id > 0) != (approach.lane_id > 0)) continue;
    const int piece = piece_up_to(road, *at, mark.s) - at->first_piece;
    if (piece < 0 || piece >= at->piece_count()) continue;
    return int(at - strips.begin());
  }
  return -1;
}

/// The line with the least `way(s)`, which is negative where a line does not count.
template <class Way>
std::optional<PaintedLine> find_line(const RoadNetwork& network, const std::vector<Strip>& strips, int strip,
                                     double reach_m, Way way) {
  const Strip& approach = strips[size_t(strip)];
  const Road& road = network.roads[size_t(approach.road)];
  std::optional<PaintedLine> found;
  double least = reach_m;
  for (const RoadMark& mark : road.stop_lines) {
    const double metres = way(mark.s);
    if (metres < 0 || metres > least || (found && metres == least)) continue;
    // sides are those of the centre lane, which need not lie on the reference line
    if ((mark.t - value_at(road.lane_offset, mark.s) > 0) != (approach.lane_id > 0)) continue;
    const int across = lane_across(road, strips, approach, mark);
    if (across < 0) continue;
    least = metres;
    found = PaintedLine{across, mark.s};
  }
  return found;
}

}  // namespace

int piece_up_to(const Road& road, const Strip& strip, double s) {
  const double start = road.sections[size_t(strip.section)].s, end = road.section_end(size_t(strip.section));
  const double fraction = (s - start) / std::max(end - start, kSlackM);
  const double pieces = (strip.forward ? fraction : 1 - fraction) * strip.section_pieces;
  return std::clamp(int(std::lround(pieces)) - 1, 0, strip.section_pieces - 1);
}

std::optional<PaintedLine> painted_line_before(const RoadNetwork& network, const std::vector<Strip>& strips,
                                               int strip, double s, double reach_m) {
  const double sign = strips[size_t(strip)].forward ? 1 : -1;
  return find_line(network, strips, strip, reach_m, [&](double at) { return sign * (s - at); });
}

std::optional<PaintedLine> painted_line_near(const RoadNetwork& network, const std::vector<Strip>& strips,
                                             int strip, double s, double reach_m) {
  return find_line(network, strips, strip, reach_m, [&](double at) { return std::abs(s - at); });
}

}  // namespace gigalane
