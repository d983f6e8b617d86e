#include "sim/feature_subset.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/sim/observe_fixture.h"

namespace gigalane {
namespace {

const ObservationShape kFull{}, kDropped{{40, 48, 20, 4}};

TEST_CASE("each drop order holds 0 to 79 once, and they differ") {
  const std::vector<uint8_t> orders = make_drop_orders();
  REQUIRE(orders.size() == size_t(kDropOrders) * kDropStride);
  std::set<std::vector<uint8_t>> distinct;
  std::vector<int> first_half(80, 0);
  for (int n = 0; n < kDropOrders; ++n) {
    const uint8_t* order = orders.data() + n * kDropStride;
    CHECK(std::set<uint8_t>(order, order + 80).size() == 80);
    CHECK(*std::max_element(order, order + 80) == 79);
    distinct.insert({order, order + 80});
    for (int i = 0; i < 80; ++i) first_half[size_t(i)] += order[i] < 40;
  }
  CHECK(distinct.size() == size_t(kDropOrders));
  for (int taken : first_half) CHECK(std::abs(taken - 128) < 40);  // 5 standard deviations of 8
}

/// Where each shown element is in the full list; they must come in its order. Elements differ in position.
std::vector<int> places(const ObservedRows& shown, const ObservedRows& full, int slot, int set) {
  std::vector<int> result;
  int k = 0;
  for (int i = 0; i < full.count(slot, set) && k < shown.count(slot, set); ++i)
    if (full.at(slot, set, 0, i) == shown.at(slot, set, 0, k) &&
        full.at(slot, set, 1, i) == shown.at(slot, set, 1, k))
      result.push_back(i), ++k;
  return result;
}

TEST_CASE("dropping keeps exactly the capacity, in order, and short lists whole") {
  MadeUpWorlds worlds(2, 64, 1);
  const ObservedRows full = observe_with<CpuLanes>(worlds.view, kFull);
  const ObservedRows dropped = observe_with<CpuLanes>(worlds.view, kDropped, true);
  std::set<std::vector<int>> subsets;
  for (int slot = 0; slot < 128; ++slot) {
    for (int set : {kLaneSet, kBoundarySet}) {
      const int listed = full.count(slot, set), capacity = kDropped.capacity[set],
                count = dropped.count(slot, set);
      if (listed == 80) CHECK(count == capacity);
      if (listed <= capacity) CHECK(count == listed);
      CHECK(count <= capacity);
      CHECK(count >= std::min(listed, capacity) / 2);
      const std::vector<int> place = places(dropped, full, slot, set);
      REQUIRE(int(place.size()) == count);
      if (listed == 80) subsets.insert(place);
    }
    for (int k = 0; k < dropped.count(slot, kAgentSet); ++k)
      CHECK(dropped.at(slot, kAgentSet, kAgentX, k) == full.at(slot, kAgentSet, kAgentX, k));
  }
  CHECK(subsets.size() > 50);  // another subset for each agent and set
}

TEST_CASE("the subset changes with step, episode, world and seed, and with nothing else") {
  MadeUpWorlds worlds(1, 8, 2);
  worlds.view.quad[0] = 1;
  const auto subset = [&] {
    return places(observe_with<CpuLanes>(worlds.view, kDropped, true),
                  observe_with<CpuLanes>(worlds.view, kFull), 0, kLaneSet);
  };
  const std::vector<int> before = subset();
  worlds.view.motion[0].a += 1, worlds.view.action[0] = 3;
  CHECK(subset() == before);
  worlds.view.episode_step[0] += 1;
  CHECK(subset() != before);
  worlds.view.episode_step[0] -= 1, worlds.view.episode[0] += 1;
  CHECK(subset() != before);
  worlds.view.episode[0] -= 1, worlds.view.first_world += 1;
  CHECK(subset() != before);
  worlds.view.first_world -= 1, worlds.view.seed += 1;
  CHECK(subset() != before);
  worlds.view.seed -= 1;
  CHECK(subset() == before);
}

TEST_CASE("episodes of more than 4,096 steps do not repeat the next one's subsets") {
  MadeUpWorlds worlds(1, 8, 2);
  worlds.view.quad[0] = 1;
  const auto subset_at = [&](uint32_t episode, uint32_t step) {
    worlds.view.episode[0] = episode, worlds.view.episode_step[0] = step;
    return places(observe_with<CpuLanes>(worlds.view, kDropped, true),
                  observe_with<CpuLanes>(worlds.view, kFull), 0, kLaneSet);
  };
  CHECK(subset_at(3, 4096 + 17) != subset_at(4, 17));
  CHECK(subset_at(0, 5000) != subset_at(1, 5000 - 4096));
  CHECK(subset_at(0, 100000) != subset_at(100000 >> 12, 100000 & 4095));
}

}  // namespace
}  // namespace gigalane
