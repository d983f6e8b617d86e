// Maps in files: what is written is read, what is damaged is refused, names are found.
#include "maps/map_file.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "maps/generate.h"
#include "maps/map_library.h"

using namespace gigalane;
namespace fs = std::filesystem;

namespace {

/// A folder of its own that goes when the test ends.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("gigalane_map_file_test_" + std::to_string(std::rand()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a map is read as it was written") {
  const Folder folder;
  const CompiledMap map = generate_crossing();
  save_map(map, folder.file("crossing.h5"));
  const CompiledMap again = read_map(folder.file("crossing.h5"));
  CHECK(again.checksum == map.checksum);
  CHECK(again.compute_checksum() == map.checksum);
  CHECK(again.name == "crossing");
  CHECK(again.licence == map.licence);
  CHECK(again.source == map.source);
  CHECK(again.origin_x == map.origin_x);
  CHECK(again.road_ids == map.road_ids);
  CHECK(again.statistics.lane_km == map.statistics.lane_km);
  CHECK(again.statistics.components == 1);
  CHECK(again.group_count == 4);
  CHECK(again.boundary_count() == map.boundary_count());
  CHECK(again.view().quads[5].x == map.view().quads[5].x);
  CHECK(again.memory_bytes() == map.memory_bytes());
}

TEST_CASE("a damaged or foreign file is refused in one line") {
  const Folder folder;
  const std::string path = folder.file("map.h5");
  save_map(generate_ring_road(), path);
  const auto size = fs::file_size(path);
  for (const auto cut : {size / 2, size - 1000, uintmax_t(100)}) {
    fs::copy_file(path, folder.file("cut.h5"), fs::copy_options::overwrite_existing);
    fs::resize_file(folder.file("cut.h5"), cut);
    const std::string message = error_of([&] { read_map(folder.file("cut.h5")); });
    CHECK(has(message, "cut.h5"));
    CHECK(!has(message, "\n"));
  }
  {  // one byte in the middle of the arrays
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(std::streamoff(size / 2));
    const int old = file.peek();
    file.put(char(old ^ 0x40));
  }
  CHECK(has(error_of([&] { read_map(path); }), "map.h5"));
  std::ofstream(folder.file("text.h5")) << "not a map";
  CHECK(has(error_of([&] { read_map(folder.file("text.h5")); }), "text.h5"));
  CHECK(
      has(error_of([&] { read_map(folder.file("absent.h5")); }), "absent.h5: no such file, expected a map"));
}

TEST_CASE("maps are found by name, unknown names are answered with the nearest") {
  const Folder folder;
  save_map(generate_ring_road(), folder.file("my_ring.h5"));
  const char* before = std::getenv("GIGALANE_MAPS");
  const std::string old = before ? before : "";
  setenv("GIGALANE_MAPS", folder.path.c_str(), 1);
  CHECK(load_map("my_ring")->name == "ring");
  CHECK(load_map(folder.file("my_ring.h5"))->checksum == load_map("my_ring")->checksum);
  const std::string message = error_of([] { load_map("my_rnig"); });
  CHECK(has(message, "no map is called \"my_rnig\", expected a file or one of my_ring"));
  CHECK(!has(message, "\n"));
  CHECK(has(error_of([&] { load_map(folder.file("absent.h5")); }), "no such file"));
  CHECK(has(error_of([] { load_map("no/such/map"); }), "no such file"));
  setenv("GIGALANE_MAPS", old.c_str(), 1);
}
