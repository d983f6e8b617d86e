/// Lanelets between the text of a map and a road network; internal to maps/.
#pragma once
#include <string>
#include <vector>

#include "maps/road_network.h"

namespace gigalane {

/// A lanelet with its bounds in its direction of travel: left is on the left.
struct Lanelet {
  std::string id;
  LaneType type = LaneType::driving;
  std::vector<BoundPoint> left, right;
  double speed_mps = 0;       ///< 0 where the map says nothing
  bool intersection = false;  ///< tagged as a part of one
};

/// A light or sign, for the lanelets that it holds for.
struct LaneletRule {
  std::string id;
  std::string type;  ///< OpenDRIVE's number: see RoadSignal::type
  std::vector<int> lanelets;
  std::vector<BoundPoint> line;  ///< its stop line; empty where it has none
  std::vector<BoundPoint> post;  ///< the light or sign itself
};

struct LaneletMap {
  std::vector<Lanelet> lanelets;
  std::vector<LaneletRule> rules;
};

/// Lanelets side by side become the lanes of one road, those that part, join or cross a junction.
RoadNetwork make_roads(const LaneletMap& map);

}  // namespace gigalane
