/// Strongly connected components of any graph; internal to maps/.
#pragma once
#include <vector>

namespace gigalane {

struct StrongParts {
  std::vector<int> part;  ///< of each node
  int count = 0;
};

/// Tarjan's algorithm (1972) without recursion; `ways_on` lists where each node leads to.
StrongParts find_strong_parts(const std::vector<std::vector<int>>& ways_on);

}  // namespace gigalane
