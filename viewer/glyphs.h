/// Everything that moves or changes colour, drawn by one shader: a rectangle each, its inside worked out from
/// distances (signed distance fields), so that edges are smooth at every scale.
#pragma once
#include <cstdint>
#include <vector>

#include "viewer/camera.h"
#include "viewer/gl.h"

namespace gigalane {

enum class Glyph { car, truck, cyclist, pedestrian, shadow, bar, lamp, ring };

struct GlyphInstance {
  float x, y, z;  ///< middle, world metres
  float cos_heading, sin_heading;
  float half_length, half_width;  ///< m
  uint32_t colour;
  float kind, accent;  ///< accent: 1 for a braking car
};

class GlyphRenderer {
 public:
  GlyphRenderer();
  /// Draws in the order given, tested against depth, which it does not write.
  void draw(const std::vector<GlyphInstance>& glyphs, const Camera& camera);

 private:
  GlProgram program_;
  GlVertexArray array_;
  GlBuffer buffer_;
  GLint camera_ = -1, viewport_ = -1;
};

}  // namespace gigalane
