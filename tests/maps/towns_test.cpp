// CARLA's towns against what an independent parser found in them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "maps/check.h"
#include "maps/compile.h"
#include "maps/map_library.h"
#include "maps/open_drive.h"
#include "tests/maps/towns.h"

using namespace gigalane;

namespace {

struct Expected {
  const char* name;
  int roads, junctions;
  double lane_km, junction_lane_km;
  int dead_ends, lights, signs, levels;
};

constexpr Expected kTowns[] = {
    {"Town01", 122, 12, 6.40, 1.4, 0, 36, 0, 1},  {"Town03", 369, 35, 14.93, 6.1, 12, 38, 0, 1},
    {"Town04", 276, 27, 33.45, 8.4, 0, 43, 0, 2}, {"Town05", 323, 21, 23.95, 6.5, 0, 54, 5, 2},
    {"Town06", 200, 23, 25.5, 6.4, 1, 19, 0, 1},  {"Town07", 277, 31, 7.14, 2.7, 0, 17, 39, 1},
    {"Town10HD", 108, 9, 5.95, 2.8, 0, 17, 4, 1},
};

/// Where a lane ends and its successor starts: metres apart, and the cosine between their directions.
void check_joint(const CompiledMap& map, const Lane& a, const Lane& b, double& widest, double& sharpest) {
  const Quad &end = map.quads[size_t(a.first_quad + a.quad_count - 1)],
             &start = map.quads[size_t(b.first_quad)];
  const double ex = 0.5 * (double(end.corner_x[1]) + end.corner_x[2]),
               ey = 0.5 * (double(end.corner_y[1]) + end.corner_y[2]);
  const double sx = 0.5 * (double(start.corner_x[0]) + start.corner_x[3]);
  const double sy = 0.5 * (double(start.corner_y[0]) + start.corner_y[3]);
  widest = std::max(widest, std::hypot(ex - sx, ey - sy));
  sharpest =
      std::min(sharpest, double(end.tangent_x) * start.tangent_x + double(end.tangent_y) * start.tangent_y);
}

}  // namespace

TEST_CASE("the towns have the roads, lanes and lights that an independent parser found") {
  for (const Expected& expected : kTowns) {
    if (!testing::has_town(expected.name)) return;
    const CompiledMap map = import_map(testing::town_file(expected.name).string());
    const MapStatistics& s = map.statistics;
    CAPTURE(expected.name);
    CHECK(map.attribution == "CARLA assets, CC-BY 4.0");
    CHECK(s.roads == expected.roads);
    CHECK(s.junctions == expected.junctions);
    CHECK(s.lane_km == doctest::Approx(expected.lane_km).epsilon(0.005));
    CHECK(s.junction_lane_km ==
          doctest::Approx(expected.junction_lane_km).epsilon(0.04));  // printed to 0.1 km
    CHECK(s.dead_end_lanes == expected.dead_ends);
    CHECK(s.lights == expected.lights);
    CHECK(s.stop_signs == expected.signs);
    CHECK(s.levels == expected.levels);
    CHECK(s.components == 1);
  }
}

TEST_CASE(
    "a centre of Monaco that netconvert wrote has the lanes that an independent parser found, or drivable "
    "ones") {
  const std::string path = (testing::data_dir() / "maps" / "monaco_center.xodr.gz").string();
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: no ", path);
    return;
  }
  const CompiledMap whole = import_map(path, {}, CrossedLanes::keep);
  CHECK(whole.statistics.roads == 420);
  CHECK(whole.statistics.junctions == 83);
  CHECK(whole.statistics.lane_km == doctest::Approx(18.62).epsilon(0.005));
  CHECK(count_traps(whole.findings) > 0);
  // of 70 lanes that lie on the inside of too tight a bend, two cannot be made to turn it
  CHECK(std::count_if(whole.findings.begin(), whole.findings.end(),
                      [](const Finding& f) { return f.fault == Fault::crossed_quad; }) == 2);
  CHECK_THROWS_WITH_AS(import_map(path), doctest::Contains("road 1036: lane -1: its borders cross"), Error);
  ImportOptions options;
  options.drivable_part = true;
  const CompiledMap drivable = import_map(path, options);
  CHECK(count_traps(drivable.findings) == 0);
  CHECK(drivable.statistics.components == 1);
  CHECK(drivable.statistics.left_out_km > 0.1);
  CHECK(drivable.statistics.left_out_km < 1);
  CHECK(drivable.statistics.lane_km + drivable.statistics.left_out_km ==
        doctest::Approx(18.62).epsilon(0.005));
}

TEST_CASE("quads are convex, run counter-clockwise and follow each other without a gap") {
  for (const char* name : {"Town02", "Town04"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    for (const Lane& lane : map->lanes)
      for (int k = 0; k < lane.quad_count; ++k) {
        const Quad& q = map->quads[size_t(lane.first_quad + k)];
        for (int c = 0; c < 4; ++c) {
          const int d = (c + 1) & 3, e = (c + 2) & 3;
          const float turn = (q.corner_x[d] - q.corner_x[c]) * (q.corner_y[e] - q.corner_y[d]) -
                             (q.corner_y[d] - q.corner_y[c]) * (q.corner_x[e] - q.corner_x[d]);
          CHECK(turn >= -0.01f);
        }
        if (k == 0) continue;
        const Quad& before = map->quads[size_t(lane.first_quad + k - 1)];
        CHECK(q.corner_x[0] == before.corner_x[1]);
        CHECK(q.corner_y[3] == before.corner_y[2]);
        CHECK(q.lane_offset_m ==
              doctest::Approx(before.lane_offset_m + before.half_length + q.half_length).epsilon(1e-4));
      }
  }
}

TEST_CASE("successors start where their predecessors end") {
  for (const char* name : {"Town01", "Town03", "Town05", "Town10HD"}) {
    const auto map = testing::load_town(name);
    if (!map) return;
    double widest = 0, sharpest = 1;
    for (const Lane& lane : map->lanes)
      for (int k = 0; k < lane.successor_count; ++k)
        check_joint(*map, lane, map->lanes[size_t(map->successors[size_t(lane.first_successor + k)])], widest,
                    sharpest);
    CAPTURE(name);
    CHECK(widest < 0.3);
    CHECK(sharpest > 0.9);
  }
}

TEST_CASE("traffic keeps to the right: the lane beside it in the other direction lies on the left") {
  const auto map = testing::load_town("Town01");
  if (!map) return;
  int checked = 0;
  for (const Lane& a : map->lanes)
    for (const Lane& b : map->lanes) {
      if (a.road != b.road || a.lane_id != -1 || b.lane_id != 1) continue;
      const Quad &p = map->quads[size_t(a.first_quad)],
                 &q = map->quads[size_t(b.first_quad + b.quad_count - 1)];
      if (p.tangent_x * q.tangent_x + p.tangent_y * q.tangent_y > -0.9f) continue;
      CHECK(p.tangent_x * (q.y - p.y) - p.tangent_y * (q.x - p.x) > 2);
      ++checked;
    }
  CHECK(checked >= 1);
}

TEST_CASE("a map does not depend on the number of threads") {
  if (!testing::has_town("Town02")) return;
  const RoadNetwork network = read_open_drive(testing::town_file("Town02").string());
  CHECK(compile(network, 1).checksum == compile(network, 2).checksum);
}
