/// A checkpoint: everything that a run needs to go on, or that a policy needs to drive. One file: a header
/// (JSON: version, configuration, progress), named tensors and blobs, SHA-256 at the end. Written atomically;
/// a reader checks the sum before it trusts anything; loading runs no code.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gigalane {

struct NamedArray {
  std::vector<int64_t> shape;
  std::vector<float> values;
};
/// The array of a shape from its bytes. Throws Error unless they are as many as the shape needs.
NamedArray array_of(std::vector<int64_t> shape, const char* bytes, uint64_t size);

struct Checkpoint {
  std::map<std::string, std::string>
      text;  ///< "config" (resolved YAML), "network", "simulation", "version", ...
  std::map<std::string, double> numbers;  ///< "transitions", "iteration", "observation_version", ...
  std::map<std::string, NamedArray>
      tensors;  ///< "actor.lane_encoder.weight", "critic...", "actor_adam_m. ..."
  std::map<std::string, std::vector<uint8_t>> blobs;  ///< "worlds": Simulator::save()
};

void save_checkpoint(const std::string& path, const Checkpoint&);
/// Throws Error with one line on a missing, truncated, damaged or foreign file.
Checkpoint load_checkpoint(const std::string& path);
/// The newest readable checkpoint of a run's folder (checkpoints/N.ckpt, highest N); a damaged newest one is
/// reported by `warning` and the one before is taken. Throws Error if there is none.
std::string newest_checkpoint(const std::string& run_folder, std::string* warning = nullptr);

}  // namespace gigalane
