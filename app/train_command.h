/// gigalane train: self-play from a configuration, or on from where a run stopped.
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_train_command(CLI::App& app);

}  // namespace gigalane
