/// Compiled maps in HDF5 files.
#pragma once
#include <string>

#include "maps/compiled_map.h"

namespace gigalane {

constexpr int kMapFileVersion = 4;  ///< raised when an array or a record in it changes

/// Writes a map, whole or not at all. Throws Error naming the file and the reason.
void save_map(const CompiledMap& map, const std::string& path);

/// Reads a map and checks its checksum. One that is missing, truncated, damaged, no map or of another version
/// gives an Error of one line.
CompiledMap read_map(const std::string& path);

/// What a map file says it was made from, without reading it; false if it is no map file of this version.
bool is_made_from(const std::string& path, const std::string& source_sha256);

}  // namespace gigalane
