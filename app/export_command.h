/// gigalane export: a policy as a file for other programs.
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_export_command(CLI::App& app);

}  // namespace gigalane
