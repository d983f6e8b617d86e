#include "maps/lane_graph.h"

namespace gigalane {
namespace {

WeightedGraph sorted_by(int node_count, const std::vector<WeightedGraph::Ends>& all, bool at_from) {
  WeightedGraph graph;
  graph.start.assign(size_t(node_count) + 1, 0);
  for (const auto& edge : all) ++graph.start[size_t(at_from ? edge.from : edge.to) + 1];
  for (size_t k = 1; k < graph.start.size(); ++k) graph.start[k] += graph.start[k - 1];
  graph.edges.resize(all.size());
  std::vector<int> next(graph.start.begin(), graph.start.end() - 1);
  for (const auto& edge : all)
    graph.edges[size_t(next[size_t(at_from ? edge.from : edge.to)]++)] = {at_from ? edge.to : edge.from,
                                                                          edge.cost};
  return graph;
}

}  // namespace

WeightedGraph WeightedGraph::outward(int node_count, const std::vector<Ends>& all) {
  return sorted_by(node_count, all, true);
}
WeightedGraph WeightedGraph::inward(int node_count, const std::vector<Ends>& all) {
  return sorted_by(node_count, all, false);
}

LaneGraph::LaneGraph(const std::vector<Strip>& strips, const CompiledMap& map) : strips_(strips), map_(map) {
  first_node_.resize(strips.size() + 1);
  for (size_t first = 0, last; first < strips.size(); first = last) {
    last = end_of_section(strips, first);
    add_nodes(first, last);
  }
  first_node_[strips.size()] = node_count();
  for (size_t k = 0; k < strips.size(); ++k) add_edges(int(k));
}

int LaneGraph::point_node(int point) const {
  const int quad = map_.lane_point_quad[size_t(point)], lane = map_.quads[size_t(quad)].lane;
  return node_at(lane,
                 2 * (quad - map_.lanes[size_t(lane)].first_quad + strips_[size_t(lane)].first_piece) + 1);
}

void LaneGraph::add_nodes(size_t first, size_t last) {
  std::vector<int> stations[2];
  for (size_t k = first; k < last; ++k) {
    const Strip& strip = strips_[k];
    const Lane& lane = map_.lanes[k];
    auto& list = stations[strip.forward];
    list.push_back(2 * (strip.first_piece + strip.piece_count()));
    for (int p = lane.first_point; p < lane.first_point + lane.point_count; ++p)
      list.push_back(2 * (map_.lane_point_quad[size_t(p)] - lane.first_quad + strip.first_piece) + 1);
  }
  for (auto& list : stations) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  for (size_t k = first; k < last; ++k) {
    const Strip& strip = strips_[k];
    first_node_[k] = node_count();
    for (const int station : stations[strip.forward])
      if (station > 2 * strip.first_piece && station <= 2 * (strip.first_piece + strip.piece_count()))
        station_.push_back(station);
  }
}

int LaneGraph::node_at(int lane, int station) const {
  const auto first = station_.begin() + first_node_[size_t(lane)],
             last = station_.begin() + first_node_[size_t(lane) + 1];
  const auto found = std::lower_bound(first, last, station);
  return found != last && *found == station ? int(found - station_.begin()) : -1;
}

double LaneGraph::offset_of(int lane, int node) const {
  const int station = station_[size_t(node)] - 2 * strips_[size_t(lane)].first_piece;
  const Quad& quad = map_.quads[size_t(map_.lanes[size_t(lane)].first_quad + (station - 1) / 2)];
  return station % 2 ? double(quad.lane_offset_m) : double(quad.lane_offset_m) + double(quad.half_length);
}

void LaneGraph::add_edges(int k) {
  const Lane& lane = map_.lanes[size_t(k)];
  for (int node = first_node(k); node <= end_node(k); ++node) {
    if (node < end_node(k)) edges_.push_back({node, node + 1, offset_of(k, node + 1) - offset_of(k, node)});
    for (const int side : {lane.left, lane.right}) {
      if (side < 0) continue;
      const int beside = node_at(side, station_[size_t(node)]);
      if (beside >= 0) edges_.push_back({node, beside, kLaneChangeCostM});
    }
  }
  for (int s = 0; s < lane.successor_count; ++s) {
    const int next = map_.successors[size_t(lane.first_successor + s)];
    edges_.push_back({end_node(k), first_node(next), cost_to_enter(next)});
  }
}

}  // namespace gigalane
