/// The phase that writes observations: what each agent sees, as observation_layout.h and ego_features.h lay
/// it out. A pure function of the map, the state of a world and the agent (the hint of the nearest search
/// saves time and changes nothing), so the live step, a trainer's minibatch and the viewer all call this one.
#pragma once
#include <type_traits>

#include "base/schedule.h"
#include "sim/observe_agents.h"
#include "sim/observe_ego.h"
#include "sim/observe_map.h"
#include "sim/purposes.h"
#include "sim/world_view.h"

namespace gigalane {

/// Who looks: a slot of a view, and what was drawn for its life.
struct Observer {
  int world, agent;          ///< in the view
  uint32_t number;           ///< of the world over all processes
  Record trait;              ///< as WorldView holds it
  const float* coefficient;  ///< (kCoefficientCount)
  bool again;                ///< was observed in this very state before
};

/// Writes the row and the counts of every slot, of 32-bit numbers, with or without noise; absent agents get
/// zeros.
struct Observe {
  static constexpr Over over = Over::agent_lanes;

  WorldView world;
  ObservationView out;
  ObserveOptions options;
  ObservationPlaces place_in_row{out.shape};

  struct Scratch {
    union Working {  // the search is over when the rows of the agents it found are written
      NearestScratch search;
      alignas(64) float staged[kStagedFloats];
    } working;
    union {  // the agents found are written before the routes are looked for
      alignas(64) uint16_t nearest[kMaxAgents + kWidestLanes];
      alignas(64) float routes[kListedFeatures + kWidestLanes];
    };
    alignas(64) int32_t chosen[kListedFeatures + 2 * kWidestLanes];  // of one set after the other
    /// Stop lines, then the ego vector: they are neighbours in the row too.
    alignas(64) float tail[kStopLineFeatures * kListedStopLines + round_up16(kEgoFeatures)];
  };

  template <class L>
  LANES_FUNCTION void operator()(int world_index, int agent, Scratch& scratch) const {
    look_from<L, float, true>(world_index, agent, scratch);
  }

  /// Writes the row of a slot, which stores numbers as `Number`.
  template <class L, class Number, bool kNoisy>
  LANES_FUNCTION void look_from(int world_index, int agent, Scratch& scratch) const {
    const int slot = world_index * world.agents_per_world + agent;
    prefetch_next<L>(world.maps[world.map[world_index]], slot, agent);
    const Observer observer{world_index,
                            agent,
                            world.first_world + uint32_t(world_index),
                            world.trait[slot],
                            world.coefficient + slot * kCoefficientCount,
                            false};
    look<L, Number, kNoisy>(observer, slot, scratch);
  }

  /// The goal that lane points show the way to: the current one, the last when all are reached; any without.
  HOST_DEVICE int shown_goal(int slot) const {
    const int count = world.goal_count[slot], index = world.goal_index[slot];
    return count > 0 ? int(world.goal[slot * kMaxGoals + minimum(index, count - 1)]) : 0;
  }

  /// Asks for what the lists of a quad name, when these are at hand: expect_lists() an agent before. Worth it
  /// where caches have lost the map since the last look.
  static HOST_DEVICE void expect_groups(const MapView& map, int quad, int goal) {
    quad = minimum(maximum(quad, 0), map.quad_count - 1);
    const GroupList points = listed_points(map, quad), edges = listed_edges(map, quad);
    for (int k = 0; k < points.count; k += kGroupSize) prefetch(points.groups + points.list[k / kGroupSize]);
    const int most = minimum(edges.count, kListedFeatures);
    for (int k = 0; k < most; k += kGroupSize) prefetch(edges.groups + edges.list[k / kGroupSize]);
    if (map.region_count > 0) return;
    const float* to_goal = map.point_distance + size_t(goal) * size_t(map.place_count);
    for (int k = 0; k < points.count; k += kGroupSize) prefetch(to_goal + points.place(k));
  }
  /// Asks for where the lists of a quad are, when that is at hand: expect_quad() an agent before.
  static HOST_DEVICE void expect_lists(const MapView& map, int quad) {
    quad = minimum(maximum(quad, 0), map.quad_count - 1);
    const uint16_t* edges = map.edge_lists + map.lists[quad].first_edge_group;
    prefetch(edges), prefetch(edges + kListedGroups - 1);
  }
  static HOST_DEVICE void expect_quad(const MapView& map, int quad) {
    quad = minimum(maximum(quad, 0), map.quad_count - 1);
    prefetch(map.lists + quad), prefetch(map.quads + quad), prefetch(&map.quads[quad].next_stop_line);
  }

  /// Writes what an observer sees into row `place` of the output, which stores numbers as `Number`.
  template <class L, class Number, bool kNoisy>
  LANES_FUNCTION void look(const Observer& observer, int place, Scratch& scratch) const {
    const ObservationShape shape = out.shape;
    const int slot = observer.world * world.agents_per_world + observer.agent;
    const ObservationPlaces& in_row = place_in_row;
    Number* row = out.rows_of<Number>() + size_t(place) * size_t(in_row.stride);
    int32_t* counts = out.counts + size_t(place) * kSetCount;
    if (world.status[slot] == uint8_t(AgentStatus::absent))
      return write_absent<L>(in_row.stride, row, counts);

    const MapView& map = world.maps[world.map[observer.world]];
    const EgoPlace at = place_of<kNoisy>(observer, slot, map);
    const Drop drop = draw_drop(observer);
    const int quad = world.quad[slot];
    const Shown lanes =
        choose_shown<L>(listed_points(map, quad), shape.capacity[kLaneSet], drop.lanes, scratch.chosen);
    // a buffer is sent on its way one part after it was filled: blocks are not read right after their pieces
    // were written, and what was asked for early has arrived by the time it is needed
    using Rows = SetRows<L, Number>;
    const Rows others(row + in_row.set[kAgentSet], scratch.working.staged, shape.capacity[kAgentSet]);
    const int agent_count = write_others<L, kNoisy>(at, observer, scratch, others);
    const int stop_count = write_tail<L>(map, at, scratch);
    others.finish(kAgentFeatures);
    observe_lanes<L>(at.frame, at.determinant, route_of<L>(map, at, lanes, scratch.routes), lanes,
                     Rows(row + in_row.set[kLaneSet], scratch.working.staged, shape.capacity[kLaneSet]));
    L::sync();
    const Shown boundary =
        choose_shown<L>(listed_edges(map, quad), shape.capacity[kBoundarySet], drop.boundary, scratch.chosen);
    observe_boundary<L>(
        at.frame, at.determinant, boundary,
        Rows(row + in_row.set[kBoundarySet], scratch.working.staged, shape.capacity[kBoundarySet]));
    const int tail = in_row.set[kStopLineSet];
    Rows::copy_out(scratch.tail, row + tail, in_row.stride - tail);
    if (own_thread<L>() == 0) {
      counts[kLaneSet] = lanes.count;
      counts[kBoundarySet] = boundary.count;
      counts[kAgentSet] = agent_count;
      counts[kStopLineSet] = stop_count;
    }
  }

 private:
  template <class L, class Number>
  static LANES_FUNCTION void write_absent(int stride, Number* row, int32_t* counts) {
    for (int k = 0; k < stride; k += L::width) L::stream(row + k, typename L::Float(0.0f), stride - k);
    if (own_thread<L>() == 0)
      for (int set = 0; set < kSetCount; ++set) counts[set] = 0;
  }

  template <bool kNoisy>
  HOST_DEVICE EgoPlace place_of(const Observer& observer, int slot, const MapView& map) const {
    const Affine variant = world.variant[observer.world];
    const Record pose = world.pose[slot];
    Belief self{
        {pose.a, pose.b, pose.c, pose.d}, world.frenet[slot], world.motion[slot].a, world.body[slot].d};
    if (kNoisy && options.noise.of_itself()) self = believe(options.noise, noise_key(observer), self);
    EgoPlace at;
    at.world = observer.world;
    at.slot = slot;
    at.quad = map.quads + world.quad[slot];
    at.frame =
        compose(ego_frame(self.pose.x, self.pose.y, self.pose.cos_heading, self.pose.sin_heading), variant);
    at.frenet = self.frenet;
    at.speed_mps = self.speed_mps;
    at.route_m = self.route_m;
    at.determinant = determinant(variant);
    at.scale = square_root(absolute(at.determinant));
    at.goal_index = world.goal_index[slot];
    at.goal_count = world.goal_count[slot];
    at.trait = observer.trait;
    at.coefficient = observer.coefficient;
    at.again = observer.again;
    return at;
  }

  /// The agent's word of a key holds the episode too: a step may be any number.
  HOST_DEVICE NoiseKey noise_key(const Observer& observer) const {
    const uint32_t who = uint32_t(observer.agent) + (world.episode[observer.world] * uint32_t(kMaxAgents));
    return {world.seed, observer.number, who, world.episode_step[observer.world]};
  }

  /// The orders that decide which features are dropped in this step; null: none are.
  struct Drop {
    const uint8_t *lanes, *boundary;
  };
  HOST_DEVICE Drop draw_drop(const Observer& observer) const {
    if (!options.drop_orders) return {nullptr, nullptr};
    const NoiseKey key = noise_key(observer);
    KeyedRandom random(key.seed, key.world, key.who, key.step, uint32_t(Purpose::lane_dropout));
    const uint8_t* lanes = options.drop_orders + size_t(random.bits() % kDropOrders) * kDropStride;
    const uint8_t* boundary = options.drop_orders + size_t(random.bits() % kDropOrders) * kDropStride;
    return {lanes, boundary};
  }

  template <class L, bool kNoisy, class Number>
  LANES_FUNCTION int write_others(const EgoPlace& at, const Observer& observer, Scratch& scratch,
                                  const SetRows<L, Number>& rows) const {
    if (world.blind[at.slot] || rows.capacity == 0) {
      for (int k = rows.last_block(); k >= 0; k -= L::width) rows.template put_zero<kAgentFeatures>(k);
      return 0;
    }
    const int agent = observer.agent, first = at.slot - agent;
    const AgentsView agents{world.x_m + first,    world.y_m + first,  world.pose + first,
                            world.motion + first, world.body + first, world.agent_count[at.world]};
    float hint = world.nearest_hint ? world.nearest_hint[at.slot] : 0.0f;
    OthersNoise errors{nullptr, {}};
    if (kNoisy && options.noise.of_others()) errors = {&options.noise, noise_key(observer)};
    const int count =
        observe_agents<L>(agents, agent, hint, scratch.working.search, scratch.nearest, errors, rows);
    if (world.nearest_hint && own_thread<L>() == 0) world.nearest_hint[at.slot] = hint;
    return count;
  }

  /// Stop lines and the ego vector, one after another as in the row. Returns how many stop lines there are.
  template <class L>
  LANES_FUNCTION int write_tail(const MapView& map, const EgoPlace& at, Scratch& scratch) const {
    const int capacity = out.shape.capacity[kStopLineSet];
    const int count = observe_stop_lines<L>(world, map, at, world.quad[at.slot], capacity, scratch.tail);
    observe_ego<L>(world, map, at, options.route_hint,
                   scratch.tail + (place_in_row.ego - place_in_row.set[kStopLineSet]));
    L::sync();
    return count;
  }

  /// A CPU asks for the lists of the next agent of the world, and for where the lists of the one after it
  /// are; where the observation stays in the caches for who reads it next, who takes them meanwhile, for what
  /// the lists name too.
  template <class L>
  LANES_FUNCTION void prefetch_next(const MapView& map, int slot, int agent) const {
    if constexpr (kThreads<L> == 1) {
      constexpr int kFurther = std::is_same_v<L, CachedLanes> ? 1 : 0;
      const int left = world.agents_per_world - 1 - agent;
      if (kFurther) {
        const int next = slot + minimum(left, 1);
        expect_groups(map, world.quad[next], shown_goal(next));
      }
      expect_lists(map, world.quad[slot + minimum(left, 1 + kFurther)]);
      expect_quad(map, world.quad[slot + minimum(left, 2 + kFurther)]);
    }
  }

  template <class L>
  LANES_FUNCTION LaneRoute route_of(const MapView& map, const EgoPlace& at, Shown lanes,
                                    float* routes) const {
    const int goal = shown_goal(at.slot);
    const bool by_element = map.region_count > 0;
    if (by_element) find_routes<L>(map, world.quad[at.slot], goal, lanes, routes);
    return {by_element ? routes : map.point_distance + size_t(goal) * size_t(map.place_count), by_element,
            at.scale, at.goal_count > 0 ? 0.0f : kUnreachable, at.route_m};
  }
};

/// The same with rows that store numbers as `Number`, left in the caches if kCached. Without kNoisy it knows
/// no sensor noise, which would cost a GPU registers though there is none.
template <class Number, bool kNoisy, bool kCached = false>
struct ObserveAs {
  static constexpr Over over = Over::agent_lanes;
  using Scratch = Observe::Scratch;
  Observe observe;

  template <class L>
  LANES_FUNCTION void operator()(int world, int agent, Scratch& scratch) const {
    using Lanes = std::conditional_t<kCached, Cached<L>, L>;
    observe.template look_from<Lanes, Number, kNoisy>(world, agent, scratch);
  }
};

/// Calls run(phase) with the phase that observes in the format of the output, and with noise where there is
/// some. `cached`: what is written is read before a cache has lost it; the phases with noise and of 16 bits,
/// which are less used, are compiled for streaming alone.
template <class Run>
void with_observe(const Observe& observe, bool cached, const Run& run) {
  const bool noisy = observe.options.noise.of_others() || observe.options.noise.of_itself();
  const NumberFormat format = observe.out.shape.format;
  if (format == NumberFormat::float16)
    noisy ? run(ObserveAs<Float16, true>{observe}) : run(ObserveAs<Float16, false>{observe});
  else if (format == NumberFormat::bfloat16)
    noisy ? run(ObserveAs<BFloat16, true>{observe}) : run(ObserveAs<BFloat16, false>{observe});
  else if (noisy)
    run(observe);
  else if (cached)
    run(ObserveAs<float, false, true>{observe});
  else
    run(ObserveAs<float, false>{observe});
}

}  // namespace gigalane
