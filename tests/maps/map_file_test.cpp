// Maps in files: what is written is read, what is damaged is refused, names are found.
#include "maps/map_file.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

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
    CHECK(has(message, "cut.h5"));
    CHECK(!has(message, "\n"));
  }
  int refused = 0;
  const std::string checksum = read_map(path).checksum;
  for (uintmax_t k = 0; k < 64; ++k) {  // one byte: refused, unless it belongs to no array
    const std::string changed = folder.file("changed.h5");
    fs::copy_file(path, changed, fs::copy_options::overwrite_existing);
    {
      std::fstream file(changed, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(std::streamoff(size * k / 64));
      const int old = file.get();
      file.seekp(std::streamoff(size * k / 64));
      file.put(char(old ^ 0x40));
    }
    std::string read = checksum;
    const std::string message = error_of([&] { read = read_map(changed).compute_checksum(); });
    CHECK(read == checksum);
    refused += !message.empty();
    if (!message.empty()) CHECK(has(message, "changed.h5"));
    CHECK(!has(message, "\n"));
  }
  CHECK(refused >= 56);
  std::ofstream(folder.file("text.h5")) << "not a map";
  CHECK(has(error_of([&] { read_map(folder.file("text.h5")); }), "text.h5"));
  CHECK(
      has(error_of([&] { read_map(folder.file("absent.h5")); }), "absent.h5: no such file, expected a map"));
}

TEST_CASE("a file that claims more values than it can hold is refused before memory is asked for") {
  const Folder folder;
  const CompiledMap map = generate_ring_road();
  const std::string path = folder.file("map.h5");
  save_map(map, path);
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const uint64_t count = map.bucket_start.size(), claimed = count | uint64_t(1) << 37;
  const std::string old(reinterpret_cast<const char*>(&count), sizeof count);
  int places = 0;  // the dimension, and its most
  for (size_t at = 0; (at = bytes.find(old, at)) != std::string::npos; at += sizeof count, ++places)
    bytes.replace(at, sizeof claimed, reinterpret_cast<const char*>(&claimed), sizeof claimed);
  REQUIRE(places >= 1);
  const std::string message = error_of([&] { read_map(folder.write("claims.h5", bytes)); });
  CHECK(has(message, "claims.h5: /bucket_start: claims 5.49756e+11 bytes in a file of"));
  CHECK(!has(message, "\n"));
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
