#include <filesystem>
#include <functional>

#include "base/error.h"
#include "base/hdf5_file.h"
#include "base/version.h"
#include "sim/episode_fields.h"
#include "sim/episode_log.h"
#include "sim/simulator.h"

namespace gigalane {
namespace {

using episode_fields::for_each_stored;
using episode_fields::Storage;

// Rows of one dataset that wait for the next flush.
struct Column {
  virtual ~Column() = default;
  virtual void flush(Hdf5File& file) = 0;
};

template <class T>
struct ColumnOf : Column {
  ColumnOf(Hdf5File& file, std::string dataset, const T* values, size_t slots, size_t width)
      : name(std::move(dataset)), from(values), row_size(slots * width) {
    std::vector<size_t> shape;
    if (slots > 1) shape.push_back(slots);
    if (width > 1) shape.push_back(width);
    file.create_appendable<T>(name, shape, kEpisodeChunkRows);
  }
  void take(size_t offset = 0) { rows.insert(rows.end(), from + offset, from + offset + row_size); }
  void flush(Hdf5File& file) override {
    if (!rows.empty()) file.append(name, rows.data(), rows.size() / row_size);
    rows.clear();
  }
  std::string name;
  const T* from;
  size_t row_size;
  std::vector<T> rows;
};

EpisodeInfo info_of(const Simulator& simulator, int world, Device device, const std::string& policy,
                    const std::string& sha256) {
  WorldSnapshot now(simulator.view().agents_per_world, simulator.view().signal_stride);
  now.copy_from(simulator.view(), world, device);
  const CompiledMap& map = *simulator.maps()[now.view().map[0]];
  EpisodeInfo info;
  info.map_name = map.name;
  info.map_checksum = map.checksum;
  info.policy = policy;
  info.policy_sha256 = sha256;
  info.simulation_yaml = to_yaml(simulator.config());
  info.time_step_s = simulator.config().time_step_s;
  return info;
}

std::string partial_name(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  require(folder.empty() || std::filesystem::is_directory(folder), path, ": no folder ", folder.string());
  require(!std::filesystem::exists(path), path, ": exists already, expected a new name for an episode log");
  return path + ".partial";
}

}  // namespace

struct EpisodeWriter::Impl {
  Impl(const std::string& to, EpisodeInfo about, const WorldView& view, int world_index, Device where)
      : path(to),
        world(world_index),
        device(where),
        now(view.agents_per_world, view.signal_stride),
        file(partial_name(to), Hdf5File::Mode::create),
        last_drawn(size_t(view.agents_per_world)) {
    now.copy_from(view, world, device);
    write_header(about);
    create_columns();
    file.flush();
    take_row();
    flush();
  }

  void write_header(const EpisodeInfo& about) {
    const WorldView& v = now.view();
    file.set_attribute("/", "format", std::string("gigalane episode log"));
    file.set_attribute("/", "format_version", int64_t(kEpisodeLogVersion));
    file.set_attribute("/", "version", version());
    file.set_attribute("/", "map_name", about.map_name);
    file.set_attribute("/", "map_checksum", about.map_checksum);
    file.set_attribute("/", "policy", about.policy);
    file.set_attribute("/", "policy_sha256", about.policy_sha256);
    file.set_attribute("/", "simulation", about.simulation_yaml);
    file.set_attribute("/", "time_step_s", double(about.time_step_s));
    file.set_attribute("/", "seed", int64_t(v.seed));
    file.set_attribute("/", "world", int64_t(v.first_world));
    file.set_attribute("/", "agents", int64_t(v.agents_per_world));
    file.set_attribute("/", "signals", int64_t(v.signal_stride));
    file.set_attribute("/", "finished", int64_t(0));
    for_each_stored(now.view(), Storage::episode, [&](const char* name, auto* values, size_t width, bool) {
      if (std::string(name) != "map") file.write(std::string("/episode/") + name, values, {width});
    });
  }

  void create_columns() {
    WorldView& v = now.view();
    const size_t agents = size_t(v.agents_per_world);
    for_each_stored(v, Storage::step, [&](const char* name, auto* values, size_t width, bool by_slot) {
      using T = std::remove_pointer_t<decltype(values)>;
      auto column = std::make_unique<ColumnOf<T>>(file, std::string("/steps/") + name, values,
                                                  by_slot ? agents : 1, width);
      takers.push_back([c = column.get()] { c->take(); });
      columns.push_back(std::move(column));
    });
    for_each_stored(v, Storage::life, [&](const char* name, auto* values, size_t width, bool) {
      using T = std::remove_pointer_t<decltype(values)>;
      auto column = std::make_unique<ColumnOf<T>>(file, std::string("/lives/") + name, values, 1, width);
      life_takers.push_back([c = column.get(), width](int slot) { c->take(size_t(slot) * width); });
      columns.push_back(std::move(column));
    });
    add_life_key("slot", life_slot);
    add_life_key("life", life_number);
    add_life_key("row", life_row);
  }

  void add_life_key(const char* name, const uint32_t& value) {
    auto column = std::make_unique<ColumnOf<uint32_t>>(file, std::string("/lives/") + name, &value, 1, 1);
    life_takers.push_back([c = column.get()](int) { c->take(); });
    columns.push_back(std::move(column));
  }

  // The bytes of all that is drawn for a life, to see when it changes.
  std::string drawn_of(int slot) {
    std::string bytes(reinterpret_cast<const char*>(&now.view().life[slot]), sizeof(uint32_t));
    for_each_stored(now.view(), Storage::life, [&](const char*, auto* values, size_t width, bool) {
      bytes.append(reinterpret_cast<const char*>(values + size_t(slot) * width), width * sizeof(*values));
    });
    return bytes;
  }

  void take_row() {
    for (int slot = 0; slot < now.view().agents_per_world; ++slot) {
      std::string drawn = drawn_of(slot);
      if (drawn == last_drawn[size_t(slot)]) continue;
      last_drawn[size_t(slot)] = std::move(drawn);
      life_slot = uint32_t(slot);
      life_number = now.view().life[slot];
      life_row = uint32_t(row_count);
      for (const auto& take : life_takers) take(slot);
    }
    for (const auto& take : takers) take();
    ++row_count;
  }

  void flush() {
    for (const auto& column : columns) column->flush(file);
    file.flush();
  }

  bool append(const WorldView& view) {
    if (finished) return false;
    const uint32_t episode = *now.view().episode;
    now.copy_from(view, world, device);
    if (*now.view().episode != episode) {
      finish();
      return false;
    }
    take_row();
    if (row_count % kEpisodeChunkRows == 0) flush();
    return true;
  }

  void finish() {
    if (finished) return;
    finished = true;
    flush();
    file.set_attribute("/", "finished", int64_t(1));
    file.close();
    std::error_code failed;
    std::filesystem::rename(path + ".partial", path, failed);
    require(!failed, path, ": cannot rename ", path, ".partial: ", failed.message());
  }

  std::string path;
  int world;
  Device device;
  WorldSnapshot now;
  Hdf5File file;
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<std::function<void()>> takers;
  std::vector<std::function<void(int)>> life_takers;
  std::vector<std::string> last_drawn;
  uint32_t life_slot = 0, life_number = 0, life_row = 0;
  int row_count = 0;
  bool finished = false;
};

EpisodeWriter::EpisodeWriter(const std::string& path, const Simulator& simulator, int world,
                             const std::string& policy, const std::string& policy_sha256, Device device)
    : EpisodeWriter(path, info_of(simulator, world, device, policy, policy_sha256), simulator.view(), world,
                    device) {}

EpisodeWriter::EpisodeWriter(const std::string& path, const EpisodeInfo& about, const WorldView& view,
                             int world, Device device)
    : impl_(std::make_unique<Impl>(path, about, view, world, device)) {}

EpisodeWriter::~EpisodeWriter() {
  try {
    impl_->finish();
  } catch (const Error&) {  // a destructor cannot tell; what was flushed is readable under the partial name
  }
}

bool EpisodeWriter::append(const Simulator& simulator) { return impl_->append(simulator.view()); }
bool EpisodeWriter::append(const WorldView& view) { return impl_->append(view); }
void EpisodeWriter::flush() { impl_->flush(); }
void EpisodeWriter::finish() { impl_->finish(); }
int EpisodeWriter::row_count() const { return impl_->row_count; }

}  // namespace gigalane
