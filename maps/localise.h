/// Where a point lies in a quad, in base coordinates. Which quad is right where several contain it is the
/// simulator's choice.
#pragma once
#include "base/host_device.h"
#include "maps/map_view.h"

namespace gigalane {

/// Whether the quad contains the point, or comes within `tolerance_m` of it across an edge. Degenerate edges,
/// as of a triangle, exclude nothing.
HOST_DEVICE bool contains(const Quad& quad, float x, float y, float tolerance_m = 1e-3f) {
  for (int k = 0; k < 4; ++k) {
    const int next = (k + 1) & 3;
    const float ux = quad.corner_x[next] - quad.corner_x[k], uy = quad.corner_y[next] - quad.corner_y[k];
    const float left = ux * (y - quad.corner_y[k]) - uy * (x - quad.corner_x[k]);
    // left = edge length * distance, compared as squares
    if (left < 0 && left * left > tolerance_m * tolerance_m * (ux * ux + uy * uy)) return false;
  }
  return true;
}

/// Frenet coordinates in a quad: metres past its middle along the lane, metres to the left of its centre
/// line.
struct QuadPlace {
  float along_m, offset_m;
};
HOST_DEVICE QuadPlace place_in_quad(const Quad& quad, float x, float y) {
  const float dx = x - quad.x, dy = y - quad.y;
  return {dx * quad.tangent_x + dy * quad.tangent_y, dy * quad.tangent_x - dx * quad.tangent_y};
}

/// Calls visit(quad index) for every quad that contains the point, in the order of their indices.
template <class Visit>
HOST_DEVICE void for_each_quad_at(const MapView& map, float x, float y, Visit visit) {
  const float column = (x - map.bucket_x0) / map.bucket_size_m, row = (y - map.bucket_y0) / map.bucket_size_m;
  if (!(column >= 0 && row >= 0 && column < float(map.bucket_columns) && row < float(map.bucket_rows)))
    return;
  const int bucket = int(row) * map.bucket_columns + int(column);
  for (int k = map.bucket_start[bucket]; k < map.bucket_start[bucket + 1]; ++k)
    if (contains(map.quads[map.bucket_quads[k]], x, y)) visit(map.bucket_quads[k]);
}

/// A quad and the place in it; quad -1: no quad contains the point.
struct MapPlace {
  int quad;
  QuadPlace place;
};
/// The quad at the point whose surface is nearest to height `z`, so that a bridge and the road below it are
/// told apart; the first one of those at the same height.
HOST_DEVICE MapPlace locate(const MapView& map, float x, float y, float z) {
  MapPlace found{-1, {0, 0}};
  float least = 1e9f;
  for_each_quad_at(map, x, y, [&](int q) {
    const Quad& quad = map.quads[q];
    const QuadPlace place = place_in_quad(quad, x, y);
    const float rise = quad.z + quad.slope * place.along_m - z, apart = rise < 0 ? -rise : rise;
    if (apart >= least) return;
    least = apart;
    found = {q, place};
  });
  return found;
}

}  // namespace gigalane
