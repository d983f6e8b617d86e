/// gigalane bench sim|observe|train: how fast the world steps, is observed, and a policy learns.
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_bench_command(CLI::App& app);

}  // namespace gigalane
