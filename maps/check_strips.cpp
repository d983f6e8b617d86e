// What no road does: a source that says so is broken, and would take all memory or time to compile.
#include <algorithm>

#include "base/error.h"
#include "maps/compile_steps.h"

namespace gigalane {
namespace {

constexpr double kWidestLaneM = 200;
constexpr double kLongestStepM = 100;  ///< of a border, from one cut to the next, about 1 m on
constexpr double kHighestM = 2e4;
constexpr double kWidestMapM = 1e5;

bool is_finite(Vec2 p) { return std::isfinite(p.x) && std::isfinite(p.y); }

void check_strip(const RoadNetwork& network, const Strip& strip) {
  for (size_t k = 0; k < strip.left.size(); ++k) {
    const Vec2 left = strip.left[k], right = strip.right[k];
    if (!is_finite(left) || !is_finite(right) || !std::isfinite(strip.z[k]))
      fail(place_of(network, strip), " has no place in the plane, expected geometry and width of some size");
    if (length(left - right) > kWidestLaneM)
      fail(place_of(network, strip), " is ", length(left - right), " m wide near (", left.x, ", ", left.y,
           "), expected at most ", kWidestLaneM);
    if (std::abs(strip.z[k]) > kHighestM)
      fail(place_of(network, strip), " is at a height of ", strip.z[k], " m, expected at most ", kHighestM);
    if (k == 0) continue;
    const double step = std::max(length(left - strip.left[k - 1]), length(right - strip.right[k - 1]));
    if (step > kLongestStepM)
      fail(place_of(network, strip), " jumps by ", step, " m near (", left.x, ", ", left.y,
           "), expected a continuous lane");
  }
}

std::string place_of(const RoadNetwork& network, const Road& road, int lane_id) {
  const std::string line = road.line > 0 ? ":" + std::to_string(road.line) : "";
  const std::string converted = network.converter.empty() ? "" : ", converted by " + network.converter;
  return network.source + line + converted + ": road " + road.id.substr(0, 40) + ": lane " +
         std::to_string(lane_id);
}

/// Says what was looked for, and where the first lane is that would have counted.
[[noreturn]] void fail_without_lanes(const RoadNetwork& network) {
  const Road* first = nullptr;
  int lane_id = 0, count = 0, others = 0;
  for (const Road& road : network.roads)
    for (const LaneSection& section : road.sections)
      for (const RoadLane& lane : section.lanes) {
        if (lane.type == LaneType::none) {
          ++others;
          continue;
        }
        if (count++ > 0) continue;
        first = &road;
        lane_id = lane.id;
      }
  if (count > 0)
    fail(place_of(network, *first, lane_id), ": no lane to drive on: it and ", count - 1,
         " more for driving are too narrow, expected at least one lane wider than 1 m");
  const char* why = network.left_out_km <= 0 && network.converter.empty()
                        ? ""
                        : " after those were left out that cross themselves, are too narrow or lead nowhere";
  fail(network.source, network.converter.empty() ? "" : ", converted by " + network.converter,
       ": no lane to drive on: none of ", others, " is for driving", why,
       ", expected at least one lane wider than 1 m");
}

}  // namespace

std::string place_of(const RoadNetwork& network, const Strip& strip) {
  return place_of(network, network.roads[size_t(strip.road)], strip.lane_id);
}

void check_strips(const RoadNetwork& network, const std::vector<Strip>& strips) {
  if (strips.empty()) fail_without_lanes(network);
  Vec2 low = strips[0].left[0], high = low;
  for (const Strip& strip : strips) {
    check_strip(network, strip);
    for (const Vec2& p : strip.left) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
    if (std::max(high.x - low.x, high.y - low.y) > kWidestMapM)
      fail(place_of(network, strip), " is over ", kWidestMapM,
           " m away from other roads, expected one region");
  }
}

}  // namespace gigalane
