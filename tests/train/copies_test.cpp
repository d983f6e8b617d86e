/// That the simulator and the networks share memory: what is copied in an iteration of training is its
/// snapshots, actions and values, and never what agents saw.
#include <ATen/record_function.h>
#include <doctest/doctest.h>

#include <atomic>
#include <cstring>

#include "base/device_buffer.h"
#include "maps/generate.h"
#include "sim/simulator.h"
#include "train/config.h"
#include "train/trainer.h"

using namespace gigalane;

namespace {

std::atomic<int64_t> largest_tensor{0};

std::unique_ptr<at::ObserverContext> note_copy(const at::RecordFunction& operation) {
  const char* name = operation.name();
  for (const char* copies : {"aten::copy_", "aten::_to_copy", "aten::clone", "aten::index_select"}) {
    if (std::strcmp(name, copies) != 0) continue;
    for (const c10::IValue& input : operation.inputs()) {
      if (!input.isTensor() || !input.toTensor().defined()) continue;
      const auto bytes = int64_t(input.toTensor().nbytes());
      int64_t before = largest_tensor;
      while (bytes > before && !largest_tensor.compare_exchange_weak(before, bytes)) {
      }
    }
  }
  return nullptr;
}

struct Copies {
  uint64_t bytes;  ///< by copy_memory() and copy_memory_async()
  int64_t tensor;  ///< bytes of the largest tensor that LibTorch copied
};

constexpr int kWorlds = 8, kAgents = 32, kSteps = 16;

TrainConfig config_on(const char* device, const char* format) {
  TrainConfig config;
  config.transitions = 1e6;
  config.device = device;
  config.threads = 2;
  config.precision = "float32";  // what a product rounds to bfloat16 is a copy too
  config.simulation.maps = {"generated"};
  config.simulation.worlds = kWorlds;
  config.simulation.agents_per_world = kAgents;
  config.simulation.observation.format = format;
  for (NetworkConfig* network : {&config.actor, &config.critic}) {
    network->encoder_width = 16;
    network->trunk = {32};
  }
  config.ppo.rollout_steps = kSteps;
  config.ppo.minibatch = 1024;
  return config;
}

Copies copies_of_iteration(Trainer& trainer) {
  trainer.iterate();  // rows are reserved, worlds are uploaded
  largest_tensor = 0;
  const uint64_t before = copied_bytes();
  const at::CallbackHandle handle =
      at::addGlobalCallback(at::RecordFunctionCallback(note_copy).needsInputs(true));
  const TrainMetrics metrics = trainer.iterate();
  at::removeCallback(handle);
  REQUIRE(metrics.update.minibatches > 0);
  return {copied_bytes() - before, largest_tensor};
}

}  // namespace

TEST_CASE("an iteration copies its snapshots and no observation, on the CPU and on a GPU") {
  const auto map = std::make_shared<const CompiledMap>(generate_crossing());
  constexpr int kSlots = kWorlds * kAgents;
  for (const char* device : {"cpu", "cuda"}) {
    if (std::strcmp(device, "cuda") == 0 && !cuda_available()) {
      MESSAGE("no GPU: skipped there");
      continue;
    }
    CAPTURE(device);
    Trainer trainer(config_on(device, "float32"), {map});
    const double kept = trainer.rollout_bytes_per_agent_step() * kSlots * kSteps;
    const double seen = 4.0 * double(trainer.simulator().observation_shape().row_stride()) * kSlots;
    const Copies copies = copies_of_iteration(trainer);
    CHECK(double(copies.bytes) > 0.5 * kept);  // it does count
    CHECK(double(copies.bytes) < kept + 64 * kSlots);
    CHECK(double(copies.tensor) < 0.1 * seen);

    // what is stored in 16 bits is made 32 before the networks read it: that must not go unseen
    Trainer converts(config_on(device, "float16"), {map});
    CHECK(copies_of_iteration(converts).tensor > 0);
    CHECK(double(copies_of_iteration(converts).tensor) >= 0.1 * seen);
  }
}
