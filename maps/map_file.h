/// Compiled maps in HDF5 files.
#pragma once
#include <string>

#include "maps/compiled_map.h"

namespace gigalane {

constexpr int kMapFileVersion = 7;  ///< raised when the header, a fact, an array or a record in it changes

/// Writes a map, whole or not at all. Throws Error naming the file and the reason.
void save_map(const CompiledMap& map, const std::string& path);

/// Reads a map. One that is missing, truncated, damaged, no map or of another version gives an Error of one
/// line, before HDF5 opens it: the file begins with a header that has the hash of all that follows.
CompiledMap read_map(const std::string& path);

/// Whether the header of a map file says that it was made from a source of this SHA-256 by this version of
/// the compiler; false if it is no map file of this version. Nothing else is read.
bool is_made_from(const std::string& path, const std::string& source_sha256);

}  // namespace gigalane
