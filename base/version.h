/// Which program this is.
#pragma once
#include <string>

namespace gigalane {

std::string version();  ///< "0.1.0"
std::string commit();   ///< short hash that the build was configured at, "unknown" outside a git checkout

}  // namespace gigalane
