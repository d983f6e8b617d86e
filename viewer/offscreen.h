/// OpenGL without a display: a context of EGL's surfaceless (or device) platform and a framebuffer to draw
/// into and to read back.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "viewer/gl.h"

namespace gigalane {

class OffscreenContext {
 public:
  /// Makes the context current on this thread. Throws Error, one line, where EGL has none to give.
  OffscreenContext();
  ~OffscreenContext();
  OffscreenContext(const OffscreenContext&) = delete;
  OffscreenContext& operator=(const OffscreenContext&) = delete;
  std::string renderer() const;  ///< the driver's name

 private:
  void* display_ = nullptr;
  void* context_ = nullptr;
};

/// A picture to draw into, in two layers: what stands still, anti-aliased by `samples` samples a pixel (1:
/// none; as many as the driver has), is drawn once and kept; what moves is drawn over a copy of it, frame
/// after frame.
class OffscreenPicture {
 public:
  OffscreenPicture(int width, int height, int samples);
  /// Draws go to the layer that is kept.
  void begin_still();
  void end_still();
  /// Draws go to a new frame, which begins as the layer that was kept, depth too.
  void begin_frame();
  /// The frame, row by row from the top, red, green, blue, alpha: a byte each.
  void read(std::vector<uint8_t>& pixels);
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  struct Layer {
    GlRenderbuffer colour, depth;
    GlFramebuffer framebuffer;
  };
  static Layer make_layer(int width, int height, int samples);
  void copy(const Layer& from, const Layer& to);

  int width_, height_;
  Layer sampled_, still_, frame_;  // sampled_ is empty without anti-aliasing
};

}  // namespace gigalane
