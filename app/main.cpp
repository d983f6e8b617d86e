/// The command line. Exit status: 0 on success, 1 on an error of the user's or the data's (one line on
/// standard error), 2 on a wrong command line, 130 after an interrupt.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "app/bench_command.h"
#include "app/config_command.h"
#include "app/evaluate_command.h"
#include "app/export_command.h"
#include "app/maps_command.h"
#include "app/record_command.h"
#include "app/train_command.h"
#include "app/view_command.h"
#include "base/interrupt.h"
#include "base/version.h"

namespace {

constexpr int kUserError = 1, kWrongCommandLine = 2, kInterrupted = 130;

/// Names a word that is no command, which CLI11 reports as a missing one.
void check_commands(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    const CLI::App* next = nullptr;
    std::string known;
    for (const CLI::App* command : at->get_subcommands([](const CLI::App*) { return true; })) {
      if (command->get_name() == argv[i]) next = command;
      known += (known.empty() ? "" : ", ") + command->get_name();
    }
    if (known.empty()) return;
    if (next == nullptr)
      throw CLI::ExtrasError(at->get_name(), {std::string(argv[i]) + " (commands are " + known + ")"});
    at = next;
  }
}

int run(int argc, char** argv) {
  CLI::App app("Gigalane: self-play driving, simulated, learned, replayed", "gigalane");
  app.set_version_flag("--version", gigalane::version() + " (" + gigalane::commit() + ")");
  app.require_subcommand(1);
  app.footer("Example: gigalane train configs/first_drive.yaml");
  gigalane::add_train_command(app);
  gigalane::add_evaluate_command(app);
  gigalane::add_record_command(app);
  gigalane::add_view_command(app);
  gigalane::add_export_command(app);
  gigalane::add_maps_command(app);
  gigalane::add_bench_command(app);
  gigalane::add_config_command(app);
  try {
    check_commands(app, argc, argv);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongCommandLine;
  }
  return gigalane::interrupted() ? kInterrupted : 0;
}

/// LibTorch's errors go on with a stack trace.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

int main(int argc, char** argv) {
  gigalane::catch_interrupts();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gigalane: %s\n", first_line(error.what()).c_str());
    return kUserError;
  }
}
