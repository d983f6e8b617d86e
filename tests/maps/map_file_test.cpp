// Maps in files: what is written is read, what is damaged is refused, names are found.
#include "maps/map_file.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/atomic_file.h"
#include "maps/generate.h"
#include "maps/map_library.h"
#include "tests/maps/help.h"

using namespace gigalane;
using testing::error_of;
using testing::Folder;
using testing::has;
namespace fs = std::filesystem;

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
    CHECK(has(message, cut == 100 ? "cut.h5: not a compiled map" : "cut.h5: damaged or cut"));
    CHECK(!has(message, "\n"));
  }
  for (uintmax_t k = 0; k < 64; ++k) {  // one bit anywhere, by the header: HDF5 never sees the file
    const std::string changed = folder.file("changed.h5");
    fs::copy_file(path, changed, fs::copy_options::overwrite_existing);
    {
      std::fstream file(changed, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(std::streamoff(size * k / 64));
      const int old = file.get();
      file.seekp(std::streamoff(size * k / 64));
      file.put(char(old ^ 0x40));
    }
    const std::string message = error_of([&] { read_map(changed); });
    CHECK(has(message, k == 0 ? "changed.h5: not a compiled map" : "changed.h5: damaged or cut"));
    CHECK(!has(message, "\n"));
  }
  std::string bytes = read_file(path);
  bytes[bytes.find("of version ") + 11] = '5';
  CHECK(has(error_of([&] { read_map(folder.write("old.h5", bytes)); }),
            "old.h5: map file of version 5, expected " + std::to_string(kMapFileVersion)));
  std::ofstream(folder.file("text.h5")) << "not a map";
  CHECK(has(error_of([&] { read_map(folder.file("text.h5")); }), "text.h5"));
  CHECK(
      has(error_of([&] { read_map(folder.file("absent.h5")); }), "absent.h5: no such file, expected a map"));
}

TEST_CASE("the header tells what a map was made from") {
  const Folder folder;
  CompiledMap map = generate_ring_road();
  const std::string path = folder.file("map.h5"), other(64, 'b');
  map.source_sha256 = std::string(64, 'a');
  save_map(map, path);
  CHECK(is_made_from(path, map.source_sha256));
  CHECK(!is_made_from(path, other));
  CHECK(!is_made_from(folder.file("absent.h5"), map.source_sha256));
  CHECK(!is_made_from(folder.write("text.h5", "not a map"), map.source_sha256));
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
