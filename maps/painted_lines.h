/// Stop lines painted on roads, and the lanes across which they lie.
#pragma once
#include <optional>

#include "maps/strips.h"

namespace gigalane {

/// A painted line: the first lane of an approach that it crosses, and where along the road.
struct PaintedLine {
  int strip;
  double s;
};

/// The piece of a strip's section, counted in driving direction, whose end is nearest to `s` of its road.
int piece_up_to(const Road& road, const Strip& strip, double s);

/// The last line that traffic of a strip meets within `reach_m` before `s` of its road, in whatever section.
std::optional<PaintedLine> painted_line_before(const RoadNetwork& network, const std::vector<Strip>& strips,
                                               int strip, double s, double reach_m);

/// The line for traffic of a strip that is nearest to `s`, before or after it.
std::optional<PaintedLine> painted_line_near(const RoadNetwork& network, const std::vector<Strip>& strips,
                                             int strip, double s, double reach_m);

}  // namespace gigalane
