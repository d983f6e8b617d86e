/// What `gigalane maps check` finds in a road network, and where.
#pragma once
#include <cstdint>

namespace gigalane {

enum class Fault : int32_t {
  gap,                 ///< the middle of a lane starts away from where the one before ends, or the reference
                       ///< line of a road jumps (no other lane then); value: metres
  step,                ///< it starts higher or lower than that one ends; value: metres
  kink,                ///< it starts in another direction, or a lane turns as no car can; value: degrees
  crossed_quad,        ///< the borders of a lane cross, or it runs backwards; value: 0
  narrow,              ///< narrower than a car; value: metres of width
  tight,               ///< a car in the middle of the lane touches the boundary; value: metres of lane
  dead_end,            ///< no lane goes on from it; value: metres of lane
  no_way_out,          ///< a part that can be entered and not left; value: metres of lane
  unreachable,         ///< a part that can be left and not entered; value: metres of lane
  cut_off,             ///< a part that can be neither entered nor left; value: metres of lane
  overlap,             ///< two lanes on the same ground outside junctions; value: metres deep
  light_without_line,  ///< no stop line obeys the light; value: 0. Lane: the nearest of the road it stands on
  wrong_direction,     ///< a link between lanes whose directions of travel disagree; value: 0
  open_start,          ///< no lane leads into it; value: metres of lane
};
constexpr int kFaultCount = 14;

/// One finding. Sorted: what traps an agent first, then by fault, road and lane.
struct Finding {
  Fault fault;
  int32_t traps;          ///< 1: an agent that follows its lane gets stuck, leaves the road or is lost
  float x, y;             ///< base coordinates, metres
  float value;            ///< see Fault
  int32_t road, lane_id;  ///< index into the source's roads, its lane; -1 and 0 where there is none
  int32_t other_road, other_lane_id;  ///< the other lane of a joint, an overlap or a link
  int32_t lane, other_lane;           ///< index of the map's lanes; -1 where there is none
  float from_m, to_m;                 ///< the stretch of `lane` that it is about, from the lane's start
};

/// "gap", "dead end", ...
const char* name_of(Fault fault);
/// "m", "deg" or "": the unit of Finding::value.
const char* unit_of(Fault fault);

}  // namespace gigalane
