/// The affine perturbation of a map: world = A * base + t. Six numbers a world, never a copy of the map.
#pragma once
#include "base/host_device.h"

namespace gigalane {

/// x' = xx * x + xy * y + x0,  y' = yx * x + yy * y + y0. Metres.
struct Affine {
  float xx = 1, xy = 0, yx = 0, yy = 1, x0 = 0, y0 = 0;
};

struct Point {
  float x, y;
};

HOST_DEVICE Point apply(const Affine& m, float x, float y) {
  return {m.xx * x + m.xy * y + m.x0, m.yx * x + m.yy * y + m.y0};
}
/// The linear part alone: for directions.
HOST_DEVICE Point apply_direction(const Affine& m, float x, float y) {
  return {m.xx * x + m.xy * y, m.yx * x + m.yy * y};
}
/// Negative where the map is mirrored: left and right change places.
HOST_DEVICE float determinant(const Affine& m) { return m.xx * m.yy - m.xy * m.yx; }

/// first, then second: compose(second, first)(p) = second(first(p)).
HOST_DEVICE Affine compose(const Affine& second, const Affine& first) {
  return {second.xx * first.xx + second.xy * first.yx,
          second.xx * first.xy + second.xy * first.yy,
          second.yx * first.xx + second.yy * first.yx,
          second.yx * first.xy + second.yy * first.yy,
          second.xx * first.x0 + second.xy * first.y0 + second.x0,
          second.yx * first.x0 + second.yy * first.y0 + second.y0};
}
HOST_DEVICE Affine inverse(const Affine& m) {
  const float scale = 1.0f / determinant(m);
  Affine r{m.yy * scale, -m.xy * scale, -m.yx * scale, m.xx * scale, 0, 0};
  r.x0 = -(r.xx * m.x0 + r.xy * m.y0);
  r.y0 = -(r.yx * m.x0 + r.yy * m.y0);
  return r;
}
/// World to the frame of an ego at (x, y) with the given cosine and sine of its heading: x ahead, y left.
HOST_DEVICE Affine ego_frame(float x, float y, float cos_heading, float sin_heading) {
  return {cos_heading,
          sin_heading,
          -sin_heading,
          cos_heading,
          -(cos_heading * x + sin_heading * y),
          sin_heading * x - cos_heading * y};
}

}  // namespace gigalane
