/// Takes out of a network what no car could drive on or get out of; for sources that promise neither.
#pragma once
#include "maps/road_network.h"

namespace gigalane {

/// All of the below, after turning loops where streets end (close_ends.h). Adds what it takes out to
/// RoadNetwork::left_out_km.
void make_drivable(RoadNetwork& network);

/// Makes lanes whose borders cross no lanes any more.
void drop_crossed_lanes(RoadNetwork& network);

/// Keeps the largest part (below) and makes lanes that `maps check` would call a trap no lanes any more:
/// those that nobody could drive on from the lane before, and those that are too narrow. In turns, until
/// neither finds anything. Of two lanes that meet, the one within a junction goes.
void keep_drivable_part(RoadNetwork& network);

/// Makes every driving lane outside of the largest strongly connected part, lane changes counted, no lane any
/// more, and takes the signals of roads that are left without lanes, unless others refer to them. Returns the
/// metres taken out.
double keep_largest_part(RoadNetwork& network);

}  // namespace gigalane
