#include "app/export_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "policy/export.h"

namespace gigalane {

namespace {

struct Arguments {
  std::string policy, out;
};

void run(const Arguments& a) {
  check_export_path(a.out);
  const Actor actor = load_actor(a.policy);
  export_actor(actor, a.out);
  std::fprintf(stderr, "%s: %llu parameters of %s\n", a.out.c_str(),
               (unsigned long long)actor.card.parameter_count, actor.card.path.c_str());
}

}  // namespace

void add_export_command(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("export", "Writes a policy for other programs");
  command->add_option("CHECKPOINT", a->policy, "Checkpoint, run's folder or .safetensors file")->required();
  command->add_option("--out", a->out, "FILE.onnx, FILE.pt (TorchScript) or FILE.safetensors")->required();
  command->footer(
      "Example: gigalane export runs/first_drive --out policy.onnx\n"
      "docs/policy_formats.md describes inputs and outputs.");
  command->callback([a] { run(*a); });
}

}  // namespace gigalane
