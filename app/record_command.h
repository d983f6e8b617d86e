/// gigalane record: lets a policy drive and writes an episode log (docs/episode_log.md).
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_record_command(CLI::App& app);

}  // namespace gigalane
