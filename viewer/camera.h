/// Where the viewer looks: a centre in world metres, a scale, and the picture's size. North (y) is up.
#pragma once
#include <algorithm>

#include "maps/affine.h"

namespace gigalane {

/// A rectangle in world metres.
struct ViewBox {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  float width() const { return x1 - x0; }
  float height() const { return y1 - y0; }
};

struct Camera {
  float x = 0, y = 0;  ///< centre, m
  float pixels_per_m = 4;
  float width = 1280, height = 720;  ///< picture, pixels

  bool operator==(const Camera& o) const {
    return x == o.x && y == o.y && pixels_per_m == o.pixels_per_m && width == o.width && height == o.height;
  }
  /// Pixels from the top left.
  Point to_screen(float wx, float wy) const {
    return {width / 2 + (wx - x) * pixels_per_m, height / 2 - (wy - y) * pixels_per_m};
  }
  Point to_world(float px, float py) const {
    return {x + (px - width / 2) / pixels_per_m, y - (py - height / 2) / pixels_per_m};
  }
  /// What is seen.
  ViewBox box() const {
    const float w = width / pixels_per_m / 2, h = height / pixels_per_m / 2;
    return {x - w, y - h, x + w, y + h};
  }
  /// Scales by `factor` and keeps what is under the pixel there.
  void zoom(float px, float py, float factor) {
    const Point before = to_world(px, py);
    pixels_per_m = std::clamp(pixels_per_m * factor, 0.05f, 200.0f);
    const Point after = to_world(px, py);
    x += before.x - after.x;
    y += before.y - after.y;
  }
  /// Looks at the whole of a box, with a margin as a share of it.
  void fit(const ViewBox& what, float margin = 0.06f) {
    x = (what.x0 + what.x1) / 2;
    y = (what.y0 + what.y1) / 2;
    const float across = std::max(1.0f, what.width()) * (1 + 2 * margin),
                up = std::max(1.0f, what.height()) * (1 + 2 * margin);
    pixels_per_m = std::min(width / across, height / up);
  }
};

}  // namespace gigalane
