#include "sim/nearest.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace gigalane {
namespace {

struct Places {
  std::vector<float> x, y;
  explicit Places(int count) : x(size_t(count) + kWidestLanes, 0.0f), y(x) {}
  AgentsView view() const {
    return {x.data(), y.data(), nullptr, nullptr, nullptr, int(x.size()) - kWidestLanes};
  }
};

std::vector<int> by_sorting(const Places& places, int self, int wanted) {
  const AgentsView agents = places.view();
  std::vector<std::pair<float, int>> near;
  for (int i = 0; i < agents.count; ++i) {
    const float dx = agents.x_m[i] - agents.x_m[self], dy = agents.y_m[i] - agents.y_m[self];
    const float squared = dx * dx + dy * dy;
    if (i != self && squared <= kSightSquared) near.push_back({squared, i});
  }
  std::sort(near.begin(), near.end());
  std::vector<int> result;
  for (size_t k = 0; k < near.size() && k < size_t(wanted); ++k) result.push_back(near[k].second);
  return result;
}

template <class L>
std::vector<int> by_search(const Places& places, int self, int wanted, float hint) {
  static NearestScratch scratch;  // shared by the threads of an emulated warp
  static uint16_t nearest[kMaxAgents + kWidestLanes];
  std::memset(&scratch, 0xff, sizeof scratch);
  std::memset(nearest, 0xff, sizeof nearest);
  int count = -1;
  in_lanes<L>([&] {
    const AgentsView agents = places.view();
    float own_hint = hint;
    measure_distances<L>(agents, self, agents.x_m[self], agents.y_m[self], scratch.distance);
    count = select_nearest<L>(scratch, agents.count, wanted, own_hint, nearest);
  });
  return {nearest, nearest + count};
}

void check(const Places& places) {
  const int count = places.view().count;
  for (int self = 0; self < count; self += 1 + count / 7) {
    for (int wanted : {1, 20, 40, 64}) {
      const std::vector<int> expected = by_sorting(places, self, wanted);
      for (float hint : {0.0f, 100.0f, 1e4f, 1e9f}) {
        CHECK(by_search<ScalarLanes>(places, self, wanted, hint) == expected);
        CHECK(by_search<VectorLanes<8>>(places, self, wanted, hint) == expected);
        CHECK(by_search<VectorLanes<16>>(places, self, wanted, hint) == expected);
        CHECK(by_search<VectorLanes<32>>(places, self, wanted, hint) == expected);
      }
      CHECK(by_search<WarpLanes>(places, self, wanted, 500.0f) == expected);
    }
  }
}

TEST_CASE("the nearest agents are those that sorting finds, ties by index") {
  std::mt19937 random(1);
  for (int count : {1, 2, 15, 16, 17, 64, 150, 256}) {
    CAPTURE(count);
    Places scattered(count), crowd(count), lattice(count), ring(count), far(count), gone(count);
    for (int i = 0; i < count; ++i) {
      const auto draw = [&](float half) {
        return std::uniform_real_distribution<float>(-half, half)(random);
      };
      const size_t k = size_t(i);
      scattered.x[k] = draw(300), scattered.y[k] = draw(300);
      lattice.x[k] = 3 * float(i % 8), lattice.y[k] = 3 * float(i / 8);
      ring.x[k] = 50 * std::cos(0.3f * float(i)), ring.y[k] = 50 * std::sin(0.3f * float(i));
      far.x[k] = 150 * float(i);
      gone.x[k] = i % 3 ? kFarAway : draw(100), gone.y[k] = i % 3 ? kFarAway : draw(100);
    }
    for (const Places& places : {scattered, crowd, lattice, ring, far, gone}) check(places);
  }
}

TEST_CASE("agents at the end of sight are seen, those beyond are not") {
  Places places(3);
  places.x = {0, 200, 200.0001f};
  places.x.resize(3 + kWidestLanes, 0.0f);
  CHECK(by_search<CpuLanes>(places, 0, 20, 0.0f) == std::vector<int>{1});
}

}  // namespace
}  // namespace gigalane
