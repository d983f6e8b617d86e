// Writes a random policy in every format, observations and the policy's own logits, for compare_export.py:
//   export_sample FOLDER AGENT_LAYERS POLAR_LIFT LANES BOUNDARY AGENTS STOP_LINES
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "policy/export.h"
#include "tests/policy/samples.h"

using namespace gigalane;

namespace {

template <class T>
void write_numbers(const std::string& path, const T* values, size_t count) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(values), std::streamsize(count * sizeof(T)));
}

void run(char** arguments) {
  const std::string folder = arguments[1];
  NetworkConfig config;
  config.encoder_width = 32;
  config.agent_layers = std::atoi(arguments[2]);
  config.polar_lift = std::atoi(arguments[3]) != 0;
  config.trunk = {64, 48};
  const Network network = testing::random_network(config, kActionCount, 1);
  const Checkpoint checkpoint = testing::checkpoint_of(network);
  for (const char* suffix : {".onnx", ".pt", ".safetensors"})
    export_policy(checkpoint, folder + "/policy" + suffix);

  ObservationShape shape;
  for (int set = 0; set < kSetCount; ++set) shape.capacity[set] = std::atoi(arguments[4 + set]);
  testing::Observations seen(shape, 200, 2);
  for (int set = 0; set < kSetCount; ++set) seen.counts[size_t(set)] = 0;
  torch::NoGradGuard no_gradient;
  const torch::Tensor logits = network.forward(batch_of(seen.view(), seen.size(), torch::kCPU));
  write_numbers(folder + "/rows.bin", seen.rows.data(), seen.rows.size());
  write_numbers(folder + "/counts.bin", seen.counts.data(), seen.counts.size());
  write_numbers(folder + "/logits.bin", logits.data_ptr<float>(), size_t(logits.numel()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) return 2;
  try {
    run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "export_sample: %s\n", error.what());
    return 1;
  }
  return 0;
}
