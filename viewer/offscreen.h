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
  /// The layer that is kept is larger than the picture by `margin` pixels on each side.
  OffscreenPicture(int width, int height, int samples, int margin = 0);
  /// Draws go to the layer that is kept, still_width() times still_height() pixels.
  void begin_still();
  void end_still();
  /// Draws go to a new frame, which begins as the middle of the layer that was kept, moved by some pixels to
  /// the right and up, at most the margin; depth too.
  void begin_frame(int right = 0, int up = 0);
  /// The frame, row by row from the top, red, green, blue, alpha: a byte each.
  void read(std::vector<uint8_t>& pixels);
  int width() const { return width_; }
  int height() const { return height_; }
  int still_width() const { return width_ + 2 * margin_; }
  int still_height() const { return height_ + 2 * margin_; }

 private:
  struct Layer {
    GlRenderbuffer colour, depth;
    GlFramebuffer framebuffer;
  };
  static Layer make_layer(int width, int height, int samples);

  int width_, height_, margin_;
  Layer sampled_, still_, frame_;  // sampled_ is empty without anti-aliasing
};

}  // namespace gigalane
