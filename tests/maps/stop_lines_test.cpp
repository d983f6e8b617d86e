// Stop lines, lights and their turns.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

#include "maps/compile.h"
#include "maps/generate.h"
#include "tests/maps/towns.h"

using namespace gigalane;

namespace {

void check_lines(const CompiledMap& map) {
  for (const StopLine& line : map.stop_lines) {
    const double vx = line.x1 - line.x0, vy = line.y1 - line.y0;
    CHECK(std::hypot(line.direction_x, line.direction_y) == doctest::Approx(1));
    CHECK(vx * line.direction_x + vy * line.direction_y == doctest::Approx(0).epsilon(1e-3));
    CHECK(line.direction_x * vy - line.direction_y * vx > 0);  // from the right to the left
    CHECK((line.kind == 0) == (line.signal >= 0));
  }
}

/// Every quad that knows its next line gets there: driving on along its lane meets it at the distance given.
void check_next_lines(const CompiledMap& map) {
  int found = 0;
  for (const Quad& quad : map.quads) {
    if (quad.next_stop_line == kNone16) continue;
    ++found;
    const StopLine& line = map.stop_lines[quad.next_stop_line];
    REQUIRE(quad.next_stop_line_m >= 0);
    REQUIRE(quad.next_stop_line_m <= 100);
    const double behind = (line.x0 - quad.x) * line.direction_x + (line.y0 - quad.y) * line.direction_y;
    REQUIRE(behind <= quad.next_stop_line_m + 0.2);
    if (quad.next_stop_line_m > 2) continue;
    REQUIRE(behind == doctest::Approx(quad.next_stop_line_m).epsilon(0.1));
    const double vx = line.x1 - line.x0, vy = line.y1 - line.y0;
    const double u = ((quad.x - line.x0) * vx + (quad.y - line.y0) * vy) / (vx * vx + vy * vy);
    REQUIRE(u > 0);
    REQUIRE(u < 1);
  }
  CHECK(found > int(map.stop_lines.size()));
}

void check_turns(const CompiledMap& map) {
  std::map<int, std::set<int>> phases;
  std::map<int, std::pair<int, int>> group_turn;
  for (const Signal& signal : map.signals) {
    REQUIRE(signal.junction >= 0);
    REQUIRE(signal.junction < map.junction_count);
    REQUIRE(signal.group >= 0);
    REQUIRE(signal.group < map.group_count);
    CHECK(signal.phase_count == map.junction_phase_count[size_t(signal.junction)]);
    phases[signal.junction].insert(signal.phase);
    const auto [known, is_new] =
        group_turn.emplace(signal.group, std::pair<int, int>(signal.junction, signal.phase));
    CHECK(known->second == std::pair<int, int>(signal.junction, signal.phase));
  }
  for (const auto& [junction, turns] : phases) {
    CHECK(int(turns.size()) == map.junction_phase_count[size_t(junction)]);
    CHECK(*turns.rbegin() == int(turns.size()) - 1);
  }
}

/// The lanes of its junction that a light lets traffic take, by light.
std::vector<std::set<int>> ways_of_lights(const CompiledMap& map) {
  std::vector<std::set<int>> ways(map.signals.size());
  for (size_t q = 0; q + 1 < map.quads.size(); ++q) {
    const Quad& quad = map.quads[q];
    if (quad.next_stop_line == kNone16 || quad.next_stop_line_m > quad.half_length + 0.2f) continue;
    const int light = map.stop_lines[quad.next_stop_line].signal;
    if (light < 0) continue;
    std::vector<std::pair<int, double>> open{{quad.lane, 40}};
    while (!open.empty()) {
      const auto [at, left_m] = open.back();
      open.pop_back();
      const Lane& lane = map.lanes[size_t(at)];
      for (int k = 0; k < lane.successor_count; ++k) {
        const int next = map.successors[size_t(lane.first_successor + k)];
        const Lane& ahead = map.lanes[size_t(next)];
        if (ahead.junction < 0 && (lane.junction >= 0 || left_m < ahead.length_m)) continue;
        if (ahead.junction >= 0 && !ways[size_t(light)].insert(next).second) continue;
        open.push_back({next, left_m - (ahead.junction < 0 ? ahead.length_m : 0)});
      }
    }
  }
  return ways;
}

/// Whether the lines through the middles of two lanes' quads cross, further than 4 m from a common end.
bool lanes_cross(const CompiledMap& map, int one, int other) {
  const Lane &a = map.lanes[size_t(one)], &b = map.lanes[size_t(other)];
  const auto at = [&](const Lane& lane, int k) { return map.quads[size_t(lane.first_quad + k)]; };
  const auto apart = [](const Quad& p, const Quad& q) { return std::hypot(p.x - q.x, p.y - q.y); };
  const auto side = [](const Quad& p, const Quad& q, const Quad& r) {
    return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
  };
  const Quad first = at(a, 0), last = at(a, a.quad_count - 1);
  const bool begin = apart(first, at(b, 0)) < 0.5, end = apart(last, at(b, b.quad_count - 1)) < 0.5;
  for (int i = 0; i + 1 < a.quad_count; ++i)
    for (int k = 0; k + 1 < b.quad_count; ++k) {
      const Quad p = at(a, i), q = at(a, i + 1), r = at(b, k), t = at(b, k + 1);
      if (side(p, q, r) * side(p, q, t) >= 0 || side(r, t, p) * side(r, t, q) >= 0) continue;
      if ((begin && apart(p, first) < 4) || (end && apart(q, last) < 4) || p.level != r.level) continue;
      return true;
    }
  return false;
}

void check_conflicts(const CompiledMap& map) {
  const std::vector<std::set<int>> ways = ways_of_lights(map);
  size_t led = 0;
  for (size_t a = 0; a < ways.size(); ++a) {
    led += !ways[a].empty();
    for (size_t b = a + 1; b < ways.size(); ++b) {
      const Signal &one = map.signals[a], &other = map.signals[b];
      if (one.junction != other.junction || one.phase != other.phase) continue;
      for (const int m : ways[a])
        for (const int n : ways[b]) {
          if (m == n) continue;
          CAPTURE(map.road_ids[size_t(map.lanes[size_t(m)].road)]);
          CAPTURE(map.road_ids[size_t(map.lanes[size_t(n)].road)]);
          CHECK(!lanes_cross(map, m, n));
        }
    }
  }
  CHECK(led * 10 >= ways.size() * 9);
}

}  // namespace

TEST_CASE("a crossing has a line across each arm, each with its own turn") {
  const CompiledMap map = generate_crossing();
  REQUIRE(map.stop_lines.size() == 4);
  REQUIRE(map.signals.size() == 4);
  CHECK(map.junction_phase_count[0] == 4);
  for (const StopLine& line : map.stop_lines) {
    const double x = 0.5 * (line.x0 + line.x1) + map.origin_x, y = 0.5 * (line.y0 + line.y1) + map.origin_y;
    CHECK(std::hypot(x, y) == doctest::Approx(12).epsilon(1e-3));
    CHECK(std::hypot(line.x1 - line.x0, line.y1 - line.y0) ==
          doctest::Approx(7).epsilon(1e-3));                   // both lanes
    CHECK(x * line.direction_x + y * line.direction_y < -11);  // inwards
  }
  check_lines(map);
  check_next_lines(map);
  check_turns(map);
  Crossing without;
  without.lights = false;
  CHECK(generate_crossing(without).stop_lines.empty());
}

namespace {

/// Cuts the only section of a road in two.
void cut_section(Road& road, double s) {
  LaneSection rest = road.sections[0];
  rest.s = s;
  for (RoadLane& lane : rest.lanes) lane.predecessors = {lane.id};
  for (RoadLane& lane : road.sections[0].lanes) lane.successors = {lane.id};
  road.sections.push_back(rest);
}

}  // namespace

TEST_CASE("a line is found where it is painted, in whatever lane section of its approach") {
  RoadNetwork network = make_crossing({});
  Road& arm = network.roads[0];  // runs east from (12, 0); traffic comes along it to the crossing on lane 1
  cut_section(arm, 5);
  arm.stop_lines = {{3, -1.75}, {8, 1.75}};  // the first one is on the other side
  const auto line_of_arm = [&] {
    const CompiledMap map = compile(network, 1);
    for (const StopLine& line : map.stop_lines)
      if (line.signal == 0) return double(line.x0) + map.origin_x;
    return 0.0;
  };
  CHECK(std::abs(line_of_arm() - 20) < 0.6);
  arm.stop_lines.push_back({4, 1.75});  // the last line before the crossing counts
  CHECK(std::abs(line_of_arm() - 16) < 0.6);
  arm.stop_lines = {{41, 1.75}};  // too far away to be the crossing's
  CHECK(std::abs(line_of_arm() - 12) < 0.6);
}

TEST_CASE("a light away from junctions holds for the line painted near it") {
  RoadNetwork network = make_straight_road({});
  Road& road = network.roads[0];  // runs along x
  cut_section(road, 105);
  road.signals.push_back({"5", "1000001", false, true, 110, -5, 3, '+', {}});
  const auto place_of_line = [&] {
    const CompiledMap map = compile(network, 1);
    REQUIRE(map.stop_lines.size() == 1);
    CHECK(map.stop_lines[0].direction_x == doctest::Approx(1));
    return double(map.stop_lines[0].x0) + map.origin_x - road.geometry[0].x;
  };
  CHECK(std::abs(place_of_line() - 110) < 0.6);
  road.stop_lines = {{93, -1.75}, {100, -1.75}, {109, 1.75}, {125, -1.75}};  // the third is of the other side
  CHECK(std::abs(place_of_line() - 100) < 0.6);
  road.stop_lines = {{85, -1.75}};
  CHECK(std::abs(place_of_line() - 110) < 0.6);
  road.stop_lines = {{100, 1.75}};
  road.lane_offset = {{0, 3.5, 0, 0, 0}};  // lane -1 now lies to the left of the reference line
  CHECK(std::abs(place_of_line() - 100) < 0.6);
}

TEST_CASE("the towns' lights have lines, groups and turns") {
  for (const char* name : {"Town01", "Town03", "Town04", "Town05", "Town06", "Town07", "Town10HD"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    CAPTURE(name);
    check_lines(*map);
    check_next_lines(*map);
    check_turns(*map);
    check_conflicts(*map);
    std::set<int> obeyed;
    for (const StopLine& line : map->stop_lines)
      if (line.signal >= 0) obeyed.insert(line.signal);
    CHECK(int(obeyed.size()) >= map->statistics.lights - 1);  // two posts of Town10HD stand for one approach
  }
}

TEST_CASE("a quad lists its own line first, then the nearest") {
  const auto loaded = testing::load_town("Town10HD");
  if (!loaded) return;
  const MapView map = loaded->view();
  for (int q = 0; q < map.quad_count; ++q) {
    const Quad& quad = map.quads[q];
    const uint16_t* list = map.lists[q].stop_lines;
    if (quad.next_stop_line != kNone16) REQUIRE(list[0] == quad.next_stop_line);
    double last = 0;
    for (int k = quad.next_stop_line != kNone16; k < map.lists[q].stop_line_count; ++k) {
      const StopLine& line = map.stop_lines[list[k]];
      double nearest = 1e9;
      for (int n = 0; n <= 400; ++n)
        nearest = std::min(nearest, std::hypot(line.x0 + (line.x1 - line.x0) * n / 400.0 - quad.x,
                                               line.y0 + (line.y1 - line.y0) * n / 400.0 - quad.y));
      REQUIRE(nearest <= 100.01);
      REQUIRE(nearest >= last - 0.05);
      last = nearest;
    }
  }
}
