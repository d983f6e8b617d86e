/// A picture of a map: lanes with their direction, parts that cannot be reached or left in colours, boundary,
/// stop lines, lights with their turns, findings of its check, a scale and a legend. PNG, north up.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "maps/compiled_map.h"

namespace gigalane {

struct PlotOptions {
  int longest_side_px = 2400;
  double centre_x_m = 0, centre_y_m = 0;  ///< what is in the middle, base coordinates
  double span_m = 0;                      ///< metres that the longest side shows; 0: the whole map
  bool findings = true, legend = true;
};

/// Rows from the top, three bytes a pixel.
struct Picture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;
};

/// Draws the map. Throws Error if the size is not 16 to 16,000 pixels.
Picture draw_map(const CompiledMap& map, const PlotOptions& options = {});

/// Draws it and writes a PNG, whole or not at all. Throws Error.
void plot_map(const CompiledMap& map, const std::string& path, const PlotOptions& options = {});

}  // namespace gigalane
