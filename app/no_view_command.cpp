// gigalane view in a build without a viewer.
#include <CLI/CLI.hpp>

#include "app/view_command.h"
#include "base/error.h"

namespace gigalane {

void add_view_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("view", "Not in this build: it was made with GIGALANE_VIEWER=OFF");
  command->footer("Example: cmake --preset cpu -DGIGALANE_VIEWER=ON && cmake --build build");
  command->allow_extras();
  command->callback(
      [] { fail("view: this build has no viewer, expected one configured with -DGIGALANE_VIEWER=ON"); });
}

}  // namespace gigalane
