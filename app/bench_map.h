/// Speed of looking up where on a map a place is: which quad, and the place along and across it.
#pragma once
#include <cstdint>
#include <string>

#include "maps/compiled_map.h"

namespace gigalane {

struct MapBench {
  std::string map;
  double nanoseconds = 0;        ///< a look-up, places all over the map in random order
  double right_level_share = 0;  ///< of places, also under and on bridges: found on the surface meant
  int stacked_places = 0;        ///< places with another surface above or below
};

/// Looks up places on the lanes of a map for about `seconds`.
MapBench bench_map(const CompiledMap& map, double seconds, uint64_t seed);

/// As a line of text, and as one JSON object.
std::string describe(const MapBench& bench);
std::string to_json(const MapBench& bench);

}  // namespace gigalane
