// Lanelet2 maps by hand: bounds become exact quads, neighbours lanes of one road, rules lights and signs.
#include "maps/lanelet.h"

#include <doctest/doctest.h>

#include <cmath>

#include "maps/compile.h"
#include "maps/transverse_mercator.h"
#include "tests/maps/help.h"
#include "tests/maps/lanelet_writer.h"

using namespace gigalane;
using testing::has;
using testing::tag;
using Writer = testing::LaneletWriter;

namespace {

std::string rule(int id) {
  return "<member type='relation' ref='" + std::to_string(id) + "' role='regulatory_element'/>";
}
double area_of(const CompiledMap& map) {
  double area = 0;
  for (const Quad& q : map.quads)
    for (int k = 0; k < 4; ++k)
      area += 0.5 * (double(q.corner_x[k]) * q.corner_y[(k + 1) & 3] -
                     double(q.corner_x[(k + 1) & 3]) * q.corner_y[k]);
  return area;
}

std::string error_of(const std::string& xml) {
  return testing::error_of([&] { parse_lanelets(xml, "some/town.osm"); });
}

}  // namespace

TEST_CASE("lanelets side by side are lanes of one road: two this way, one that way") {
  Writer w;  // eastwards: y -7 to -3.5 and -3.5 to 0; westwards: y 0 to 3
  const int low = w.line(0, -7, 100, -7), mid = w.line(0, -3.5, 100, -3.5), axis = w.line(0, 0, 100, 0),
            high = w.line(100, 3, 0, 3);  // the order of its points is free
  w.lanelet(mid, low, tag("subtype", "road") + tag("speed_limit", "30 mph"));
  w.lanelet(axis, mid, tag("subtype", "road") + tag("speed_limit", "50"));
  w.lanelet(axis, high);
  const RoadNetwork network = w.parse();
  REQUIRE(network.roads.size() == 1);
  REQUIRE(network.roads[0].sections[0].lanes.size() == 3);
  const CompiledMap map = compile(network);
  REQUIRE(map.lanes.size() == 3);
  CHECK(map.name == "town");
  CHECK(area_of(map) == doctest::Approx(1000).epsilon(1e-4));
  for (const Lane& lane : map.lanes) {
    const Quad& q = map.quads[size_t(lane.first_quad + 50)];
    CHECK(q.tangent_x == doctest::Approx(lane.lane_id < 0 ? 1 : -1));
    CHECK(q.width == doctest::Approx(lane.lane_id < 0 ? 3.5 : 3));
    const double y = lane.lane_id == -1 ? -1.75 : lane.lane_id == -2 ? -5.25 : 1.5;
    CHECK(q.y + map.origin_y == doctest::Approx(y));
    const double speed = lane.lane_id == -1 ? 50 / 3.6 : lane.lane_id == -2 ? 30 * 0.44704 : 50 / 3.6;
    CHECK(lane.speed_limit_mps == doctest::Approx(speed));
    CHECK((lane.left >= 0) == (lane.lane_id == -2));
    CHECK((lane.right >= 0) == (lane.lane_id == -1));
  }
}

TEST_CASE("bounds with corners of their own are kept exactly, heights too") {
  Writer w;  // a trapezium whose left bound has a corner that the right one lacks
  const int left = w.way({w.node(0, 3, 1), w.node(20, 5, 1), w.node(60, 3, 5)}), right = w.line(0, 0, 60, 0);
  w.lanelet(left, right);
  const CompiledMap map = compile(w.parse());
  CHECK(area_of(map) == doctest::Approx(60 * 3 + 60 * 2 / 2.0).epsilon(1e-4));
  bool found = false;  // the corner at (20, 5)
  for (const Quad& q : map.quads)
    found = found || std::hypot(q.corner_x[2] + map.origin_x - 20, q.corner_y[2] + map.origin_y - 5) < 1e-3;
  CHECK(found);
  CHECK(map.quads.back().z == doctest::Approx(2.5).epsilon(0.02));  // half of the left bound's 5 m
  CHECK(map.quads.front().half_length < 0.51f);
}

TEST_CASE("lanelets follow where both ends meet; what parts or crosses is a junction") {
  Writer w;  // from the west, straight on to the east or to the right
  const int a = w.node(50, 0), b = w.node(50, -3.5), c = w.node(70, 0), d = w.node(70, -3.5);
  const int in = w.lanelet(w.way({w.node(0, 0), a}), w.way({w.node(0, -3.5), b}));
  w.lanelet(w.way({a, c}), w.way({b, d}));
  w.lanelet(w.way({a, w.node(56, -3.5), w.node(58, -12)}), w.way({b, w.node(52, -5), w.node(54, -12)}));
  w.lanelet(w.way({c, w.node(120, 0)}), w.way({d, w.node(120, -3.5)}));
  const RoadNetwork network = w.parse();
  CHECK(network.junctions.size() == 1);
  CHECK(network.lane_links.size() == 3);
  const CompiledMap map = compile(network);
  CHECK(map.statistics.junctions == 1);
  int inside = 0;
  for (const Lane& lane : map.lanes) {
    inside += lane.junction >= 0;
    if (map.road_ids[size_t(lane.road)] == std::to_string(in)) CHECK(lane.junction == -1);
  }
  CHECK(inside == 2);
  CHECK(map.statistics.dead_end_lanes == 2);
}

TEST_CASE(
    "lights, signs and limits hold for the lanelets that name them; a line without names for those before "
    "it") {
  Writer w;
  const int a = w.node(50, 0), b = w.node(50, -3.5), c = w.node(70, 0), d = w.node(70, -3.5);
  const int in_left = w.way({w.node(0, 0), a}), in_right = w.way({w.node(0, -3.5), b});
  const int light = w.line(71, -5, 71, -4.5), line = w.line(50, 0, 50, -3.5);
  const int regulation =
      w.relation(tag("type", "regulatory_element") + tag("subtype", "traffic_light") +
                 "<member type='way' ref='" + std::to_string(light) +
                 "' role='refers'/><member type='way' ref='" + std::to_string(line) + "' role='ref_line'/>");
  const int sign = w.way({w.node(1, 1), w.node(1, 1.5)}, tag("subtype", "de274-30"));
  const int limit = w.relation(tag("type", "regulatory_element") + tag("subtype", "speed_limit") +
                               "<member type='way' ref='" + std::to_string(sign) + "' role='refers'/>");
  w.lanelet(in_left, in_right, tag("subtype", "road") + rule(limit));
  w.lanelet(w.way({a, c}), w.way({b, d}), tag("subtype", "road") + tag("turn_direction", "straight"));
  const CompiledMap unnamed = compile(w.parse());
  REQUIRE(unnamed.signals.size() == 1);
  CHECK(unnamed.signals[0].x + unnamed.origin_x == doctest::Approx(71));
  CHECK(unnamed.signals[0].y + unnamed.origin_y == doctest::Approx(-4.75));
  REQUIRE(unnamed.stop_lines.size() == 1);
  const StopLine& l = unnamed.stop_lines[0];
  CHECK(l.signal == 0);
  CHECK(l.direction_x == doctest::Approx(1));
  CHECK(l.x0 + unnamed.origin_x == doctest::Approx(50));
  CHECK(l.y0 + unnamed.origin_y == doctest::Approx(-3.5));
  CHECK(l.y1 + unnamed.origin_y == doctest::Approx(0));
  CHECK(unnamed.quads.front().speed_limit_mps == doctest::Approx(30 / 3.6));
  CHECK(unnamed.findings.size() > 0);  // a dead end: the map is a scrap

  Writer yields;  // the yield sign of a right of way
  const int left = yields.line(0, 0, 50, 0), right = yields.line(0, -3.5, 50, -3.5);
  const int self = yields.lanelet(left, right);
  yields.relation(tag("type", "regulatory_element") + tag("subtype", "right_of_way") +
                  "<member type='relation' ref='" + std::to_string(self) + "' role='yield'/>");
  const CompiledMap yielding = compile(yields.parse());
  CHECK(yielding.statistics.stop_signs == 1);
  REQUIRE(yielding.stop_lines.size() == 1);
  CHECK(yielding.stop_lines[0].kind == int16_t(StopLineKind::yield_sign));
  (void)regulation;
}

TEST_CASE("only lanelets for cars are lanes; those of both directions are drivable, not routable") {
  Writer w;
  w.lanelet(w.line(0, 3, 50, 3), w.line(0, 0, 50, 0));
  w.lanelet(w.line(0, 13, 50, 13), w.line(0, 10, 50, 10), tag("subtype", "walkway"));
  w.lanelet(w.line(0, 23, 50, 23), w.line(0, 20, 50, 20),
            tag("subtype", "bus_lane") + tag("participant:vehicle", "yes"));
  w.lanelet(w.line(0, 33, 50, 33), w.line(0, 30, 50, 30), tag("subtype", "road") + tag("one_way", "no"));
  const RoadNetwork network = w.parse();
  REQUIRE(network.roads.size() == 3);
  CHECK(network.roads[2].sections[0].lanes[0].type == LaneType::bidirectional);
}

TEST_CASE("traffic on the left: the reference line is the right bound") {
  Writer w;
  const int axis = w.line(0, 0, 50, 0);
  w.lanelet(w.line(0, 3.5, 50, 3.5), axis);    // eastwards, north of the axis
  w.lanelet(w.line(50, -3.5, 0, -3.5), axis);  // westwards, south of it
  const RoadNetwork network = w.parse();
  REQUIRE(network.roads.size() == 1);
  CHECK(network.roads[0].left_hand_traffic);
  const CompiledMap map = compile(network);
  for (const Lane& lane : map.lanes) {
    const Quad& q = map.quads[size_t(lane.first_quad)];
    CHECK(q.tangent_x * (q.y + map.origin_y) > 1);
  }
}

TEST_CASE("degrees become metres") {
  // a hundredth of a degree at 50 degrees north, by Vincenty's formulae
  const TransverseMercator projection(50, 10);
  const auto north = projection.project(50.01, 10), east = projection.project(50, 10.01);
  CHECK(north.y == doctest::Approx(1112.292).epsilon(1e-5));
  CHECK(std::abs(north.x) < 1e-6);
  CHECK(east.x == doctest::Approx(716.957).epsilon(1e-5));
  CHECK(projection.project(50, 10).y == doctest::Approx(0));
}

TEST_CASE("what is broken is named in one line") {
  CHECK(has(error_of("<osm/>"), "some/town.osm: no lane to drive on: it has no lanelets, expected"));
  const std::string walk =
      "<relation id='4'><tag k='type' v='lanelet'/><tag k='subtype' v='walkway'/></relation>\n";
  CHECK(error_of("<osm>\n" + walk + walk + "</osm>") ==
        "some/town.osm:2: no lane to drive on: lanelets are of subtype walkway (2), expected at least one of "
        "road, "
        "highway, play_street, exit or road_shoulder_exit, or with participant:vehicle = yes");
  CHECK(has(error_of("<osm><node id='1'"), "not whole XML"));
  CHECK(has(error_of("<osm>\n<node id='1'"), "some/town.osm:2: not whole XML"));
  CHECK(has(error_of("<osm>\n\n<node id='1' lat='x' lon='0'/></osm>"), "some/town.osm:3: "));
  CHECK(has(error_of("<svg/>"), "no element <osm>"));
  Writer w;
  const int left = w.line(0, 3, 50, 3);
  w.lanelet(left, 4711);
  CHECK(has(error_of(w.text()), "names way 4711, which does not exist"));
  Writer one;
  one.relation("<member type='way' ref='1' role='left'/><tag k='type' v='lanelet'/>");
  CHECK(has(error_of(one.text()), "lanelet 1"));
  Writer node;
  node.lanelet(node.way({815, 816}), node.line(0, 0, 1, 0));
  CHECK(has(error_of(node.text()), "names node 815, which does not exist"));
  CHECK(has(error_of("<osm><node id='1' lat='x' lon='0'/></osm>"), "lat = \"x\", expected a number"));
  Writer endless;  // these took all time before
  endless.lanelet(endless.line(0, 3, 1111111111, 3), endless.line(0, 0, 50, 0));
  CHECK(has(error_of(endless.text()), "left bound is 1.11111e+09 m long, expected at most 20000"));
  Writer far;
  far.lanelet(far.line(1e300, 3, 0, 3), far.line(0, 0, 50, 0));
  CHECK(has(error_of(far.text()), "1e+300, expected at most 1e+20"));
  Writer distant;
  distant.lanelet(distant.line(4e9, 3, 4e9 + 50, 3), distant.line(4e9, 0, 4e9 + 50, 0));
  CHECK(has(error_of(distant.text()), "expected at most 1e+08 m from the origin"));
  CHECK(is_lanelet_map(w.text()));
  CHECK(!is_lanelet_map("<osm><way id='1'><tag k='highway' v='residential'/></way></osm>"));
}
