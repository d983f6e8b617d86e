#include "train/rollout.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "maps/generate.h"
#include "sim/simulator.h"

using namespace gigalane;

TEST_CASE("A rollout records flags as the simulator gives them, and a life's end as its picture says") {
  SimulationConfig config;
  config.maps = {"generated"};
  config.worlds = 2;
  config.agents_per_world = 3;
  config.episode_steps = 3;
  const auto map = std::make_shared<const CompiledMap>(generate_straight_road());
  Simulator simulator(config, {map}, {});
  RolloutBuffer rollout(Device::cpu, 7, simulator.slot_count());
  for (int step = 0; step < 7; ++step) {
    std::fill_n(simulator.view().action, simulator.slot_count(), uint8_t(7));  // neither brake nor steer
    simulator.step();
    rollout.record(step, simulator.view(), {});
  }
  bool truncated = false;
  double transitions = 0, reward = 0;
  for (int slot = 0; slot < rollout.slot_count(); ++slot)
    for (int step = 0; step + 1 < 7; ++step) {
      const uint8_t flags = rollout.flags.data()[size_t(step * rollout.slot_count() + slot)];
      const uint8_t next = rollout.flags.data()[size_t((step + 1) * rollout.slot_count() + slot)];
      const bool ended = (flags & (kTerminated | kTruncated)) != 0;
      if (ended) CHECK((next & kTransition) == 0);  // the step of resetting
      truncated = truncated || (flags & kTruncated);
    }
  CHECK(truncated);
  for (int64_t sample = 0; sample < rollout.sample_count(); ++sample)
    if (rollout.flags.data()[sample] & kTransition)
      transitions += 1, reward += double(rollout.reward.data()[sample]);
  const RolloutBuffer::Sums sums = rollout.sums({});
  CHECK(sums.transitions == transitions);
  CHECK(transitions > 0);
  double terms = 0;
  for (double term : sums.reward_terms) terms += term;
  CHECK(terms == doctest::Approx(reward).epsilon(1e-5));
  rollout.record(0, simulator.view(), {});  // begins anew
  CHECK(rollout.sums({}).transitions <= rollout.slot_count());
}
