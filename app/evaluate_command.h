/// gigalane evaluate: how well a policy drives, counted by the rules of docs/counting_rules.md.
#pragma once

namespace CLI {
class App;
}

namespace gigalane {

void add_evaluate_command(CLI::App& app);

}  // namespace gigalane
