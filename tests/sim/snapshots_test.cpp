/// That what is made again for a sample is, bit for bit, what its agent saw: over ends of lives and episodes,
/// with dropped features, sensor noise, lights, hints and erratic drivers.
#include "sim/snapshots.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "maps/generate.h"
#include "sim/random_actions.h"
#include "sim/simulator.h"

using namespace gigalane;

namespace {

constexpr int kSteps = 60, kWorlds = 4, kAgents = 19;

SimulationConfig eventful() {
  SimulationConfig config;
  config.maps = {"crossing", "road"};
  config.worlds = kWorlds;
  config.agents_per_world = kAgents;
  config.agents_min = 3;      // some slots stay empty
  config.episode_steps = 25;  // so that episodes begin within the rollout
  config.stagger_episodes = true;
  config.erratic.blind = 0.3f;
  config.lights.all_off = 0;
  config.observation.lane_points = 40;
  config.observation.boundary_points = 48;
  config.observation.drop_features = true;
  config.observation.route_hint = true;
  config.observation.noise.others_position_m = config.observation.noise.own_position_m = 0.5f;
  config.observation.noise.others_heading_rad = config.observation.noise.own_heading_rad = 0.05f;
  config.observation.noise.others_speed_mps = config.observation.noise.own_speed_mps = 0.5f;
  return config;
}

Simulator make_simulator(const SimulationConfig& config, Device device, int threads = 1) {
  static const auto crossing = std::make_shared<const CompiledMap>(generate_crossing()),
                    road = std::make_shared<const CompiledMap>(generate_straight_road());
  Simulator::Options options;
  options.device = device;
  options.threads = threads;
  options.first_world = 7;
  return Simulator(config, {crossing, road}, options);
}

struct Seen {
  std::vector<float> rows;
  std::vector<int32_t> counts;
};

/// Drives at random and keeps both what was seen and snapshots.
struct Rollout {
  Simulator simulator;
  Snapshots snapshots;
  Seen seen;
  int spawned = 0, absent = 0, lit = 0;

  Rollout(const SimulationConfig& config, Device device)
      : simulator(make_simulator(config, device)), snapshots(simulator, device, kSteps) {
    const ObservationShape shape = simulator.observation_shape();
    const auto slots = size_t(simulator.slot_count());
    DeviceBuffer<float> rows(device, slots * size_t(shape.row_stride()));
    DeviceBuffer<int32_t> counts(device, slots * kSetCount);
    simulator.bind_observation({shape, rows.data(), counts.data()});
    simulator.observe(simulator.observation());
    for (int step = 0; step < kSteps; ++step) {
      const std::vector<float> r = rows.to_host();
      const std::vector<int32_t> c = counts.to_host();
      seen.rows.insert(seen.rows.end(), r.begin(), r.end());
      seen.counts.insert(seen.counts.end(), c.begin(), c.end());
      snapshots.record(step, simulator.view(), nullptr);
      if (device == Device::cpu) count_what_happens();
      draw_random_actions({device, nullptr, nullptr, nullptr}, simulator.view(), simulator.steps_done());
      simulator.step();
    }
  }
  void count_what_happens() {
    const WorldView& v = simulator.view();
    for (int slot = 0; slot < simulator.slot_count(); ++slot) {
      spawned += (v.events[slot] & kSpawned) != 0;
      absent += v.status[slot] == uint8_t(AgentStatus::absent);
    }
    for (int k = 0; k < v.world_count * v.signal_stride; ++k) lit += v.signal_state[k] != 0;
  }
  int64_t samples() const { return int64_t(kSteps) * simulator.slot_count(); }

  Seen made_again(const std::vector<int64_t>& samples, Device device) const {
    const DeviceBuffer<int64_t> there(device, samples);
    SampleRows rows;
    snapshots.observe({device, nullptr, nullptr, nullptr}, there.data(), int64_t(samples.size()), rows);
    const ObservationView view = rows.observation();
    Seen seen;
    seen.rows.resize(samples.size() * size_t(view.shape.row_stride()));
    seen.counts.resize(samples.size() * kSetCount);
    copy_memory(Device::cpu, seen.rows.data(), device, view.rows, seen.rows.size() * sizeof(float), nullptr);
    copy_memory(Device::cpu, seen.counts.data(), device, view.counts, seen.counts.size() * sizeof(int32_t),
                nullptr);
    return seen;
  }
};

/// Every third sample, backwards: any order will do.
std::vector<int64_t> some_samples(int64_t count) {
  std::vector<int64_t> samples;
  for (int64_t sample = count - 1; sample >= 0; sample -= 3) samples.push_back(sample);
  return samples;
}

int differences(const Rollout& rollout, const std::vector<int64_t>& samples, const Seen& again) {
  const auto stride = size_t(rollout.snapshots.shape().row_stride());
  int different = 0;
  for (size_t n = 0; n < samples.size(); ++n) {
    const auto sample = size_t(samples[n]);
    const bool same = std::memcmp(rollout.seen.rows.data() + sample * stride, again.rows.data() + n * stride,
                                  stride * sizeof(float)) == 0 &&
                      std::equal(again.counts.begin() + long(n * kSetCount),
                                 again.counts.begin() + long((n + 1) * kSetCount),
                                 rollout.seen.counts.begin() + long(sample * kSetCount));
    different += !same;
  }
  return different;
}

}  // namespace

TEST_CASE("What is made again from snapshots is what agents saw, bit for bit") {
  for (const bool plain : {false, true}) {
    CAPTURE(plain);
    SimulationConfig config = eventful();
    if (plain) {
      config.observation = {};
      config.after_end = "stop";
    }
    const Rollout rollout(config, Device::cpu);
    CHECK(rollout.spawned > kWorlds * kAgents / 4);  // lives begin within the rollout ...
    CHECK(rollout.absent > 0);
    CHECK(rollout.lit > 0);
    const std::vector<int64_t> samples = some_samples(rollout.samples());
    CHECK(differences(rollout, samples, rollout.made_again(samples, Device::cpu)) == 0);
  }
}

TEST_CASE("A GPU makes observations again as it made them") {
  if (!cuda_available()) {
    MESSAGE("no GPU: skipped");
    return;
  }
  const Rollout rollout(eventful(), Device::cuda);
  const std::vector<int64_t> samples = some_samples(rollout.samples());
  CHECK(differences(rollout, samples, rollout.made_again(samples, Device::cuda)) == 0);
}

TEST_CASE("Snapshots take at most 110 bytes an agent-step where worlds hold twenty") {
  SimulationConfig config = eventful();
  config.agents_per_world = 20;
  const Simulator simulator = make_simulator(config, Device::cpu);
  const Snapshots snapshots(simulator, Device::cpu, 16);
  CHECK(double(snapshots.bytes()) / (16 * simulator.slot_count()) <= 110);
}

TEST_CASE("Snapshots beyond this machine's memory, or beyond counting, are refused with what to change") {
  const Simulator simulator = make_simulator(eventful(), Device::cpu);
  for (const int steps : {8000000, 20000000})
    CHECK_THROWS_WITH_AS(Snapshots(simulator, Device::cpu, steps), doctest::Contains("simulation.worlds"),
                         Error);
}
