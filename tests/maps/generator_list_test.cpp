// Generated maps by name: each is one part without a trap, and as large as worked out by hand.
#include "maps/generator_list.h"

#include <doctest/doctest.h>

#include <cmath>

#include "maps/check.h"
#include "maps/compile.h"
#include "maps/generate.h"
#include "maps/map_library.h"
#include "tests/maps/help.h"

using namespace gigalane;
using testing::error_of;
using testing::has;

namespace {

constexpr double kW = 3.5;  // width of a lane

/// Sum over the quads, those that overlap counted each.
double area_of(const CompiledMap& map) {
  double area = 0;
  for (const Quad& q : map.quads)
    for (int k = 0; k < 4; ++k)
      area += 0.5 * (double(q.corner_x[k]) * q.corner_y[(k + 1) & 3] -
                     double(q.corner_x[(k + 1) & 3]) * q.corner_y[k]);
  return area;
}

double area_of(const std::string& name) { return area_of(*load_map(name)); }

/// A loop of one lane: right by a, left by pi + 2 a, right by a, all on the radius.
double loop_area(double radius = 12) {
  const double a = std::acos((0.5 * kW + radius) / (2 * radius));
  return kW * radius * (M_PI + 4 * a);
}

/// A loop of more lanes, to the right of a line: right by a on radius s, left by pi + 2 a on radius r.
double wide_loop_area(int lanes, double r = 12) {
  const double w = lanes * kW, s = w + 0.5 * r, a = std::acos(s / (s + r));
  return 2 * 0.5 * a * (s * s - (s - w) * (s - w)) + 0.5 * (M_PI + 2 * a) * ((r + w) * (r + w) - r * r);
}

/// Half a circle of lanes to the right of a line that turns left on a radius.
double bend_area(double radius, double width) {
  return 0.5 * M_PI * ((radius + width) * (radius + width) - radius * radius);
}

}  // namespace

TEST_CASE("every generator makes one part in which nothing traps, at its bounds too") {
  for (const GeneratorInfo& generator : list_generators()) {
    std::vector<std::string> names{generator.name};
    for (const GeneratorParameter& p : generator.parameters) {
      if (p.name.find("_m") != std::string::npos && p.most > 300) continue;  // only larger
      if (generator.name == "merge" && p.name == "straight_m") continue;     // bound to merge_m
      std::string low = std::to_string(p.least), high = std::to_string(p.most);
      if (p.whole) low = std::to_string(int(p.least)), high = std::to_string(int(p.most));
      names.push_back(generator.name + "?" + p.name + "=" + low);
      names.push_back(generator.name + "?" + p.name + "=" + high);
    }
    for (const std::string& name : names) {
      CAPTURE(name);
      const CompiledMap map = compile(generate_network(name));
      CHECK(map.statistics.components == 1);
      CHECK(count_traps(map.findings) == 0);
      for (const Finding& f : map.findings)
        CHECK((f.fault == Fault::dead_end || f.fault == Fault::open_start || f.fault == Fault::tight ||
               f.fault == Fault::narrow));
      for (const Lane& lane : map.lanes) CHECK(lane.routable == 1);
    }
  }
}

TEST_CASE("without lanes that end or begin there is nothing at all to find") {
  for (const char* name :
       {"straight?lanes=3", "ring", "curve?lanes=2", "crossing?lanes=2", "crossing?lights=0", "t_junction",
        "roundabout", "roundabout?arms=5", "grid?blocks=4&lanes=2"}) {
    CAPTURE(name);
    CHECK(load_map(name)->findings.empty());
  }
  // nobody turns into the middle lane of the arm
  const auto map = load_map("t_junction?lanes=3");
  REQUIRE(map->findings.size() == 1);
  CHECK(map->findings[0].fault == Fault::open_start);
  CHECK(map->findings[0].lane_id == -2);
  CHECK(map->findings[0].traps == 0);
}

TEST_CASE("areas of single roads, by hand") {
  CHECK(area_of("straight") == doctest::Approx(2 * kW * 200 + 2 * loop_area()).epsilon(1e-3));
  CHECK(area_of("straight?lanes=3&length_m=150") ==
        doctest::Approx(6 * kW * 150 + 2 * wide_loop_area(3)).epsilon(1e-3));
  CHECK(area_of("ring?radius_m=30") == doctest::Approx(2 * M_PI * 30 * kW).epsilon(1e-3));
  CHECK(area_of("curve?angle_deg=60") ==
        doctest::Approx(2 * kW * (2 * 60 + 40 * M_PI / 3) + 2 * loop_area()).epsilon(1e-3));
  CHECK(area_of("curve?lanes=2") ==
        doctest::Approx(4 * kW * (2 * 60 + 40 * M_PI / 2) + 2 * wide_loop_area(2)).epsilon(1e-3));
}

TEST_CASE("areas of junctions, by hand") {
  // ways: straight on 2 h, to the right on h - w / 2, to the left on h + w / 2, where h = 12
  const double ahead = 24 * kW, right = M_PI / 2 * (12 - kW / 2) * kW, left = M_PI / 2 * (12 + kW / 2) * kW;
  const double arm = 2 * kW * 80 + loop_area();
  CHECK(area_of("crossing") == doctest::Approx(4 * arm + 4 * (ahead + right + left)).epsilon(1e-3));
  CHECK(area_of("t_junction") == doctest::Approx(3 * arm + 2 * (ahead + right + left)).epsilon(1e-3));
  // two lanes: h = 15.5; the outer lane turns right on h - 1.5 w, the inner one left on h + w / 2
  const double wide_arm = 4 * kW * 80 + wide_loop_area(2);
  const double outer = M_PI / 2 * (15.5 - 1.5 * kW) * kW, inner = M_PI / 2 * (15.5 + kW / 2) * kW;
  CHECK(area_of("crossing?lanes=2") ==
        doctest::Approx(4 * (wide_arm + 2 * 31 * kW + outer + inner)).epsilon(1e-3));
  // the ring, the arms, and entries and exits as long as their curves
  const RoadNetwork round = generate_network("roundabout");
  double curves = 0;
  for (const Road& road : round.roads)
    if (road.junction >= 0 && road.geometry[0].kind == Geometry::Kind::param_poly3)
      curves += road.length * kW;
  CHECK(area_of("roundabout") ==
        doctest::Approx(2 * M_PI * 20 * kW + 4 * (2 * kW * 60 + loop_area()) + curves).epsilon(1e-3));
}

TEST_CASE("the area of a city, by hand") {
  // 2 b (b + 1) streets of 100 - 2 h, h = 8.5; at 4 corners one way right and one left, at 4 (b - 1) edges
  // two of each and two straight on, at (b - 1)^2 crossings four of each
  const double ahead = 17 * kW, right = M_PI / 2 * (8.5 - kW / 2) * kW, left = M_PI / 2 * (8.5 + kW / 2) * kW;
  const auto expected = [&](int b) {
    return 2 * b * (b + 1) * 83 * 2 * kW + 4 * (right + left) + 4 * (b - 1) * 2 * (ahead + right + left) +
           (b - 1) * (b - 1) * 4 * (ahead + right + left);
  };
  CHECK(area_of("grid") == doctest::Approx(expected(3)).epsilon(1e-3));
  CHECK(area_of("grid?blocks=5") == doctest::Approx(expected(5)).epsilon(1e-3));
  const auto city = load_map("grid?blocks=4");
  CHECK(city->statistics.junctions == 25);
  CHECK(city->statistics.lights == 9 * 4 + 12 * 3);
  CHECK(city->stop_lines.size() == 9 * 4 + 12 * 3);
  for (const Signal& signal : city->signals) {  // facing arms turn left across each other: each has its turn
    const bool inner = std::abs(signal.x) < 120 && std::abs(signal.y) < 120;
    CHECK(signal.phase_count == (inner ? 4 : 3));
  }
  CHECK(load_map("grid?lights=0")->signals.empty());
}

TEST_CASE("areas of carriageways whose lanes end, by hand") {
  // a taper of 60 m by 3 u^2 - 2 u^3 is a lane while it is wider than 1 m: until u = 0.6471
  const double u = 0.6471, taper = kW * 60 * (u - u * u * u + 0.5 * u * u * u * u);
  const double drop = 2 * (2 * kW * 300 + kW * 120 + taper) + bend_area(60, 2 * kW) + bend_area(60, 3 * kW);
  CHECK(area_of("lane_drop") == doctest::Approx(drop).epsilon(1e-3));
  const double out = 60 + 2.5 * kW, around = out + 8, a = std::acos((out + around) / (2 * around));
  const double slip = kW * around * (M_PI + 4 * a);
  const double merge =
      2 * 2 * kW * 300 + kW * 150 + taper + kW * 120 + taper + 2 * bend_area(60, 2 * kW) + slip;
  CHECK(area_of("merge") == doctest::Approx(merge).epsilon(1e-3));
}

TEST_CASE("a merging lane and one that ends can be left, and the slip road leads from one to the other") {
  const auto map = load_map("merge");
  CHECK(map->statistics.dead_end_lanes == 1);
  for (const Lane& lane : map->lanes)
    if (lane.successor_count == 0) CHECK(lane.left >= 0);
}

TEST_CASE("names are strict") {
  CHECK(load_map("grid?blocks=4&lanes=2")->name == "grid?blocks=4&lanes=2");
  CHECK(names_generator("grid"));
  CHECK(!names_generator("Town01"));
  CHECK(has(error_of([] { load_map("grid?block=4"); }),
            "unknown parameter \"block\", expected one of blocks, lanes"));
  CHECK(has(error_of([] { load_map("grid?blocks=99"); }),
            "blocks = \"99\", expected a whole number from 2 to 12"));
  CHECK(has(error_of([] { load_map("grid?blocks=2.5"); }), "whole number"));
  CHECK(has(error_of([] { load_map("grid?blocks=many"); }), "blocks = \"many\""));
  CHECK(has(error_of([] { load_map("grid?blocks"); }), "blocks = \"\""));
  CHECK(has(error_of([] { load_map("merge?merge_m=290"); }), "expected less than straight_m"));
  CHECK(has(error_of([] { load_map("gird?blocks=4"); }), "no map is called"));
}
