/// gigalane view: a window on an episode log or on a policy that drives live; pictures and films without a
/// display.
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_view_command(CLI::App& app);

}  // namespace gigalane
