#include "policy/driver.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/thread_pool.h"
#include "policy/actor.h"
#include "policy/network.h"
#include "policy/sampling.h"
#include "policy/torchscript.h"

namespace gigalane {
namespace {

constexpr int64_t kChunk = 256;  // rows that one thread takes at once

/// What all drivers share: chunks over threads, then the choice of actions.
class ChunkedDriver : public Driver {
 public:
  ChunkedDriver(PolicyCard card, int threads) : card_(std::move(card)), pool_(threads) {}

  const PolicyCard& card() const override { return card_; }

  void act(const ObservationView& seen, const WorldView& world, uint64_t step, ActionMode mode) override {
    const int64_t slots = int64_t(world.world_count) * world.agents_per_world;
    const ActionKey key{world.seed, step, world.first_world, world.agents_per_world};
    pool_.parallel_for(int((slots + kChunk - 1) / kChunk), [&](int chunk) {
      at::set_num_threads(1);  // the pool has the cores
      const int64_t first = chunk * kChunk, count = std::min(kChunk, slots - first);
      float logits[kChunk * kActionCount];
      find_logits(seen, first, count, logits);
      choose_actions(logits, count, first, key, mode, world.action + first, nullptr);
    });
  }

  std::vector<float> probabilities(const ObservationView& seen, int slot) override {
    float logits[kActionCount];
    std::vector<float> result(kActionCount);
    find_logits(seen, slot, 1, logits);
    softmax_rows(logits, 1, result.data(), nullptr);
    return result;
  }

 protected:
  /// Logits (count, 12) of rows [first, first + count). Called from several threads at once.
  virtual void find_logits(const ObservationView& seen, int64_t first, int64_t count,
                           float* logits) const = 0;

 private:
  PolicyCard card_;
  ThreadPool pool_;
};

class NetworkDriver : public ChunkedDriver {
 public:
  NetworkDriver(const Actor& actor, int threads)
      : ChunkedDriver(actor.card, threads), network_(actor.network, kActionCount, 0, 0, torch::kCPU) {
    torch::NoGradGuard no_gradient;
    for (const auto& [name, tensor] : network_.parameters()) {
      const NamedArray& array = actor.tensors.at(name);  // checked when it was loaded
      std::copy(array.values.begin(), array.values.end(), tensor.data_ptr<float>());
    }
    look_ = network_.prepare();
  }

 protected:
  void find_logits(const ObservationView& seen, int64_t first, int64_t count, float* logits) const override {
    const torch::Tensor out = look_(batch_of(seen.from(size_t(first)), count, torch::kCPU));
    std::copy_n(out.data_ptr<float>(), count * kActionCount, logits);
  }

 private:
  Network network_;
  Network::Look look_;
};

class TorchScriptDriver : public ChunkedDriver {
 public:
  TorchScriptDriver(std::unique_ptr<TorchScriptNetwork> network, int threads)
      : ChunkedDriver(network->card(), threads), network_(std::move(network)) {}

 protected:
  void find_logits(const ObservationView& seen, int64_t first, int64_t count, float* logits) const override {
    network_->forward(seen, first, count, logits);
  }

 private:
  std::unique_ptr<TorchScriptNetwork> network_;
};

}  // namespace

std::unique_ptr<Driver> load_driver(const std::string& path, int threads) {
  if (!std::filesystem::is_directory(path) && std::filesystem::path(path).extension() == ".pt")
    return std::make_unique<TorchScriptDriver>(std::make_unique<TorchScriptNetwork>(path), threads);
  return std::make_unique<NetworkDriver>(load_actor(path), threads);
}

}  // namespace gigalane
