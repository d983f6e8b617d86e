// Distances of a large map: within each region, from its gates to every goal, and so between all places.
#include "maps/lane_graph.h"

namespace gigalane {
namespace {

class GateTables {
 public:
  GateTables(const std::vector<Strip>& strips, ThreadPool& pool, CompiledMap& map)
      : map_(map), pool_(pool), graph_(strips, map), inward_(graph_.inward()) {}

  void fill() {
    number_nodes();
    find_gates();
    place_tables();
    over_regions([&](int region, ShortestPaths& paths) { search_to_gates(region, paths); });
    connect_gates();
    over_regions([&](int region, ShortestPaths& paths) { search_to_goals(region, paths); });
    for (auto* table : {&map_.to_gate, &map_.gate_distance})  // rows are read in blocks
      table->resize(table->size() + 2 * kListPadding, kUnreachable);
  }

 private:
  struct Members {
    std::vector<int> points, lanes, gates, entries;  ///< gates are lanes; entries are gates that lead into it
  };
  /// The first node of a lane that a gate leads into.
  struct Entrance {
    int node;
    double cost;
  };

  int region_of_lane(int lane) const { return map_.lanes[size_t(lane)].region; }
  int region_of_point(int point) const {
    return region_of_lane(map_.quads[size_t(map_.lane_point_quad[size_t(point)])].lane);
  }

  void number_nodes() {
    members_.resize(map_.regions.size());
    const int points = map_.lane_point_count(), lanes = int(map_.lanes.size());
    map_.route_nodes.resize(size_t(points + lanes));
    region_of_node_.resize(size_t(graph_.node_count()));
    for (int p = 0; p < points; ++p) {
      auto& own = members_[size_t(region_of_point(p))].points;
      map_.route_nodes[size_t(p)] = {region_of_point(p), int(own.size())};
      own.push_back(p);
    }
    for (int lane = 0; lane < lanes; ++lane) {
      Members& m = members_[size_t(region_of_lane(lane))];
      map_.route_nodes[size_t(points + lane)] = {region_of_lane(lane), int(m.points.size() + m.lanes.size())};
      m.lanes.push_back(lane);
      for (int node = graph_.first_node(lane); node <= graph_.end_node(lane); ++node)
        region_of_node_[size_t(node)] = region_of_lane(lane);
    }
  }

  template <class Visit>
  void for_each_successor(int lane, Visit visit) const {
    const Lane& l = map_.lanes[size_t(lane)];
    for (int k = 0; k < l.successor_count; ++k) visit(map_.successors[size_t(l.first_successor + k)]);
  }

  void find_gates() {
    for (size_t r = 0; r < members_.size(); ++r) {
      map_.regions[r].first_gate = int(gate_lane_.size());
      for (const int lane : members_[r].lanes) {
        std::vector<int> into;
        for_each_successor(lane, [&](int next) {
          if (region_of_lane(next) != int(r)) into.push_back(region_of_lane(next));
        });
        if (into.empty()) continue;
        std::sort(into.begin(), into.end());
        into.erase(std::unique(into.begin(), into.end()), into.end());
        for (const int other : into) members_[size_t(other)].entries.push_back(int(gate_lane_.size()));
        gate_lane_.push_back(lane);
      }
      map_.regions[r].gate_count = int(gate_lane_.size()) - map_.regions[r].first_gate;
    }
  }

  void place_tables() {
    size_t to_gate = 0, inner = 0;
    for (size_t r = 0; r < members_.size(); ++r) {
      Region& region = map_.regions[r];
      region.point_count = int(members_[r].points.size());
      region.node_count = region.point_count + int(members_[r].lanes.size());
      region.first_to_gate = int64_t(to_gate);
      region.first_inner = int64_t(inner);
      to_gate += size_t(region.node_count) * size_t(region.gate_count);
      inner += size_t(region.node_count) * size_t(region.point_count);
    }
    map_.to_gate.resize(to_gate);
    map_.inner_distance.resize(inner);
    map_.gate_distance.resize(gate_lane_.size() * size_t(map_.lane_point_count()));
    gate_ways_.resize(members_.size());
  }

  template <class Body>
  void over_regions(const Body& body) {
    pool_.parallel_ranges(int(members_.size()), [&](int begin, int end) {
      ShortestPaths paths(inward_);
      for (int region = begin; region < end; ++region) body(region, paths);
    });
  }

  void search_within(int region, int node, ShortestPaths& paths) const {
    paths.search(node, double(kUnreachable),
                 [&](int other) { return region_of_node_[size_t(other)] == region; });
  }
  /// Calls visit(index among the region's nodes, distance) after a search.
  template <class Visit>
  void for_each_distance(int region, const ShortestPaths& paths, Visit visit) const {
    const Members& m = members_[size_t(region)];
    size_t index = 0;
    for (const int p : m.points) visit(index++, paths.distance(graph_.point_node(p)));
    for (const int lane : m.lanes) visit(index++, paths.distance(graph_.end_node(lane)));
  }
  /// From an entry of a region, after a search within it.
  double distance_from_entry(int region, int entry, const ShortestPaths& paths) const {
    double least = double(kUnreachable);
    for_each_successor(gate_lane_[size_t(entry)], [&](int next) {
      if (region_of_lane(next) == region)
        least = std::min(least, graph_.cost_to_enter(next) + paths.distance(graph_.first_node(next)));
    });
    return least;
  }

  void search_to_gates(int region, ShortestPaths& paths) {
    const Region& r = map_.regions[size_t(region)];
    for (int gate = 0; gate < r.gate_count; ++gate) {
      search_within(region, graph_.end_node(gate_lane_[size_t(r.first_gate + gate)]), paths);
      for_each_distance(region, paths, [&](size_t node, double distance) {
        map_.to_gate[size_t(r.first_to_gate) + node * size_t(r.gate_count) + size_t(gate)] = float(distance);
      });
      for (const int entry : members_[size_t(region)].entries) {
        const double way = distance_from_entry(region, entry, paths);
        if (way < double(kUnreachable))
          gate_ways_[size_t(region)].push_back({entry, r.first_gate + gate, way});
      }
    }
  }

  /// From every gate to every gate, by ways through whole regions.
  void connect_gates() {
    std::vector<WeightedGraph::Ends> ways;
    for (const auto& own : gate_ways_) ways.insert(ways.end(), own.begin(), own.end());
    const int gates = int(gate_lane_.size());
    const WeightedGraph inward = WeightedGraph::inward(gates, ways);
    between_gates_.resize(size_t(gates) * size_t(gates));
    pool_.parallel_ranges(gates, [&](int begin, int end) {
      ShortestPaths paths(inward);
      for (int to = begin; to < end; ++to) {
        paths.search(to);
        for (int from = 0; from < gates; ++from)
          between_gates_[size_t(to) * size_t(gates) + size_t(from)] = paths.distance(from);
      }
    });
  }

  void search_to_goals(int region, ShortestPaths& paths) {
    const Region& r = map_.regions[size_t(region)];
    const Members& m = members_[size_t(region)];
    std::vector<double> from_gate(gate_lane_.size());
    for (size_t goal = 0; goal < m.points.size(); ++goal) {
      search_within(region, graph_.point_node(m.points[goal]), paths);
      for_each_distance(region, paths, [&](size_t node, double distance) {
        map_.inner_distance[size_t(r.first_inner) + goal * size_t(r.node_count) + node] = float(distance);
      });
      std::fill(from_gate.begin(), from_gate.end(), double(kUnreachable));
      for (const int entry : m.entries) {
        const double within = distance_from_entry(region, entry, paths);
        if (within >= double(kUnreachable)) continue;
        const double* to_entry = between_gates_.data() + size_t(entry) * from_gate.size();
        for (size_t gate = 0; gate < from_gate.size(); ++gate)
          from_gate[gate] = std::min(from_gate[gate], to_entry[gate] + within);
      }
      float* row = map_.gate_distance.data() + size_t(m.points[goal]) * from_gate.size();
      for (size_t gate = 0; gate < from_gate.size(); ++gate) row[gate] = float(from_gate[gate]);
    }
  }

  CompiledMap& map_;
  ThreadPool& pool_;
  const LaneGraph graph_;
  const WeightedGraph inward_;
  std::vector<Members> members_;
  std::vector<int> region_of_node_;                          ///< by node of the graph
  std::vector<int> gate_lane_;                               ///< gates in order of their regions
  std::vector<std::vector<WeightedGraph::Ends>> gate_ways_;  ///< by region: from an entry to a gate
  std::vector<double> between_gates_;                        ///< [to][from]
};

}  // namespace

void compute_gate_distances(const std::vector<Strip>& strips, ThreadPool& pool, CompiledMap& map) {
  GateTables(strips, pool, map).fill();
}

}  // namespace gigalane
