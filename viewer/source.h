/// What is played back: rows of one world, from an episode log or from a simulator that runs as the view
/// plays.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "policy/driver.h"
#include "sim/episode_log.h"
#include "sim/simulator.h"

namespace gigalane {

/// Action probabilities at any row: puts the row into a simulator of one world and observes it again.
class PolicyProbe {
 public:
  /// `map` is the map of the world's rows, `config` the configuration that they came from.
  PolicyProbe(SimulationConfig config, std::shared_ptr<const CompiledMap> map, int agents,
              std::shared_ptr<Driver> driver);
  /// 12 probabilities.
  std::vector<float> probabilities(const WorldSnapshot& row, int slot);

 private:
  Simulator simulator_;
  std::shared_ptr<Driver> driver_;
};

class PlaybackSource {
 public:
  virtual ~PlaybackSource() = default;
  virtual const CompiledMap& map() const = 0;
  virtual const EpisodeInfo& info() const = 0;
  virtual int row_count() const = 0;
  /// Makes rows up to and with `row` if it can; false if there will be none.
  virtual bool extend_to(int row) = 0;
  virtual bool is_live() const = 0;
  virtual std::shared_ptr<const WorldSnapshot> snapshot(int row) = 0;
  /// All events so far, in the order of rows.
  virtual const std::vector<EpisodeEvent>& events() const = 0;
  /// Pose and life of a slot at a row, cheaply.
  virtual Record pose(int row, int slot) = 0;
  virtual uint32_t life(int row, int slot) = 0;
  virtual bool present(int row, int slot) = 0;
  /// Probabilities of the 12 actions at a row; empty where no policy is at hand.
  const std::vector<float>& probabilities(int row, int slot);

 protected:
  std::unique_ptr<PolicyProbe> probe_;

 private:
  int probed_row_ = -1, probed_slot_ = -1;  // what probed_ is of: a window asks again every frame
  std::vector<float> probed_;
};

/// An episode log on its map, with the policy that judges it (null: none). Throws Error where the log does
/// not fit the map.
std::unique_ptr<PlaybackSource> make_log_source(EpisodeLog log, std::shared_ptr<const CompiledMap> map,
                                                std::shared_ptr<Driver> driver);
/// Rows that a live source makes at most.
constexpr int kLiveRows = 20000;
/// A simulator of one world, driven by a policy; null where its configuration has others drive every agent.
std::unique_ptr<PlaybackSource> make_live_source(Simulator simulator, std::shared_ptr<Driver> driver,
                                                 ActionMode mode);

}  // namespace gigalane
