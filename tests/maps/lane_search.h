// Distances by a fresh search over the graph that maps/lane_graph.h defines, built from its words, quads and
// lanes alone: it shares no code with maps/lane_graph.cpp, distances.cpp or gate_distances.cpp.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "maps/compile_steps.h"
#include "maps/region.h"

namespace gigalane::testing {

class LaneSearch {
 public:
  // Strip k is the source of lane k: where a section begins and ends, and which way its lanes run.
  LaneSearch(const MapView& map, const std::vector<Strip>& strips) : map_(map), strips_(strips) {
    find_sections();
    for (int lane = 0; lane < map.lane_count; ++lane)
      for (const Place& at : places_in_[size_t(lane)]) number_.emplace(std::make_pair(lane, at), nodes_++);
    back_.resize(size_t(nodes_));
    for (int lane = 0; lane < map.lane_count; ++lane) connect(lane);
  }

  // Metres from each node to a lane point; read by from_point() and from_end().
  void search(int goal) {
    distance_.assign(size_t(nodes_), double(kUnreachable));
    using Entry = std::pair<double, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
    distance_[size_t(node_of_point(goal))] = 0;
    queue.push({0.0, node_of_point(goal)});
    while (!queue.empty()) {
      const auto [d, node] = queue.top();
      queue.pop();
      if (d > distance_[size_t(node)]) continue;
      for (const auto& [from, cost] : back_[size_t(node)])
        if (d + cost < distance_[size_t(from)]) {
          distance_[size_t(from)] = d + cost;
          queue.push({d + cost, from});
        }
    }
  }
  double from_point(int point) const { return distance_[size_t(node_of_point(point))]; }
  double from_end(int lane) const {
    return distance_[size_t(number_.at({lane, *places_in_[size_t(lane)].rbegin()}))];
  }

 private:
  // A cross-section: the middle of a piece of the section, or its end.
  struct Place {
    int piece;
    bool at_end;
    bool operator<(const Place& other) const {
      return std::make_pair(piece, at_end) < std::make_pair(other.piece, other.at_end);
    }
  };

  int node_of_point(int point) const {
    const int quad = map_.lane_point_quad[point], lane = map_.quads[quad].lane;
    return number_.at({lane, Place{piece_of(lane, quad), false}});
  }
  int piece_of(int lane, int quad) const {
    return quad - map_.lanes[lane].first_quad + map_.lanes[lane].first_piece;
  }

  // The cross-sections where lanes may be changed: those of all lane points and lane ends of a section's
  // lanes that run the same way. A lane has those on it.
  void find_sections() {
    std::map<std::tuple<int, int, bool>, std::set<Place>> shared;
    const auto section_of = [&](int lane) {
      const Strip& strip = strips_[size_t(lane)];
      return std::make_tuple(strip.road, strip.section, bool(strip.forward));
    };
    for (int lane = 0; lane < map_.lane_count; ++lane)
      shared[section_of(lane)].insert({map_.lanes[lane].first_piece + map_.lanes[lane].quad_count - 1, true});
    for (int p = 0; p < map_.lane_point_count; ++p) {
      const int quad = map_.lane_point_quad[p], lane = map_.quads[quad].lane;
      shared[section_of(lane)].insert({piece_of(lane, quad), false});
    }
    places_in_.resize(size_t(map_.lane_count));
    for (int lane = 0; lane < map_.lane_count; ++lane)
      for (const Place& at : shared[section_of(lane)])
        if (at.piece >= map_.lanes[lane].first_piece &&
            at.piece < map_.lanes[lane].first_piece + map_.lanes[lane].quad_count)
          places_in_[size_t(lane)].insert(at);
  }

  // Metres from a lane's start.
  double offset(int lane, const Place& at) const {
    const Quad& quad = map_.quads[map_.lanes[lane].first_quad + at.piece - map_.lanes[lane].first_piece];
    return double(quad.lane_offset_m) + (at.at_end ? double(quad.half_length) : 0.0);
  }

  void connect(int lane) {
    const std::set<Place>& places = places_in_[size_t(lane)];
    for (auto at = places.begin(); at != places.end(); ++at) {
      const int node = number_.at({lane, *at});
      if (const auto next = std::next(at); next != places.end())
        edge(node, number_.at({lane, *next}), offset(lane, *next) - offset(lane, *at));
      for (const int side : {map_.lanes[lane].left, map_.lanes[lane].right})
        if (side >= 0 && number_.count({side, *at})) edge(node, number_.at({side, *at}), 3.5);
    }
    const Lane& l = map_.lanes[lane];
    for (int k = 0; k < l.successor_count; ++k) {
      const int next = map_.successors[l.first_successor + k];
      const Place& first = *places_in_[size_t(next)].begin();
      edge(number_.at({lane, *places.rbegin()}), number_.at({next, first}), offset(next, first));
    }
  }
  void edge(int from, int to, double cost) { back_[size_t(to)].push_back({from, cost}); }

  const MapView& map_;
  const std::vector<Strip>& strips_;
  std::vector<std::set<Place>> places_in_;  // by lane
  std::map<std::pair<int, Place>, int> number_;
  int nodes_ = 0;
  std::vector<std::vector<std::pair<int, double>>> back_;
  std::vector<double> distance_;
};

// All distances to some goals equal a fresh search but for the rounding of one float, or of a sum of two.
inline void check_distances(const CompiledMap& owner, const RoadNetwork& network, int goals) {
  const MapView map = owner.view();
  CompiledMap scratch;
  const std::vector<Strip> strips = prepare_strips(network, scratch, nullptr);
  REQUIRE(int(strips.size()) == map.lane_count);
  LaneSearch fresh(map, strips);
  const auto check = [&](double stored, double expected) {
    if (expected >= double(kUnreachable))
      REQUIRE(stored >= double(kUnreachable));
    else
      REQUIRE(std::abs(stored - expected) <= 2e-7 * expected);
  };
  for (int k = 0; k < goals; ++k) {
    const int goal = int((k + 0.5) * map.lane_point_count / goals);
    fresh.search(goal);
    for (int p = 0; p < map.lane_point_count; ++p)
      check(double(distance_from_point(map, p, goal)), fresh.from_point(p));
    for (int lane = 0; lane < map.lane_count; ++lane)
      check(double(distance_from_end(map, lane, goal)), fresh.from_end(lane));
  }
}

}  // namespace gigalane::testing
