/// Colours and marks of plots, and what explains them in the picture; internal to maps/.
#pragma once
#include "maps/canvas.h"
#include "maps/compiled_map.h"

namespace gigalane {

constexpr Colour kStopLine[3] = {{222, 40, 36}, {240, 140, 20}, {240, 205, 30}};  ///< by StopLineKind
constexpr Colour kPhase[6] = {{46, 160, 67},  {31, 111, 235}, {191, 60, 200},
                              {214, 120, 20}, {20, 170, 180}, {130, 90, 50}};
constexpr size_t kPartCount = 8;
constexpr Colour kPart[kPartCount] = {{196, 121, 150}, {196, 160, 90}, {112, 168, 120}, {120, 144, 200},
                                      {172, 132, 196}, {90, 170, 176}, {206, 132, 96},  {150, 150, 84}};

/// A ring, and in it a cross where a finding traps.
void paint_mark(Canvas& canvas, Vec2 at, double radius, bool traps);

/// Height of the legend in pixels, with a margin on both sides.
int legend_height_px(const CompiledMap& map, bool findings);

/// Name, scale and what the marks and colours in this picture mean, in its lower left corner.
void paint_legend(const CompiledMap& map, bool findings, Canvas& canvas);

}  // namespace gigalane
