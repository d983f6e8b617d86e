// Observations of 16-bit numbers: each is the 32-bit one, rounded, on every back end, live and made again.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "base/error.h"
#include "base/state_hash.h"
#include "sim/simulator.h"
#include "sim/snapshots.h"
#include "tests/sim/run_with.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

SimulationConfig busy(const std::string& format) {
  SimulationConfig c;
  c.worlds = 3;
  c.agents_per_world = 21;
  c.agents_min = 12;
  c.episode_steps = 40;
  c.observation.route_hint = true;
  c.observation.format = format;
  c.observation.noise.others_position_m = 0.4f;
  return c;
}

uint16_t rounded(float value, NumberFormat format) {
  return format == NumberFormat::float16 ? float16_bits(value) : bfloat16_bits(value);
}

/// How many numbers of `narrow` are not those of `wide`, rounded; and the largest of all.
int wrong_numbers(const ObservationView& wide, const ObservationView& narrow, int slots, float& largest) {
  int wrong = 0;
  const size_t numbers = size_t(slots) * size_t(wide.shape.row_stride());
  for (size_t k = 0; k < numbers; ++k) {
    wrong += narrow.rows16[k] != rounded(wide.rows[k], narrow.shape.format);
    largest = std::max(largest, std::abs(wide.rows[k]));
  }
  for (int k = 0; k < slots * kSetCount; ++k) wrong += wide.counts[k] != narrow.counts[k];
  return wrong;
}

/// Hash of rows of 16-bit numbers over some steps by a chosen back end.
template <class L, class Number>
std::string hash_with(const SimulationConfig& c, int steps) {
  Simulator sim(c, testing::crossing(), {});
  const ObservationView out = sim.observation();
  StateHash hash;
  for (int step = -1; step < steps; ++step) {
    testing::set_random_actions(sim, uint32_t(step));
    testing::step_with<L, ObserveAs<Number, true>>(sim, step < 0);
    hash.add(out.rows16, size_t(sim.slot_count()) * out.shape.row_bytes());
  }
  return to_hex(hash.value());
}

}  // namespace

TEST_CASE("each number of 16 bits is the float32 one, rounded to nearest even") {
  const bool town = !testing::town("Town03").empty();
  for (const std::string format : {"float16", "bfloat16"})
    for (const bool odd_sizes : {false, true}) {
      CAPTURE(format);
      CAPTURE(odd_sizes);
      SimulationConfig wide = busy("float32"), narrow = busy(format);
      for (SimulationConfig* c : {&wide, &narrow})
        if (odd_sizes) {
          c->observation.lane_points = 37, c->observation.boundary_points = 51;
          c->observation.agents = 13, c->observation.stop_lines = 3;
          c->observation.drop_features = true;
        }
      const testing::Maps maps = town ? testing::town("Town03") : testing::crossing();
      Simulator a(wide, maps, {}), b(narrow, maps, {});
      const ObservationView of_a = a.observation(), of_b = b.observation();
      CHECK(of_b.rows == nullptr);
      CHECK(of_b.shape.row_bytes() * 2 == of_a.shape.row_bytes());
      CHECK(b.memory().agent_observation * 2 - kSetCount * 4 == a.memory().agent_observation);
      float largest = 0;
      for (uint32_t step = 0; step < 80; ++step) {
        for (Simulator* sim : {&a, &b}) testing::set_random_actions(*sim, step), sim->step();
        REQUIRE(wrong_numbers(of_a, of_b, a.slot_count(), largest) == 0);
      }
      CHECK(a.hash() == b.hash());
      CHECK(largest > 1);
      CHECK(largest < 20);  // far from 65504
      CHECK(of_b.number(1, of_b.shape.ego_offset()) ==
            (format == "float16"
                 ? to_float(Float16{of_b.rows16[of_b.shape.row_stride() + of_b.shape.ego_offset()]})
                 : to_float(BFloat16{of_b.rows16[of_b.shape.row_stride() + of_b.shape.ego_offset()]})));
    }
}

/// Full cache lines, and parts of them.
SimulationConfig of_points(SimulationConfig c, int points) {
  c.observation.lane_points = c.observation.boundary_points = points;
  return c;
}

TEST_CASE("16-bit observations are the same bits at every width and on the emulated warp") {
  for (const int points : {80, 37}) {
    CAPTURE(points);
    const SimulationConfig half = of_points(busy("float16"), points),
                           brain = of_points(busy("bfloat16"), points);
    const std::string scalar = hash_with<ScalarLanes, Float16>(half, 50);
    CHECK(hash_with<VectorLanes<8>, Float16>(half, 50) == scalar);
    CHECK(hash_with<VectorLanes<16>, Float16>(half, 50) == scalar);
    CHECK(hash_with<WarpLanes, Float16>(half, 5) == hash_with<ScalarLanes, Float16>(half, 5));
    CHECK(hash_with<VectorLanes<16>, BFloat16>(brain, 50) == hash_with<VectorLanes<8>, BFloat16>(brain, 50));
  }
}

TEST_CASE("snapshots make 16-bit observations again, bit for bit") {
  SimulationConfig c = busy("float16");
  Simulator sim(c, testing::crossing(), {});
  Snapshots snapshots(sim, Device::cpu, 1);
  for (uint32_t step = 0; step < 20; ++step) testing::set_random_actions(sim, step), sim.step();
  snapshots.record(0, sim.view(), nullptr);
  std::vector<int64_t> samples;
  for (int slot = sim.slot_count() - 1; slot >= 0; --slot) samples.push_back(slot);
  SampleRows rows;
  snapshots.observe({}, samples.data(), int64_t(samples.size()), rows);
  const ObservationView seen = sim.observation(), again = rows.observation();
  REQUIRE(again.rows16 != nullptr);
  int different = 0;
  for (size_t n = 0; n < samples.size(); ++n)
    for (int k = 0; k < seen.shape.row_stride(); ++k)
      different += again.from(n).rows16[k] != seen.from(size_t(samples[n])).rows16[k];
  CHECK(different == 0);
}

TEST_CASE("an unknown format is an error with what there is") {
  SimulationConfig c;
  CHECK_THROWS_WITH_AS(parse_config("observation: {format: float8}", "text", {}, c),
                       doctest::Contains("bfloat16"), Error);
}
