/// Episode logs: everything that happened in one world during one episode, step by step, in an HDF5 file that
/// any HDF5 tool opens (docs/episode_log.md). A log is written while a simulator runs and is readable after a
/// crash up to its last flush; a row of it can be put back into a simulator, which then observes exactly what
/// each agent saw.
///
/// Row 0 is the state at the start; row k the state after k steps, with the action that led there.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/world_snapshot.h"

namespace gigalane {

class Simulator;
struct CompiledMap;

constexpr int kEpisodeLogVersion = 1;
constexpr int kEpisodeChunkRows = 32;  ///< rows between two flushes

/// What a log is of.
struct EpisodeInfo {
  std::string map_name, map_checksum;
  std::string policy, policy_sha256;  ///< "" where no policy drove
  std::string simulation_yaml;        ///< the simulation's complete configuration
  std::string version;                ///< of the program that wrote it
  uint64_t seed = 0;
  uint32_t world = 0, episode = 0;  ///< the world counted over all processes
  int agents = 0, signals = 1;      ///< slots; stride of light states
  float time_step_s = 0;
  Affine variant;         ///< world = variant(base)
  bool finished = false;  ///< false: the writing program was cut off
};

/// Writes a log. The file is called PATH.partial until finish() renames it.
class EpisodeWriter {
 public:
  /// Begins a log of the present episode of one world and writes row 0. Throws Error if `path` exists or its
  /// folder does not. `device`: where the simulator's fields are.
  EpisodeWriter(const std::string& path, const Simulator&, int world, const std::string& policy,
                const std::string& policy_sha256, Device device = Device::cpu);
  /// The same of any world: `about` gives names, checksums, configuration and time step, the view the rest.
  EpisodeWriter(const std::string& path, const EpisodeInfo& about, const WorldView&, int world,
                Device device = Device::cpu);
  /// Finishes the log, ignoring errors: call finish() to hear of them.
  ~EpisodeWriter();
  EpisodeWriter(const EpisodeWriter&) = delete;
  EpisodeWriter& operator=(const EpisodeWriter&) = delete;

  /// Adds a row: call it after each step. Finishes the log and returns false where the world has begun
  /// another episode, or the log is finished already.
  bool append(const Simulator&);
  bool append(const WorldView&);
  /// Writes what is still in memory and hands it to the operating system.
  void flush();
  /// Flushes, marks the log finished and gives it its name. Nothing to do if it is finished.
  void finish();
  int row_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What happened to one agent at one row.
struct EpisodeEvent {
  int row, slot;
  uint16_t events;    ///< bits of Event
  int16_t hit_agent;  ///< slot of the other, or -1
};

/// A log in memory.
class EpisodeLog {
 public:
  /// Throws Error, one line, on a missing, truncated, damaged or foreign file, or one of another version.
  explicit EpisodeLog(const std::string& path);
  ~EpisodeLog();
  EpisodeLog(EpisodeLog&&) noexcept;

  const std::string& path() const;
  const EpisodeInfo& info() const;
  int row_count() const;  ///< at least 1
  /// Throws Error unless the map is the one that the log was written on, and all quads and goals are on it.
  void check_map(const CompiledMap&) const;

  /// The world as it was at a row. Throws Error if there is no such row.
  WorldSnapshot snapshot(int row) const;
  /// Puts it into world `world` of `view`, whose fields are in memory of the host and which has at least as
  /// many slots and lights; further slots become absent. All that the log does not hold (the map) stays.
  void restore_snapshot(int row, WorldView& view, int world) const;

  /// Box centre and cosine and sine of the heading, and the life, of a slot at a row.
  const Record& pose(int row, int slot) const;
  uint32_t life(int row, int slot) const;
  AgentStatus status(int row, int slot) const;
  /// Everything but spawns at row 0, in the order of rows, then slots.
  std::vector<EpisodeEvent> events() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "collision with 12, off-road", "goal reached": the events of one agent at one row, in words.
std::string describe_events(uint16_t events, int hit_agent);

}  // namespace gigalane
