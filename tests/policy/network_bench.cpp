// Microseconds of processor time per sample, one thread: `ninja -C build network_bench &&
// build/tests/network_bench`.
#include <ATen/Parallel.h>

#include <cstdio>
#include <ctime>

#include "policy/sampling.h"
#include "tests/policy/samples.h"

using namespace gigalane;

namespace {

double processor_s() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

/// The least of many runs.
template <class Body>
double measure_us(int64_t samples, const Body& body) {
  double least = 1e9;
  const double start = processor_s();
  for (int run = 0; run < 5 || processor_s() - start < 0.4; ++run) {
    const double before = processor_s();
    body();
    if (run > 1) least = std::min(least, processor_s() - before);
  }
  return least * 1e6 / double(samples);
}

void measure(int width, int trunk, int agent_layers, int samples, Precision precision) {
  NetworkConfig config;
  config.encoder_width = width;
  config.agent_layers = agent_layers;
  config.trunk = {trunk, trunk};
  Network network(config, kActionCount, 0.01, 1, torch::kCPU);
  network.set_precision(precision);
  testing::Observations seen({{40, 48, 20, 4}}, samples * 4, 1);
  for (int n = 0; n < seen.size(); ++n)
    for (int set = 0; set < kSetCount; ++set)
      seen.counts[size_t(n * kSetCount + set)] = seen.shape.capacity[set];
  const ObservationBatch first = batch_of(seen.view(), samples, torch::kCPU);
  ObservationBatch picked = batch_of(seen.view(), seen.size(), torch::kCPU);
  picked.index = torch::randint(seen.size(), {samples}, torch::kLong);
  const double infer = measure_us(samples, [&] {
    torch::NoGradGuard no_gradient;
    network.forward(first);
  });
  const torch::Tensor gradient = torch::randn({samples, kActionCount});
  const double learn = measure_us(samples, [&] {
    network.forward(picked).backward(gradient);
    for (const auto& [name, tensor] : network.parameters())
      torch::Tensor(tensor).mutable_grad() = torch::Tensor();
  });
  std::printf(
      "%3d / %3d, %d agent layer(s), %5d samples, %s: inference %.2f us, forward and backward %.2f us\n",
      width, trunk, agent_layers, samples, precision == Precision::bfloat16 ? "bfloat16" : "float32", infer,
      learn);
}

void measure_sampling() {
  const torch::Tensor logits = torch::randn({4096, kActionCount});
  std::vector<uint8_t> actions(4096);
  std::vector<float> log_probability(4096);
  for (const ActionMode mode : {ActionMode::sampled, ActionMode::greedy})
    std::printf("%s actions: %.3f us\n", mode == ActionMode::greedy ? "greedy" : "sampled",
                measure_us(4096, [&] {
                  choose_actions(logits.data_ptr<float>(), 4096, 0, {1, 2, 3, 64}, mode, actions.data(),
                                 log_probability.data());
                }));
}

}  // namespace

int main() {
  at::set_num_threads(1);
  for (const int samples : {256, 1024, 4096})
    for (const int agent_layers : {1, 2})
      for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
        measure(32, 128, agent_layers, samples, precision);
        measure(64, 256, agent_layers, samples, precision);
      }
  measure_sampling();
  return 0;
}
