/// gigalane config reference: every key of a training configuration.
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_config_command(CLI::App& app);

}  // namespace gigalane
