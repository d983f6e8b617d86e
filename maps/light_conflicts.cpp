#include "maps/light_conflicts.h"

#include <algorithm>
#include <set>

#include "maps/check_steps.h"
#include "maps/compile_steps.h"

namespace gigalane {
namespace {

constexpr double kTogetherM = 3;  ///< from a common end, lanes part or meet and do not cross

double length_of(const Strip& strip) {
  double metres = 0;
  for (size_t k = 0; k < size_t(strip.piece_count()); ++k)
    metres += length(middle_of(strip, k + 1) - middle_of(strip, k));
  return metres;
}

bool segments_cross(Vec2 a, Vec2 b, Vec2 c, Vec2 d) {
  return cross(b - a, c - a) * cross(b - a, d - a) < 0 && cross(d - c, a - c) * cross(d - c, b - c) < 0;
}

}  // namespace

std::vector<int> ways_through(const RoadNetwork& network, const std::vector<Strip>& strips,
                              const std::vector<int>& entries, double reach_m) {
  const auto in_junction = [&](int k) { return network.roads[size_t(strips[size_t(k)].road)].junction >= 0; };
  std::set<int> ways, seen;
  std::vector<std::pair<int, double>> open;  // a lane, and the metres left to find a junction from its end
  for (const int k : entries) open.push_back({k, reach_m});
  while (!open.empty()) {
    const auto [at, left_m] = open.back();
    open.pop_back();
    for (const int next : strips[size_t(at)].successors) {
      const bool inside = in_junction(next);
      if ((in_junction(at) && !inside) || left_m < 0 || !seen.insert(next).second) continue;
      if (inside) ways.insert(next);
      open.push_back({next, inside ? left_m : left_m - length_of(strips[size_t(next)])});
    }
  }
  return {ways.begin(), ways.end()};
}

bool ways_cross(const Strip& a, const Strip& b) {
  const auto near = [](Vec2 p, Vec2 q) { return length(p - q) < 0.5; };
  const size_t a_end = size_t(a.piece_count()), b_end = size_t(b.piece_count());
  const Vec2 a_first = middle_of(a, 0), a_last = middle_of(a, a_end), b_last = middle_of(b, b_end);
  const bool begin = near(a_first, middle_of(b, 0)), end = near(a_last, b_last);
  for (size_t i = 0; i < a_end; ++i)
    for (size_t k = 0; k < b_end; ++k) {
      const Vec2 p = middle_of(a, i), q = middle_of(a, i + 1);
      if (!segments_cross(p, q, middle_of(b, k), middle_of(b, k + 1))) continue;
      if ((begin && length(p - a_first) < kTogetherM) || (end && length(q - a_last) < kTogetherM)) continue;
      if (std::abs(a.z[i] - b.z[k]) > kLevelGapM) continue;
      return true;
    }
  return false;
}

std::vector<std::vector<int>> split_by_conflicts(const std::vector<int>& lights,
                                                 const std::vector<std::vector<int>>& ways,
                                                 const std::vector<Strip>& strips) {
  const auto conflict = [&](int light, int other) {
    for (const int a : ways[size_t(light)])
      for (const int b : ways[size_t(other)])
        if (a != b && ways_cross(strips[size_t(a)], strips[size_t(b)])) return true;
    return false;
  };
  std::vector<std::vector<int>> parts;
  for (const int light : lights) {
    const auto room = std::find_if(parts.begin(), parts.end(), [&](const std::vector<int>& part) {
      return std::none_of(part.begin(), part.end(), [&](int other) { return conflict(light, other); });
    });
    if (room == parts.end())
      parts.push_back({light});
    else
      room->push_back(light);
  }
  return parts;
}

}  // namespace gigalane
