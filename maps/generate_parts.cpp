#include "maps/generate_parts.h"

#include <algorithm>
#include <cmath>

namespace gigalane::generate {
namespace {

constexpr double kStraightRad = 1e-6;

double wrap(double angle) { return std::remainder(angle, 2 * kPi); }
Vec2 unit(double heading) { return {std::cos(heading), std::sin(heading)}; }

/// Loops of several lanes are one road whose reference line starts and ends on the axis of the road that it
/// closes.
void add_wide_loop(RoadNetwork& network, int road_index, RoadEnd end, int lanes, double width, double radius,
                   double speed) {
  const Road& road = network.roads[size_t(road_index)];
  const CurvePlace place = place_at(road.geometry, end == RoadEnd::end ? road.length : 0);
  const double out = std::atan2(place.direction_y, place.direction_x) + (end == RoadEnd::end ? 0 : kPi);
  const double small = lanes * width + 0.5 * radius;  // its innermost lane turns in half the loop's radius
  const double a = std::acos(small / (small + radius));
  const Pen pen = Pen({place.x, place.y}, out).arc(small, -a).arc(radius, kPi + 2 * a).arc(small, -a);
  const int loop = int(network.roads.size());
  Road around = pen.road("loop" + std::to_string(loop), speed);
  const int sign = end == RoadEnd::end ? -1 : 1;
  for (int k = 1; k <= lanes; ++k) add_lane(around, -k, width, sign * k, -sign * k);
  around.predecessor = around.successor = {RoadLink::Kind::road, road_index, end};
  network.roads.push_back(std::move(around));
}

}  // namespace

Pen& Pen::line(double length) { return draw(Geometry::Kind::line, length, 0); }

Pen& Pen::arc(double radius, double angle) {
  return draw(Geometry::Kind::arc, radius * std::abs(angle), (angle > 0 ? 1 : -1) / radius);
}

Pen& Pen::go_to(Vec2 to, double heading) {
  const double turn = wrap(heading - heading_);
  const Vec2 way = to - at_, ahead = unit(heading_);
  if (std::abs(turn) < kStraightRad && std::abs(cross(ahead, way)) < 1e-6) return line(dot(ahead, way));
  // an arc's chord turns by half its angle
  const double chord = wrap(std::atan2(way.y, way.x) - heading_);
  if (std::abs(turn) > kStraightRad && std::abs(chord - 0.5 * turn) < kStraightRad)
    return arc(0.5 * length(way) / std::sin(0.5 * std::abs(turn)), turn);
  return curve_to(to, heading);
}

Road Pen::road(const std::string& id, double speed) const {
  Road road;
  road.id = id;
  road.length = s_;
  road.geometry = pieces_;
  road.speeds = {{0, speed}};
  road.sections.emplace_back();
  return road;
}

Pen& Pen::draw(Geometry::Kind kind, double length, double curvature) {
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

/// A cubic Bezier curve; its arms are as long as those that make a quarter circle most nearly round.
Pen& Pen::curve_to(Vec2 to, double heading) {
  constexpr double kArm = 0.39;
  const double distance = length(to - at_);
  const auto local = [&](Vec2 p) {
    const Vec2 d = p - at_, ahead = unit(heading_);
    return Vec2{dot(ahead, d), cross(ahead, d)};
  };
  const Vec2 p1{kArm * distance, 0}, p2 = local(to - kArm * distance * unit(heading)), p3 = local(to);
  Geometry g;
  g.kind = Geometry::Kind::param_poly3;
  g.normalised = true;
  g.s = s_;
  g.x = at_.x;
  g.y = at_.y;
  g.heading = heading_;
  const Vec2 c1 = 3.0 * p1, c2 = 3.0 * p2 - 6.0 * p1, c3 = p3 - 3.0 * p2 + 3.0 * p1;
  const double u[4] = {0, c1.x, c2.x, c3.x}, v[4] = {0, c1.y, c2.y, c3.y};
  std::copy(u, u + 4, g.u);
  std::copy(v, v + 4, g.v);
  Vec2 before{};
  for (int k = 1; k <= 1000; ++k) {  // its length, to a millionth
    const double t = k / 1000.0;
    const Vec2 p = t * (c1 + t * (c2 + t * c3));
    g.length += length(p - before);
    before = p;
  }
  pieces_.push_back(g);
  at_ = to;
  heading_ = heading;
  s_ += g.length;
  return *this;
}

LanePlace place_of(const Road& road, int lane, RoadEnd end) {
  const double s = end == RoadEnd::end ? road.length : 0;
  const LaneSection& section = end == RoadEnd::end ? road.sections.back() : road.sections.front();
  const CurvePlace place = place_at(road.geometry, s);
  const int sign = lane > 0 ? 1 : -1;
  double t = value_at(road.lane_offset, s);
  for (int id = sign; id != lane; id += sign) t += sign * value_at(section.find(id)->widths, s - section.s);
  t += 0.5 * sign * value_at(section.find(lane)->widths, s - section.s);
  const double heading = std::atan2(place.direction_y, place.direction_x);
  return {Vec2{place.x - t * place.direction_y, place.y + t * place.direction_x},
          lane < 0 ? heading : heading + kPi};
}

void add_lane(Road& road, int id, double width, int predecessor, int successor) {
  RoadLane lane;
  lane.id = id;
  lane.type = LaneType::driving;
  lane.widths = {{0, width, 0, 0, 0}};
  if (predecessor) lane.predecessors = {predecessor};
  if (successor) lane.successors = {successor};
  auto& lanes = road.sections.front().lanes;
  lanes.push_back(lane);
  std::sort(lanes.begin(), lanes.end(), [](const RoadLane& a, const RoadLane& b) { return a.id < b.id; });
}

Road one_lane(const Pen& pen, const std::string& id, double width, double speed, LaneAt from, LaneAt to) {
  Road road = pen.road(id, speed);
  road.lane_offset = {{0, 0.5 * width, 0, 0, 0}};
  add_lane(road, -1, width, from.lane, to.lane);
  road.predecessor = {RoadLink::Kind::road, from.road, from.end};
  road.successor = {RoadLink::Kind::road, to.road, to.end};
  return road;
}

Road two_way(const Pen& pen, const std::string& id, int lanes, double width, double speed) {
  Road road = pen.road(id, speed);
  for (int k = 1; k <= lanes; ++k) {
    add_lane(road, -k, width);
    add_lane(road, k, width);
  }
  return road;
}

void add_loop(RoadNetwork& network, int road_index, RoadEnd end, int lanes, double width, double radius,
              double speed) {
  Road& road = network.roads[size_t(road_index)];
  const int loop = int(network.roads.size());
  (end == RoadEnd::end ? road.successor : road.predecessor) = {RoadLink::Kind::road, loop, RoadEnd::start};
  if (lanes > 1) return add_wide_loop(network, road_index, end, lanes, width, radius, speed);
  const CurvePlace place = place_at(road.geometry, end == RoadEnd::end ? road.length : 0);
  const double sign = end == RoadEnd::end ? 1 : -1;
  const Vec2 ahead{sign * place.direction_x, sign * place.direction_y}, right{ahead.y, -ahead.x};
  const Vec2 start = Vec2{place.x, place.y} + (0.5 * width) * right;
  // right by a, left by pi + 2 a, right by a; the middle of the large arc lies on the road's axis
  const double a = std::acos((0.5 * width + radius) / (2 * radius));
  Pen pen(start, std::atan2(ahead.y, ahead.x));
  pen.arc(radius, -a).arc(radius, kPi + 2 * a).arc(radius, -a);
  const int out = end == RoadEnd::end ? -1 : 1;
  network.roads.push_back(one_lane(pen, "loop" + std::to_string(loop), width, speed, {road_index, out, end},
                                   {road_index, -out, end}));
}

void add_way(RoadNetwork& network, int junction, LaneAt from, LaneAt to, double width) {
  const LanePlace start = place_of(network.roads[size_t(from.road)], from.lane, from.end),
                  end = place_of(network.roads[size_t(to.road)], to.lane, to.end);
  const int way = int(network.roads.size());
  const Pen pen = Pen(start.at, start.heading).go_to(end.at, end.heading);
  Road road = one_lane(pen, "way" + std::to_string(way), width, 0, from, to);
  road.speeds.clear();  // that of the road that it comes from
  road.junction = junction;
  network.roads.push_back(std::move(road));
  network.junctions[size_t(junction)].connections.push_back(
      {from.road, way, RoadEnd::start, {{from.lane, -1}}});
}

void add_ways(RoadNetwork& network, int junction, const std::vector<Arm>& arms, int lanes, double width) {
  const auto into = [](const Arm& arm) { return arm.end == RoadEnd::end ? -1 : 1; };
  for (const Arm& arm : arms) {
    Road& road = network.roads[size_t(arm.road)];
    (arm.end == RoadEnd::end ? road.successor : road.predecessor) = {RoadLink::Kind::junction, junction,
                                                                     RoadEnd::start};
  }
  const auto turn_between = [&](const Arm& from, const Arm& to) {
    return wrap(place_of(network.roads[size_t(to.road)], -into(to), to.end).heading -
                place_of(network.roads[size_t(from.road)], into(from), from.end).heading);
  };
  constexpr double kStraightOn = 0.25 * kPi;
  for (size_t f = 0; f < arms.size(); ++f) {
    const Arm& from = arms[f];
    const bool goes_on = std::any_of(arms.begin(), arms.end(), [&](const Arm& to) {
      return to.road != from.road && std::abs(turn_between(from, to)) <= kStraightOn;
    });
    for (size_t next = 1; next < arms.size(); ++next) {  // counter-clockwise from the arm itself
      const Arm& to = arms[(f + next) % arms.size()];
      const double turn = turn_between(from, to);
      const int first = goes_on && turn < -kStraightOn ? lanes : 1,
                last = goes_on && turn > kStraightOn ? 1 : lanes;
      for (int k = first; k <= last; ++k)
        add_way(network, junction, {from.road, k * into(from), from.end}, {to.road, -k * into(to), to.end},
                width);
    }
  }
}

void add_light(RoadNetwork& network, int junction, Arm arm, const std::string& turn) {
  Road& road = network.roads[size_t(arm.road)];
  const int sign = arm.end == RoadEnd::end ? -1 : 1;
  int outermost = 0;
  for (const RoadLane& lane : road.sections.front().lanes)
    if (lane.id * sign > 0) outermost = std::max(outermost, std::abs(lane.id));
  RoadSignal light;
  light.id = "light" + std::to_string(arm.road) + (arm.end == RoadEnd::end ? "e" : "s");
  light.type = "1000001";
  light.dynamic = true;
  light.s = arm.end == RoadEnd::end ? road.length - 0.5 : 0.5;
  light.t = sign * (outermost * road.sections.front().lanes.front().widths.front().a + 1);
  light.z_offset = 5;
  light.orientation = sign < 0 ? '+' : '-';
  light.validities = {{sign, sign * outermost}};
  road.signals.push_back(light);
  auto& all = network.controllers;
  auto known = std::find_if(all.begin(), all.end(), [&](const Controller& c) { return c.id == turn; });
  if (known == all.end()) {
    network.junctions[size_t(junction)].controllers.push_back(turn);
    all.push_back({turn, {}});
    known = all.end() - 1;
  }
  known->signals.push_back(light.id);
}

RoadNetwork named(const std::string& name) {
  RoadNetwork network;
  network.name = name;
  network.source = "generated " + name;
  network.licence = "MIT";
  return network;
}

}  // namespace gigalane::generate
