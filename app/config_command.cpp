#include "app/config_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "train/config.h"

namespace gigalane {

void add_config_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("config", "What a configuration may hold");
  command->require_subcommand(1);
  command->footer("Example: gigalane config reference > reference.md");
  command->add_subcommand("reference", "Every key: type, unit, range, default, one line of help")
      ->callback([] { std::fputs(config_reference<TrainConfig>().c_str(), stdout); });
}

}  // namespace gigalane
