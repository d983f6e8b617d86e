// The step of a batch of worlds. Compiled as C++ in the CPU build and by nvcc in the CUDA build.
#include "sim/simulator.h"

#include <cmath>
#include <cstdio>
#include <cstring>

#include "base/state_hash.h"
#include "maps/map_library.h"
#include "sim/check_config.h"
#include "sim/device_maps.h"
#include "sim/feature_subset.h"
#include "sim/observation_rows.h"
#include "sim/replay_log.h"
#include "sim/step.h"

namespace gigalane {

namespace {

std::vector<std::shared_ptr<const CompiledMap>> load_maps(const SimulationConfig& config) {
  require(!config.maps.empty(), "simulation.maps is empty, expected at least one map");
  std::vector<std::shared_ptr<const CompiledMap>> maps;
  for (const std::string& name : config.maps) maps.push_back(load_map(name));
  return maps;
}

ObservationShape shape_of(const ObservationConfig& c) {
  ObservationShape shape;
  shape.capacity[kLaneSet] = c.lane_points;
  shape.capacity[kBoundarySet] = c.boundary_points;
  shape.capacity[kAgentSet] = c.agents;
  shape.capacity[kStopLineSet] = c.stop_lines;
  shape.format = c.format == "float16"    ? NumberFormat::float16
                 : c.format == "bfloat16" ? NumberFormat::bfloat16
                                          : NumberFormat::float32;
  return shape;
}

/// Observations of a step up to so many bytes are left in a CPU's caches, for who reads them next; larger
/// ones would only be lost there.
constexpr size_t kCachedBytes = size_t(8) << 20;

/// What a saved state must agree in; stands at its beginning.
struct SavedHeader {
  uint64_t magic, bytes, seed, steps, maps;  // maps: hash of their checksums
  uint64_t hash;                             // of the whole, with 0 here
  uint32_t world_count, agents_per_world, signal_stride, first_world;
  Curriculum curriculum;
};
static_assert(sizeof(SavedHeader) == 6 * 8 + 4 * 4 + 2 * 4, "no gaps: its bytes are hashed");
constexpr uint64_t kSavedMagic = 0x3430646c726f7767u;
constexpr int kSaved = kStateField | kSavedField;

uint64_t hash_of_saved(SavedHeader header, const std::vector<uint8_t>& saved) {
  header.hash = 0;
  StateHash hash;
  hash.add(&header, sizeof header);
  hash.add(saved.data() + sizeof header, saved.size() - sizeof header);
  return hash.value();
}

}  // namespace

struct Simulator::Impl {
  SimulationConfig config;
  Options options;
  StepRules rules;
  DeviceMaps maps;
  ReplayLog replay;
  std::unique_ptr<ThreadPool> pool;
  std::vector<DeviceBuffer<uint8_t>> fields;  // in the order of for_each_field
  DeviceBuffer<PathAhead> paths;
  WorldView view{};
  ObservationShape shape;
  ObservationRows own;
  ObservationView bound{};
  DeviceBuffer<uint8_t> drop_orders;
  uint64_t steps = 0;

  Impl(const SimulationConfig& c, std::vector<std::shared_ptr<const CompiledMap>> on_maps, const Options& o)
      : config(c), options(o), rules{}, maps(o.device, std::move(on_maps)), shape(shape_of(c.observation)) {
    check_config(c);
    read_replay();
    if (o.device == Device::cpu && o.threads != 1) pool = std::make_unique<ThreadPool>(o.threads);
    if (c.observation.drop_features) drop_orders = DeviceBuffer<uint8_t>(o.device, make_drop_orders());
    allocate();
  }

  void read_replay() {
    if (!config.drivers.replay.empty()) {
      require(maps.maps().size() == 1, "simulation.drivers.replay: ", maps.maps().size(),
              " maps, expected the one of the log");
      replay = ReplayLog(options.device, config.drivers.replay, *maps.maps()[0], config.time_step_s);
      const int slots = config.agents_min > 0 ? config.agents_min : config.agents_per_world;
      require(config.drivers.outside_agents + replay.agent_count() <= slots, config.drivers.replay, ": ",
              replay.agent_count(), " agents, expected at most ", slots - config.drivers.outside_agents);
    }
    rules = step_rules(config, replay.agent_count());
  }

  /// What indices of quads, goals and maps in a saved state belong to.
  uint64_t hash_of_maps() const {
    StateHash hash;
    for (const auto& map : maps.maps()) hash.add(map->checksum.data(), map->checksum.size());
    return hash.value();
  }

  size_t observation_bytes() const { return size_t(slot_count()) * shape.row_bytes(); }
  int slot_count() const { return config.worlds * config.agents_per_world; }
  Executor executor(PhaseTimes* times) const { return {options.device, pool.get(), options.stream, times}; }

  void allocate() {
    view.world_count = config.worlds;
    view.agents_per_world = config.agents_per_world;
    view.signal_stride = maps.most_signals();
    view.first_world = options.first_world;
    view.seed = options.seed;
    view.maps = maps.views();
    for_each_field(view, [&](const char*, auto& pointer, int elements, bool by_slot, int) {
      fields.emplace_back(options.device, field_bytes(pointer, elements, by_slot));
      pointer = reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(fields.back().data());
    });
    if (rules.drivers.any()) paths = DeviceBuffer<PathAhead>(options.device, size_t(slot_count()));
    view.path = paths.data();
  }

  template <class T>
  size_t field_bytes(T* const&, int elements, bool by_slot) const {
    return size_t(by_slot ? slot_count() : config.worlds) * size_t(elements) * sizeof(T);
  }

  /// The simulator's own rows, made when they are first asked for.
  const ObservationView& observation() {
    if (!bound.counts) {
      own = ObservationRows(options.device, shape, size_t(slot_count()));
      bound = own.view();
    }
    return bound;
  }

  void choose_maps() {
    std::vector<uint16_t> map(size_t(config.worlds));
    for (size_t world = 0; world < map.size(); ++world)
      map[world] = uint16_t((view.first_world + world) % maps.maps().size());
    copy_memory(options.device, view.map, Device::cpu, map.data(), map.size() * sizeof map[0],
                options.stream);
  }

  ObserveOptions observe_options() const {
    return {config.observation.route_hint, drop_orders.empty() ? nullptr : drop_orders.data(),
            config.observation.noise};
  }
  Observe observe_into(const ObservationView& out) const { return {view, out, observe_options()}; }

  void run_step(bool everything, PhaseTimes* times) {
    const auto run = [&](const auto&... phases) {
      run_phases(executor(times), config.worlds, config.agents_per_world, phases...);
    };
    with_observe(observe_into(observation()), observation_bytes() <= kCachedBytes, [&](const auto& observe) {
      with_phases(view, rules, replay.view(), everything, observe, run);
    });
  }

  /// Of what is allocated; an observation that the caller bound counts as if it were the simulator's own.
  MemoryUse memory() const {
    MemoryUse m;
    WorldView copy = view;
    size_t index = 0, by_world = 0, by_slot = 0;
    for_each_field(copy, [&](const char*, auto&, int, bool of_slots, int) {
      (of_slots ? by_slot : by_world) += fields[index++].size();
    });
    by_slot += paths.size() * sizeof(PathAhead);
    m.agent_state = by_slot / size_t(slot_count());
    m.agent_observation = shape.row_bytes() + kSetCount * sizeof(int32_t);
    m.world = by_world / size_t(config.worlds);
    m.maps = maps.bytes();
    m.total = by_slot + by_world + m.agent_observation * size_t(slot_count()) + m.maps + drop_orders.size() +
              replay.bytes();
    return m;
  }

  /// Calls visit(bytes of device memory) for every field of one of the uses.
  template <class Visit>
  void for_each_field_of(int uses, Visit&& visit) const {
    WorldView copy = view;
    size_t index = 0;
    for_each_field(copy, [&](const char*, auto&, int, bool, int use) {
      const DeviceBuffer<uint8_t>& field = fields[index++];
      if (use & uses) visit(field);
    });
  }
  SavedHeader header() const {
    SavedHeader h{};
    h.magic = kSavedMagic;
    h.bytes = sizeof h;
    for_each_field_of(kSaved, [&](const auto& field) { h.bytes += field.size(); });
    h.seed = view.seed;
    h.steps = steps;
    h.maps = hash_of_maps();
    h.world_count = uint32_t(view.world_count);
    h.agents_per_world = uint32_t(view.agents_per_world);
    h.signal_stride = uint32_t(view.signal_stride);
    h.first_world = view.first_world;
    h.curriculum = view.curriculum;
    return h;
  }
};

Simulator::Simulator(const SimulationConfig& config, const Options& options)
    : Simulator(config, load_maps(config), options) {}
Simulator::Simulator(const SimulationConfig& config, std::vector<std::shared_ptr<const CompiledMap>> maps,
                     const Options& options)
    : impl_(std::make_unique<Impl>(config, std::move(maps), options)) {
  reset();
}
Simulator::~Simulator() = default;
Simulator::Simulator(Simulator&&) noexcept = default;

void Simulator::reset(uint64_t seed) {
  impl_->view.seed = seed;
  reset();
}

void Simulator::reset() {
  impl_->steps = 0;
  for (DeviceBuffer<uint8_t>& field : impl_->fields) field.fill_zero(impl_->options.stream);
  impl_->choose_maps();
  impl_->run_step(true, nullptr);
}
void Simulator::set_actions(const std::vector<uint8_t>& actions) {
  require(int(actions.size()) == slot_count(), "set_actions: ", actions.size(), " actions, expected ",
          slot_count());
  for (size_t slot = 0; slot < actions.size(); ++slot)
    require(actions[slot] < kActionCount, "set_actions: action ", int(actions[slot]), " of slot ", slot,
            ", expected 0 to ", kActionCount - 1);
  copy_memory(impl_->options.device, impl_->view.action, Device::cpu, actions.data(), actions.size(),
              impl_->options.stream);
}
void Simulator::set_jerks(const std::vector<Pair>& jerks) {
  require(int(jerks.size()) == slot_count(), "set_jerks: ", jerks.size(), " jerks, expected ", slot_count());
  for (size_t slot = 0; slot < jerks.size(); ++slot)
    require(std::isfinite(jerks[slot].a) && std::isfinite(jerks[slot].b), "set_jerks: jerks of slot ", slot,
            ", expected finite numbers");
  copy_memory(impl_->options.device, impl_->view.jerk, Device::cpu, jerks.data(), jerks.size() * sizeof(Pair),
              impl_->options.stream);
}
void Simulator::step() {
  impl_->run_step(false, phase_times);
  ++impl_->steps;
}
void Simulator::observe(const ObservationView& out) {
  with_observe(impl_->observe_into(out), false, [&](const auto& observe) {
    run_phases(impl_->executor(nullptr), impl_->config.worlds, impl_->config.agents_per_world, observe);
  });
}
void Simulator::bind_observation(const ObservationView& out) {
  impl_->own = {};
  impl_->bound = out;
}
ObservationView Simulator::observation() const { return impl_->observation(); }
ObservationShape Simulator::observation_shape() const { return impl_->shape; }
ObserveOptions Simulator::observe_options() const { return impl_->observe_options(); }

WorldView& Simulator::view() { return impl_->view; }
const WorldView& Simulator::view() const { return impl_->view; }
const SimulationConfig& Simulator::config() const { return impl_->config; }
int Simulator::slot_count() const { return impl_->slot_count(); }
std::string describe(const MemoryUse& m) {
  char text[200];
  std::snprintf(
      text, sizeof text,
      "%zu bytes of state and %zu of observation an agent, %zu a world, %.1f MB of maps, %.1f MB in all",
      m.agent_state, m.agent_observation, m.world, double(m.maps) * 1e-6, double(m.total) * 1e-6);
  return text;
}

uint64_t Simulator::steps_done() const { return impl_->steps; }
MemoryUse Simulator::memory() const { return impl_->memory(); }
const std::vector<std::shared_ptr<const CompiledMap>>& Simulator::maps() const { return impl_->maps.maps(); }
void Simulator::set_curriculum(const Curriculum& curriculum) { impl_->view.curriculum = curriculum; }

uint64_t Simulator::hash() const {
  StateHash hash;
  impl_->for_each_field_of(kStateField, [&](const DeviceBuffer<uint8_t>& field) {
    const std::vector<uint8_t> bytes = field.to_host(impl_->options.stream);
    hash.add(bytes.data(), bytes.size());
  });
  return hash.value();
}

std::vector<uint8_t> Simulator::save() const {
  SavedHeader header = impl_->header();
  std::vector<uint8_t> saved(header.bytes);
  size_t at = sizeof header;
  impl_->for_each_field_of(kSaved, [&](const DeviceBuffer<uint8_t>& field) {
    field.copy_to_host(saved.data() + at, field.size(), 0, impl_->options.stream);
    at += field.size();
  });
  header.hash = hash_of_saved(header, saved);
  std::memcpy(saved.data(), &header, sizeof header);
  return saved;
}

void Simulator::restore(const std::vector<uint8_t>& saved) {
  SavedHeader have = impl_->header(), header{};
  require(saved.size() >= sizeof header, "saved world: ", saved.size(), " bytes, expected ", have.bytes);
  std::memcpy(&header, saved.data(), sizeof header);
  require(header.magic == have.magic, "saved world: written by another version, which this one cannot read");
  require(
      header.bytes == have.bytes && saved.size() == have.bytes && header.world_count == have.world_count &&
          header.agents_per_world == have.agents_per_world && header.signal_stride == have.signal_stride,
      "saved world: ", header.world_count, " worlds of ", header.agents_per_world, " agents in ",
      saved.size(), " bytes, expected ", have.world_count, " of ", have.agents_per_world, " in ", have.bytes);
  require(header.maps == have.maps,
          "saved world: on other maps, or other versions of them, expected those of ",
          "simulation.maps as they are now");
  require(header.hash == hash_of_saved(header, saved),
          "saved world: damaged: its bytes are not those that were saved");
  size_t at = sizeof header;
  WorldView& view = impl_->view;
  size_t index = 0;
  for_each_field(view, [&](const char*, auto&, int, bool, int use) {
    DeviceBuffer<uint8_t>& field = impl_->fields[index++];
    if (!(use & kSaved)) return;
    field.copy_from_host(saved.data() + at, field.size(), 0, impl_->options.stream);
    at += field.size();
  });
  view.seed = header.seed;
  view.first_world = header.first_world;
  view.curriculum = header.curriculum;
  impl_->steps = header.steps;
  observe(observation());
}

}  // namespace gigalane
