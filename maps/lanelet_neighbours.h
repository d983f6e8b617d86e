/// Which lanelets belong together; internal to maps/.
#pragma once
#include <vector>

#include "maps/lanelet_map.h"

namespace gigalane {

/// By lanelet. Ends and bounds nearer than 0.1 m are the same.
struct LaneletNeighbours {
  std::vector<std::vector<int>> next;
  std::vector<int> left, right;                ///< of the same direction; -1: none
  std::vector<int> across_left, across_right;  ///< of the other direction, beyond its left or right bound
  std::vector<int> junction;                   ///< -1: none
  int junction_count = 0;
};

LaneletNeighbours find_neighbours(const std::vector<Lanelet>& lanelets);

}  // namespace gigalane
