/// Maps by name: where they are found, imported on first use and kept compiled.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "maps/compile.h"
#include "maps/compiled_map.h"
#include "maps/import.h"

namespace gigalane {

/// A map that load_map() knows by name.
struct KnownMap {
  std::string name;
  std::string path;  ///< .h5 or a source file
};

/// Loads a map by name ("Town03") or file (.h5, or a source: see import.h). A name is looked up in data/, the
/// folders of $GIGALANE_MAPS (separated by colons) and .deps/maps; data/ and .deps/ are those of the checkout
/// that the program or the working directory lies in. A source is imported on first use and kept in
/// .deps/maps/compiled/NAME.h5 as long as source and compiler stay the same; a folder that cannot be written
/// is no error. What no file is called may be a generated map (see generator_list.h). Throws Error: one line;
/// for an unknown name with the names that exist, nearest first. With CrossedLanes::keep, to check or draw, a
/// source whose lanes cross themselves is loaded too, and not kept.
std::shared_ptr<const CompiledMap> load_map(const std::string& name_or_file,
                                            CrossedLanes crossed = CrossedLanes::refuse);

/// All maps that can be named, by name; the first found of each name.
std::vector<KnownMap> list_maps();

/// Imports a source file (see read_network() in import.h) and compiles it.
CompiledMap import_map(const std::string& path, const ImportOptions& options = {},
                       CrossedLanes crossed = CrossedLanes::refuse);

}  // namespace gigalane
