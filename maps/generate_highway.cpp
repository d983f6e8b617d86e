// Carriageways whose lanes begin and end.
#include <cmath>

#include "maps/generate.h"
#include "maps/generate_parts.h"

namespace gigalane {
namespace {

using namespace generate;

enum class Change { none, opens, closes };

/// A closed carriageway: straight, half circle, straight, half circle; roads 0 to 3. The reference line is
/// the left edge.
class OvalMaker {
 public:
  OvalMaker(const std::string& name, double straight, double radius, double width, double speed)
      : network(named(name)), straight_(straight), radius_(radius), width_(width), speed_(speed) {}

  /// Adds the next road with `lanes` lanes; `change`: another one beside them begins or ends at `at_m`, over
  /// `taper_m`.
  void add(int lanes, Change change = Change::none, double at_m = 0, double taper_m = 0) {
    const int k = int(network.roads.size());
    const double y = k < 2 ? -radius_ : radius_, x = (k == 1 || k == 2 ? 0.5 : -0.5) * straight_;
    Pen pen({x, y}, k < 2 ? 0 : kPi);
    k % 2 == 0 ? pen.line(straight_) : pen.arc(radius_, kPi);
    Road road = pen.road(std::to_string(k), speed_);
    road.sections.clear();
    if (change == Change::none) {
      add_section(road, 0, lanes, {});
    } else if (change == Change::closes) {
      add_section(road, 0, lanes, {0, width_, 0, 0, 0});
      add_section(road, at_m, lanes, taper(width_, 0, taper_m));
      add_section(road, at_m + taper_m, lanes, {});
    } else {
      add_section(road, 0, lanes, {});
      add_section(road, at_m, lanes, taper(0, width_, taper_m));
      add_section(road, at_m + taper_m, lanes, {0, width_, 0, 0, 0});
    }
    road.predecessor = {RoadLink::Kind::road, (k + 3) % 4, RoadEnd::end};
    road.successor = {RoadLink::Kind::road, (k + 1) % 4, RoadEnd::start};
    network.roads.push_back(std::move(road));
  }

  RoadNetwork network;

 private:
  /// From one width to another with level ends.
  static Cubic taper(double from, double to, double over) {
    const double rise = to - from;
    return {0, from, 0, 3 * rise / (over * over), -2 * rise / (over * over * over)};
  }

  /// `beside`: the width of one more lane; all zero for none. Lanes go on as themselves.
  void add_section(Road& road, double s, int lanes, const Cubic& beside) {
    LaneSection section;
    section.s = s;
    const bool more = beside.a != 0 || beside.c != 0;
    for (int id = -(lanes + (more ? 1 : 0)); id < 0; ++id) {
      RoadLane lane;
      lane.id = id;
      lane.type = LaneType::driving;
      lane.widths = {id < -lanes ? beside : Cubic{0, width_, 0, 0, 0}};
      lane.predecessors = lane.successors = {id};
      section.lanes.push_back(lane);
    }
    road.sections.push_back(section);
  }

  double straight_, radius_, width_, speed_;
};

}  // namespace

RoadNetwork make_lane_drop(const LaneDrop& o) {
  OvalMaker oval("lane_drop", o.straight_m, o.radius_m, o.lane_width_m, o.speed_mps);
  const double at = 0.5 * (o.straight_m - o.taper_m);
  oval.add(o.lanes - 1, Change::closes, at, o.taper_m);
  oval.add(o.lanes - 1);
  oval.add(o.lanes - 1, Change::opens, at, o.taper_m);
  oval.add(o.lanes);
  return std::move(oval.network);
}

RoadNetwork make_merge(const Merge& o) {
  OvalMaker oval("merge", o.straight_m, o.radius_m, o.lane_width_m, o.speed_mps);
  oval.add(o.lanes, Change::closes, o.merge_m, o.taper_m);
  oval.add(o.lanes);
  oval.add(o.lanes, Change::opens, 0.5 * (o.straight_m - o.taper_m), o.taper_m);
  oval.add(o.lanes);
  // the slip road: out to the right by a, left by pi + 2 a around the western end, right by a
  RoadNetwork& network = oval.network;
  const int lane = -(o.lanes + 1);
  const LanePlace start = place_of(network.roads[2], lane, RoadEnd::end);
  const double out = std::abs(start.at.y), around = out + 8;
  const double a = std::acos((out + around) / (2 * around));
  const Pen pen = Pen(start.at, start.heading).arc(around, -a).arc(around, kPi + 2 * a).arc(around, -a);
  network.roads.push_back(
      one_lane(pen, "slip", o.lane_width_m, o.speed_mps, {2, lane, RoadEnd::end}, {0, lane, RoadEnd::start}));
  return std::move(oval.network);
}

}  // namespace gigalane
