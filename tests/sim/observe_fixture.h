/// A made-up map and batch of worlds to observe: random places, so that nothing is symmetric by accident.
/// Fields that an observation should not read are full of NaN.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "maps/map_view.h"
#include "sim/observe.h"
#include "sim/world_view.h"
#include "tests/sim/grouped.h"

namespace gigalane {

inline Record heading_record(float x, float y, float angle, float width) {
  const int c = int(std::lround(std::cos(angle) * 32767)), s = int(std::lround(std::sin(angle) * 32767));
  const uint32_t packed = (uint32_t(s) << 16) | (uint32_t(c) & 0xffffu);
  Record record{x, y, 0, width};
  std::memcpy(&record.c, &packed, sizeof packed);
  return record;
}

struct MadeUpMap {
  static constexpr int kQuads = 60, kPoints = 152, kEdges = 900, kLines = 30, kSignals = 20;

  std::vector<Quad> quads;
  std::vector<Record> quad_pose, lane_points, boundary;
  std::vector<RecordGroup> point_groups, edge_groups;
  std::vector<QuadLists> lists;
  std::vector<uint16_t> edge_lists;
  std::vector<int32_t> every_point;
  std::vector<StopLine> stop_lines;
  std::vector<float> point_distance;
  MapView view{};

  explicit MadeUpMap(unsigned seed) {
    std::mt19937 random(seed);
    auto uniform = [&](float low, float high) {
      return std::uniform_real_distribution<float>(low, high)(random);
    };
    const float half = 200, pi = 3.14159265f;
    for (int i = 0; i < kPoints; ++i)
      lane_points.push_back(
          heading_record(uniform(-half, half), uniform(-half, half), uniform(-pi, pi), uniform(2, 5)));
    for (int i = 0; i < kEdges; ++i)
      boundary.push_back(
          {uniform(-half, half), uniform(-half, half), uniform(-0.5f, 0.5f), uniform(-0.5f, 0.5f)});
    for (int i = 0; i < kLines; ++i) {
      const float x = uniform(-half, half), y = uniform(-half, half), angle = uniform(-pi, pi);
      const float c = std::cos(angle), s = std::sin(angle);
      stop_lines.push_back({x + 3 * s, y - 3 * c, x - 3 * s, y + 3 * c, c, s, 0,
                            int16_t(i < kSignals ? i : -1), int16_t(i < kSignals ? 0 : 1 + i % 2)});
    }
    for (int i = 0; i < kPoints * kPoints; ++i)
      point_distance.push_back(i % 37 == 0 ? kUnreachable : uniform(0, 1500));
    for (int i = 0; i < kQuads; ++i)
      add_quad(i, uniform(-half, half), uniform(-half, half), uniform(-pi, pi), uniform(-0.1f, 0.1f));
    edge_lists.resize(edge_lists.size() + kListPadding, 0);
    for (int i = 0; i < kPoints; ++i) every_point.push_back(i);
    point_groups = testing::grouped(lane_points), edge_groups = testing::grouped(boundary);
    fill_view();
  }

 private:
  template <class Distance>
  static std::vector<uint16_t> sorted(int count, const Distance& distance) {
    std::vector<uint16_t> order(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) order[size_t(i)] = uint16_t(i);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return distance(a) < distance(b); });
    return order;
  }
  // Counts differ from quad to quad: none, few, more than an observation shows.
  void add_quad(int i, float x, float y, float angle, float curvature) {
    Quad q{};
    q.x = x, q.y = y, q.tangent_x = std::cos(angle), q.tangent_y = std::sin(angle);
    q.half_length = 0.5f, q.width = 3.5f, q.curvature = curvature, q.speed_limit_mps = 10 + float(i % 7);
    q.next_stop_line = i % 3 == 0 ? kNone16 : uint16_t(i % kLines);
    q.next_stop_line_m = i % 3 == 0 ? 0.0f : float(i % 50);
    quads.push_back(q);
    quad_pose.push_back({q.x, q.y, q.tangent_x, q.tangent_y});
    auto near = [&](const std::vector<Record>& from) {
      return sorted(int(from.size()) / kGroupSize, [&](int group) {
        double least = 1e9;
        for (int k = 0; k < kGroupSize; ++k) {
          const Record& record = from[size_t(kGroupSize * group + k)];
          least = std::min(least, std::hypot(double(record.a - x), double(record.b - y)));
        }
        return least;
      });
    };
    QuadLists own{};
    const auto points = near(lane_points);
    std::copy_n(points.begin(), kListedGroups, own.point_groups);
    own.point_group_count = uint8_t(i % 5 == 0 ? i % kListedGroups : kListedGroups);
    auto edges = near(boundary);
    own.edge_group_count = uint16_t(i % 4 == 0 ? i / 4 : 15 + i / 2);
    edges.resize(size_t((own.edge_group_count + 3) / 4 * 4));
    own.first_edge_group = int32_t(edge_lists.size());
    edge_lists.insert(edge_lists.end(), edges.begin(), edges.end());
    auto lines = sorted(kLines, [&](int k) {
      return std::hypot(stop_lines[size_t(k)].x0 - x, stop_lines[size_t(k)].y0 - y);
    });
    std::copy_n(lines.begin(), kListedStopLines, own.stop_lines);
    own.stop_line_count = uint8_t(i % (kListedStopLines + 1));
    lists.push_back(own);
  }
  void fill_view() {
    view.quad_count = kQuads, view.lane_point_count = kPoints, view.boundary_count = kEdges;
    view.stop_line_count = kLines, view.signal_count = kSignals;
    view.quads = quads.data(), view.quad_pose = quad_pose.data(), view.lane_points = lane_points.data();
    view.lists = lists.data(), view.point_groups = point_groups.data();
    view.boundary = boundary.data(), view.edge_groups = edge_groups.data();
    view.edge_lists = edge_lists.data(), view.stop_lines = stop_lines.data();
    view.grouped_points = view.point_place = every_point.data();
    view.place_count = kPoints, view.point_distance = point_distance.data();
  }
};

/// Worlds on a made-up map, agents anywhere near its middle; some absent, some blind, some high above others.
struct MadeUpWorlds {
  MadeUpMap map;
  WorldView view{};
  std::vector<std::vector<Record>> storage;

  MadeUpWorlds(int worlds, int agents, unsigned seed) : map(seed) {
    view.world_count = worlds, view.agents_per_world = agents, view.signal_stride = MadeUpMap::kSignals;
    view.seed = 11, view.first_world = 5, view.maps = &map.view;
    const size_t slots = size_t(worlds) * size_t(agents);
    for_each_field(view, [&](const char*, auto*& pointer, int elements, bool by_slot, int) {
      const size_t bytes =
          (by_slot ? slots : size_t(worlds)) * size_t(elements) * sizeof(*pointer) + kDevicePadding;
      storage.emplace_back(bytes / sizeof(Record) + 1);
      std::memset(static_cast<void*>(storage.back().data()), 0xff, storage.back().size() * sizeof(Record));
      pointer = reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(storage.back().data());
    });
    std::mt19937 random(seed + 1);
    for (int w = 0; w < worlds; ++w) fill_world(w, random);
    for (int s = 0; s < int(slots); ++s) fill_slot(s, random);
  }

  void place(int slot, float x, float y, float angle) {
    const bool absent = view.status[slot] == uint8_t(AgentStatus::absent);
    view.pose[slot] = {x, y, std::cos(angle), std::sin(angle)};
    view.x_m[slot] = absent ? kFarAway : x;
    view.y_m[slot] = absent ? kFarAway : y;
  }
  void remove(int slot) {
    view.status[slot] = uint8_t(AgentStatus::absent);
    view.x_m[slot] = view.y_m[slot] = kFarAway;
  }

 private:
  static float uniform(std::mt19937& random, float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random);
  }
  void fill_world(int w, std::mt19937& random) {
    view.map[w] = 0, view.agent_count[w] = uint16_t(view.agents_per_world);
    view.episode[w] = uint32_t(w), view.episode_step[w] = 17;
    const float flip = w % 2 ? -1.0f : 1.0f;
    view.variant[w] = {
        uniform(random, 0.9f, 1.2f),        uniform(random, -0.1f, 0.1f), uniform(random, -0.1f, 0.1f) * flip,
        uniform(random, 0.9f, 1.2f) * flip, uniform(random, -5, 5),       uniform(random, -5, 5)};
    view.variant_inverse[w] = inverse(view.variant[w]);
    for (int s = 0; s < view.signal_stride; ++s)
      view.signal_state[w * view.signal_stride + s] = uint8_t((w + s) % 4);
  }
  void fill_slot(int s, std::mt19937& random) {
    auto draw = [&](float low, float high) { return uniform(random, low, high); };
    view.status[s] = uint8_t(AgentStatus::driving);
    place(s, draw(-150, 150), draw(-150, 150), draw(-3, 3));
    view.motion[s] = {draw(-2, 20), draw(-5, 3), draw(-4, 4), draw(-0.5f, 0.5f)};
    view.body[s] = {draw(1, 7), draw(1, 3), s % 6 == 0 ? 30.0f : draw(0, 2), draw(0, 900)};
    view.trait[s] = {draw(0.8f, 1.2f), draw(0.8f, 1.2f), draw(0.7f, 1.5f), draw(0.7f, 1.5f)};
    for (int c = 0; c < kCoefficientCount; ++c) view.coefficient[s * kCoefficientCount + c] = draw(0, 3);
    view.blind[s] = s % 23 == 7;
    for (int g = 0; g < kMaxGoals; ++g)
      view.goal[s * kMaxGoals + g] = uint16_t(random() % MadeUpMap::kPoints);
    view.goal_count[s] = uint8_t(1 + s % kMaxGoals), view.goal_index[s] = uint8_t(s % view.goal_count[s]);
    view.quad[s] = int32_t(random() % MadeUpMap::kQuads);
    const float angle = draw(-1, 1);
    view.frenet[s] = {draw(-0.5f, 0.5f), draw(-2, 2), std::cos(angle), std::sin(angle)};
    view.nearest_hint[s] = draw(0, 20000);
    if (s % 13 == 12) remove(s);
  }
};

/// Rows and counts, poisoned, and the drop orders.
struct ObservedRows {
  ObservationShape shape;
  std::vector<float> storage;
  std::vector<int32_t> counts;
  std::vector<uint8_t> orders = make_drop_orders();
  float* rows;

  ObservedRows(ObservationShape s, int slots)
      : shape(s),
        storage(size_t(slots) * size_t(s.row_stride()) + 16),
        counts(size_t(slots) * kSetCount, -77) {
    rows = reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(storage.data()) + 63) / 64 * 64);
    std::fill(storage.begin(), storage.end(), std::nanf(""));
  }
  ObservationView view() { return {shape, rows, counts.data()}; }
  const float* row(int slot) const { return rows + size_t(slot) * size_t(shape.row_stride()); }
  float at(int slot, int set, int feature, int element) const {
    return row(slot)[shape.set_offset(set) + feature * shape.capacity[set] + element];
  }
  float ego(int slot, int feature) const { return row(slot)[shape.ego_offset() + feature]; }
  int count(int slot, int set) const { return counts[size_t(slot * kSetCount + set)]; }
};

/// Observes all worlds with a back end.
template <class L>
ObservedRows observe_with(const WorldView& world, ObservationShape shape, bool drop_features = false,
                          bool route_hint = false) {
  ObservedRows result(shape, world.world_count * world.agents_per_world);
  Observe phase{world, result.view(), {route_hint, drop_features ? result.orders.data() : nullptr}};
  run_phases_with<L>(Executor{}, world.world_count, world.agents_per_world, phase);
  return result;
}

}  // namespace gigalane
