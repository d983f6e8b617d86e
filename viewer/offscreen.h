/// OpenGL without a display: a context of EGL's surfaceless (or device) platform and a framebuffer to draw into and
/// to read back.
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

/// A picture to draw into, with `samples` samples a pixel (1: none), as many as the driver has.
class OffscreenPicture {
 public:
  OffscreenPicture(int width, int height, int samples);
  /// Draws go here from now on.
  void bind();
  /// The picture, row by row from the top, red, green, blue, alpha: a byte each.
  void read(std::vector<uint8_t>& pixels);
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  int width_, height_;
  GlFramebuffer drawn_, resolved_;
  GlRenderbuffer colour_, depth_, resolved_colour_;
};

}  // namespace gigalane
