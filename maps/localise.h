/// Where a point lies in a quad, in base coordinates. Which quad is right where several contain it is the
/// simulator's choice.
#pragma once
#include "base/lanes.h"
#include "base/quad_edges.h"
#include "base/scalar.h"
#include "maps/map_view.h"

namespace gigalane {

constexpr float kEdgeToleranceM = 1e-3f;

/// Whether the quad (Quad or QuadOutline) contains the point, or comes within `tolerance_m` of it across an
/// edge. Degenerate edges, as of a triangle, exclude nothing.
template <class AnyQuad>
HOST_DEVICE bool contains(const AnyQuad& quad, float x, float y, float tolerance_m = kEdgeToleranceM) {
  return edges_excluding(quad.corner_x, quad.corner_y, x, y, tolerance_m) == 0;
}

/// Frenet coordinates in a quad: metres past its middle along the lane, metres to the left of its centre
/// line.
struct QuadPlace {
  float along_m, offset_m;
};
template <class AnyQuad>
HOST_DEVICE QuadPlace place_in_quad(const AnyQuad& quad, float x, float y) {
  const float dx = x - quad.x, dy = y - quad.y;
  return {dx * quad.tangent_x + dy * quad.tangent_y, dy * quad.tangent_x - dx * quad.tangent_y};
}

/// Calls visit(quad index) for every quad that may contain the point, in the order of their indices: those
/// that overlap the same part of its bucket.
template <class Visit>
HOST_DEVICE void for_each_quad_near(const MapView& map, float x, float y, Visit visit) {
  using L = ThreadLanes;
  const float column = (x - map.bucket_x0) / map.bucket_size_m, row = (y - map.bucket_y0) / map.bucket_size_m;
  if (!(column >= 0 && row >= 0 && column < float(map.bucket_columns) && row < float(map.bucket_rows)))
    return;
  const int c = int(column), r = int(row), bucket = r * map.bucket_columns + c;
  const int part = int((column - float(c)) * kBucketPartColumns) +
                   int((row - float(r)) * kBucketPartRows) * kBucketPartColumns;
  const L::Int bit(int32_t(1u << part));
  const int last = map.bucket_start[bucket + 1];
  for (int first = map.bucket_start[bucket]; first < last; first += L::width) {
    const auto here = (L::load(map.bucket_parts + first) & bit) != L::Int(0);
    L::for_each(here & L::first(last - first), [&](int k) { visit(map.bucket_quads[first + k]); });
  }
}

/// Calls visit(quad index) for every quad that contains the point, in the order of their indices.
template <class Visit>
HOST_DEVICE void for_each_quad_at(const MapView& map, float x, float y, Visit visit) {
  for_each_quad_near(map, x, y, [&](int q) {
    if (contains(map.quad_outlines[q], x, y)) visit(q);
  });
}

/// A quad and the place in it; quad -1: no quad contains the point.
struct MapPlace {
  int quad;
  QuadPlace place;
};
/// The quad at the point whose surface is nearest to height `z`, so that a bridge and the road below it are
/// told apart; the first one of those at the same height. -1 where all are 1e9 m off.
HOST_DEVICE MapPlace locate(const MapView& map, float x, float y, float z) {
  // the least of height (a positive float, in order as an integer) and index, found without a branch a quad:
  // so the reads of one look-up wait neither for each other nor for the one before
  constexpr float kMostM = 1e9f;
  const uint64_t none = uint64_t(uint32_t(bits_of(kMostM))) << 32;
  uint64_t least = none;
  for_each_quad_near(map, x, y, [&](int q) {
    const QuadOutline& quad = map.quad_outlines[q];
    const float apart = absolute(quad.z + quad.slope * place_in_quad(quad, x, y).along_m - z);
    const uint64_t outside =
        uint64_t(0) - uint64_t(edges_excluding(quad.corner_x, quad.corner_y, x, y, kEdgeToleranceM) != 0);
    const uint64_t key = (uint64_t(uint32_t(bits_of(apart))) << 32 | uint32_t(q)) | outside;
    least = key < least ? key : least;
  });
  if (least == none) return {-1, {0, 0}};
  const int quad = int(uint32_t(least));
  return {quad, place_in_quad(map.quad_outlines[quad], x, y)};
}

}  // namespace gigalane
