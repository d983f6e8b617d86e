#include "maps/compile.h"

#include <limits>

#include "base/error.h"
#include "maps/check_steps.h"
#include "maps/compile_steps.h"

namespace gigalane {
namespace {

/// The middle of the box around all strips, on the grid of corners; sets the box's size.
Vec2 find_origin(const std::vector<Strip>& strips, MapStatistics& statistics) {
  constexpr double kFar = std::numeric_limits<double>::max();
  Vec2 low{kFar, kFar}, high{-kFar, -kFar};
  for (const Strip& strip : strips)
    for (const auto* edge : {&strip.left, &strip.right})
      for (const Vec2& p : *edge) {
        low = {std::min(low.x, p.x), std::min(low.y, p.y)};
        high = {std::max(high.x, p.x), std::max(high.y, p.y)};
      }
  statistics.box_width_m = high.x - low.x;
  statistics.box_height_m = high.y - low.y;
  const Vec2 middle = 0.5 * (low + high);
  return {std::round(middle.x), std::round(middle.y)};
}

void count_lanes(const RoadNetwork& network, const std::vector<Strip>& strips, CompiledMap& map) {
  MapStatistics& s = map.statistics;
  s.roads = int(network.roads.size());
  s.junctions = int(network.junctions.size());
  s.lanes = int(strips.size());
  s.left_out_km = network.left_out_km;
  for (size_t k = 0; k < strips.size(); ++k) {
    const Strip& strip = strips[k];
    const int junction = network.roads[size_t(strip.road)].junction;
    map.lanes[k].junction = junction;
    s.lane_km += strip.reference_length / 1000;
    if (junction >= 0) s.junction_lane_km += strip.reference_length / 1000;
  }
}

/// Whether a lane beside a strip, or beside that, goes straight on into a lane.
template <class GoesStraight>
bool goes_on_beside(const std::vector<Strip>& strips, int strip, const GoesStraight& goes_straight) {
  for (const auto side : {&Strip::left_strip, &Strip::right_strip}) {
    int beside = strips[size_t(strip)].*side;
    for (size_t step = 0; beside >= 0 && step < strips.size(); ++step, beside = strips[size_t(beside)].*side)
      if (goes_straight(beside)) return true;
  }
  return false;
}

/// Some sources let a lane that merges go on in a lane beside it: where it can change lanes instead, and go
/// straight on there, it does that.
void drop_sideways_links(std::vector<Strip>& strips) {
  constexpr double kMostAsideM = 1;
  const auto middle = [](const Strip& strip, size_t k) { return 0.5 * (strip.left[k] + strip.right[k]); };
  const auto leads_aside = [&](int from, int next) {
    const Strip &a = strips[size_t(from)], &b = strips[size_t(next)];
    return length(middle(b, 0) - middle(a, size_t(a.piece_count()))) > kMostAsideM;
  };
  const auto merges = [&](int from, int next) {
    return leads_aside(from, next) && goes_on_beside(strips, from, [&](int beside) {
             const auto& ways = strips[size_t(beside)].successors;
             return std::count(ways.begin(), ways.end(), next) > 0 && !leads_aside(beside, next);
           });
  };
  for (size_t k = 0; k < strips.size(); ++k) {
    Strip& from = strips[k];
    for (const int next : from.successors) {
      if (!merges(int(k), next)) continue;
      auto& back = strips[size_t(next)].predecessors;
      back.erase(std::remove(back.begin(), back.end(), int(k)), back.end());
    }
    from.successors.erase(std::remove_if(from.successors.begin(), from.successors.end(),
                                         [&](int next) { return merges(int(k), next); }),
                          from.successors.end());
  }
}

/// Lanes without a limit of their own, as in many junctions, take the one of the road that they come from.
void inherit_speeds(std::vector<Strip>& strips) {
  const auto known = [&](int k) { return strips[size_t(k)].speed.back() > 0; };
  bool changed = true;
  for (int round = 0; changed && round < 100; ++round) {
    changed = false;
    for (size_t k = 0; k < strips.size(); ++k) {
      if (known(int(k))) continue;
      double limit = 0;
      for (const int before : strips[k].predecessors)
        limit = std::max(limit, strips[size_t(before)].speed.back());
      if (limit <= 0) continue;
      for (double& speed : strips[k].speed)
        if (speed <= 0) speed = limit;
      changed = true;
    }
  }
  for (Strip& strip : strips)
    for (double& speed : strip.speed)
      if (speed <= 0) speed = kDefaultSpeedMps;
}

void describe(const RoadNetwork& network, CompiledMap& map) {
  map.name = network.name;
  map.source = network.source;
  map.source_sha256 = network.source_sha256;
  map.licence = network.licence;
  map.attribution = network.attribution;
  for (const Road& road : network.roads) map.road_ids.push_back(road.id);
}

constexpr double kMostLaneKm = 2621;  ///< as goals could name at one lane point each 40 m

/// Before anything is cut.
void check_length(const RoadNetwork& network) {
  double km = 0;
  for (const Road& road : network.roads)
    for (size_t k = 0; k < road.sections.size(); ++k) {
      const auto& lanes = road.sections[k].lanes;
      const auto driven = std::count_if(lanes.begin(), lanes.end(),
                                        [](const RoadLane& lane) { return lane.type != LaneType::none; });
      km += std::max(0.0, road.section_end(k) - road.sections[k].s) * double(driven) * 1e-3;
      if (km > kMostLaneKm)
        fail(network.source, road.line > 0 ? ":" + std::to_string(road.line) : "", ": road ",
             road.id.substr(0, 40), ": more than ", kMostLaneKm, " km of lane up to here, expected no more");
    }
}

/// An agent's goals are named by 16 bits.
void check_goals(const CompiledMap& map) {
  if (map.lane_point_count() >= kNone16)
    fail(map.source, ": ", map.lane_point_count(), " lane points (one each 40 m of lane), expected at most ",
         kNone16 - 1);
}

void refuse_crossed_lanes(const RoadNetwork& network, const std::vector<Strip>& strips,
                          const CompiledMap& map) {
  for (const Strip& strip : strips) {
    const int piece = crossed_piece(strip);
    if (piece < 0) continue;
    const Vec2 at = middle_of(strip, size_t(piece));
    fail(place_of(network, strip), ": its borders cross near (", at.x + map.origin_x, ", ",
         at.y + map.origin_y,
         "), expected a lane that does not cross itself (see maps check), or maps import --drivable-part");
  }
}

/// Whether lists can name everything by 16 bits, and tables of all distances take little memory.
bool is_small(const CompiledMap& map, const CompileLimits& limits) {
  const double points = map.lane_point_count(), lanes = double(map.lanes.size());
  return map.boundary_count() < kNone16 && points < kNone16 &&
         points * (points + lanes) * sizeof(float) <= limits.table_megabytes * 1e6;
}

}  // namespace

std::vector<Strip> prepare_strips(const RoadNetwork& network, CompiledMap& map,
                                  std::vector<std::pair<int, int>>* refused_links) {
  check_length(network);
  std::vector<Strip> strips = make_strips(network);
  check_strips(network, strips);
  link_strips(network, strips, refused_links);
  for (const Strip& strip : strips) map.statistics.dead_end_lanes += strip.successors.empty();
  inherit_speeds(strips);
  drop_sideways_links(strips);
  const Vec2 origin = find_origin(strips, map.statistics);
  map.origin_x = origin.x;
  map.origin_y = origin.y;
  const double furthest_m = 1 + 0.5 * std::max(map.statistics.box_width_m, map.statistics.box_height_m);
  fit_strips(network, origin, corner_grid(furthest_m), strips);
  return strips;
}

CompiledMap compile(const RoadNetwork& network, int threads, const CompileLimits& limits,
                    CrossedLanes crossed) {
  CompiledMap map;
  ThreadPool pool(threads);
  describe(network, map);
  std::vector<std::pair<int, int>> refused_links;
  const std::vector<Strip> strips = prepare_strips(network, map, &refused_links);
  if (crossed == CrossedLanes::refuse) refuse_crossed_lanes(network, strips, map);
  make_quads(strips, map);
  count_lanes(network, strips, map);
  fill_buckets(map);
  assign_levels(strips, map);
  find_boundary(map);
  place_lane_points(strips, map);
  check_goals(map);
  map.statistics.components = find_components(strips, map);
  const RecordGroups point_groups = group_lane_points(map);
  if (is_small(map, limits)) {
    compute_distances(strips, pool, point_groups, map);
  } else {
    cut_regions(strips, limits.region_points, map);
    compute_gate_distances(strips, pool, map);
  }
  list_next_goals(strips, map);
  list_neighbourhoods(pool, point_groups, map);
  const std::vector<int> light_roads = place_stop_lines(network, strips, map);
  find_faults(network, strips, refused_links, light_roads, map);
  map.quad_pose.resize(map.quad_pose.size() + kListPadding, Record{});
  map.checksum = map.compute_checksum();
  return map;
}

}  // namespace gigalane
