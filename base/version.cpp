#include "base/version.h"

namespace gigalane {

std::string version() { return GIGALANE_VERSION; }
std::string commit() { return GIGALANE_COMMIT; }

}  // namespace gigalane
