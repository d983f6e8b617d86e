#include "maps/map_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <type_traits>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/hdf5_file.h"
#include "base/state_hash.h"

namespace gigalane {
namespace {

constexpr const char* kFormat = "gigalane map";

/// Calls visit(name, text) and visit(name, number) for what is known about a map beside its arrays.
template <class Map, class Text, class Number>
void for_each_fact(Map& map, Text&& text, Number&& number) {
  text("name", map.name);
  text("source", map.source);
  text("source_sha256", map.source_sha256);
  text("licence", map.licence);
  text("attribution", map.attribution);
  text("checksum", map.checksum);
  number("origin_x", map.origin_x);
  number("origin_y", map.origin_y);
  auto& s = map.statistics;
  number("roads", s.roads);
  number("junctions", s.junctions);
  number("lane_count", s.lanes);
  number("lane_km", s.lane_km);
  number("junction_lane_km", s.junction_lane_km);
  number("left_out_km", s.left_out_km);
  number("lights", s.lights);
  number("stop_signs", s.stop_signs);
  number("dead_end_lanes", s.dead_end_lanes);
  number("components", s.components);
  number("levels", s.levels);
  number("box_width_m", s.box_width_m);
  number("box_height_m", s.box_height_m);
  for_each_number(map, number);
}

template <class T>
void write_array(Hdf5File& file, const std::string& name, const std::vector<T>& array) {
  if constexpr (std::is_arithmetic_v<T>)
    file.write(name, array, 0);
  else if constexpr (std::is_same_v<T, Record>)
    file.write(name, reinterpret_cast<const float*>(array.data()), {array.size(), 4}, 0);
  else  // a record of mixed fields: its bytes, little-endian, in the order of map_view.h
    file.write(name, reinterpret_cast<const uint8_t*>(array.data()), {array.size(), sizeof(T)}, 0);
}

template <class T>
void read_array(const Hdf5File& file, const std::string& name, std::vector<T>& array) {
  const std::vector<size_t> shape = file.shape(name);
  const size_t columns = std::is_arithmetic_v<T> ? 0 : std::is_same_v<T, Record> ? 4 : sizeof(T);
  if (columns == 0 ? shape.size() != 1 : shape.size() != 2 || shape[1] != columns)
    fail(file.path(), ": ", name, " is of another shape, expected a map file of version ", kMapFileVersion);
  if constexpr (std::is_arithmetic_v<T>) {
    array = file.read<T>(name);
  } else {
    using Element = std::conditional_t<std::is_same_v<T, Record>, float, uint8_t>;
    const std::vector<Element> flat = file.read<Element>(name);
    array.resize(shape[0]);
    if (!flat.empty())
      std::memcpy(static_cast<void*>(array.data()), flat.data(), flat.size() * sizeof(Element));
  }
}

std::string join(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += id + "\n";
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> ids;
  for (size_t from = 0, to; (to = text.find('\n', from)) != std::string::npos; from = to + 1)
    ids.push_back(text.substr(from, to - from));
  return ids;
}

// The header: HDF5's user block, lines of a name and a value, padded by zeros.

constexpr size_t kHeaderBytes = 512;

/// The hash of all bytes behind the header, as 16 hexadecimal digits.
std::string body_hash(std::ifstream& file, const std::string& path) {
  constexpr size_t kBlockBytes = size_t(1) << 22;
  StateHash hash;
  std::vector<char> block(kBlockBytes);
  file.clear();
  file.seekg(kHeaderBytes);
  do {
    file.read(block.data(), std::streamsize(block.size()));
    hash.add(block.data(), size_t(file.gcount()));
  } while (file);
  require(file.eof(), path, ": cannot read: ", std::strerror(errno));
  return hash.hex();
}

std::ifstream open_map(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, errno == ENOENT ? ": no such file, expected a map" : ": cannot read this file");
  return file;
}

/// Value by name; empty if the file is no map.
std::map<std::string, std::string> read_header(std::ifstream& file) {
  std::string bytes(kHeaderBytes, '\0');
  if (!file.read(bytes.data(), std::streamsize(bytes.size())) || bytes.rfind(kFormat, 0) != 0) return {};
  std::map<std::string, std::string> values;
  std::istringstream lines(bytes.substr(0, bytes.find('\0')));
  for (std::string line; std::getline(lines, line);) {
    const size_t space = std::min(line.rfind(' '), line.size());
    values[line.substr(0, space)] = line.substr(std::min(space + 1, line.size()));
  }
  return values;
}

void write_header(const std::string& path, const std::string& source_sha256) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  std::ifstream body(path, std::ios::binary);
  require(file && body, path, ": cannot read what was written");
  std::ostringstream text;
  text << kFormat << " of version " << kMapFileVersion << "\ncompiler " << kMapCompilerVersion
       << "\nsource_sha256 " << source_sha256 << "\nhash " << body_hash(body, path) << "\n";
  std::string bytes = text.str();
  require(bytes.size() <= kHeaderBytes, path, ": a header of ", bytes.size(), " bytes");
  bytes.resize(kHeaderBytes, '\0');
  file.write(bytes.data(), std::streamsize(bytes.size()));
  file.close();
  require(!file.fail(), path, ": cannot write: ", std::strerror(errno));
}

const std::string kVersionLine = std::string(kFormat) + " of version";

}  // namespace

void save_map(const CompiledMap& map, const std::string& path) {
  AtomicFile target(path);
  Hdf5File file(target.temporary(), Hdf5File::Mode::create, kHeaderBytes);
  file.set_attribute("/", "format", std::string(kFormat));
  file.set_attribute("/", "version", int64_t(kMapFileVersion));
  file.set_attribute("/", "compiler_version", int64_t(kMapCompilerVersion));
  for_each_fact(
      map, [&](const char* name, const std::string& text) { file.set_attribute("/", name, text); },
      [&](const char* name, const auto& number) {
        if constexpr (std::is_integral_v<std::decay_t<decltype(number)>>)
          file.set_attribute("/", name, int64_t(number));
        else
          file.set_attribute("/", name, double(number));
      });
  const std::string ids = join(map.road_ids);
  file.write("/road_ids", reinterpret_cast<const uint8_t*>(ids.data()), {ids.size()}, 0);
  for_each_array(
      map, [&](const char* name, const auto& array) { write_array(file, std::string("/") + name, array); });
  file.close();
  write_header(target.temporary(), map.source_sha256);
  target.commit();
}

CompiledMap read_map(const std::string& path) {
  {
    std::ifstream bytes = open_map(path);
    auto header = read_header(bytes);
    if (header.empty())
      fail(path, ": not a compiled map, or of a version before 6, expected a file of `gigalane maps import`");
    const std::string &version = header[kVersionLine], expected = std::to_string(kMapFileVersion);
    if (version != expected)
      fail(path, ": map file of version ", version, ", expected ", expected, "; import its source again");
    if (header["hash"] != body_hash(bytes, path))
      fail(path, ": damaged or cut, its bytes do not match its hash; import its source again");
  }
  const Hdf5File file(path, Hdf5File::Mode::read);
  CompiledMap map;
  for_each_fact(
      map, [&](const char* name, std::string& text) { text = file.string_attribute("/", name); },
      [&](const char* name, auto& number) {
        using Type = std::decay_t<decltype(number)>;
        if constexpr (std::is_integral_v<Type>)
          number = Type(file.int_attribute("/", name));
        else
          number = Type(file.double_attribute("/", name));
      });
  const std::vector<uint8_t> ids = file.read<uint8_t>("/road_ids");
  map.road_ids = split(std::string(ids.begin(), ids.end()));
  for_each_array(map,
                 [&](const char* name, auto& array) { read_array(file, std::string("/") + name, array); });
  for (const Finding& f : map.findings)
    if (int(f.fault) < 0 || int(f.fault) >= kFaultCount)
      fail(path, ": a finding of fault ", int(f.fault), ", expected 0 to ", kFaultCount - 1);
  return map;
}

bool is_made_from(const std::string& path, const std::string& source_sha256) {
  std::ifstream file(path, std::ios::binary);
  auto header = read_header(file);
  return header[kVersionLine] == std::to_string(kMapFileVersion) &&
         header["compiler"] == std::to_string(kMapCompilerVersion) &&
         header["source_sha256"] == source_sha256;
}

}  // namespace gigalane
