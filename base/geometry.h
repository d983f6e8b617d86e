/// Tests between boxes, segments and points in the plane, for one number and over lanes.
#pragma once
#include "base/lanes.h"
#include "base/scalar.h"

namespace gigalane {

/// A rectangle: middle, cosine and sine of its heading, half its length and width. Metres.
struct Box {
  float x, y;
  float cos_heading, sin_heading;
  float half_length, half_width;
};

/// Whether a segment touches the box around the origin, by separating axes; all in the box's frame:
/// the segment's middle (x, y) and half its edge vector (half_u, half_v). Touching counts.
template <class L>
LANES_FUNCTION typename L::Mask segment_touches_box(typename L::Float x, typename L::Float y,
                                                    typename L::Float half_u, typename L::Float half_v,
                                                    typename L::Float half_length,
                                                    typename L::Float half_width) {
  const typename L::Float reach_x = L::abs(half_u), reach_y = L::abs(half_v);
  return (L::abs(x) <= half_length + reach_x) & (L::abs(y) <= half_width + reach_y) &
         (L::abs(x * half_v - y * half_u) <= half_length * reach_y + half_width * reach_x);
}
HOST_DEVICE bool segment_touches_box(float x, float y, float half_u, float half_v, float half_length,
                                     float half_width) {
  return segment_touches_box<OneLane>(x, y, half_u, half_v, half_length, half_width);
}

/// Whether two boxes touch, by the four separating axes.
HOST_DEVICE bool boxes_touch(const Box& a, const Box& b) {
  const float dx = b.x - a.x, dy = b.y - a.y;
  const float along_a = a.cos_heading * dx + a.sin_heading * dy,
              across_a = a.cos_heading * dy - a.sin_heading * dx;
  const float along_b = b.cos_heading * dx + b.sin_heading * dy,
              across_b = b.cos_heading * dy - b.sin_heading * dx;
  const float c = absolute(a.cos_heading * b.cos_heading + a.sin_heading * b.sin_heading);
  const float s = absolute(a.cos_heading * b.sin_heading - a.sin_heading * b.cos_heading);
  return absolute(along_a) <= a.half_length + b.half_length * c + b.half_width * s &&
         absolute(across_a) <= a.half_width + b.half_length * s + b.half_width * c &&
         absolute(along_b) <= b.half_length + a.half_length * c + a.half_width * s &&
         absolute(across_b) <= b.half_width + a.half_length * s + a.half_width * c;
}

/// Squared distance from the point (x, y) to the segment from (x0, y0) to (x1, y1), which may be a point.
HOST_DEVICE float squared_distance_to_segment(float x, float y, float x0, float y0, float x1, float y1) {
  const float ux = x1 - x0, uy = y1 - y0, length2 = ux * ux + uy * uy;
  const float along = (x - x0) * ux + (y - y0) * uy;
  const float fraction = length2 > 0.0f ? clamp(along / length2, 0.0f, 1.0f) : 0.0f;
  const float dx = x - (x0 + fraction * ux), dy = y - (y0 + fraction * uy);
  return dx * dx + dy * dy;
}

}  // namespace gigalane
