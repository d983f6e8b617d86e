/// The phase that writes observations: what each agent sees, as observation_layout.h and ego_features.h lay
/// it out. A pure function of the map, the state of a world and the agent (the hint of the nearest search
/// saves time and changes nothing), so the live step, a trainer's minibatch and the viewer all call this one.
#pragma once
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

/// Writes the row and the counts of every slot; absent agents get zeros.
struct Observe {
  static constexpr Over over = Over::agent_lanes;

  WorldView world;
  ObservationView out;
  ObserveOptions options;

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
    const int slot = world_index * world.agents_per_world + agent;
    prefetch_next<L>(world.maps[world.map[world_index]], slot, agent);
    const Observer observer{world_index,
                            agent,
                            world.first_world + uint32_t(world_index),
                            world.trait[slot],
                            world.coefficient + slot * kCoefficientCount,
                            false};
    look<L>(observer, slot, scratch);
  }

  /// Asks for what the lists of a quad name, when they are at hand: expect_quad() an agent before.
  static HOST_DEVICE void expect_lists(const MapView& map, int quad) {
    quad = minimum(maximum(quad, 0), map.quad_count - 1);
    const uint16_t* edges = map.edge_lists + map.lists[quad].first_edge_group;
    prefetch(edges), prefetch(edges + kListedGroups - 1);
  }
  static HOST_DEVICE void expect_quad(const MapView& map, int quad) {
    quad = minimum(maximum(quad, 0), map.quad_count - 1);
    prefetch(map.lists + quad), prefetch(map.quads + quad), prefetch(&map.quads[quad].next_stop_line);
  }

  /// Writes what an observer sees into row `place` of the output.
  template <class L>
  LANES_FUNCTION void look(const Observer& observer, int place, Scratch& scratch) const {
    const ObservationShape shape = out.shape;
    const int slot = observer.world * world.agents_per_world + observer.agent;
    float* row = out.rows + size_t(place) * size_t(shape.row_stride());
    int32_t* counts = out.counts + size_t(place) * kSetCount;
    if (world.status[slot] == uint8_t(AgentStatus::absent)) return write_absent<L>(shape, row, counts);

    const MapView& map = world.maps[world.map[observer.world]];
    const EgoPlace at = place_of(observer, slot, map);
    const Drop drop = draw_drop(observer);
    const int quad = world.quad[slot];
    const Shown lanes =
        choose_shown<L>(listed_points(map, quad), shape.capacity[kLaneSet], drop.lanes, scratch.chosen);
    // a buffer is sent on its way one part after it was filled: blocks are not read right after their pieces
    // were written, and what was asked for early has arrived by the time it is needed
    const SetRows<L> others(row + shape.set_offset(kAgentSet), scratch.working.staged,
                            shape.capacity[kAgentSet]);
    const int agent_count = write_others<L>(at, observer.agent, scratch, others);
    const int stop_count = write_tail<L>(map, at, scratch);
    others.finish(kAgentFeatures);
    observe_lanes<L>(
        at.frame, at.determinant, route_of<L>(map, at, lanes, scratch.routes), lanes,
        SetRows<L>(row + shape.set_offset(kLaneSet), scratch.working.staged, shape.capacity[kLaneSet]));
    L::sync();
    const Shown boundary =
        choose_shown<L>(listed_edges(map, quad), shape.capacity[kBoundarySet], drop.boundary, scratch.chosen);
    observe_boundary<L>(at.frame, at.determinant, boundary,
                        SetRows<L>(row + shape.set_offset(kBoundarySet), scratch.working.staged,
                                   shape.capacity[kBoundarySet]));
    const int tail = shape.set_offset(kStopLineSet);
    SetRows<L>::copy_out(scratch.tail, row + tail, shape.row_stride() - tail);
    if (own_thread<L>() == 0) {
      counts[kLaneSet] = lanes.count;
      counts[kBoundarySet] = boundary.count;
      counts[kAgentSet] = agent_count;
      counts[kStopLineSet] = stop_count;
    }
  }

 private:
  template <class L>
  static LANES_FUNCTION void write_absent(const ObservationShape& shape, float* row, int32_t* counts) {
    const int stride = shape.row_stride();
    for (int k = 0; k < stride; k += L::width) L::stream(row + k, typename L::Float(0.0f), stride - k);
    if (own_thread<L>() == 0)
      for (int set = 0; set < kSetCount; ++set) counts[set] = 0;
  }

  HOST_DEVICE EgoPlace place_of(const Observer& observer, int slot, const MapView& map) const {
    const Affine variant = world.variant[observer.world];
    const Record pose = world.pose[slot];
    EgoPlace at;
    at.world = observer.world;
    at.slot = slot;
    at.quad = map.quads + world.quad[slot];
    at.frame = compose(ego_frame(pose.a, pose.b, pose.c, pose.d), variant);
    at.determinant = determinant(variant);
    at.scale = square_root(absolute(at.determinant));
    at.goal_index = world.goal_index[slot];
    at.goal_count = world.goal_count[slot];
    at.trait = observer.trait;
    at.coefficient = observer.coefficient;
    at.again = observer.again;
    return at;
  }

  /// The orders that decide which features are dropped in this step; null: none are.
  struct Drop {
    const uint8_t *lanes, *boundary;
  };
  HOST_DEVICE Drop draw_drop(const Observer& observer) const {
    if (!options.drop_orders) return {nullptr, nullptr};
    // the agent's word of the key holds the episode too: a step may be any number
    const uint32_t who = uint32_t(observer.agent) + (world.episode[observer.world] * uint32_t(kMaxAgents));
    KeyedRandom random(world.seed, observer.number, who, world.episode_step[observer.world],
                       uint32_t(Purpose::lane_dropout));
    const uint8_t* lanes = options.drop_orders + size_t(random.bits() % kDropOrders) * kDropStride;
    const uint8_t* boundary = options.drop_orders + size_t(random.bits() % kDropOrders) * kDropStride;
    return {lanes, boundary};
  }

  template <class L>
  LANES_FUNCTION int write_others(const EgoPlace& at, int agent, Scratch& scratch,
                                  const SetRows<L>& rows) const {
    if (world.blind[at.slot] || rows.capacity == 0) {
      for (int k = 0; k < rows.capacity; k += L::width) rows.put_zero(kAgentFeatures, k);
      return 0;
    }
    const int first = at.slot - agent;
    const AgentsView agents{world.x_m + first,    world.y_m + first,  world.pose + first,
                            world.motion + first, world.body + first, world.agent_count[at.world]};
    float hint = world.nearest_hint ? world.nearest_hint[at.slot] : 0.0f;
    const int count = observe_agents<L>(agents, agent, hint, scratch.working.search, scratch.nearest, rows);
    if (world.nearest_hint && own_thread<L>() == 0) world.nearest_hint[at.slot] = hint;
    return count;
  }

  /// Stop lines and the ego vector, one after another as in the row. Returns how many stop lines there are.
  template <class L>
  LANES_FUNCTION int write_tail(const MapView& map, const EgoPlace& at, Scratch& scratch) const {
    const int capacity = out.shape.capacity[kStopLineSet];
    const int count = observe_stop_lines<L>(world, map, at, world.quad[at.slot], capacity, scratch.tail);
    observe_ego<L>(world, map, at, options.route_hint,
                   scratch.tail + (out.shape.ego_offset() - out.shape.set_offset(kStopLineSet)));
    L::sync();
    return count;
  }

  /// A CPU asks for the lists of the next agent of the world, and for where the lists of the one after it
  /// are.
  template <class L>
  LANES_FUNCTION void prefetch_next(const MapView& map, int slot, int agent) const {
    if constexpr (kThreads<L> == 1) {
      const int left = world.agents_per_world - 1 - agent;
      expect_lists(map, world.quad[slot + minimum(left, 1)]);
      expect_quad(map, world.quad[slot + minimum(left, 2)]);
    }
  }

  template <class L>
  LANES_FUNCTION LaneRoute route_of(const MapView& map, const EgoPlace& at, Shown lanes,
                                    float* routes) const {
    const int current = minimum(at.goal_index, at.goal_count - 1);
    const int goal = at.goal_count > 0 ? world.goal[at.slot * kMaxGoals + current] : 0;
    const bool by_element = map.region_count > 0;
    if (by_element) find_routes<L>(map, world.quad[at.slot], goal, lanes, routes);
    return {by_element ? routes : map.point_distance + size_t(goal) * size_t(map.place_count), by_element,
            at.scale, at.goal_count > 0 ? 0.0f : kUnreachable, world.body[at.slot].d};
  }
};

/// The same where the rows are read before a cache has lost them.
struct ObserveCached {
  static constexpr Over over = Over::agent_lanes;
  using Scratch = Observe::Scratch;
  Observe observe;

  template <class L>
  LANES_FUNCTION void operator()(int world, int agent, Scratch& scratch) const {
    observe.template operator()<Cached<L>>(world, agent, scratch);
  }
};

}  // namespace gigalane
