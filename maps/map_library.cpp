#include "maps/map_library.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/state_hash.h"
#include "maps/compile.h"
#include "maps/generator_list.h"
#include "maps/import.h"
#include "maps/map_file.h"

namespace gigalane {
namespace {

namespace fs = std::filesystem;

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// The extension that makes a file a map; empty if none does.
std::string map_extension(const std::string& path) {
  if (ends_with(path, ".h5")) return ".h5";
  for (const std::string& extension : source_extensions())
    if (ends_with(path, extension)) return extension;
  return "";
}

/// The checkout: the folder that holds .deps, at or above the working directory or the program.
std::vector<fs::path> roots() {
  std::vector<fs::path> found;
  const auto add = [&](const fs::path& root) {
    if (std::find(found.begin(), found.end(), root) == found.end()) found.push_back(root);
  };
  std::error_code error;
  if (const char* source = std::getenv("GIGALANE_SOURCE_DIR"); source && *source) add(source);
  for (fs::path at : {fs::current_path(error), fs::read_symlink("/proc/self/exe", error).parent_path()})
    for (int up = 0; up < 6 && !at.empty(); ++up) {
      if (fs::is_directory(at / ".deps" / "maps", error)) add(at);
      if (at == at.parent_path()) break;
      at = at.parent_path();
    }
  return found;
}

std::vector<fs::path> folders() {
  std::vector<fs::path> list;
  for (const fs::path& root : roots()) list.push_back(root / "data");
  if (const char* more = std::getenv("GIGALANE_MAPS")) {
    const std::string text = more;
    for (size_t from = 0; from <= text.size();) {
      const size_t to = std::min(text.find(':', from), text.size());
      if (to > from) list.push_back(text.substr(from, to - from));
      from = to + 1;
    }
  }
  for (const fs::path& root : roots()) list.push_back(root / ".deps" / "maps");
  return list;
}

size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = std::tolower(static_cast<unsigned char>(a[i - 1])) ==
                        std::tolower(static_cast<unsigned char>(b[j - 1]));
      const size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

[[noreturn]] void fail_unknown(const std::string& name, std::vector<KnownMap> known) {
  if (known.empty())
    fail("no map is called \"", name,
         "\" and none was found at all, expected maps in .deps/maps (run scripts/setup) or $GIGALANE_MAPS");
  std::stable_sort(known.begin(), known.end(), [&](const KnownMap& a, const KnownMap& b) {
    return edit_distance(name, a.name) < edit_distance(name, b.name);
  });
  std::string names;
  for (const KnownMap& map : known) names += (names.empty() ? "" : ", ") + map.name;
  fail("no map is called \"", name, "\", expected a file or one of ", names);
}

/// Where the compiled form of a named source is kept: empty if there is no checkout.
fs::path cache_of(const std::string& name) {
  const std::vector<fs::path> found = roots();
  return found.empty() ? fs::path() : found.front() / ".deps" / "maps" / "compiled" / (name + ".h5");
}

bool crosses_itself(const CompiledMap& map) {
  return std::any_of(map.findings.begin(), map.findings.end(),
                     [](const Finding& f) { return f.fault == Fault::crossed_quad; });
}

CompiledMap load_named(const KnownMap& known, CrossedLanes crossed) {
  if (map_extension(known.path) == ".h5") return read_map(known.path);
  const fs::path cache = cache_of(known.name);
  if (!cache.empty() && is_made_from(cache.string(), sha256_file(known.path))) try {
      return read_map(cache.string());
    } catch (const Error&) {
      // damaged: made anew below
    }
  CompiledMap map = import_map(known.path, {}, crossed);
  if (!cache.empty() && !crosses_itself(map)) try {
      std::error_code error;
      fs::create_directories(cache.parent_path(), error);
      if (!error) save_map(map, cache.string());
    } catch (const Error&) {
      // a folder that cannot be written only costs the time next time
    }
  return map;
}

}  // namespace

std::vector<KnownMap> list_maps() {
  std::map<std::string, std::string> found;
  for (const fs::path& folder : folders()) {
    std::error_code error;
    std::vector<std::string> paths;
    for (const auto& entry : fs::directory_iterator(folder, error)) paths.push_back(entry.path().string());
    std::sort(paths.begin(), paths.end());  // .h5 before .xodr
    for (const std::string& path : paths) {
      const std::string extension = map_extension(path), file = fs::path(path).filename().string();
      if (!extension.empty()) found.emplace(file.substr(0, file.size() - extension.size()), path);
    }
  }
  std::vector<KnownMap> list;
  for (const auto& [name, path] : found) list.push_back({name, path});
  return list;
}

CompiledMap import_map(const std::string& path, const ImportOptions& options, CrossedLanes crossed) {
  return compile(read_network(path, options), 0, {}, crossed);
}

std::shared_ptr<const CompiledMap> load_map(const std::string& name_or_file, CrossedLanes crossed) {
  const std::string extension = map_extension(name_or_file);
  std::error_code error;
  if (!extension.empty() || name_or_file.find('/') != std::string::npos) {
    if (!fs::is_regular_file(name_or_file, error))
      fail(name_or_file, ": no such file, expected a map's name or file");
    if (extension.empty())
      fail(name_or_file, ": not a map, expected .h5, .xodr, .net.xml or .osm, or one of the latter with .gz");
    return std::make_shared<CompiledMap>(extension == ".h5" ? read_map(name_or_file)
                                                            : import_map(name_or_file, {}, crossed));
  }
  const std::vector<KnownMap> known = list_maps();
  for (const KnownMap& map : known)
    if (map.name == name_or_file) return std::make_shared<CompiledMap>(load_named(map, crossed));
  if (names_generator(name_or_file))
    return std::make_shared<CompiledMap>(compile(generate_network(name_or_file), 0, {}, crossed));
  fail_unknown(name_or_file, known);
}

}  // namespace gigalane
