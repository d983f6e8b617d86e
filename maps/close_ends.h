/// Turning loops where streets end; for cut-outs of cities, whose streets end where the cut is.
#pragma once
#include "maps/road_network.h"

namespace gigalane {

/// Where all lanes of a carriageway end without a successor and others begin beside them in the opposite
/// direction, adds a loop of one lane from the outermost to the outermost, if the ground around is free.
/// Returns how many it added. Roads whose id starts with "loop" are its work.
int close_ends(RoadNetwork& network);

}  // namespace gigalane
