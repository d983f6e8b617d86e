/// The command line. Exit status: 0 on success, 1 on an error of the user's or the data's (one line on
/// standard error), 2 on a wrong command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

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

constexpr int kUserError = 1, kWrongCommandLine = 2;

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
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongCommandLine;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  gigalane::catch_interrupts();
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gigalane: %s\n", error.what());
    return kUserError;
  }
}
