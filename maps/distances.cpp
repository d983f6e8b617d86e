// The lane graph: its strongly connected parts, and shortest distances from everywhere to every lane point.
#include <functional>
#include <queue>

#include "maps/compile_steps.h"

namespace gigalane {
namespace {

bool drives(const Strip& strip) { return strip.type == LaneType::driving; }

/// Lanes that can be driven to from a lane: successors and neighbours.
std::vector<int> ways_on(const std::vector<Strip>& strips, int k) {
  std::vector<int> to;
  const Strip& strip = strips[size_t(k)];
  for (const int next : strip.successors)
    if (drives(strips[size_t(next)])) to.push_back(next);
  for (const int side : {strip.left_strip, strip.right_strip})
    if (side >= 0) to.push_back(side);
  return to;
}

/// Strongly connected components (Tarjan's algorithm, without recursion). -1 for lanes that do not drive.
class ComponentFinder {
 public:
  explicit ComponentFinder(const std::vector<Strip>& strips) : strips_(strips) {
    const size_t n = strips.size();
    component.assign(n, -1);
    order_.assign(n, -1);
    low_.assign(n, 0);
    for (size_t k = 0; k < n; ++k)
      if (drives(strips[k]) && order_[k] < 0) visit(int(k));
  }
  std::vector<int> component;
  int count = 0;

 private:
  struct Frame {
    int lane;
    std::vector<int> to;
    size_t next = 0;
  };

  void open(int lane, std::vector<Frame>& frames) {
    order_[size_t(lane)] = low_[size_t(lane)] = counter_++;
    stack_.push_back(lane);
    frames.push_back({lane, ways_on(strips_, lane)});
  }

  void visit(int root) {
    std::vector<Frame> frames;
    open(root, frames);
    while (!frames.empty()) {
      Frame& top = frames.back();
      const size_t lane = size_t(top.lane);
      if (top.next < top.to.size()) {
        const int to = top.to[top.next++];
        if (order_[size_t(to)] < 0)
          open(to, frames);
        else if (component[size_t(to)] < 0)
          low_[lane] = std::min(low_[lane], order_[size_t(to)]);
        continue;
      }
      if (low_[lane] == order_[lane]) close(int(lane));
      frames.pop_back();
      if (!frames.empty())
        low_[size_t(frames.back().lane)] = std::min(low_[size_t(frames.back().lane)], low_[lane]);
    }
  }

  void close(int lane) {
    int top;
    do {
      top = stack_.back();
      stack_.pop_back();
      component[size_t(top)] = count;
    } while (top != lane);
    ++count;
  }

  const std::vector<Strip>& strips_;
  std::vector<int> order_, low_, stack_;
  int counter_ = 0;
};

/// Nodes of the graph: a lane at a station. Stations are cross-sections of a section, in half pieces: 2p + 1
/// is the middle of piece p, 2p its start. Each lane has a node at every station of its section that lies on
/// it: the lane points of all its lanes, and the ends of all its lanes.
class LaneGraph {
 public:
  LaneGraph(const std::vector<Strip>& strips, const CompiledMap& map) : strips_(strips), map_(map) {
    first_node_.resize(strips.size() + 1);
    for (size_t first = 0, last; first < strips.size(); first = last) {
      for (last = first; last < strips.size() && strips[last].road == strips[first].road &&
                         strips[last].section == strips[first].section;)
        ++last;
      add_nodes(first, last);
    }
    first_node_[strips.size()] = int(station_.size());
    reverse_.resize(station_.size());
    for (size_t k = 0; k < strips.size(); ++k) add_edges(int(k));
  }

  /// Distance from every node to the lane point, into `distance`.
  void find_distances(int point, std::vector<double>& distance) const {
    distance.assign(station_.size(), double(kUnreachable));
    using Entry = std::pair<double, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
    const int start = point_node(point);
    distance[size_t(start)] = 0;
    queue.push({0.0, start});
    while (!queue.empty()) {
      const auto [d, node] = queue.top();
      queue.pop();
      if (d > distance[size_t(node)]) continue;
      for (const auto& [from, cost] : reverse_[size_t(node)])
        if (d + cost < distance[size_t(from)]) {
          distance[size_t(from)] = d + cost;
          queue.push({d + cost, from});
        }
    }
  }

  int end_node(int lane) const { return first_node_[size_t(lane) + 1] - 1; }
  int point_node(int point) const {
    const int quad = map_.lane_point_quad[size_t(point)], lane = map_.quads[size_t(quad)].lane;
    return node_at(lane,
                   2 * (quad - map_.lanes[size_t(lane)].first_quad + strips_[size_t(lane)].first_piece) + 1);
  }

 private:
  void add_nodes(size_t first, size_t last) {
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
      first_node_[k] = int(station_.size());
      for (const int station : stations[strip.forward])
        if (station > 2 * strip.first_piece && station <= 2 * (strip.first_piece + strip.piece_count()))
          station_.push_back(station);
    }
  }

  int node_at(int lane, int station) const {
    const auto first = station_.begin() + first_node_[size_t(lane)],
               last = station_.begin() + first_node_[size_t(lane) + 1];
    const auto found = std::lower_bound(first, last, station);
    return found != last && *found == station ? int(found - station_.begin()) : -1;
  }

  double offset_of(int lane, int node) const {
    const int station = station_[size_t(node)] - 2 * strips_[size_t(lane)].first_piece;
    const Quad& quad = map_.quads[size_t(map_.lanes[size_t(lane)].first_quad + (station - 1) / 2)];
    return station % 2 ? double(quad.lane_offset_m) : double(quad.lane_offset_m) + double(quad.half_length);
  }

  void add_edges(int k) {
    const Lane& lane = map_.lanes[size_t(k)];
    for (int node = first_node_[size_t(k)]; node <= end_node(k); ++node) {
      if (node < end_node(k))
        reverse_[size_t(node) + 1].push_back({node, offset_of(k, node + 1) - offset_of(k, node)});
      for (const int side : {lane.left, lane.right}) {
        if (side < 0) continue;
        const int beside = node_at(side, station_[size_t(node)]);
        if (beside >= 0) reverse_[size_t(beside)].push_back({node, kLaneChangeCostM});
      }
    }
    for (int s = 0; s < lane.successor_count; ++s) {
      const int next = map_.successors[size_t(lane.first_successor + s)], to = first_node_[size_t(next)];
      reverse_[size_t(to)].push_back({end_node(k), offset_of(next, to)});
    }
  }

  const std::vector<Strip>& strips_;
  const CompiledMap& map_;
  std::vector<int> first_node_;  ///< by lane
  std::vector<int> station_;     ///< by node, ascending within a lane
  std::vector<std::vector<std::pair<int, double>>> reverse_;
};

/// Keeps only ways into routable lanes; lanes that are not routable keep theirs into routable ones.
void close_ways_out(CompiledMap& map) {
  std::vector<int32_t> kept;
  for (Lane& lane : map.lanes) {
    const int first = lane.first_successor, count = lane.successor_count;
    lane.first_successor = int32_t(kept.size());
    for (int k = first; k < first + count; ++k)
      if (map.lanes[size_t(map.successors[size_t(k)])].routable || !lane.routable)
        kept.push_back(map.successors[size_t(k)]);
    lane.successor_count = int32_t(kept.size()) - lane.first_successor;
    if (lane.left >= 0 && !map.lanes[size_t(lane.left)].routable) lane.left = -1;
    if (lane.right >= 0 && !map.lanes[size_t(lane.right)].routable) lane.right = -1;
  }
  map.successors.swap(kept);
}

}  // namespace

int find_components(const std::vector<Strip>& strips, CompiledMap& map) {
  const ComponentFinder finder(strips);
  std::vector<double> size(size_t(finder.count), 0);
  for (size_t k = 0; k < strips.size(); ++k)
    if (finder.component[k] >= 0) size[size_t(finder.component[k])] += map.lanes[k].length_m;
  const int largest = int(std::max_element(size.begin(), size.end()) - size.begin());
  for (size_t k = 0; k < strips.size(); ++k) map.lanes[k].routable = finder.component[k] == largest;
  close_ways_out(map);
  return finder.count;
}

void compute_distances(const std::vector<Strip>& strips, ThreadPool& pool, CompiledMap& map) {
  const LaneGraph graph(strips, map);
  const int points = map.lane_point_count(), lanes = int(map.lanes.size());
  map.point_distance.resize(size_t(points) * size_t(points));
  map.lane_end_distance.resize(size_t(points) * size_t(lanes));
  pool.parallel_ranges(points, [&](int begin, int end) {
    std::vector<double> distance;
    for (int goal = begin; goal < end; ++goal) {
      graph.find_distances(goal, distance);
      for (int p = 0; p < points; ++p)
        map.point_distance[size_t(goal) * size_t(points) + size_t(p)] =
            float(distance[size_t(graph.point_node(p))]);
      for (int lane = 0; lane < lanes; ++lane)
        map.lane_end_distance[size_t(goal) * size_t(lanes) + size_t(lane)] =
            float(distance[size_t(graph.end_node(lane))]);
    }
  });
}

void list_next_goals(CompiledMap& map) {
  struct Limits {
    float nearest, furthest, cosine;
  };
  // first as meant; then what is left where the road ends or turns
  constexpr Limits kSteps[] = {{20, 200, 0.5f}, {20, 200, 0}, {20, 200, -1}, {20, 400, -1}, {1, 1e8f, -1}};
  const size_t points = size_t(map.lane_point_count());
  map.next_goal_start.assign(1, 0);
  for (size_t from = 0; from < points; ++from) {
    const Quad& a = map.quads[size_t(map.lane_point_quad[from])];
    for (const Limits& limits : kSteps) {
      for (size_t to = 0; to < points; ++to) {
        const Quad& b = map.quads[size_t(map.lane_point_quad[to])];
        const float d = map.point_distance[to * points + from];
        if (d < limits.nearest || d > limits.furthest || !map.lanes[size_t(b.lane)].routable) continue;
        if (a.tangent_x * b.tangent_x + a.tangent_y * b.tangent_y >= limits.cosine)
          map.next_goals.push_back(uint16_t(to));
      }
      if (int32_t(map.next_goals.size()) > map.next_goal_start.back()) break;
    }
    map.next_goal_start.push_back(int32_t(map.next_goals.size()));
  }
}

}  // namespace gigalane
