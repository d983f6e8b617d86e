/// Takes out of a network what no car could drive on or get out of; for sources that promise neither.
#pragma once
#include "maps/road_network.h"

namespace gigalane {

/// Makes lanes whose borders cross no lanes any more.
void drop_crossed_lanes(RoadNetwork& network);

/// Makes every driving lane outside of the largest strongly connected part, lane changes counted, no lane any
/// more, and takes the signals of roads that are left without lanes. Returns the metres taken out.
double keep_largest_part(RoadNetwork& network);

}  // namespace gigalane
