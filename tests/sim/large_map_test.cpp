// Worlds on maps that are cut into regions, or reach many kilometres from their origin.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "maps/compile.h"
#include "maps/open_drive.h"
#include "sim/simulator.h"
#include "sim/spawn.h"
#include "tests/sim/observe_fixture.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

SimulationConfig many_agents() {
  SimulationConfig c;
  c.worlds = 2;
  c.agents_per_world = 40;
  c.observation.route_hint = true;
  return c;
}

/// The largest difference between two observations of equal shape.
double difference(const ObservationView& a, const ObservationView& b, int slots) {
  double largest = 0;
  for (int k = 0; k < slots * a.shape.row_stride(); ++k)
    largest = std::max(largest, std::abs(double(a.rows[k]) - b.rows[k]));
  return largest;
}

testing::Maps cut(const RoadNetwork& network) {
  testing::Maps maps{std::make_shared<const CompiledMap>(compile(network, 1, {0, 40}))};
  REQUIRE(maps[0]->regions.size() > 1);
  return maps;
}

}  // namespace

TEST_CASE("worlds on a map cut into regions go as on the whole map") {
  const std::filesystem::path file = testing::town_file("Town10HD");
  if (!std::filesystem::exists(file)) {
    MESSAGE("Town10HD was not fetched: skipped");
    return;
  }
  const RoadNetwork network = read_open_drive(file.string());
  const SimulationConfig c = many_agents();
  Simulator whole(c, {std::make_shared<const CompiledMap>(compile(network, 1))}, {});
  Simulator regions(c, cut(network), {});
  for (int step = 0; step < 60; ++step) {
    for (Simulator* sim : {&whole, &regions}) {
      testing::set_random_actions(*sim, uint32_t(step));
      sim->step();
    }
    // a sum of two distances is rounded otherwise: a millimetre or so of at most 2 km
    REQUIRE(difference(whole.observation(), regions.observation(), whole.slot_count()) < 1e-4);
    for (int slot = 0; slot < whole.slot_count(); ++slot) {
      REQUIRE(whole.view().quad[slot] == regions.view().quad[slot]);
      REQUIRE(whole.view().pose[slot].a == regions.view().pose[slot].a);
      REQUIRE(whole.view().events[slot] == regions.view().events[slot]);
    }
  }
}

TEST_CASE("lanes and warps observe the same bits on a map cut into regions") {
  const std::filesystem::path file = testing::town_file("Town03");
  if (!std::filesystem::exists(file)) {
    MESSAGE("Town03 was not fetched: skipped");
    return;
  }
  Simulator sim(many_agents(), cut(read_open_drive(file.string())), {});
  const ObservationShape shape = sim.observation_shape();
  const ObservedRows one = observe_with<ScalarLanes>(sim.view(), shape, false);
  const auto same = [&](const ObservedRows& rows) {
    return std::memcmp(one.rows, rows.rows,
                       size_t(sim.slot_count()) * size_t(shape.row_stride()) * sizeof(float)) == 0;
  };
  CHECK(same(observe_with<VectorLanes<8>>(sim.view(), shape, false)));
  CHECK(same(observe_with<VectorLanes<16>>(sim.view(), shape, false)));
  CHECK(same(observe_with<WarpLanes>(sim.view(), shape, false)));
}

TEST_CASE("far from the origin an agent drives and sees as near it, to a few millimetres") {
  // one road of 24 km: an agent near its middle, another near its end
  constexpr float kFarM = 12000;
  StraightRoad options;
  options.length_m = 2 * kFarM;
  const testing::Maps maps{std::make_shared<const CompiledMap>(generate_straight_road(options))};
  Simulator sim(testing::plain_world(1, 2), maps, {});
  const MapView map = maps[0]->view();
  WorldView& v = sim.view();
  const auto place = [&](int slot, float x) {
    for (int q = 0; q < map.quad_count; ++q)
      if (std::abs(map.quads[q].x - x) < 0.51f && map.quads[q].y < 0 && map.quads[q].tangent_x > 0.9f) {
        store_pose(v, slot, {map.quads[q].x, map.quads[q].y, 1, 0});
        v.quad[slot] = q;
        v.motion[slot] = {10, 0, 0, 0};
        v.events[slot] = 0;
        v.body[slot].a = 4, v.body[slot].b = 1.8f;
        v.trait[slot] = {1, 1, 1, 1};
        return map.quads[q].x;
      }
    FAIL("no quad there");
    return 0.0f;
  };
  const float near = place(0, 100), far = place(1, 100 + 40 * 260);
  for (int slot = 0; slot < 2; ++slot) v.pose[slot].c = 0.8f, v.pose[slot].d = 0.6f;
  v.blind[0] = v.blind[1] = 1;
  ObservedRows rows(sim.observation_shape(), 2);
  sim.observe(rows.view());
  for (const int set : {kLaneSet, kBoundarySet})
    for (int k = 0; k < rows.shape.capacity[set]; ++k)
      for (const int feature : {0, 1})  // x and y, 1/50 m
        REQUIRE(std::abs(rows.at(0, set, feature, k) - rows.at(1, set, feature, k)) < 0.003 / 50);

  for (int slot = 0; slot < 2; ++slot) v.pose[slot].c = 1, v.pose[slot].d = 0;
  for (int step = 0; step < 150; ++step) {
    for (int slot = 0; slot < 2; ++slot) v.action[slot] = uint8_t(testing::follow_lane(v, slot, 10));
    sim.step();
  }
  REQUIRE(v.life_step[0] >= 150);
  REQUIRE(v.life_step[1] >= 150);
  const float driven_near = v.pose[0].a - near, driven_far = v.pose[1].a - far;
  CHECK(driven_near > 100);
  CHECK(std::abs(driven_near - driven_far) < 0.15f);
  CHECK(std::abs(v.frenet[0].b) < 0.3f);
  CHECK(std::abs(v.frenet[1].b) < 0.3f);
}
