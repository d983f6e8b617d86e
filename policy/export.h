/// Policies for other programs. docs/policy_formats.md describes inputs, outputs and files.
#pragma once
#include <string>

#include "policy/actor.h"

namespace gigalane {

/// Writes the actor by the suffix of `path`: .onnx, .pt (TorchScript) or .safetensors. Atomically.
/// Throws Error for another suffix, or if the file cannot be written.
void export_actor(const Actor&, const std::string& path);
/// The same of a checkpoint.
void export_policy(const Checkpoint&, const std::string& path);
/// Throws Error unless export_actor() knows the suffix of `path`.
void check_export_path(const std::string& path);

/// ONNX, opset 17: masked maxima by counts, dynamic batch and set sizes, weights as initializers.
void save_onnx(const Actor&, const std::string& path);

}  // namespace gigalane
