#include "policy/export.h"

#include <filesystem>

#include "base/error.h"
#include "policy/safetensors.h"
#include "policy/torchscript.h"

namespace gigalane {
namespace {

using Save = void (*)(const Actor&, const std::string&);

Save save_for(const std::string& path) {
  const std::string suffix = std::filesystem::path(path).extension().string();
  const Save save = suffix == ".onnx"          ? save_onnx
                    : suffix == ".pt"          ? save_torchscript
                    : suffix == ".safetensors" ? save_safetensors
                                               : Save(nullptr);
  require(save != nullptr, path, ": suffix \"", suffix, "\", expected .onnx, .pt or .safetensors");
  return save;
}

}  // namespace

void check_export_path(const std::string& path) { save_for(path); }

void export_actor(const Actor& actor, const std::string& path) { save_for(path)(actor, path); }

void export_policy(const Checkpoint& checkpoint, const std::string& path) {
  export_actor(read_actor(checkpoint, "checkpoint"), path);
}

}  // namespace gigalane
