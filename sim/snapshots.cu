#include "sim/snapshots.h"

#include <algorithm>
#include <type_traits>

#include "sim/observe.h"
#include "sim/simulator.h"
#include "sim/spawn.h"

namespace gigalane {

namespace {

/// The sample at a position: its world and agent in the snapshots' view.
struct SampleList {
  const int64_t* samples;
  int64_t count;
  int agents_per_world, worlds;  ///< of one step

  HOST_DEVICE int world(int64_t position) const { return int(samples[position] / agents_per_world); }
  HOST_DEVICE int agent(int64_t position) const { return int(samples[position] % agents_per_world); }
  /// Of the world over all processes.
  HOST_DEVICE uint32_t number(int world, uint32_t first_world) const {
    return first_world + uint32_t(world % worlds);
  }
};

/// Draws again what was drawn for the lives of samples.
struct DrawCharacters {
  static constexpr Over over = Over::worlds;
  SampleList list;
  WorldView view;
  StepRules rules;
  Record* traits;
  float* coefficients;

  HOST_DEVICE void operator()(int position) const {
    const int world = list.world(position), agent = list.agent(position);
    const LifeKey key{view.seed, list.number(world, view.first_world), uint32_t(agent),
                      view.life[list.samples[position]]};
    traits[position] = draw_traits(rules, key).trait;
    draw_coefficients(rules.reward, key, coefficients + position * kCoefficientCount);
  }
};

/// Observes samples, row by position, which store numbers as `Number`.
template <class Number, bool kNoisy>
struct ObserveSamples {
  static constexpr Over over = Over::agent_lanes;
  using Scratch = Observe::Scratch;
  SampleList list;
  Observe observe;
  const Record* traits;
  const float* coefficients;

  template <class L>
  LANES_FUNCTION void operator()(int position, int, Scratch& scratch) const {
    expect_next<L>(position);
    const int world = list.world(position);
    const Observer observer{world,
                            list.agent(position),
                            list.number(world, observe.world.first_world),
                            traits[position],
                            coefficients + position * kCoefficientCount,
                            true};
    observe.template look<Cached<L>, Number, kNoisy>(observer, position, scratch);
  }

 private:
  /// A CPU asks for what the samples after this one will read, in the order in which one leads to the next.
  template <class L>
  LANES_FUNCTION void expect_next(int position) const {
    if constexpr (kThreads<L> == 1) {
      const WorldView& w = observe.world;
      const auto at = [&](int ahead) { return list.samples[minimum(position + ahead, int(list.count) - 1)]; };
      const auto map = [&](int64_t sample) -> const MapView& {
        return w.maps[w.map[sample / list.agents_per_world]];
      };
      Observe::expect_groups(map(at(1)), w.quad[at(1)], observe.shown_goal(at(1)));
      Observe::expect_lists(map(at(2)), w.quad[at(2)]);
      Observe::expect_quad(map(at(4)), w.quad[at(4)]);
      expect_route(map(at(4)), at(4));
      expect_world(at(7));
    }
  }
  /// The goals and the quads of the hint.
  HOST_DEVICE void expect_route(const MapView& map, int64_t sample) const {
    const WorldView& w = observe.world;
    for (int n = 0; n < kMaxGoals; ++n) prefetch(map.lane_points + w.goal[sample * kMaxGoals + n]);
    if (!w.hint_quad) return;
    for (int n = 0; n < kRouteHints; ++n)
      prefetch(map.quad_pose + maximum(w.hint_quad[sample * kRouteHints + n], 0));
  }
  HOST_DEVICE void expect_world(int64_t sample) const {
    const WorldView& w = observe.world;
    const int64_t world = sample / list.agents_per_world, first = world * list.agents_per_world;
    prefetch(w.quad + sample), prefetch(w.frenet + sample), prefetch(w.goal + sample * kMaxGoals);
    prefetch(w.goal_index + sample), prefetch(w.goal_count + sample), prefetch(w.blind + sample);
    if (w.hint_quad) prefetch(w.hint_quad + sample * kRouteHints);
    prefetch(w.variant + world), prefetch(w.status + sample), prefetch(w.map + world);
    prefetch(w.agent_count + world), prefetch(w.episode + world), prefetch(w.episode_step + world);
    for (int k = 0; k < list.agents_per_world; k += 16)
      prefetch(w.x_m + first + k), prefetch(w.y_m + first + k);
    for (int k = 0; k < list.agents_per_world; k += 4)
      prefetch(w.pose + first + k), prefetch(w.motion + first + k), prefetch(w.body + first + k);
  }
};

/// Observes samples as `phase` would observe slots.
template <class Number, bool kNoisy, bool kCached>
ObserveSamples<Number, kNoisy> samples_like(const ObserveAs<Number, kNoisy, kCached>&, const SampleList& list,
                                            const Observe& observe, const Record* traits,
                                            const float* coefficients) {
  return {list, observe, traits, coefficients};
}
ObserveSamples<float, true> samples_like(const Observe&, const SampleList& list, const Observe& observe,
                                         const Record* traits, const float* coefficients) {
  return {list, observe, traits, coefficients};
}

/// Checks before allocating: what does not fit would be killed without a word. Slots times goals, and
/// worlds times lights, are counted in an int.
void require_room(Device device, int step_count, const WorldView& now, double bytes) {
  const int world_count = now.world_count, slot_count = world_count * now.agents_per_world,
            signal_stride = now.signal_stride;
  const double present = double(total_memory(device));
  require(bytes <= 0.9 * present, "a rollout of ", step_count, " steps and ", slot_count, " agents needs ",
          int64_t(bytes * 1e-9 + 0.5), " GB of memory, this ", device == Device::cpu ? "machine" : "GPU",
          " has ", int64_t(present * 1e-9 + 0.5), " GB: lower simulation.worlds or ppo.rollout_steps");
  const int64_t most = INT32_MAX / kMaxGoals, worlds_of_most = INT32_MAX / signal_stride;
  require(int64_t(step_count) * world_count <= worlds_of_most, "a rollout of ", step_count, " steps and ",
          world_count, " worlds of ", signal_stride, " lights, expected at most ", worlds_of_most,
          " worlds in all: lower simulation.worlds or ppo.rollout_steps");
  require(int64_t(step_count) * slot_count <= most, "a rollout of ", step_count, " steps and ", slot_count,
          " agents, expected at most ", most, " in all: lower simulation.worlds or ppo.rollout_steps");
}

}  // namespace

void SampleRows::reserve(Device device, const ObservationShape& shape, int64_t count) {
  const auto room = size_t(count);
  if (rows_.count() >= room && rows_.shape() == shape) return;
  rows_ = ObservationRows(device, shape, room);
  traits_ = DeviceBuffer<Record>(device, room);
  coefficients_ = DeviceBuffer<float>(device, room * kCoefficientCount);
}

Snapshots::Snapshots(const Simulator& simulator, Device device, int step_count)
    : shape_(simulator.observation_shape()),
      options_(simulator.observe_options()),
      rules_(step_rules(simulator.config())),
      kept_(kSeenField | (options_.route_hint ? kHintField : 0)),
      worlds_(simulator.config().worlds),
      view_(simulator.view()) {
  view_.world_count = step_count * worlds_;
  const int64_t slots = int64_t(step_count) * simulator.slot_count();
  const auto bytes_of = [&](size_t element, int elements, bool by_slot) {
    return size_t(by_slot ? slots : int64_t(view_.world_count)) * size_t(elements) * element;
  };
  double needed = 0;
  for_each_field(view_, [&](const char*, auto& pointer, int elements, bool by_slot, int use) {
    if (use & kept_) needed += double(bytes_of(sizeof *pointer, elements, by_slot));
  });
  require_room(device, step_count, simulator.view(), needed);
  for_each_field(view_, [&](const char*, auto& pointer, int elements, bool by_slot, int use) {
    if (use & kept_) fields_.emplace_back(device, bytes_of(sizeof *pointer, elements, by_slot));
    void* kept = use & kept_ ? fields_.back().data() : nullptr;
    pointer = static_cast<std::remove_reference_t<decltype(pointer)>>(kept);
  });
}

void Snapshots::record(int step, const WorldView& now, void* stream) {
  require(step >= 0 && (step + 1) * worlds_ <= view_.world_count, "snapshot of step ", step,
          ", expected 0 to ", view_.world_count / worlds_ - 1);
  view_.seed = now.seed, view_.first_world = now.first_world;  // restore() may have changed them
  WorldView from = now;  // the list of fields visits references to pointers that may be changed
  size_t index = 0;
  for_each_field(from, [&](const char*, auto& pointer, int, bool, int use) {
    if (!(use & kept_)) return;
    DeviceBuffer<uint8_t>& field = fields_[index++];
    const size_t bytes = field.size() * size_t(worlds_) / size_t(view_.world_count);
    copy_memory_async(field.device(), field.data() + bytes * size_t(step), pointer, bytes, stream);
  });
}

void Snapshots::observe(const Executor& executor, const int64_t* samples, int64_t count,
                        SampleRows& out) const {
  out.reserve(executor.device, shape_,
              std::max<int64_t>(count, 1));  // rows have an address, if none are asked for
  const SampleList list{samples, count, view_.agents_per_world, worlds_};
  const DrawCharacters draw{list, view_, rules_, out.traits(), out.coefficients()};
  const Observe observe{view_, out.observation(), options_};
  with_observe(observe, true, [&](const auto& phase) {
    run_phases(executor, int(count), 1, draw,
               samples_like(phase, list, observe, out.traits(), out.coefficients()));
  });
}

int64_t Snapshots::bytes() const {
  int64_t sum = 0;
  for (const DeviceBuffer<uint8_t>& field : fields_) sum += int64_t(field.size());
  return sum;
}

}  // namespace gigalane
