// What no car could leave is closed by a loop where there is room, and taken out where there is none.
#include "maps/prune.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "maps/check.h"
#include "maps/close_ends.h"
#include "maps/compile.h"
#include "maps/generate.h"

using namespace gigalane;

namespace {

RoadNetwork open_road() {
  StraightRoad options;
  options.loops = false;
  return make_straight_road(options);
}

}  // namespace

TEST_CASE("an open road gets a loop at either end") {
  RoadNetwork network = open_road();
  CHECK(close_ends(network) == 2);
  const CompiledMap map = compile(network);
  CHECK(map.statistics.components == 1);
  CHECK(map.findings.empty());
  // right by a, left by pi + 2 a, right by a on 12 m
  const double a = std::acos((1.75 + 12) / 24);
  CHECK(map.statistics.lane_km == doctest::Approx(0.4 + 2 * 0.012 * (M_PI + 4 * a)).epsilon(1e-3));
  CHECK(close_ends(network) == 0);
}

TEST_CASE("no loop lies on another road: there the lanes that lead nowhere are taken out") {
  RoadNetwork network = open_road();
  Road other = network.roads[0];  // ten metres beyond the end of the first
  other.id = "other";
  other.geometry[0].x += 210;
  network.roads.push_back(other);
  CHECK(close_ends(network) == 2);                     // at the outer ends only
  CHECK(compile(network).statistics.components == 6);  // each road: a lane, its loop, a lane
  CHECK(keep_largest_part(network) > 350);
  const CompiledMap map = compile(network);
  CHECK(map.statistics.components == 1);
  CHECK(map.statistics.lanes == 1);

  network = open_road();
  other.elevation = {{0, 8, 0, 0, 0}};  // above: a loop may pass beneath
  network.roads.push_back(other);
  CHECK(close_ends(network) == 4);
}

TEST_CASE("the largest part is kept, with its lights; crossed lanes go") {
  RoadNetwork network = make_crossing({});
  for (Road& road : network.roads)
    if (road.id == "loop4") road.sections[0].lanes[0].type = LaneType::none;  // of the arm that lies east
  CHECK(keep_largest_part(network) > 150);
  const CompiledMap map = compile(network);
  CHECK(map.statistics.components == 1);
  CHECK(count_traps(map.findings) == 0);
  CHECK(map.statistics.lights == 3);
  CHECK(keep_largest_part(network) == 0);

  network = make_ring_road({});
  Road& road = network.roads[0];
  road.lane_offset.clear();
  Geometry& g = road.geometry[0];
  g.kind = Geometry::Kind::param_poly3;  // its lane turns by more than half a circle within three metres
  g.normalised = true;
  g.length = road.length = 2.7;
  const double u[4] = {0, 3.0, 2.6795, -3.4947}, v[4] = {0, 0, 1.5595, -1.7455};
  std::copy(u, u + 4, g.u);
  std::copy(v, v + 4, g.v);
  CHECK_THROWS(compile(network));
  drop_crossed_lanes(network);
  CHECK(compile(network).statistics.lanes == 1);
}

TEST_CASE("lights that stand on roads without lanes stay, where others refer to them and where not") {
  RoadNetwork network = make_crossing({});
  Road pavement;  // as CARLA's towns have them: the poles stand there, and approaches refer to them
  pavement.id = "pavement";
  pavement.length = 5;
  pavement.geometry = network.roads[0].geometry;
  pavement.geometry[0].length = 5;
  pavement.sections.resize(1);
  for (Road& road : network.roads)
    for (RoadSignal& signal : road.signals) {
      pavement.signals.push_back(signal);
      pavement.signals.back().s = 1;
      signal.is_reference = true;
    }
  REQUIRE(pavement.signals.size() == 4);
  network.roads.push_back(pavement);
  const CompiledMap whole = compile(network);
  CHECK(whole.statistics.lights == 4);
  make_drivable(network);
  CHECK(network.left_out_km == 0);
  CHECK(compile(network).checksum == whole.checksum);

  // an approach that goes takes its reference; the pole stays only where another one refers to it
  std::string lost;
  for (Road& road : network.roads)
    if (road.id == "loop4") road.sections[0].lanes[0].type = LaneType::none;
  CHECK(keep_largest_part(network) > 150);
  int references = 0;
  for (const Road& road : network.roads)
    for (const RoadSignal& signal : road.signals) references += signal.is_reference;
  CHECK(references == 3);
}

TEST_CASE("what leads nowhere is taken out until nothing traps; if that is all, it is an error") {
  StraightRoad options;
  options.loops = false;
  RoadNetwork network = make_straight_road(options);
  network.roads[0].sections[0].lanes.erase(network.roads[0].sections[0].lanes.begin());  // one way
  network.left_out_km = 0;
  make_drivable(network);
  CHECK(network.left_out_km == doctest::Approx(0.2).epsilon(0.01));
  CHECK_THROWS_WITH_AS(compile(network), doctest::Contains("left out that cross themselves"), Error);
}

TEST_CASE("a way over a junction that nobody could drive is taken out, the rest stays") {
  RoadNetwork network = make_crossing({});
  Road& way = network.roads[8];  // after four arms and four loops
  REQUIRE(way.junction == 0);
  way.geometry[0].heading += M_PI;  // starts backwards and ends nowhere
  CHECK(count_traps(compile(network).findings) > 0);
  keep_drivable_part(network);
  const CompiledMap map = compile(network);
  CHECK(count_traps(map.findings) == 0);
  CHECK(map.statistics.components == 1);
  CHECK(map.statistics.lanes == 4 * 2 + 4 + 11);

  network = make_ring_road({});
  network.roads[1].sections[0].lanes[0].widths = {{0, 1.5, 0, 0, 0}};  // too narrow to go round
  keep_drivable_part(network);
  CHECK_THROWS_WITH_AS(compile(network), doctest::Contains("no lane to drive on"),
                       Error);  // half a ring is none
}
