// Shortest distances from everywhere to every lane point, and the goals that may follow a goal.
#include "maps/lane_graph.h"
#include "maps/region.h"

namespace gigalane {

void compute_distances(const std::vector<Strip>& strips, ThreadPool& pool, const RecordGroups& point_groups,
                       CompiledMap& map) {
  const LaneGraph graph(strips, map);
  const WeightedGraph inward = graph.inward();
  const int points = map.lane_point_count(), lanes = int(map.lanes.size());
  map.point_place.assign(size_t(points), 0);
  std::vector<int> node_at;  // by place
  for (const Members& members : point_groups.groups)
    for (const int p : members) {
      map.point_place[size_t(p)] = int32_t(node_at.size());
      node_at.push_back(graph.point_node(p));
    }
  const size_t places = node_at.size();
  map.point_distance.resize(size_t(points) * places);
  map.lane_end_distance.resize(size_t(points) * size_t(lanes));
  pool.parallel_ranges(points, [&](int begin, int end) {
    ShortestPaths paths(inward);
    for (int goal = begin; goal < end; ++goal) {
      paths.search(graph.point_node(goal));
      for (size_t place = 0; place < places; ++place)
        map.point_distance[size_t(goal) * places + place] = float(paths.distance(node_at[place]));
      for (int lane = 0; lane < lanes; ++lane)
        map.lane_end_distance[size_t(goal) * size_t(lanes) + size_t(lane)] =
            float(paths.distance(graph.end_node(lane)));
    }
  });
}

namespace {

/// Lists goals in order of their indices, as a goal at `from` may be followed by them.
class NextGoals {
 public:
  NextGoals(const std::vector<Strip>& strips, CompiledMap& map)
      : map_(map), view_(map.view()), graph_(strips, map), outward_(graph_.outward()), paths_(outward_) {
    point_at_.assign(size_t(graph_.node_count()), kNoPoint);
    for (int p = 0; p < map.lane_point_count(); ++p) point_at_[size_t(graph_.point_node(p))] = p;
  }

  void list(int from) {
    // first as meant; then what is left where the road ends or turns
    constexpr Limits kSteps[] = {
        {20, 200, 0.5f}, {20, 200, 0}, {20, 200, -1}, {20, 400, -1}, {1, float(kUnreachable) / 10, -1}};
    double searched = 0;
    for (const Limits& limits : kSteps) {
      if (limits.furthest > searched) gather(from, searched = limits.furthest);
      for (const int to : near_)
        if (may_follow(from, to, limits)) map_.next_goals.push_back(to);
      if (int32_t(map_.next_goals.size()) > map_.next_goal_start.back()) break;
    }
    map_.next_goal_start.push_back(int32_t(map_.next_goals.size()));
  }

 private:
  struct Limits {
    float nearest, furthest, cosine;
  };

  /// Lane points within a little more than `reach`, in order.
  void gather(int from, double reach) {
    paths_.search(graph_.point_node(from), reach + 1, [](int) { return true; });
    near_.clear();
    for (const int node : paths_.reached())
      if (point_at_[size_t(node)] != kNoPoint) near_.push_back(point_at_[size_t(node)]);
    std::sort(near_.begin(), near_.end());
    near_.erase(std::unique(near_.begin(), near_.end()), near_.end());
  }

  bool may_follow(int from, int to, const Limits& limits) const {
    const Quad &a = map_.quads[size_t(map_.lane_point_quad[size_t(from)])],
               &b = map_.quads[size_t(map_.lane_point_quad[size_t(to)])];
    const float d = distance_from_point(view_, from, to);
    if (d < limits.nearest || d > limits.furthest || !map_.lanes[size_t(b.lane)].routable) return false;
    return a.tangent_x * b.tangent_x + a.tangent_y * b.tangent_y >= limits.cosine;
  }

  CompiledMap& map_;
  const MapView view_;
  const LaneGraph graph_;
  const WeightedGraph outward_;
  ShortestPaths paths_;
  std::vector<int> point_at_;  ///< by node
  std::vector<int> near_;
};

}  // namespace

void list_next_goals(const std::vector<Strip>& strips, CompiledMap& map) {
  NextGoals goals(strips, map);
  map.next_goal_start.assign(1, 0);
  for (int from = 0; from < map.lane_point_count(); ++from) {
    const Quad& quad = map.quads[size_t(map.lane_point_quad[size_t(from)])];
    if (map.lanes[size_t(quad.lane)].routable)
      goals.list(from);
    else
      map.next_goal_start.push_back(map.next_goal_start.back());  // no goal itself
  }
}

}  // namespace gigalane
