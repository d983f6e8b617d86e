// OpenDRIVE's parts one by one, each on a small road whose answer is worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "maps/compile.h"
#include "maps/localise.h"
#include "maps/open_drive.h"

using namespace gigalane;

namespace {

std::string geometry(double s, double x, double y, double heading, double length, const std::string& kind) {
  return "<geometry s=\"" + std::to_string(s) + "\" x=\"" + std::to_string(x) + "\" y=\"" +
         std::to_string(y) + "\" hdg=\"" + std::to_string(heading) + "\" length=\"" + std::to_string(length) +
         "\">" + kind + "</geometry>";
}

std::string width(double a, double b = 0, double s = 0) {
  return "<width sOffset=\"" + std::to_string(s) + "\" a=\"" + std::to_string(a) + "\" b=\"" +
         std::to_string(b) + "\" c=\"0\" d=\"0\"/>";
}

std::string lane(int id, const std::string& inside, const std::string& type = "driving",
                 const std::string& attributes = "") {
  return "<lane id=\"" + std::to_string(id) + "\" type=\"" + type + "\" level=\"false\" " + attributes + ">" +
         inside + "</lane>";
}

std::string link(const std::string& predecessor, const std::string& successor) {
  return "<link>" + (predecessor.empty() ? "" : "<predecessor id=\"" + predecessor + "\"/>") +
         (successor.empty() ? "" : "<successor id=\"" + successor + "\"/>") + "</link>";
}

std::string section(double s, const std::string& left, const std::string& right) {
  return "<laneSection s=\"" + std::to_string(s) + "\"><left>" + left +
         "</left><center><lane id=\"0\" type=\"none\"/></center><right>" + right + "</right></laneSection>";
}

struct RoadText {
  std::string id = "1";
  double length = 100;
  std::string geometries = geometry(0, 0, 0, 0, 100, "<line/>");
  std::string sections = section(0, "", lane(-1, width(4)));
  std::string before_plan = "", profiles = "", lane_offset = "", after_lanes = "", attributes = "";
  std::string junction = "-1";

  std::string text() const {
    return "<road name=\"\" id=\"" + id + "\" length=\"" + std::to_string(length) + "\" junction=\"" +
           junction + "\" " + attributes + ">" + before_plan + "<planView>" + geometries + "</planView>" +
           profiles + "<lanes>" + lane_offset + sections + "</lanes>" + after_lanes + "</road>\n";
  }
};

RoadNetwork parse(const std::string& roads, const OpenDriveOptions& options = {}) {
  return parse_open_drive("<OpenDRIVE><header revMajor=\"1\" revMinor=\"8\"/>\n" + roads + "</OpenDRIVE>",
                          "test.xodr", options);
}
CompiledMap map_of(const std::string& roads, const OpenDriveOptions& options = {}) {
  return compile(parse(roads, options), 1);
}

const Lane& lane_of(const CompiledMap& map, int road, int id, int nth = 0) {
  for (const Lane& lane : map.lanes)
    if (lane.road == road && lane.lane_id == id && nth-- == 0) return lane;
  FAIL("no lane ", id, " of road ", road);
  return map.lanes[0];
}
int index_of(const CompiledMap& map, const Lane& lane) { return int(&lane - map.lanes.data()); }

bool leads_to(const CompiledMap& map, const Lane& from, const Lane& to) {
  for (int k = 0; k < from.successor_count; ++k)
    if (map.successors[size_t(from.first_successor + k)] == index_of(map, to)) return true;
  return false;
}

/// The place of a lane's centre at its start or end, in the source's coordinates.
struct Place {
  double x, y, z, heading;
};
Place place_at(const CompiledMap& map, const Lane& lane, bool end) {
  const Quad& q = map.quads[size_t(end ? lane.first_quad + lane.quad_count - 1 : lane.first_quad)];
  const int a = end ? 1 : 0, b = end ? 2 : 3;
  return {0.5 * (double(q.corner_x[a]) + q.corner_x[b]) + map.origin_x,
          0.5 * (double(q.corner_y[a]) + q.corner_y[b]) + map.origin_y,
          q.z + (end ? 1 : -1) * double(q.slope) * q.half_length, std::atan2(q.tangent_y, q.tangent_x)};
}

void check_place(const Place& place, double x, double y, double heading, double tolerance = 2e-3) {
  CHECK(std::abs(place.x - x) < tolerance);
  CHECK(std::abs(place.y - y) < tolerance);
  CHECK(std::abs(place.heading - heading) < 0.02);  // of a quad, half a metre off
}

constexpr double kPi = 3.14159265358979;

}  // namespace

TEST_CASE("arc: a quarter turn to the left, its lane two metres outside") {
  RoadText road;
  road.length = 50 * kPi / 2;
  road.geometries = geometry(0, 0, 0, 0, road.length, "<arc curvature=\"0.02\"/>");
  const CompiledMap map = map_of(road.text());
  const Lane& lane = lane_of(map, 0, -1);
  check_place(place_at(map, lane, false), 0, -2, 0);
  check_place(place_at(map, lane, true), 52, 50, kPi / 2);
  CHECK(lane.length_m == doctest::Approx(52 * kPi / 2).epsilon(1e-3));
  CHECK(map.quads[10].curvature == doctest::Approx(1 / 52.0).epsilon(1e-2));
}

TEST_CASE("spiral: Euler's, turned by half its curvature times its length") {
  RoadText road;
  road.geometries = geometry(0, 0, 0, 0, 100, "<spiral curvStart=\"0\" curvEnd=\"0.01\"/>");
  const CompiledMap map = map_of(road.text());
  // x = L (1 - t^2/10 + t^4/216), y = L (t/3 - t^3/42 + t^5/1320) with t = 0.5; the lane 2 m to the right
  const double t = 0.5, x = 100 * (1 - t * t / 10 + std::pow(t, 4) / 216),
               y = 100 * (t / 3 - std::pow(t, 3) / 42 + std::pow(t, 5) / 1320);
  check_place(place_at(map, lane_of(map, 0, -1), true), x + 2 * std::sin(t), y - 2 * std::cos(t), t, 4e-3);
}

TEST_CASE("poly3: v = u^2 / 100, found by its arc length") {
  RoadText road;
  const double u = 40, w = 2 * u / 100;
  road.length = 100 / 4.0 * (w * std::sqrt(1 + w * w) + std::asinh(w));  // of the parabola up to u = 40
  road.geometries = geometry(0, 0, 0, 0, road.length, "<poly3 a=\"0\" b=\"0\" c=\"0.01\" d=\"0\"/>");
  const CompiledMap map = map_of(road.text());
  const double heading = std::atan(w);
  check_place(place_at(map, lane_of(map, 0, -1), true), 40 + 2 * std::sin(heading),
              16 - 2 * std::cos(heading), heading, 4e-3);
}

TEST_CASE("paramPoly3: the parameter runs to 1, or to the arc length") {
  RoadText road;
  const std::string straight = "aU=\"0\" bU=\"100\" cU=\"0\" dU=\"0\" aV=\"0\" bV=\"0\" cV=\"0\" dV=\"0\"";
  for (const std::string range : {"pRange=\"normalized\"", ""}) {
    road.geometries = geometry(0, 0, 0, 0, 100, "<paramPoly3 " + straight + " " + range + "/>");
    check_place(place_at(map_of(road.text()), lane_of(map_of(road.text()), 0, -1), true), 100, -2, 0);
  }
  road.geometries = geometry(0, 0, 0, 0, 100,
                             "<paramPoly3 aU=\"0\" bU=\"1\" cU=\"0\" dU=\"0\" aV=\"0\" bV=\"0\" cV=\"0.001\" "
                             "dV=\"0\" pRange=\"arcLength\"/>");
  const CompiledMap map = map_of(road.text());  // v = 0.001 p^2: at p = 100 v = 10, slope 0.2
  const double heading = std::atan(0.2);
  check_place(place_at(map, lane_of(map, 0, -1), true), 100 + 2 * std::sin(heading),
              10 - 2 * std::cos(heading), heading);
}

TEST_CASE("superelevation raises the left and lowers the right") {
  RoadText road;
  road.profiles =
      "<elevationProfile><elevation s=\"0\" a=\"10\" b=\"0.02\" c=\"0\" d=\"0\"/></elevationProfile>"
      "<lateralProfile><superelevation s=\"0\" a=\"0.1\" b=\"0\" c=\"0\" d=\"0\"/></lateralProfile>";
  road.sections = section(0, lane(1, width(4)), lane(-1, width(4)));
  const CompiledMap map = map_of(road.text());
  CHECK(place_at(map, lane_of(map, 0, -1), true).z == doctest::Approx(12 - 2 * std::tan(0.1)).epsilon(1e-4));
  CHECK(place_at(map, lane_of(map, 0, 1), false).z == doctest::Approx(12 + 2 * std::tan(0.1)).epsilon(1e-4));
}

namespace {

std::string cubic(const std::string& element, double a, double b = 0, double c = 0, double d = 0,
                  double s = 0, const std::string& more = "") {
  return "<" + element + " s=\"" + std::to_string(s) + "\" a=\"" + std::to_string(a) + "\" b=\"" +
         std::to_string(b) + "\" c=\"" + std::to_string(c) + "\" d=\"" + std::to_string(d) + "\" " + more +
         "/>";
}
std::string shape(double s, double t, double a, double b = 0, double c = 0, double d = 0) {
  return cubic("shape", a, b, c, d, s, "t=\"" + std::to_string(t) + "\"");
}
std::string height(double s, double inner, double outer) {
  return "<height sOffset=\"" + std::to_string(s) + "\" inner=\"" + std::to_string(inner) + "\" outer=\"" +
         std::to_string(outer) + "\"/>";
}
/// The height of a lane's centre at s = 0 or s = 100.
double height_at(const CompiledMap& map, int id, bool far) {
  const Lane& lane = lane_of(map, 0, id);
  return place_at(map, lane, far == (id < 0)).z;
}
bool near(double z, double expected) { return std::abs(z - expected) < 1e-3; }

}  // namespace

TEST_CASE("shape: cubics across, linear along, on top of the tilt") {
  RoadText road;  // lane -2 in the middle of t from -8 to -4, lane -1 from -4 to 0, lane 1 from 0 to 4
  road.sections = section(0, lane(1, width(4)), lane(-2, width(4)) + lane(-1, width(4)));
  road.profiles = "<lateralProfile>" + cubic("superelevation", 0.1) +
                  // listed in no order: at s = 0 a crown of 0.02 m/m to either side, at s = 80 a curve
                  shape(80, -4, 0.5, 0.1, 0.02, 0.003) + shape(0, 0, 0, -0.02) + shape(0, -8, -0.16, 0.02) +
                  "</lateralProfile>";
  const CompiledMap map = map_of(road.text());
  const double tilt = std::tan(0.1);
  CHECK(near(height_at(map, -2, false), -6 * tilt - 0.16 + 0.02 * 2));
  CHECK(near(height_at(map, -1, false), -2 * tilt - 0.16 + 0.02 * 6));
  CHECK(near(height_at(map, 1, false), 2 * tilt - 0.02 * 2));
  // beyond the last profile it stays; below a profile's first record the height is that record's
  CHECK(near(height_at(map, -2, true), -6 * tilt + 0.5));
  CHECK(near(height_at(map, -1, true), -2 * tilt + 0.5 + 0.1 * 2 + 0.02 * 4 + 0.003 * 8));
  CHECK(near(height_at(map, 1, true), 2 * tilt + 0.5 + 0.1 * 6 + 0.02 * 36 + 0.003 * 216));
  const Quad& middle = map.quads[size_t(lane_of(map, 0, -2).first_quad) + 20];  // from s = 20 to 21
  CHECK(middle.z == doctest::Approx(-6 * tilt - 0.12 + 20.5 / 80 * 0.62).epsilon(1e-3));
}

TEST_CASE("shape leaves roads apart that differ by nothing else: one over the other is a bridge") {
  RoadText low, high;
  high.id = "2";
  high.geometries = geometry(0, 50, -50, kPi / 2, 100, "<line/>");
  CHECK(map_of(low.text() + high.text()).statistics.levels == 1);
  high.profiles = "<lateralProfile>" + shape(0, -10, 6) + "</lateralProfile>";
  CHECK(map_of(low.text() + high.text()).statistics.levels == 2);
}

TEST_CASE("crossfall lets a side fall away from the reference line") {
  RoadText road;
  road.sections = section(0, lane(1, width(4)), lane(-1, width(4)));
  const auto with = [&](const std::string& side) {
    road.profiles = "<lateralProfile>" + cubic("crossfall", 0.1, 0, 0, 0, 0, side) + "</lateralProfile>";
    return map_of(road.text());
  };
  const double fall = -2 * std::tan(0.1);
  for (const std::string side : {"left", "right", "both"}) {
    const CompiledMap map = with("side=\"" + side + "\"");
    CHECK(near(height_at(map, 1, false), side == "right" ? 0 : fall));
    CHECK(near(height_at(map, -1, false), side == "left" ? 0 : fall));
  }
}

TEST_CASE("lane height raises a lane alone, linear between its records") {
  RoadText road;
  road.sections =
      section(0, "", lane(-2, height(20, 0.1, 0.3) + height(100, 0.5, 0.5) + width(4)) + lane(-1, width(4)));
  const CompiledMap map = map_of(road.text());
  CHECK(near(height_at(map, -2, false), 0.2));
  CHECK(near(height_at(map, -2, true), 0.5));
  CHECK(near(map.quads[size_t(lane_of(map, 0, -2).first_quad) + 60].z, 0.2 + 40.5 / 80 * 0.3));
  CHECK(near(height_at(map, -1, true), 0));
  // halfway along the road a new section counts its own s
  road.sections = section(0, "", lane(-1, width(4))) +
                  section(50, "", lane(-1, height(0, 0, 0) + height(50, 1, 1) + width(4)));
  CHECK(near(map_of(road.text()).quads[99].z, 49.5 / 50));
}

TEST_CASE("a level lane is as high as its inner border, and those outside of it go on from there") {
  RoadText road;
  road.profiles = "<lateralProfile>" + cubic("superelevation", 0.1) + "</lateralProfile>";
  const double tilt = std::tan(0.1);
  for (const bool level : {false, true}) {
    std::string text = "<lane id=\"-2\" type=\"driving\" level=\"" + std::string(level ? "true" : "false") +
                       "\">" + width(4) + "</lane>";
    road.sections = section(0, lane(1, width(4)), lane(-3, width(4)) + text + lane(-1, width(4)));
    const CompiledMap map = map_of(road.text());
    CHECK(near(height_at(map, 1, false), 2 * tilt));
    CHECK(near(height_at(map, -1, false), -2 * tilt));
    CHECK(near(height_at(map, -2, false), level ? -4 * tilt : -6 * tilt));
    CHECK(near(height_at(map, -3, false), level ? -6 * tilt : -10 * tilt));
  }
}

TEST_CASE("lane offset shifts the lanes, from its own place on") {
  RoadText road;
  road.lane_offset =
      "<laneOffset s=\"0\" a=\"0\" b=\"0\" c=\"0\" d=\"0\"/>"
      "<laneOffset s=\"50\" a=\"0\" b=\"0.02\" c=\"0\" d=\"0\"/>";
  const CompiledMap map = map_of(road.text());
  check_place(place_at(map, lane_of(map, 0, -1), false), 0, -2, 0);
  check_place(place_at(map, lane_of(map, 0, -1), true), 100, -2 + 0.02 * 50, std::atan(0.02), 0.02);
}

TEST_CASE("widths change from record to record") {
  RoadText road;
  road.sections = section(0, "", lane(-1, width(4) + width(4, -0.02, 50)));
  const CompiledMap map = map_of(road.text());
  CHECK(map.quads[10].width == doctest::Approx(4));
  CHECK(map.quads[size_t(lane_of(map, 0, -1).quad_count) - 1].width == doctest::Approx(3).epsilon(0.01));
}

TEST_CASE("borders say where a lane ends, whatever lies between") {
  RoadText road;
  const auto border = [](double a, double b) {
    return "<border sOffset=\"0\" a=\"" + std::to_string(a) + "\" b=\"" + std::to_string(b) +
           "\" c=\"0\" d=\"0\"/>";
  };
  for (const double sign : {-1.0, 1.0}) {  // some programs write t of right lanes without its sign
    road.sections = section(0, lane(1, border(3, 0)),
                            lane(-1, border(sign * 3, 0)) + lane(-2, border(sign * 6, sign * 0.01)));
    const CompiledMap map = map_of(road.text());
    check_place(place_at(map, lane_of(map, 0, -1), true), 100, -1.5, 0);
    check_place(place_at(map, lane_of(map, 0, -2), false), 0, -4.5, 0, 0.01);
    check_place(place_at(map, lane_of(map, 0, -2), true), 100, -5, 0, 0.01);
    check_place(place_at(map, lane_of(map, 0, 1), true), 0, 1.5, kPi);
  }
}

TEST_CASE("lane types that count are a choice") {
  RoadText road;
  std::string lanes;
  const char* types[] = {"driving",        "entry",    "exit",     "onRamp", "offRamp",
                         "connectingRamp", "slipLane", "shoulder", "biking", "bus"};
  for (int k = 0; k < 10; ++k) lanes += lane(-1 - k, width(3), types[k]);
  road.sections = section(0, "", lanes);
  CHECK(map_of(road.text()).lanes.size() == 7);
  OpenDriveOptions options;
  options.driving = {"driving", "bus"};
  const CompiledMap map = map_of(road.text(), options);
  REQUIRE(map.lanes.size() == 2);
  check_place(place_at(map, lane_of(map, 0, -10), false), 0, -28.5, 0);
}

TEST_CASE("a lane may run against the rule of its road, or both ways") {
  RoadText road;
  road.sections = section(0, "",
                          lane(-1, width(4)) + lane(-2, width(4), "driving", "direction=\"reversed\"") +
                              lane(-3, width(4), "driving", "direction=\"reversed\"") +
                              lane(-4, width(4), "driving", "direction=\"both\""));
  const CompiledMap map = map_of(road.text());
  check_place(place_at(map, lane_of(map, 0, -2), false), 100, -6, kPi);
  CHECK(lane_of(map, 0, -1).right < 0);  // the lane beside runs the other way
  const RoadNetwork network = parse(road.text());
  CHECK(network.roads[0].sections[0].find(-4)->type == LaneType::bidirectional);
}

TEST_CASE("left-hand traffic: lanes on the left run along s") {
  RoadText road;
  road.attributes = "rule=\"LHT\"";
  road.sections = section(0, lane(1, width(4)) + lane(2, width(4)), lane(-1, width(3)));
  const CompiledMap map = map_of(road.text());
  check_place(place_at(map, lane_of(map, 0, 1), true), 100, 2, 0);
  check_place(place_at(map, lane_of(map, 0, -1), true), 0, -1.5, kPi);
}

TEST_CASE("lane sections and roads link their lanes") {
  RoadText first, second;
  first.sections = section(0, "", lane(-1, width(4) + link("", "-2"))) +
                   section(60, "", lane(-1, width(0)) + lane(-2, width(4) + link("-1", "-1")));
  first.before_plan = "<link><successor elementType=\"road\" elementId=\"2\" contactPoint=\"end\"/></link>";
  second.id = "2";
  second.geometries = geometry(0, 200, 0, kPi, 100, "<line/>");  // runs towards the first road
  second.sections = section(0, lane(1, width(4) + link("", "-2")), "");
  second.before_plan = "<link><successor elementType=\"road\" elementId=\"1\" contactPoint=\"end\"/></link>";
  const CompiledMap map = map_of(first.text() + second.text());
  REQUIRE(map.lanes.size() == 3);
  const Lane &a = lane_of(map, 0, -1), &b = lane_of(map, 0, -2), &c = lane_of(map, 1, 1);
  CHECK(map.statistics.dead_end_lanes == 1);
  // nothing here is a round trip, so the compiled map keeps no routes; the strips are what is linked
  check_place(place_at(map, a, true), 60, -2, 0);
  check_place(place_at(map, b, false), 60, -2, 0);
  check_place(place_at(map, c, true), 200, -2, 0);
}

namespace {

/// A straight road and a road that leaves it midway and comes back to its start, so that all is one part.
std::string round_trip(const std::string& junction) {
  RoadText road, back;
  road.before_plan = "<link><predecessor elementType=\"road\" elementId=\"2\" contactPoint=\"end\"/></link>";
  road.sections = section(0, "", lane(-1, width(4) + link("-1", "")));
  back.id = "2";
  back.junction = junction.empty() ? "-1" : "9";
  // from (50, 0) straight on to the right by a full turn of two half circles, to (0, 0)
  back.length = 2 * kPi * 15 + 50;
  back.geometries = geometry(0, 50, 0, 0, kPi * 15, "<arc curvature=\"-0.06666666666\"/>") +
                    geometry(kPi * 15, 50, -30, kPi, 50, "<line/>") +
                    geometry(kPi * 15 + 50, 0, -30, kPi, kPi * 15, "<arc curvature=\"-0.06666666666\"/>");
  back.before_plan =
      "<link><predecessor elementType=\"road\" elementId=\"1\" elementS=\"50\" elementDir=\"+\"/>"
      "<successor elementType=\"road\" elementId=\"1\" contactPoint=\"start\"/></link>";
  back.sections = section(0, "", lane(-1, width(4) + link("-1", "-1")));
  return road.text() + back.text() + junction;
}

}  // namespace

TEST_CASE("a virtual junction: a road that is left midway goes on") {
  const CompiledMap map =
      map_of(round_trip("<junction id=\"9\" type=\"virtual\" mainRoad=\"1\" sStart=\"45\" sEnd=\"55\">"
                        "<connection id=\"0\" incomingRoad=\"1\" connectingRoad=\"2\" contactPoint=\"start\">"
                        "<laneLink from=\"-1\" to=\"-1\"/></connection></junction>"));
  REQUIRE(map.lanes.size() == 3);  // the road is cut where it is left
  const Lane &before = lane_of(map, 0, -1, 0), &after = lane_of(map, 0, -1, 1), &back = lane_of(map, 1, -1);
  check_place(place_at(map, before, true), 50, -2, 0);
  check_place(place_at(map, after, false), 50, -2, 0);
  CHECK(before.routable == 1);
  CHECK(back.routable == 1);
  CHECK(after.routable == 0);  // it leads nowhere
  CHECK(leads_to(map, before, back));
  CHECK(leads_to(map, back, before));
  CHECK(map.statistics.dead_end_lanes == 1);
}

TEST_CASE("a direct junction links roads without one between them") {
  RoadText in, out, other;
  in.before_plan = "<link><successor elementType=\"junction\" elementId=\"9\"/></link>";
  in.sections = section(0, "", lane(-1, width(4)) + lane(-2, width(4)));
  out.id = "2";
  out.geometries = geometry(0, 100, 0, 0, 100, "<line/>");
  out.before_plan = "<link><predecessor elementType=\"junction\" elementId=\"9\"/></link>";
  other = out;
  other.id = "3";
  other.geometries = geometry(0, 100, -4, -0.1, 100, "<line/>");
  const std::string junction =
      "<junction id=\"9\" type=\"direct\">"
      "<connection id=\"0\" incomingRoad=\"1\" linkedRoad=\"2\" contactPoint=\"start\">"
      "<laneLink from=\"-1\" to=\"-1\"/></connection>"
      "<connection id=\"1\" incomingRoad=\"1\" linkedRoad=\"3\" contactPoint=\"start\">"
      "<laneLink from=\"-2\" to=\"-1\"/></connection></junction>";
  const RoadNetwork network = parse(in.text() + out.text() + other.text() + junction);
  REQUIRE(network.junctions[0].connections.size() == 2);
  CHECK(network.junctions[0].connections[1].connecting == 2);
  const CompiledMap map = compile(network, 1);
  CHECK(map.statistics.dead_end_lanes == 2);  // the ends of roads 2 and 3; not those of road 1
}

TEST_CASE("speeds: a lane's goes before the road's, units are told apart") {
  RoadText road;
  road.before_plan =
      "<type s=\"0\" type=\"town\"><speed max=\"50\" unit=\"km/h\"/></type>"
      "<type s=\"50\" type=\"rural\"><speed max=\"30\" unit=\"mph\"/></type>";
  road.sections =
      section(0, "", lane(-1, width(4)) + lane(-2, width(4) + "<speed sOffset=\"20\" max=\"8\"/>"));
  const CompiledMap map = map_of(road.text());
  const auto speed = [&](int id, int quad) {
    return map.quads[size_t(lane_of(map, 0, id).first_quad + quad)].speed_limit_mps;
  };
  CHECK(speed(-1, 10) == doctest::Approx(50 / 3.6));
  CHECK(speed(-1, 60) == doctest::Approx(30 * 0.44704));
  CHECK(speed(-2, 10) == doctest::Approx(50 / 3.6));
  CHECK(speed(-2, 60) == doctest::Approx(8));
}

namespace {

std::string signal(const std::string& attributes, const std::string& inside = "") {
  return "<signals><signal id=\"5\" s=\"70\" t=\"-5\" zOffset=\"2\" name=\"\" " + attributes + ">" + inside +
         "</signal></signals>";
}

/// Stop lines of a straight road, two lanes each way, with a signal at s = 70.
CompiledMap with_signal(const std::string& attributes, const std::string& inside = "",
                        const std::string& more = "") {
  RoadText road;
  road.sections = section(0, lane(1, width(4)) + lane(2, width(4)), lane(-1, width(4)) + lane(-2, width(4)));
  road.after_lanes = more + signal(attributes, inside);
  return map_of(road.text());
}

}  // namespace

TEST_CASE("signs and lights hold for the traffic that their orientation or validity names") {
  const CompiledMap plus = with_signal("type=\"206\" dynamic=\"no\" orientation=\"+\"");
  REQUIRE(plus.stop_lines.size() == 1);
  CHECK(plus.stop_lines[0].kind == int16_t(StopLineKind::stop_sign));
  CHECK(plus.stop_lines[0].direction_x == doctest::Approx(1));
  CHECK(0.5 * (plus.stop_lines[0].x0 + plus.stop_lines[0].x1) + plus.origin_x ==
        doctest::Approx(70).epsilon(0.02));
  CHECK(std::abs(plus.stop_lines[0].y1 - plus.stop_lines[0].y0) == doctest::Approx(16));  // all of the road
  const CompiledMap minus = with_signal("type=\"205\" dynamic=\"no\" orientation=\"-\"");
  REQUIRE(minus.stop_lines.size() == 1);
  CHECK(minus.stop_lines[0].kind == int16_t(StopLineKind::yield_sign));
  CHECK(minus.stop_lines[0].direction_x == doctest::Approx(-1));
  CHECK(with_signal("type=\"1000001\" dynamic=\"yes\" orientation=\"none\"").stop_lines.size() == 2);
  const CompiledMap named = with_signal("type=\"1000001\" dynamic=\"yes\" orientation=\"none\"",
                                        "<validity fromLane=\"1\" toLane=\"2\"/>");
  REQUIRE(named.stop_lines.size() == 1);
  CHECK(named.stop_lines[0].direction_x == doctest::Approx(-1));
  CHECK(named.signals[0].z == doctest::Approx(2));
  CHECK(with_signal("type=\"274\" dynamic=\"no\" orientation=\"+\"").stop_lines.empty());
}

TEST_CASE("a reference makes a light hold elsewhere; its controller gives it a turn") {
  RoadText road, across;
  road.after_lanes = signal("type=\"1000001\" dynamic=\"yes\" orientation=\"+\"");
  across.id = "2";
  across.geometries = geometry(0, 0, 50, 0, 100, "<line/>");
  across.after_lanes = "<signals><signalReference id=\"5\" s=\"30\" t=\"0\" orientation=\"+\"/></signals>";
  const CompiledMap map =
      map_of(road.text() + across.text() +
             "<controller id=\"3\" name=\"\"><control signalId=\"5\" type=\"0\"/></controller>"
             "<controller id=\"4\" name=\"\"/><junction id=\"9\"><controller id=\"4\" sequence=\"0\"/>"
             "<controller id=\"3\" sequence=\"1\"/></junction>");
  REQUIRE(map.stop_lines.size() == 1);  // the light itself is only the pole
  CHECK(map.stop_lines[0].y0 + map.origin_y > 40);
  CHECK(map.signals.size() == 1);
  CHECK(map.signals[0].junction == 0);
}

TEST_CASE("a painted stop line says where an approach stops") {
  // the round trip's first road leads into a junction's road at s = 50, where a light stands
  const std::string junction =
      "<junction id=\"9\"><connection id=\"0\" incomingRoad=\"1\" connectingRoad=\"2\" "
      "contactPoint=\"start\">"
      "<laneLink from=\"-1\" to=\"-1\"/></connection></junction>";
  std::string roads = round_trip(junction);
  const std::string light =
      "<signals><signal id=\"5\" s=\"1\" t=\"0\" name=\"\" type=\"1000001\" "
      "dynamic=\"yes\" orientation=\"+\"/></signals>";
  const size_t end = roads.rfind("</road>");
  roads.insert(end, light);
  const CompiledMap at_end = map_of(roads);
  REQUIRE(at_end.stop_lines.size() == 1);
  CHECK(at_end.stop_lines[0].x0 + at_end.origin_x == doctest::Approx(50).epsilon(1e-3));
  roads.insert(roads.find("</road>"),
               "<objects><object id=\"8\" name=\"StopLine01\" s=\"41\" t=\"-2\"/></objects>");
  const CompiledMap painted = map_of(roads);
  REQUIRE(painted.stop_lines.size() == 1);
  CHECK(std::abs(painted.stop_lines[0].x0 + painted.origin_x - 41) < 0.6);
}
