/// `gigalane maps check`: prints what is wrong with a map.
#pragma once
#include <string>

namespace gigalane {

/// Prints the findings of a map, by name or file, as a table of at most `most_rows` rows, or as JSON with all
/// of them. Throws Error (exit status 1) if one of them would trap an agent.
void check_map(const std::string& name_or_file, bool json, int most_rows);

}  // namespace gigalane
