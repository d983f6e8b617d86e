/// TorchScript modules: an actor written as one, and any module with the documented inputs as a network.
#pragma once
#include <memory>
#include <string>

#include "policy/actor.h"

namespace gigalane {

/// Writes the actor as TorchScript, described by describe() in the extra file "gigalane.json". Atomically.
void save_torchscript(const Actor&, const std::string& path);

/// A loaded module: rows of an observation to logits. Several threads may call it at once.
class TorchScriptNetwork {
 public:
  /// Throws Error with one line: missing, truncated, made for another observation layout, or a module without
  /// the documented inputs and output (docs/policy_formats.md).
  explicit TorchScriptNetwork(const std::string& path);
  ~TorchScriptNetwork();

  const PolicyCard& card() const { return card_; }
  /// Rows [first, first + count) of `seen` to logits (count, 12).
  void forward(const ObservationView& seen, int64_t first, int64_t count, float* logits) const;

 private:
  struct Module;
  std::unique_ptr<Module> module_;
  PolicyCard card_;
};

}  // namespace gigalane
