// Levels: which of two quads that overlap in the plane lies above the other.
#include <set>

#include "maps/compile_steps.h"

namespace gigalane {
namespace {

/// Whether two convex quads share area: no edge of either separates them.
bool overlap(const Quad& a, const Quad& b) {
  constexpr double kMargin = 1e-3;
  for (const Quad* quad : {&a, &b}) {
    const Quad& other = quad == &a ? b : a;
    for (int k = 0; k < 4; ++k) {
      const Vec2 from = corner_of(*quad, k), d = corner_of(*quad, k + 1) - from;
      bool outside = true;
      for (int c = 0; c < 4 && outside; ++c)
        outside = cross(d, corner_of(other, c) - from) <= kMargin * length(d);
      if (outside && length(d) > 1e-6) return false;
    }
  }
  return true;
}

}  // namespace

void assign_levels(const std::vector<Strip>& strips, CompiledMap& map) {
  std::vector<int> unit_of(strips.size());  // a lane section is on one level
  int units = 0;
  for (size_t k = 0; k < strips.size(); ++k)
    unit_of[k] = k > 0 && strips[k].road == strips[k - 1].road && strips[k].section == strips[k - 1].section
                     ? units - 1
                     : units++;

  std::set<std::pair<int, int>> above;  // lower unit, higher unit
  for (size_t bucket = 0; bucket + 1 < map.bucket_start.size(); ++bucket)
    for (int i = map.bucket_start[bucket]; i < map.bucket_start[bucket + 1]; ++i)
      for (int j = map.bucket_start[bucket]; j < map.bucket_start[bucket + 1]; ++j) {
        const Quad &low = map.quads[size_t(map.bucket_quads[size_t(i)])],
                   &high = map.quads[size_t(map.bucket_quads[size_t(j)])];
        if (high.z - low.z <= kLevelGapM || !overlap(low, high)) continue;
        above.insert({unit_of[size_t(low.lane)], unit_of[size_t(high.lane)]});
      }

  std::vector<int> level(size_t(units), 0);
  for (int round = 0; round < 8; ++round)  // as many levels as roads may lie over each other
    for (const auto& [low, high] : above)
      if (low != high)
        level[size_t(high)] = std::max(level[size_t(high)], std::min(level[size_t(low)] + 1, 8));
  for (Quad& quad : map.quads) quad.level = int16_t(level[size_t(unit_of[size_t(quad.lane)])]);
  map.statistics.levels = 1 + (level.empty() ? 0 : *std::max_element(level.begin(), level.end()));
}

}  // namespace gigalane
