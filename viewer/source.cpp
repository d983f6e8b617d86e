#include "viewer/source.h"

#include <map>

namespace gigalane {
namespace {

Simulator one_world(SimulationConfig config, std::shared_ptr<const CompiledMap> map, int agents) {
  config.worlds = 1;
  config.maps = {map->name};
  config.agents_per_world = agents;
  config.agents_min = 0;
  return Simulator(config, {std::move(map)}, {});
}

class LogSource : public PlaybackSource {
 public:
  LogSource(EpisodeLog log, std::shared_ptr<const CompiledMap> map, std::shared_ptr<Driver> driver)
      : log_(std::move(log)), map_(std::move(map)), events_(log_.events()) {
    log_.check_map(*map_);
    if (!driver) return;
    SimulationConfig config;
    parse_config(log_.info().simulation_yaml, log_.path(), {}, config);
    probe_ = std::make_unique<PolicyProbe>(config, map_, log_.info().agents, std::move(driver));
  }
  const CompiledMap& map() const override { return *map_; }
  const EpisodeInfo& info() const override { return log_.info(); }
  int row_count() const override { return log_.row_count(); }
  bool extend_to(int row) override { return row < log_.row_count(); }
  bool is_live() const override { return false; }
  std::shared_ptr<const WorldSnapshot> snapshot(int row) override {
    auto& kept = recent_[row];
    if (!kept) {
      kept = std::make_shared<WorldSnapshot>(log_.snapshot(row));
      const auto result = kept;
      while (recent_.size() > kKept)
        recent_.erase(recent_.begin()->first == row ? std::prev(recent_.end()) : recent_.begin());
      return result;
    }
    return kept;
  }
  const std::vector<EpisodeEvent>& events() const override { return events_; }
  Record pose(int row, int slot) override { return log_.pose(row, slot); }
  uint32_t life(int row, int slot) override { return log_.life(row, slot); }
  bool present(int row, int slot) override { return log_.status(row, slot) != AgentStatus::absent; }

 private:
  static constexpr size_t kKept = 8;
  EpisodeLog log_;
  std::shared_ptr<const CompiledMap> map_;
  std::vector<EpisodeEvent> events_;
  std::map<int, std::shared_ptr<const WorldSnapshot>> recent_;
};

class LiveSource : public PlaybackSource {
 public:
  LiveSource(Simulator simulator, std::shared_ptr<Driver> driver, ActionMode mode)
      : simulator_(std::move(simulator)), driver_(std::move(driver)), mode_(mode) {
    const WorldView& view = simulator_.view();
    info_.map_name = map().name;
    info_.map_checksum = map().checksum;
    if (driver_) info_.policy = driver_->card().path, info_.policy_sha256 = driver_->card().sha256;
    info_.seed = view.seed;
    info_.world = view.first_world;
    info_.agents = view.agents_per_world;
    info_.signals = view.signal_stride;
    info_.time_step_s = simulator_.config().time_step_s;
    info_.episode = view.episode[0];
    info_.variant = view.variant[0];
    if (driver_)
      probe_ =
          std::make_unique<PolicyProbe>(simulator_.config(), simulator_.maps()[0], info_.agents, driver_);
    keep();
  }
  const CompiledMap& map() const override { return *simulator_.maps()[0]; }
  const EpisodeInfo& info() const override { return info_; }
  int row_count() const override { return int(rows_.size()); }
  bool is_live() const override { return true; }
  bool extend_to(int row) override {
    if (row >= kLiveRows) return false;
    while (row_count() <= row) {
      if (driver_) driver_->act(simulator_.observation(), simulator_.view(), simulator_.steps_done(), mode_);
      simulator_.step();
      keep();
    }
    return true;
  }
  std::shared_ptr<const WorldSnapshot> snapshot(int row) override { return rows_.at(size_t(row)); }
  const std::vector<EpisodeEvent>& events() const override { return events_; }
  Record pose(int row, int slot) override { return rows_.at(size_t(row))->view().pose[slot]; }
  uint32_t life(int row, int slot) override { return rows_.at(size_t(row))->view().life[slot]; }
  bool present(int row, int slot) override {
    return rows_.at(size_t(row))->view().status[slot] != uint8_t(AgentStatus::absent);
  }

 private:
  void keep() {
    auto row = std::make_shared<WorldSnapshot>(info_.agents, info_.signals);
    row->copy_from(simulator_.view(), 0);
    const WorldView& view = row->view();
    for (int slot = 0; slot < info_.agents && !rows_.empty(); ++slot)
      if (view.events[slot] != 0)
        events_.push_back({row_count(), slot, view.events[slot], view.hit_agent[slot]});
    rows_.push_back(std::move(row));
  }

  Simulator simulator_;
  std::shared_ptr<Driver> driver_;
  ActionMode mode_;
  EpisodeInfo info_;
  std::vector<std::shared_ptr<const WorldSnapshot>> rows_;
  std::vector<EpisodeEvent> events_;
};

}  // namespace

PolicyProbe::PolicyProbe(SimulationConfig config, std::shared_ptr<const CompiledMap> map, int agents,
                         std::shared_ptr<Driver> driver)
    : simulator_(one_world(std::move(config), std::move(map), agents)), driver_(std::move(driver)) {}

std::vector<float> PolicyProbe::probabilities(const WorldSnapshot& row, int slot) {
  WorldView& view = simulator_.view();
  const uint16_t map = view.map[0];
  row.copy_to(view, 0);
  view.map[0] = map;
  simulator_.observe(simulator_.observation());
  return driver_->probabilities(simulator_.observation(), slot);
}

const std::vector<float>& PlaybackSource::probabilities(int row, int slot) {
  if (probe_ && (row != probed_row_ || slot != probed_slot_)) {
    probed_ = probe_->probabilities(*snapshot(row), slot);
    probed_row_ = row;
    probed_slot_ = slot;
  }
  return probed_;
}

std::unique_ptr<PlaybackSource> make_log_source(EpisodeLog log, std::shared_ptr<const CompiledMap> map,
                                                std::shared_ptr<Driver> driver) {
  return std::make_unique<LogSource>(std::move(log), std::move(map), std::move(driver));
}

std::unique_ptr<PlaybackSource> make_live_source(Simulator simulator, std::shared_ptr<Driver> driver,
                                                 ActionMode mode) {
  return std::make_unique<LiveSource>(std::move(simulator), std::move(driver), mode);
}

}  // namespace gigalane
