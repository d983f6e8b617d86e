// Compiled by nvcc in the CUDA build, so that with a device the same phases run there too.
#include "base/schedule.h"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "base/angles.h"
#include "base/philox.h"

namespace gigalane {

namespace {

constexpr int kWorlds = 5, kAgents = 39, kFloats = 100;  // agents: whole blocks of lanes and a rest

// The phases count their visits and note the order in which they come.

struct ResetWorlds {
  static constexpr Over over = Over::worlds;
  int* visits;  // by world
  HOST_DEVICE void operator()(int world) const { ++visits[world]; }
};

struct MoveAgents {
  static constexpr Over over = Over::agents;
  const int* world_visits;
  int* visits;  // by slot
  float* x;
  int agents;
  HOST_DEVICE void operator()(int world, int agent) const {
    const int slot = world * agents + agent;
    visits[slot] += world_visits[world];  // 1 only after ResetWorlds
    KeyedRandom random(3, uint32_t(world), uint32_t(agent), 0, 0);
    x[slot] = random.uniform(-10, 10) + sine(float(slot));
  }
};

/// An agent a lane.
struct TurnAgents {
  static constexpr Over over = Over::agent_blocks;
  const int* agent_visits;
  int* visits;  // by slot
  float* x;
  int agents;
  template <class L>
  LANES_FUNCTION void operator()(int world, int first_agent) const {
    const int first = world * agents + first_agent, count = minimum(agents - first_agent, L::width);
    L::store(x + first, cosine<L>(L::load(x + first)) * 3.0f, count);
    L::for_each(L::first(count), [&](int lane) { visits[first + lane] += agent_visits[first + lane]; });
  }
};

/// Needs what every agent of the world wrote in the phase before; its scratch is shared by the lanes.
struct ObserveAgents {
  static constexpr Over over = Over::agent_lanes;
  struct Scratch {
    float values[kFloats + kWidestLanes];
  };
  const float* x;
  const int* agent_visits;
  int* visits;
  float* out;
  int agents;

  template <class L>
  LANES_FUNCTION void operator()(int world, int agent, Scratch& scratch) const {
    using Float = typename L::Float;
    const int slot = world * agents + agent;
    float sum = 0;
    for (int other = 0; other < agents; ++other) sum = sum + x[world * agents + other];
    for (int k = 0; k < kFloats; k += L::width) {
      const Float item = L::to_float(L::lane_index() + k);
      L::store(scratch.values + k, sine<L>(item * 0.1f + sum) / (item + 1.0f), kFloats - k);
    }
    L::sync();
    float least = 1e30f;
    for (int k = 0; k < kFloats; k += L::width) {
      const Float value = L::select(L::first(kFloats - k), L::load(scratch.values + k), Float(1e30f));
      const float block = L::reduce_min(value);
      least = block < least ? block : least;
    }
    for (int k = 0; k < kFloats; k += L::width)
      L::store(out + slot * kFloats + k, L::load(scratch.values + k) - Float(least), kFloats - k);
    if (L::any(L::lane_index() == typename L::Int(0))) visits[slot] = agent_visits[slot];
    L::sync();
  }
};

struct Result {
  std::vector<int> world_visits, agent_visits, block_visits, lane_visits;
  std::vector<float> out;
};

/// Runs all four phases with `run(executor, worlds, agents, phases...)`.
template <class Run>
Result run_all(const Executor& executor, const Run& run) {
  const Device device = executor.device;
  DeviceBuffer<int> world_visits(device, kWorlds), agent_visits(device, kWorlds * kAgents),
      block_visits(device, kWorlds * kAgents), lane_visits(device, kWorlds * kAgents);
  DeviceBuffer<float> x(device, kWorlds * kAgents), out(device, kWorlds * kAgents * kFloats);
  run(executor, kWorlds, kAgents, ResetWorlds{world_visits.data()},
      MoveAgents{world_visits.data(), agent_visits.data(), x.data(), kAgents},
      TurnAgents{agent_visits.data(), block_visits.data(), x.data(), kAgents},
      ObserveAgents{x.data(), block_visits.data(), lane_visits.data(), out.data(), kAgents});
  synchronize(device, executor.stream);
  return {world_visits.to_host(), agent_visits.to_host(), block_visits.to_host(), lane_visits.to_host(),
          out.to_host()};
}

const auto with_default_lanes = [](const auto&... arguments) { run_phases(arguments...); };
template <class L>
Result run_with() {
  return run_all(Executor{}, [](const auto&... arguments) { run_phases_with<L>(arguments...); });
}

void check_visits(const Result& result) {
  CHECK(result.world_visits == std::vector<int>(kWorlds, 1));
  CHECK(result.agent_visits == std::vector<int>(kWorlds * kAgents, 1));
  CHECK(result.block_visits == std::vector<int>(kWorlds * kAgents, 1));
  CHECK(result.lane_visits == std::vector<int>(kWorlds * kAgents, 1));
}

void check_same(const Result& a, const Result& b) {
  REQUIRE(a.out.size() == b.out.size());
  CHECK(std::memcmp(a.out.data(), b.out.data(), a.out.size() * sizeof(float)) == 0);
}

}  // namespace

TEST_CASE("every phase runs once for each world and agent, in order, with any number of threads") {
  const Result reference = run_with<ScalarLanes>();
  check_visits(reference);
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    Executor executor;
    executor.pool = &pool;
    const Result result = run_all(executor, with_default_lanes);
    check_visits(result);
    check_same(reference, result);
  }
  check_same(reference, run_all(Executor{}, with_default_lanes));
}

TEST_CASE("every width and the emulated warp give the same bits") {
  const Result reference = run_with<ScalarLanes>();
  CHECK(reference.out[0] != reference.out[1]);
  check_same(reference, run_with<VectorLanes<8>>());
  check_same(reference, run_with<VectorLanes<16>>());
  check_same(reference, run_with<VectorLanes<32>>());
  const Result warp = run_with<WarpLanes>();
  check_visits(warp);
  check_same(reference, warp);
}

TEST_CASE("the CUDA device gives the same bits") {
  Executor executor;
  executor.device = Device::cuda;
  if (cuda_available()) {
    const Result result = run_all(executor, with_default_lanes);
    check_visits(result);
    check_same(run_with<ScalarLanes>(), result);
  } else {
    CHECK_THROWS_AS(run_phases(executor, 1, 1, ResetWorlds{nullptr}), Error);
  }
}

TEST_CASE("times are kept by phase, for all devices") {
  for (const Device device : {Device::cpu, Device::cuda}) {
    if (device == Device::cuda && !cuda_available()) continue;
    PhaseTimes times;
    Executor executor;
    executor.device = device;
    executor.times = &times;
    run_all(executor, with_default_lanes);
    for (int phase = 0; phase < 4; ++phase) CHECK(times.ns[phase] > 0);
    CHECK(times.ns[4] == 0);
    const uint64_t once = times.ns[3];
    run_all(executor, with_default_lanes);
    CHECK(times.ns[3] > once);
    times.clear();
    CHECK(times.ns[3] == 0);
  }
}

TEST_CASE("no worlds, no calls") {
  int visits = 0;
  run_phases(Executor{}, 0, 7, ResetWorlds{&visits});
  CHECK(visits == 0);
}

TEST_CASE("other lanes are for the CPU alone") {
  Executor executor;
  executor.device = Device::cuda;
  int visits = 0;
  CHECK_THROWS_WITH_AS(run_phases_with<ScalarLanes>(executor, 1, 1, ResetWorlds{&visits}),
                       "run_phases_with: device = cuda, expected cpu", Error);
}

}  // namespace gigalane
