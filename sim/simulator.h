/// A batch of worlds: owns the state, steps it, observes it. The interface that training, evaluation, the
/// viewer and outside programs drive (examples/drive_by_rules.cpp is one).
///
///   SimulationConfig config;                      // sim/config.h: every default is the paper's
///   config.maps = {"grid?blocks=4"};              // a name, a file, or a generated map
///   Simulator simulator(config, {});              // all agents placed and observed
///   while (...) {
///     const ObservationView seen = simulator.observation();   // what each agent sees: seen.ego(slot), ...
///     for (int slot = 0; slot < simulator.slot_count(); ++slot) actions[slot] = ...;   // 0 to 11
///     simulator.set_actions(actions);
///     simulator.step();
///     ... simulator.view().reward[slot], .transition[slot], .terminated[slot], .truncated[slot]
///   }
///
/// slot = world * agents_per_world + agent. Everything that view() and observation() point at lies in memory
/// of the simulator's device and changes with the next step. Errors are Error, one line.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/device_buffer.h"
#include "base/schedule.h"
#include "maps/compiled_map.h"
#include "sim/config.h"
#include "sim/world_view.h"

namespace gigalane {

/// The phases of a step in their order, as PhaseTimes numbers them.
constexpr const char* kPhaseNames[] = {"plan_paths",   "drive_others",  "end_lives",     "replay_agents",
                                       "begin_lives",  "change_lights", "move_vehicles", "find_collisions",
                                       "score_agents", "observe"};

/// Bytes that a simulator holds in memory of its device.
struct MemoryUse {
  size_t agent_state = 0;        ///< of one slot
  size_t agent_observation = 0;  ///< of one slot: row and counts
  size_t world = 0;              ///< of one world, without its slots
  size_t maps = 0;               ///< of all maps: one copy serves all worlds, episodes and variants
  size_t total = 0;              ///< maps, worlds and slots of all, and tables of constant size
};

/// "322 bytes of state and 4688 of observation an agent, 676 a world, 3.1 MB of maps, 23.6 MB in all".
std::string describe(const MemoryUse&);

class Simulator {
 public:
  struct Options {
    uint64_t seed = 1;
    Device device = Device::cpu;
    int threads = 1;           ///< CPU workers
    uint32_t first_world = 0;  ///< of this process, over all processes
    void* stream = nullptr;    ///< cudaStream_t, CUDA only
  };
  /// Loads the maps that the configuration names. Throws Error on a missing map or too many agents.
  Simulator(const SimulationConfig&, const Options&);
  /// The same on maps already in memory, in the order of worlds.
  Simulator(const SimulationConfig&, std::vector<std::shared_ptr<const CompiledMap>>, const Options&);
  ~Simulator();
  Simulator(Simulator&&) noexcept;

  /// Starts episode 0 of every world, all agents placed, and observes. The constructors have done so.
  void reset();
  /// The same with another seed.
  void reset(uint64_t seed);
  /// Copies what each slot does next, 0 to 11 (action_of() in vehicle.h says which jerks), into
  /// view().action, whichever device that is on. Throws Error unless there is one for each slot, all in
  /// range.
  void set_actions(const std::vector<uint8_t>&);
  /// The same of view().jerk, along and across in m/s^3: of the slots that the configuration leaves to an
  /// outside caller (simulation.drivers.outside_agents). Others are not looked at.
  void set_jerks(const std::vector<Pair>&);
  /// One step of view().action for all worlds, then observes into the bound view.
  void step();
  /// Writes observations of the present state into `out` (memory of the device).
  void observe(const ObservationView& out);
  /// Where step() writes observations; the simulator's own buffer until something else is bound.
  void bind_observation(const ObservationView& out);
  ObservationView observation() const;
  ObservationShape observation_shape() const;  ///< of the configuration
  ObserveOptions observe_options() const;      ///< the same; points into the simulator's memory

  WorldView& view();  ///< pointers into device memory
  const WorldView& view() const;
  const SimulationConfig& config() const;
  int slot_count() const;
  uint64_t steps_done() const;
  MemoryUse memory() const;  ///< the same before and after any step
  const std::vector<std::shared_ptr<const CompiledMap>>& maps() const;

  void set_curriculum(const Curriculum&);
  uint64_t hash() const;  ///< of every state field, in the order of for_each_field
  std::vector<uint8_t> save()
      const;  ///< the whole state; restore() on the same configuration goes on bit for bit
  /// Goes on from a state that was saved, and observes it. Throws Error, changing nothing, on one of other
  /// worlds or maps, and on a damaged one.
  void restore(const std::vector<uint8_t>&);

  PhaseTimes* phase_times = nullptr;  ///< when set, step() adds nanoseconds by phase (bench)

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gigalane
