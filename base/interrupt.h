/// Ctrl-C and SIGTERM: the first sets a flag that loops poll, the second ends the program at once.
#pragma once

namespace gigalane {

/// Catches SIGINT and SIGTERM from now on.
void catch_interrupts();
/// Whether one came. Cheap.
bool interrupted();
/// Sets or clears the flag, as if one had come.
void set_interrupted(bool value);

}  // namespace gigalane
