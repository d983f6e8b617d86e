// Each fault is found where it was put, and sound maps have none.
#include "maps/check.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "maps/compile.h"
#include "maps/generate.h"
#include "tests/maps/findings.h"
#include "tests/maps/towns.h"

using namespace gigalane;
using testing::check_place;
using testing::found;
using testing::only;
using testing::two_pieces;

TEST_CASE("sound maps have no findings") {
  CHECK(generate_straight_road().findings.empty());
  CHECK(generate_ring_road().findings.empty());
  CHECK(generate_crossing().findings.empty());
}

TEST_CASE("in a ring that does not close, a gap or a step is found at its joint, and traps if it is wide") {
  RoadNetwork network = make_ring_road({});  // road 1 starts at (-50, 0) and runs south
  network.roads[1].geometry[0].y -= 0.15;
  CheckedMap map = check_network(network);
  std::vector<Finding> gaps = found(map, Fault::gap);
  REQUIRE(gaps.size() == 2);  // where road 1 starts and where it ends
  CHECK(count_traps(map.findings) == 0);
  network.roads[1].geometry[0].y -= 0.65;
  map = check_network(network);
  gaps = found(map, Fault::gap);
  REQUIRE(gaps.size() == 2);
  CHECK(gaps[0].value == doctest::Approx(0.8).epsilon(0.01));
  CHECK(gaps[0].traps == 1);
  CHECK(map.road_ids[size_t(gaps[0].road)] == "0");
  CHECK(map.road_ids[size_t(gaps[0].other_road)] == "1");
  CHECK(gaps[0].lane_id == -1);
  check_place(map, gaps[0], -50, 0);
  check_place(map, gaps[1], 50, -0.8);

  network = make_ring_road({});
  network.roads[1].elevation = {{0, 1.0, 0, 0, 0}};
  map = check_network(network);
  const std::vector<Finding> steps = found(map, Fault::step);
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].value == doctest::Approx(1));
  CHECK(steps[1].value == doctest::Approx(-1));
  CHECK(count_traps(map.findings) == 0);
  network.roads[1].elevation = {{0, 4.0, 0, 0, 0}};
  CHECK(count_traps(check_network(network).findings) == 2);
}

namespace {

/// The ring of radius 50 m whose road 0 is of two pieces: the second one starts away from the first one's
/// end, and road 1 goes on from it.
RoadNetwork torn_ring(double along_m, double aside_m) {
  RoadNetwork network = make_ring_road({});
  Road& road = network.roads[0];
  const double half = 0.5 * road.length;
  const CurvePlace p = place_at(road.geometry, half);
  Geometry rest = road.geometry[0];
  road.geometry[0].length = rest.length = half;
  rest.s = half;
  rest.heading = std::atan2(p.direction_y, p.direction_x);
  rest.x = p.x + along_m * p.direction_x - aside_m * p.direction_y;
  rest.y = p.y + along_m * p.direction_y + aside_m * p.direction_x;
  road.geometry.push_back(rest);
  network.roads[1].geometry[0].x += rest.x - p.x;
  network.roads[1].geometry[0].y += rest.y - p.y;
  return network;
}

}  // namespace

TEST_CASE("a reference line that jumps within its road is a gap of that road, also where it jumps back") {
  CHECK(found(check_network(torn_ring(0, 0.04)), Fault::gap).empty());
  for (const double jump : {0.06, 3.0, -3.0})
    for (const bool aside : {true, false}) {
      CAPTURE(jump);
      const CheckedMap map = check_network(torn_ring(aside ? 0 : jump, aside ? jump : 0));
      std::vector<Finding> gaps = found(map, Fault::gap);
      gaps.erase(std::remove_if(gaps.begin(), gaps.end(), [](const Finding& f) { return f.other_road >= 0; }),
                 gaps.end());  // of the ring, which does not close
      REQUIRE(gaps.size() == 1);
      CHECK(gaps[0].value == doctest::Approx(std::abs(jump)).epsilon(1e-3));
      CHECK(map.road_ids[size_t(gaps[0].road)] == "0");
      CHECK(gaps[0].lane_id == -1);
      check_place(map, gaps[0], 0, 50, 0.1);
    }
  RoadNetwork network = torn_ring(0, 3);
  Road& road = network.roads[0];
  LaneSection rest = road.sections[0];  // where a section begins as well, the lanes' joint is the gap
  rest.s = road.geometry[1].s;
  rest.lanes[0].predecessors = road.sections[0].lanes[0].successors = {-1};
  road.sections.push_back(rest);
  const std::vector<Finding> gaps = found(check_network(network), Fault::gap);
  CHECK(gaps.size() >= 1);
  for (const Finding& f : gaps) CHECK(f.other_road >= 0);
}

TEST_CASE("the end of a road traps unless a lane beside it goes on") {
  RoadNetwork network = two_pieces(0, 0, 0);
  network.roads.resize(1);
  network.roads[0].successor = {};
  std::vector<RoadLane>& lanes = network.roads[0].sections[0].lanes;
  lanes[0].successors.clear();
  CHECK(only(check_network(network), Fault::dead_end).traps == 1);
  RoadLane beside = lanes[0];  // both end: changing lanes helps nobody
  beside.id = -2;
  lanes.insert(lanes.begin(), beside);
  const CheckedMap map = check_network(network);
  const std::vector<Finding> ends = found(map, Fault::dead_end);
  REQUIRE(ends.size() == 2);
  CHECK(count_traps(ends) == 2);
}

TEST_CASE("a ring of one road that follows itself has no end") {
  RoadNetwork network = make_ring_road({});
  network.roads.resize(1);
  Road& road = network.roads[0];
  road.length = road.geometry[0].length = 2 * M_PI / std::abs(road.geometry[0].curvature_start);
  road.predecessor = {RoadLink::Kind::road, 0, RoadEnd::end};
  road.successor = {RoadLink::Kind::road, 0, RoadEnd::start};
  const CompiledMap map = compile(network);
  CHECK(map.findings.empty());
  REQUIRE(map.lanes.size() == 1);
  CHECK(map.lanes[0].routable == 1);
  CHECK(map.lanes[0].successor_count == 1);
  CHECK(map.successors[size_t(map.lanes[0].first_successor)] == 0);
}

TEST_CASE("a kink is found where the road turns, with its angle") {
  const CheckedMap map = check_network(two_pieces(0, 0.8, 0));
  const Finding kink = only(map, Fault::kink);
  CHECK(kink.value == doctest::Approx(0.8 * 180 / M_PI).epsilon(0.01));
  CHECK(map.road_ids[size_t(kink.road)] == "0");
  check_place(map, kink, 200, 0);
  CHECK(only(check_network(two_pieces(0, 0.02, 0)), Fault::kink).value ==
        doctest::Approx(1.15).epsilon(0.01));
  CHECK(found(check_network(two_pieces(0, 0.015, 0)), Fault::kink).empty());  // 0.86 degrees
}

TEST_CASE("a lane whose borders cross is found though its network cannot be compiled") {
  RoadNetwork network = make_ring_road({});
  Road& road = network.roads[0];
  // the lane's inner border loops: a curve that turns by more than half a circle within three metres
  road.lane_offset.clear();
  Geometry& g = road.geometry[0];
  g.kind = Geometry::Kind::param_poly3;
  g.normalised = true;
  g.length = road.length = 2.7;
  const double u[4] = {0, 3.0, 2.6795, -3.4947}, v[4] = {0, 0, 1.5595, -1.7455};
  std::copy(u, u + 4, g.u);
  std::copy(v, v + 4, g.v);
  CHECK_THROWS(compile(network));
  const CheckedMap map = check_network(network);
  const Finding crossed = only(map, Fault::crossed_quad);
  CHECK(crossed.traps == 1);
  CHECK(map.road_ids[size_t(crossed.road)] == "0");
  check_place(map, crossed, 50, 2, 3);

  network.roads[1].sections[0].lanes[0].widths = {
      {0, 1.5, 0, 0, 0}};  // what else is wrong is found beside it
  const CheckedMap both = check_network(network);
  CHECK(found(both, Fault::crossed_quad).size() == 1);
  CHECK(std::any_of(both.findings.begin(), both.findings.end(), [&](const Finding& f) {
    return f.fault == Fault::narrow && both.road_ids[size_t(f.road)] == "1" && f.value < 1.51f;
  }));
}

TEST_CASE("a lane narrower than a car traps, one that is tight in a curve is only listed") {
  RingRoad options;
  options.lane_width_m = 1.5;
  CheckedMap map = check_network(make_ring_road(options));
  const std::vector<Finding> narrow = found(map, Fault::narrow);
  REQUIRE(!narrow.empty());
  CHECK(count_traps(map.findings) == 2);  // each half once
  CHECK(narrow[0].value == doctest::Approx(1.5).epsilon(0.01));
  check_place(map, narrow[0], 0, 0, 51);

  options.lane_width_m = 2.0;
  options.radius_m = 8;  // the corners of a car of 4.5 x 1.8 m reach 0.31 m further out than its side
  map = check_network(make_ring_road(options));
  CHECK(count_traps(map.findings) == 0);
  const std::vector<Finding> tight = found(map, Fault::tight);
  REQUIRE(tight.size() == 2);
  CHECK(tight[0].value == doctest::Approx(8 * M_PI).epsilon(0.01));
  CHECK(tight[0].from_m == 0);
  CHECK(tight[0].to_m == doctest::Approx(tight[0].value));
  options.lane_width_m = 3.5;
  CHECK(check_network(make_ring_road(options)).findings.empty());
}

TEST_CASE(
    "only the stretch that is tight is listed, also where the lane is tight between the middles of its "
    "pieces") {
  RoadNetwork network = make_ring_road({});
  Road& road = network.roads[0];  // half a circle of 157 m, narrow from s = 40 to 60
  road.sections[0].lanes[0].widths = {{0, 3.5, 0, 0, 0}, {40, 1.9, 0, 0, 0}, {60, 3.5, 0, 0, 0}};
  const Finding tight = only(check_network(network), Fault::tight);
  CHECK(tight.value == doctest::Approx(tight.to_m - tight.from_m));
  // a car reaches 2.25 m into it, and pieces are up to a metre long; along s or against it, and in the middle
  // of a lane of another radius
  CHECK(tight.to_m - tight.from_m > 20);
  CHECK(tight.to_m - tight.from_m < 29);
  const double middle = 0.5 * (double(tight.from_m) + tight.to_m);
  CHECK(std::abs(std::min(middle, 157 - middle) - 50) < 3);
}

TEST_CASE("a lane that begins from nowhere, and where its ends stick out") {
  const CheckedMap map = check_network(two_pieces(0, 0, 0));
  const Finding start = only(map, Fault::open_start), end = only(map, Fault::dead_end);
  check_place(map, start, 0, 0, 0.1);
  CHECK(map.road_ids[size_t(start.road)] == "0");
  CHECK(start.traps == 0);
  CHECK(start.from_m == 0);
  CHECK(start.to_m == doctest::Approx(2.75));
  check_place(map, end, 400, 0, 0.1);
  CHECK(map.road_ids[size_t(end.road)] == "1");
  CHECK(end.from_m == doctest::Approx(200 - 2.75));
  CHECK(end.to_m == doctest::Approx(200));
  const Finding kink = only(check_network(two_pieces(0, 0.8, 0)), Fault::kink);  // a joint is a place
  CHECK(kink.from_m == doctest::Approx(200).epsilon(1e-3));
  CHECK(kink.to_m == kink.from_m);
}

TEST_CASE("dead ends and parts that cannot be left, reached or either") {
  StraightRoad options;
  options.loops = false;
  CheckedMap map = check_network(make_straight_road(options));
  CHECK(found(map, Fault::dead_end).size() == 2);
  CHECK(count_traps(map.findings) == 1);  // the lane that is routable, for want of a larger part
  CHECK(only(map, Fault::cut_off).value == doctest::Approx(200).epsilon(0.01));

  RoadNetwork network = make_crossing({});
  Road& loop = network.roads[4];  // of the arm that lies east
  REQUIRE(loop.id == "loop4");
  loop.sections[0].lanes[0].type = LaneType::none;
  map = check_network(network);
  const Finding trap = only(map, Fault::no_way_out);
  CHECK(trap.traps == 1);
  CHECK(trap.value > 80);  // the arm and the ways that lead only into it
  check_place(map, trap, 0, 0, 20);
  CHECK(only(map, Fault::unreachable).value > 80);
  CHECK(only(map, Fault::dead_end).value == doctest::Approx(80).epsilon(0.01));
  check_place(map, only(map, Fault::dead_end), 92, -1.75);
}

TEST_CASE("a light that no line obeys, and a link against the traffic") {
  RoadNetwork network = make_crossing({});
  network.roads[1].signals[0].validities = {{5, 5}};
  CheckedMap map = check_network(network);
  const Finding dark = only(map, Fault::light_without_line);
  check_place(map, dark, 0, 12.5, 5);
  CHECK(dark.road == 1);
  CHECK(std::abs(dark.lane_id) == 1);  // of two
  CHECK(dark.lane >= 0);

  network = make_ring_road({});
  RoadLane against = network.roads[0].sections[0].lanes[0];
  against.id = 1;
  network.roads[0].sections[0].lanes.push_back(against);  // runs the other way round, linked to lane -1
  map = check_network(network);
  const Finding wrong = only(map, Fault::wrong_direction);  // at both ends, but it is one pair of lanes
  CHECK(wrong.lane_id == 1);
  CHECK(wrong.other_lane_id == -1);
  CHECK(map.road_ids[size_t(wrong.other_road)] == "1");
}

TEST_CASE("findings travel with the map and the worst come first") {
  StraightRoad options;
  options.loops = false;
  const CompiledMap map = generate_straight_road(options);
  REQUIRE(map.findings.size() == 5);  // two dead ends, two open starts, a part that is cut off
  CHECK(map.findings[0].traps == 1);
  CHECK(checked(map).findings.size() == 5);
  CHECK(checked(map).road_ids == map.road_ids);
}

TEST_CASE("nothing in CARLA's towns traps an agent") {
  for (const char* name : {"Town01", "Town03", "Town04", "Town06"}) {
    const auto town = testing::load_town(name);
    if (!town) return;
    CAPTURE(name);
    CHECK(count_traps(town->findings) == 0);
  }
}
