#include "sim/episode_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/hdf5_file.h"
#include "maps/compiled_map.h"
#include "sim/drivers.h"
#include "sim/episode_fields.h"

namespace gigalane {
namespace {

using episode_fields::for_each_stored;
using episode_fields::Storage;

int64_t bounded(const Hdf5File& file, const char* name, int64_t low, int64_t high) {
  const int64_t value = file.int_attribute("/", name);
  require(value >= low && value <= high, file.path(), ": ", name, " = ", value, ", expected ", low, " to ",
          high);
  return value;
}

EpisodeInfo read_info(const Hdf5File& file) {
  require(file.has_attribute("/", "format") && file.string_attribute("/", "format") == "gigalane episode log",
          file.path(), ": not an episode log of gigalane");
  const int64_t format = file.int_attribute("/", "format_version");
  require(format == kEpisodeLogVersion, file.path(), ": episode log of version ", format, ", expected ",
          kEpisodeLogVersion);
  EpisodeInfo info;
  info.version = file.string_attribute("/", "version");
  info.map_name = file.string_attribute("/", "map_name");
  info.map_checksum = file.string_attribute("/", "map_checksum");
  info.policy = file.string_attribute("/", "policy");
  info.policy_sha256 = file.string_attribute("/", "policy_sha256");
  info.simulation_yaml = file.string_attribute("/", "simulation");
  info.time_step_s = float(file.double_attribute("/", "time_step_s"));
  require(info.time_step_s > 0 && info.time_step_s <= 10, file.path(), ": time_step_s = ", info.time_step_s,
          ", expected 0 to 10");
  info.seed = uint64_t(file.int_attribute("/", "seed"));
  info.world = uint32_t(file.int_attribute("/", "world"));
  info.agents = int(bounded(file, "agents", 1, kMaxAgents));
  info.signals = int(bounded(file, "signals", 1, 1 << 16));
  info.finished = file.int_attribute("/", "finished") != 0;
  return info;
}

// One dataset in memory.
struct Column {
  std::vector<uint8_t> bytes;
  size_t row_bytes = 0;
  const uint8_t* row(size_t r) const { return bytes.data() + r * row_bytes; }
};

template <class T>
Column read_column(const Hdf5File& file, const std::string& name, size_t rows, size_t row_size) {
  const std::vector<size_t> shape = file.shape(name);
  size_t size = 1;
  for (size_t d = 1; d < shape.size(); ++d) size *= shape[d];
  require(!shape.empty() && size == row_size, file.path(), ": ", name, " has ", size,
          " numbers a row, expected ", row_size);
  require(shape[0] >= rows, file.path(), ": ", name, " has ", shape[0], " rows, expected ", rows);
  const std::vector<T> values = file.read_rows<T>(name, 0, rows);
  Column column;
  column.row_bytes = row_size * sizeof(T);
  const auto* start = reinterpret_cast<const uint8_t*>(values.data());
  column.bytes.assign(start, start + values.size() * sizeof(T));
  return column;
}

bool holds(const Hdf5File& file, const std::string& group, const std::string& name) {
  const std::vector<std::string> names = file.list(group);
  return std::find(names.begin(), names.end(), name) != names.end();
}
template <class T>
Column zero_column(size_t rows, size_t row_size) {
  Column column;
  column.row_bytes = row_size * sizeof(T);
  column.bytes.assign(rows * column.row_bytes, 0);
  return column;
}

struct Name {
  uint16_t bit;
  const char* text;
};
constexpr std::array<Name, 9> kEventNames{{{kOffRoad, "off-road"},
                                           {kRanRedLight, "ran a red light"},
                                           {kRanStopSign, "ran a stop sign"},
                                           {kRanYieldSign, "passed a yield sign too fast"},
                                           {kReachedGoal, "goal reached"},
                                           {kReachedLastGoal, "last goal reached"},
                                           {kSpawned, "new life"},
                                           {kTimedOut, "episode over"},
                                           {kArtefact, "(artefact of spawning)"}}};

}  // namespace

struct EpisodeLog::Impl {
  explicit Impl(const std::string& path)
      : file(path, Hdf5File::Mode::read), info(read_info(file)), scratch(info.agents, info.signals) {
    read_sizes();
    const size_t agents = size_t(info.agents);
    for_each_stored(scratch.view(), Storage::episode,
                    [&](const char* name, auto* values, size_t width, bool) {
                      using T = std::remove_pointer_t<decltype(values)>;
                      if (std::string(name) == "map") return;
                      const std::vector<T> read = file.read<T>(std::string("/episode/") + name, {width});
                      std::copy(read.begin(), read.end(), values);
                    });
    for_each_stored(
        scratch.view(), Storage::step, [&](const char* name, auto* values, size_t width, bool by_slot) {
          using T = std::remove_pointer_t<decltype(values)>;
          steps.push_back(
              read_column<T>(file, std::string("/steps/") + name, rows, width * (by_slot ? agents : 1)));
          step_of[name] = steps.size() - 1;
        });
    for_each_stored(scratch.view(), Storage::life, [&](const char* name, auto* values, size_t width, bool) {
      using T = std::remove_pointer_t<decltype(values)>;
      const std::string dataset = std::string("/lives/") + name;
      const bool lacks = std::string(name) == "driver" && !holds(file, "/lives", name);  // of an older log
      life_column_of[name] = lives.size();
      lives.push_back(lacks ? zero_column<T>(life_rows, width)
                            : read_column<T>(file, dataset, life_rows, width));
    });
    life_slot = file.read_rows<uint32_t>("/lives/slot", 0, life_rows);
    life_from = file.read_rows<uint32_t>("/lives/row", 0, life_rows);
    info.episode = *scratch.view().episode;
    info.variant = *scratch.view().variant;
    index_lives();
    check_values();
  }

  // Rows that every dataset has: a crash while flushing may have left some of them longer.
  void read_sizes() {
    rows = life_rows = SIZE_MAX;
    for (const std::string& name : file.list("/steps"))
      rows = std::min(rows, file.shape("/steps/" + name).at(0));
    for (const std::string& name : file.list("/lives"))
      life_rows = std::min(life_rows, file.shape("/lives/" + name).at(0));
    require(rows >= 1 && rows < (1u << 30) && life_rows < (1u << 30), file.path(),
            ": an episode log without a single step");
  }

  void index_lives() {
    lives_of.resize(size_t(info.agents));
    for (size_t l = 0; l < life_rows; ++l) {
      require(life_slot[l] < uint32_t(info.agents), file.path(), ": /lives/slot = ", life_slot[l],
              ", expected 0 to ", info.agents - 1);
      auto& list = lives_of[life_slot[l]];
      require(list.empty() || life_from[list.back()] < life_from[l], file.path(),
              ": /lives/row is out of order");
      list.push_back(uint32_t(l));
    }
    for (const auto& list : lives_of)
      require(!list.empty() && life_from[list[0]] == 0, file.path(),
              ": an agent without a row in /lives at row 0");
  }

  template <class T>
  const T& at(const char* name, size_t row, size_t slot) const {
    return reinterpret_cast<const T*>(steps[step_of.at(name)].row(row))[slot];
  }
  template <class T>
  const T* of_life(const char* name, size_t life) const {
    return reinterpret_cast<const T*>(lives[life_column_of.at(name)].row(life));
  }

  /// `rows_of` rows of `width` numbers.
  void check_finite(const std::string& name, const float* values, size_t rows_of, size_t width) const {
    for (size_t i = 0; i < rows_of * width; ++i)
      require(std::isfinite(values[i]), file.path(), ": ", name, " at row ", i / width, " is not finite");
  }

  void check_values() const {
    const WorldView& constant = scratch.view();
    const int agent_count = *constant.agent_count;
    require(agent_count <= info.agents, file.path(), ": agent_count = ", agent_count, ", expected 0 to ",
            info.agents);
    check_finite("/episode/variant", &info.variant.xx, 1, 6);
    check_finite("/episode/variant_inverse", &constant.variant_inverse->xx, 1, 6);
    check_lives();
    for (size_t slot = 0; slot < size_t(info.agents); ++slot) check_agent(slot);
    for (const char* name : {"pose", "motion", "frenet", "body"})
      check_finite(std::string("/steps/") + name, &at<Record>(name, 0, 0).a, rows, size_t(info.agents) * 4);
  }
  void check_lives() const {
    check_finite("/lives/trait", of_life<float>("trait", 0), life_rows, 4);
    check_finite("/lives/coefficient", of_life<float>("coefficient", 0), life_rows, kCoefficientCount);
    const uint8_t *goal_count = of_life<uint8_t>("goal_count", 0), *driver_of = of_life<uint8_t>("driver", 0);
    for (size_t life = 0; life < life_rows; ++life) {
      const int goals = goal_count[life], driver = driver_of[life];
      require(goals <= kMaxGoals, file.path(), ": /lives/goal_count = ", goals, " at row ", life,
              ", expected 0 to ", kMaxGoals);
      require(driver <= int(DriverKind::outside), file.path(), ": /lives/driver = ", driver, " at row ", life,
              ", expected 0 to ", int(DriverKind::outside));
    }
  }
  void check_agent(size_t slot) const {
    const size_t agents = size_t(info.agents);
    const uint8_t *status = &at<uint8_t>("status", 0, slot), *goal = &at<uint8_t>("goal_index", 0, slot);
    const int16_t* hit = &at<int16_t>("hit_agent", 0, slot);
    const uint8_t* goal_count = of_life<uint8_t>("goal_count", 0);
    auto life = lives_of[slot].begin();
    for (size_t row = 0, k = 0; row < rows; ++row, k += agents) {
      require(status[k] <= 2, file.path(), ": status = ", int(status[k]), " at row ", row,
              ", expected 0 to 2");
      require(hit[k] >= -1 && hit[k] < info.agents, file.path(), ": hit_agent = ", hit[k], " at row ", row,
              ", expected -1 to ", info.agents - 1);
      while (life + 1 != lives_of[slot].end() && life_from[*(life + 1)] <= row) ++life;
      const int goals = goal_count[*life];
      require(goal[k] < std::max(goals, 1), file.path(), ": goal_index = ", int(goal[k]), " at row ", row,
              " of ", goals, " goals");
    }
  }

  void fill(size_t row, WorldSnapshot& out) const {
    WorldView& view = out.view();
    const WorldView& constant = scratch.view();
    *view.agent_count = *constant.agent_count;
    *view.episode = *constant.episode;
    *view.variant = *constant.variant;
    *view.variant_inverse = *constant.variant_inverse;
    std::copy(constant.signal_plan, constant.signal_plan + info.signals, view.signal_plan);
    view.seed = info.seed;
    view.first_world = info.world;
    size_t c = 0;
    for_each_stored(view, Storage::step, [&](const char*, auto* values, size_t, bool) {
      std::memcpy(values, steps[c].row(row), steps[c].row_bytes);
      ++c;
    });
    for (int slot = 0; slot < info.agents; ++slot) {
      const uint32_t life = life_at(row, slot);
      c = 0;
      for_each_stored(view, Storage::life, [&](const char*, auto* values, size_t width, bool) {
        std::memcpy(values + size_t(slot) * width, lives[c].row(life), lives[c].row_bytes);
        ++c;
      });
      const bool absent = view.status[slot] == uint8_t(AgentStatus::absent);
      view.x_m[slot] = absent ? kFarAway : view.pose[slot].a;
      view.y_m[slot] = absent ? kFarAway : view.pose[slot].b;
    }
  }

  uint32_t life_at(size_t row, int slot) const {
    const auto& list = lives_of[size_t(slot)];
    const auto after = std::upper_bound(list.begin(), list.end(), row,
                                        [&](size_t r, uint32_t l) { return r < life_from[l]; });
    return *(after - 1);
  }

  Hdf5File file;
  EpisodeInfo info;
  WorldSnapshot scratch;  // holds what is constant in the episode
  size_t rows = 0, life_rows = 0;
  std::vector<Column> steps, lives;  // in the order of for_each_stored
  std::map<std::string, size_t> step_of, life_column_of;
  std::vector<uint32_t> life_slot, life_from;
  std::vector<std::vector<uint32_t>> lives_of;  // rows of /lives of a slot, ascending
};

EpisodeLog::EpisodeLog(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}
EpisodeLog::~EpisodeLog() = default;
EpisodeLog::EpisodeLog(EpisodeLog&&) noexcept = default;

const std::string& EpisodeLog::path() const { return impl_->file.path(); }
const EpisodeInfo& EpisodeLog::info() const { return impl_->info; }
int EpisodeLog::row_count() const { return int(impl_->rows); }

void EpisodeLog::check_map(const CompiledMap& map) const {
  const EpisodeInfo& i = impl_->info;
  require(map.checksum == i.map_checksum, path(), ": was written on another ", i.map_name, " (checksum ",
          i.map_checksum.substr(0, 12), ", this one has ", map.checksum.substr(0, 12), ")");
  require(size_t(i.signals) >= map.signals.size(), path(), ": ", i.signals, " lights, expected ",
          map.signals.size());
  for (int row = 0; row < row_count(); ++row)
    for (int slot = 0; slot < i.agents; ++slot) {
      const int32_t quad = impl_->at<int32_t>("quad", size_t(row), size_t(slot));
      if (status(row, slot) != AgentStatus::absent)
        require(quad >= 0 && size_t(quad) < map.quads.size(), path(), ": quad = ", quad, " at row ", row,
                ", expected 0 to ", map.quads.size() - 1);
    }
  for (size_t life = 0; life < impl_->life_rows; ++life)
    for (int g = 0; g < int(*impl_->of_life<uint8_t>("goal_count", life)); ++g) {
      const int goal = impl_->of_life<uint16_t>("goal", life)[g];
      require(goal < map.lane_point_count(), path(), ": goal = ", goal, " of life row ", life,
              ", expected 0 to ", map.lane_point_count() - 1);
    }
}

WorldSnapshot EpisodeLog::snapshot(int row) const {
  require(row >= 0 && row < row_count(), path(), ": row = ", row, ", expected 0 to ", row_count() - 1);
  WorldSnapshot out(impl_->info.agents, impl_->info.signals);
  impl_->fill(size_t(row), out);
  return out;
}

void EpisodeLog::restore_snapshot(int row, WorldView& view, int world) const {
  require(view.agents_per_world >= impl_->info.agents, path(), ": ", impl_->info.agents,
          " slots do not fit into ", view.agents_per_world);
  WorldSnapshot out = snapshot(row);
  *out.view().map = view.map[world];
  out.view().curriculum = view.curriculum;
  out.copy_to(view, world);
}

const Record& EpisodeLog::pose(int row, int slot) const {
  return impl_->at<Record>("pose", size_t(row), size_t(slot));
}
uint32_t EpisodeLog::life(int row, int slot) const {
  return impl_->at<uint32_t>("life", size_t(row), size_t(slot));
}
AgentStatus EpisodeLog::status(int row, int slot) const {
  return AgentStatus(impl_->at<uint8_t>("status", size_t(row), size_t(slot)));
}

std::vector<EpisodeEvent> EpisodeLog::events() const {
  std::vector<EpisodeEvent> list;
  for (int row = 1; row < row_count(); ++row)
    for (int slot = 0; slot < impl_->info.agents; ++slot) {
      const uint16_t events = impl_->at<uint16_t>("events", size_t(row), size_t(slot));
      if (events != 0)
        list.push_back({row, slot, events, impl_->at<int16_t>("hit_agent", size_t(row), size_t(slot))});
    }
  return list;
}

std::string describe_events(uint16_t events, int hit_agent) {
  std::string text;
  const auto add = [&](const std::string& words) { text += (text.empty() ? "" : ", ") + words; };
  if (events & kCollided) add(hit_agent >= 0 ? "collision with " + std::to_string(hit_agent) : "collision");
  for (const Name& name : kEventNames)
    if (events & name.bit) add(name.text);
  return text;
}

}  // namespace gigalane
