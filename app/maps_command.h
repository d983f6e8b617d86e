/// gigalane maps list | info | import | plot: the road networks.
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_maps_command(CLI::App& app);

}  // namespace gigalane
