/// The graph that routes lead over, and shortest paths on it; internal to maps/.
#pragma once
#include <queue>
#include <utility>
#include <vector>

#include "maps/compile_steps.h"

namespace gigalane {

/// A directed graph: the edges of node n are edges[start[n]] to edges[start[n + 1]].
struct WeightedGraph {
  struct Edge {
    int node;
    double cost;
  };
  struct Ends {
    int from, to;
    double cost;
  };
  std::vector<int> start;
  std::vector<Edge> edges;

  /// Each edge at its `from`.
  static WeightedGraph outward(int node_count, const std::vector<Ends>& all);
  /// Each edge at its `to`: a search over it finds the ways to a node.
  static WeightedGraph inward(int node_count, const std::vector<Ends>& all);
};

/// The graph that distances are defined on: a stored distance is the length of its shortest path, rounded to
/// a float (on a large map: the sum of two, each rounded).
///
/// The lanes of a section that run the same way share stations: the cross-sections, in the middle of a piece,
/// of all their lane points, and those at the ends of all these lanes. A node is a lane at one of the
/// stations that lie on it, so that every lane point and every lane end is one. Three kinds of edges:
///   along a lane, from a station to the next: metres along the lane's centre line;
///   to the lane beside (Lane::left, right) at the same station, where that lane reaches there: 3.5 m;
///   from a lane's end to the first station of each successor: metres from the successor's start.
/// So lanes are changed at stations, about every 40 m and where a lane ends, and nowhere between.
/// Stations are counted in half pieces: 2p + 1 is the middle of piece p, 2p its start.
class LaneGraph {
 public:
  LaneGraph(const std::vector<Strip>& strips, const CompiledMap& map);

  int node_count() const { return int(station_.size()); }
  int first_node(int lane) const { return first_node_[size_t(lane)]; }
  int end_node(int lane) const { return first_node_[size_t(lane) + 1] - 1; }
  int point_node(int point) const;
  /// From the end of a lane to the first node of a lane that follows it.
  double cost_to_enter(int lane) const { return offset_of(lane, first_node(lane)); }
  /// Edges at the node that they lead from, and at the node that they lead to.
  WeightedGraph outward() const { return WeightedGraph::outward(node_count(), edges_); }
  WeightedGraph inward() const { return WeightedGraph::inward(node_count(), edges_); }

 private:
  void add_nodes(size_t first, size_t last);
  void add_edges(int lane);
  int node_at(int lane, int station) const;
  double offset_of(int lane, int node) const;

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  std::vector<int> first_node_;  ///< by lane
  std::vector<int> station_;     ///< by node, ascending within a lane
  std::vector<WeightedGraph::Ends> edges_;
};

/// Dijkstra's algorithm, one search after another in the same memory.
class ShortestPaths {
 public:
  explicit ShortestPaths(const WeightedGraph& graph)
      : graph_(graph), distance_(graph.start.size() - 1, double(kUnreachable)) {}

  /// Distances from `start` over nodes that `may_visit(node)`, as far as `most`.
  template <class MayVisit>
  void search(int start, double most, const MayVisit& may_visit) {
    for (const int node : reached_) distance_[size_t(node)] = double(kUnreachable);
    reached_.clear();
    reach(start, 0);
    while (!queue_.empty()) {
      const auto [d, node] = queue_.top();
      queue_.pop();
      if (d > distance_[size_t(node)]) continue;
      for (int k = graph_.start[size_t(node)]; k < graph_.start[size_t(node) + 1]; ++k) {
        const WeightedGraph::Edge& edge = graph_.edges[size_t(k)];
        const double there = d + edge.cost;
        if (there < distance_[size_t(edge.node)] && there <= most && may_visit(edge.node))
          reach(edge.node, there);
      }
    }
  }
  void search(int start) {
    search(start, double(kUnreachable), [](int) { return true; });
  }

  /// kUnreachable where the last search did not come.
  double distance(int node) const { return distance_[size_t(node)]; }
  /// Nodes that the last search reached, some of them twice.
  const std::vector<int>& reached() const { return reached_; }

 private:
  void reach(int node, double distance) {
    distance_[size_t(node)] = distance;
    reached_.push_back(node);
    queue_.push({distance, node});
  }

  using Entry = std::pair<double, int>;
  const WeightedGraph& graph_;
  std::vector<double> distance_;
  std::vector<int> reached_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue_;
};

}  // namespace gigalane
