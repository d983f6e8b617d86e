#include "maps/generate.h"

#include <cmath>

#include "maps/compile.h"
#include "maps/strips.h"

namespace gigalane {
namespace {

constexpr double kPi = 3.14159265358979323846;

/// A reference line drawn piece by piece.
class Pen {
 public:
  Pen(Vec2 at, double heading) : at_(at), heading_(heading) {}

  Pen& line(double length) { return draw(Geometry::Kind::line, length, 0); }
  /// Turns by `angle`, positive to the left.
  Pen& arc(double radius, double angle) {
    return draw(Geometry::Kind::arc, radius * std::abs(angle), (angle > 0 ? 1 : -1) / radius);
  }
  Road road(const std::string& id, double speed) const {
    Road road;
    road.id = id;
    road.length = s_;
    road.geometry = pieces_;
    road.speeds = {{0, speed}};
    road.sections.emplace_back();
    return road;
  }

 private:
  Pen& draw(Geometry::Kind kind, double length, double curvature) {
    Geometry g;
    g.kind = kind;
    g.s = s_;
    g.x = at_.x;
    g.y = at_.y;
    g.heading = heading_;
    g.length = length;
    g.curvature_start = g.curvature_end = curvature;
    pieces_.push_back(g);
    const CurvePlace end = place_on(g, length);
    at_ = {end.x, end.y};
    heading_ += curvature * length;
    s_ += length;
    return *this;
  }

  Vec2 at_;
  double heading_, s_ = 0;
  std::vector<Geometry> pieces_;
};

void add_lane(Road& road, int id, double width, int predecessor, int successor) {
  RoadLane lane;
  lane.id = id;
  lane.type = LaneType::driving;
  lane.widths = {{0, width, 0, 0, 0}};
  if (predecessor) lane.predecessors = {predecessor};
  if (successor) lane.successors = {successor};
  road.sections.front().lanes.push_back(lane);
}

/// One lane around the reference line, travelling along it, from a lane of one road's end to one of
/// another's.
struct From {
  int road, lane;
  RoadEnd end;
};
Road one_lane(const Pen& pen, const std::string& id, double width, double speed, From from, From to) {
  Road road = pen.road(id, speed);
  road.lane_offset = {{0, 0.5 * width, 0, 0, 0}};
  add_lane(road, -1, width, from.lane, to.lane);
  road.predecessor = {RoadLink::Kind::road, from.road, from.end};
  road.successor = {RoadLink::Kind::road, to.road, to.end};
  return road;
}

/// Two lanes, -1 along the reference line and 1 against it. Links at its ends follow from those of the
/// others.
Road two_lanes(const Pen& pen, const std::string& id, double width, double speed) {
  Road road = pen.road(id, speed);
  add_lane(road, -1, width, 0, 0);
  add_lane(road, 1, width, 0, 0);
  return road;
}

/// A loop from the lane that leaves a two-lane road at `end` back to the one that enters there.
void add_loop(RoadNetwork& network, int road_index, RoadEnd end, double width, double radius, double speed) {
  Road& road = network.roads[size_t(road_index)];
  const CurvePlace place = place_at(road.geometry, end == RoadEnd::end ? road.length : 0);
  const double sign = end == RoadEnd::end ? 1 : -1;
  const Vec2 ahead{sign * place.direction_x, sign * place.direction_y}, right{ahead.y, -ahead.x};
  const Vec2 start = Vec2{place.x, place.y} + (0.5 * width) * right;
  // right by a, left by pi + 2 a, right by a; the middle of the large arc lies on the road's axis
  const double a = std::acos((0.5 * width + radius) / (2 * radius));
  Pen pen(start, std::atan2(ahead.y, ahead.x));
  pen.arc(radius, -a).arc(radius, kPi + 2 * a).arc(radius, -a);
  const int loop = int(network.roads.size());
  const int out = end == RoadEnd::end ? -1 : 1;
  (end == RoadEnd::end ? road.successor : road.predecessor) = {RoadLink::Kind::road, loop, RoadEnd::start};
  network.roads.push_back(one_lane(pen, "loop" + std::to_string(loop), width, speed, {road_index, out, end},
                                   {road_index, -out, end}));
}

RoadNetwork named(const std::string& name) {
  RoadNetwork network;
  network.name = name;
  network.source = "generated " + name;
  network.licence = "MIT";
  return network;
}

RoadSignal make_light(const std::string& id, double s, double t) {
  RoadSignal light;
  light.id = id;
  light.type = "1000001";
  light.dynamic = true;
  light.s = s;
  light.t = t;
  light.z_offset = 5;
  light.orientation = '-';
  light.validities = {{1, 1}};
  return light;
}

/// The way across the junction from one arm to another; arms are numbered counter-clockwise.
Road make_crossing_way(const Crossing& c, int from, int to, const std::string& id) {
  const double angle = from * kPi / 2;
  const Vec2 out{std::cos(angle), std::sin(angle)}, left{-out.y, out.x};
  Pen pen(c.half_size_m * out + (0.5 * c.lane_width_m) * left, angle + kPi);
  switch ((to - from + 4) % 4) {
    case 1:
      pen.arc(c.half_size_m - 0.5 * c.lane_width_m, -kPi / 2);
      break;
    case 2:
      pen.line(2 * c.half_size_m);
      break;
    default:
      pen.arc(c.half_size_m + 0.5 * c.lane_width_m, kPi / 2);
      break;
  }
  Road road = one_lane(pen, id, c.lane_width_m, 0, {from, 1, RoadEnd::start}, {to, -1, RoadEnd::start});
  road.speeds.clear();
  road.junction = 0;
  return road;
}

}  // namespace

RoadNetwork make_straight_road(const StraightRoad& o) {
  RoadNetwork network = named("straight");
  network.roads.push_back(
      two_lanes(Pen({-0.5 * o.length_m, 0}, 0).line(o.length_m), "0", o.lane_width_m, o.speed_mps));
  if (!o.loops) return network;
  add_loop(network, 0, RoadEnd::end, o.lane_width_m, o.loop_radius_m, o.speed_mps);
  add_loop(network, 0, RoadEnd::start, o.lane_width_m, o.loop_radius_m, o.speed_mps);
  return network;
}

RoadNetwork make_ring_road(const RingRoad& o) {
  RoadNetwork network = named("ring");
  for (int half = 0; half < 2; ++half) {
    const Pen pen = Pen({half ? -o.radius_m : o.radius_m, 0}, half ? -kPi / 2 : kPi / 2).arc(o.radius_m, kPi);
    network.roads.push_back(one_lane(pen, std::to_string(half), o.lane_width_m, o.speed_mps,
                                     {1 - half, -1, RoadEnd::end}, {1 - half, -1, RoadEnd::start}));
  }
  return network;
}

RoadNetwork make_crossing(const Crossing& o) {
  RoadNetwork network = named("crossing");
  network.junctions.push_back({"junction", {}, {}});
  for (int arm = 0; arm < 4; ++arm) {
    const double angle = arm * kPi / 2;
    const Pen pen = Pen(o.half_size_m * Vec2{std::cos(angle), std::sin(angle)}, angle).line(o.arm_m);
    network.roads.push_back(two_lanes(pen, std::to_string(arm), o.lane_width_m, o.speed_mps));
    network.roads.back().predecessor = {RoadLink::Kind::junction, 0, RoadEnd::start};
    if (!o.lights) continue;
    const std::string id = "light" + std::to_string(arm);
    network.roads.back().signals.push_back(make_light(id, 0.5, o.lane_width_m + 1));
    network.controllers.push_back({"turn" + std::to_string(arm), {id}});
    network.junctions[0].controllers.push_back(network.controllers.back().id);
  }
  for (int arm = 0; arm < 4; ++arm)
    add_loop(network, arm, RoadEnd::end, o.lane_width_m, o.loop_radius_m, o.speed_mps);
  for (int from = 0; from < 4; ++from)
    for (int turn = 1; turn < 4; ++turn) {
      const int to = (from + turn) % 4, way = int(network.roads.size());
      network.roads.push_back(
          make_crossing_way(o, from, to, "way" + std::to_string(from) + std::to_string(to)));
      network.junctions[0].connections.push_back({from, way, RoadEnd::start, {{1, -1}}});
    }
  return network;
}

CompiledMap generate_straight_road(const StraightRoad& options) {
  return compile(make_straight_road(options));
}
CompiledMap generate_ring_road(const RingRoad& options) { return compile(make_ring_road(options)); }
CompiledMap generate_crossing(const Crossing& options) { return compile(make_crossing(options)); }

}  // namespace gigalane
