/// What generators build with; internal to maps/.
#pragma once
#include <string>
#include <vector>

#include "maps/road_network.h"
#include "maps/strips.h"

namespace gigalane::generate {

constexpr double kPi = 3.14159265358979323846;

/// A reference line drawn piece by piece.
class Pen {
 public:
  Pen(Vec2 at, double heading) : at_(at), heading_(heading) {}

  Pen& line(double length);
  /// Turns by `angle`, positive to the left.
  Pen& arc(double radius, double angle);
  /// The smoothest simple way to a place and heading: a line, an arc, or else a cubic curve.
  Pen& go_to(Vec2 to, double heading);
  Road road(const std::string& id, double speed_mps) const;

 private:
  Pen& draw(Geometry::Kind kind, double length, double curvature);
  Pen& curve_to(Vec2 to, double heading);

  Vec2 at_;
  double heading_, s_ = 0;
  std::vector<Geometry> pieces_;
};

/// A lane at one end of its road.
struct LaneAt {
  int road, lane;
  RoadEnd end;
};

/// The middle of a lane at one end of its road, and the heading of its traffic there.
struct LanePlace {
  Vec2 at;
  double heading;
};
LanePlace place_of(const Road& road, int lane, RoadEnd end);

/// Adds a lane to the road's first section; 0: linked to none.
void add_lane(Road& road, int id, double width_m, int predecessor = 0, int successor = 0);

/// One lane around the reference line and along it, from a lane of one road to a lane of another.
Road one_lane(const Pen& pen, const std::string& id, double width_m, double speed_mps, LaneAt from,
              LaneAt to);

/// `lanes` lanes each way: -1, -2 .. along the reference line, 1, 2 .. against it. What they are linked to
/// follows from the links of the others.
Road two_way(const Pen& pen, const std::string& id, int lanes, double width_m, double speed_mps);

/// Loops from the lanes that leave a two-way road at `end` back to those that enter there.
void add_loop(RoadNetwork& network, int road, RoadEnd end, int lanes, double width_m, double radius_m,
              double speed_mps);

/// An end of a two-way road that meets a junction.
struct Arm {
  int road;
  RoadEnd end;
};

/// Ways over a junction between all arms: straight on from each lane, to the right from the outermost, to the
/// left from the innermost; from each lane where none leads straight on. Links the arms to it.
void add_ways(RoadNetwork& network, int junction, const std::vector<Arm>& arms, int lanes, double width_m);

/// A way of a junction between two lanes, with its connection.
void add_way(RoadNetwork& network, int junction, LaneAt from, LaneAt to, double width_m);

/// A light beside the lanes that enter a junction by an arm, in the named turn of the junction; of lanes of
/// one turn all have green together.
void add_light(RoadNetwork& network, int junction, Arm arm, const std::string& turn);

RoadNetwork named(const std::string& name);

}  // namespace gigalane::generate
