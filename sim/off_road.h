/// Whether a body leaves the drivable area: its box against the boundary edges listed for its quad, at rest
/// or swept along its arc. Exact in any affine variant: edges are taken to the frame of the box.
#pragma once
#include "base/lanes.h"
#include "maps/affine.h"
#include "maps/region.h"
#include "sim/sweep.h"

namespace gigalane {

/// The smallest factor by which a variant scales any length.
HOST_DEVICE float smallest_scale(const Affine& m) {
  const float sum = m.xx * m.xx + m.xy * m.xy + m.yx * m.yx + m.yy * m.yy, det = absolute(determinant(m));
  const float root = square_root(maximum(sum * sum - 4.0f * det * det, 0.0f));
  const float largest = square_root(maximum(0.5f * (sum + root), 1e-12f));
  return det / largest;
}

/// The edges within `reach_m` (base map) of the middle of a quad, up to the reach of the lists.
HOST_DEVICE GroupList edges_within(const MapView& map, int quad, float reach_m) {
  const int row = int(minimum(reach_m, float(kReachCount - 2))) + 1;
  const int within = map.edge_reach_counts[quad * kReachCount + row];
  GroupList edges = listed_edges(map, quad);
  if (within < 255) edges.count = kGroupSize * within;  // 255 stands for that many or more
  return edges;
}

/// A block of edges in some frame: middles and half edge vectors.
template <class L>
struct EdgeBlock {
  typename L::Float x, y, u, v;
};
template <class L>
LANES_FUNCTION EdgeBlock<L> edges_in_frame(const Affine& f, const Four<typename L::Float>& edge) {
  return {f.xx * edge.a + f.xy * edge.b + f.x0, f.yx * edge.a + f.yy * edge.b + f.y0,
          f.xx * edge.c + f.xy * edge.d, f.yx * edge.c + f.yy * edge.d};
}
template <class L>
LANES_FUNCTION typename L::Mask touched(const EdgeBlock<L>& e, float half_length, float half_width) {
  return segment_touches_box<L>(e.x, e.y, e.u, e.v, half_length, half_width);
}

/// Whether the path of an edge's end, seen from the box, meets the box.
template <class L>
LANES_FUNCTION typename L::Mask path_meets_box(typename L::Float x0, typename L::Float y0,
                                               typename L::Float x1, typename L::Float y1, float half_length,
                                               float half_width) {
  return segment_touches_box<L>((x0 + x1) * 0.5f, (y0 + y1) * 0.5f, (x1 - x0) * 0.5f, (y1 - y0) * 0.5f,
                                half_length, half_width);
}

/// Whether the path from `from` to `to` properly crosses the edges. What only touches is found by the other
/// tests.
template <class L>
LANES_FUNCTION typename L::Mask path_crosses(const EdgeBlock<L>& e, Point from, Point to) {
  using Float = typename L::Float;
  const Float zero(0.0f);
  const float dx = to.x - from.x, dy = to.y - from.y;
  const Float rel_x = e.x - from.x, rel_y = e.y - from.y;
  const Float middle = rel_y * dx - rel_x * dy, half = e.v * dx - e.u * dy;
  const auto end_beyond = middle + half < zero, other_beyond = middle - half < zero;
  const auto from_beyond = e.v * rel_x - e.u * rel_y < zero;
  const auto to_beyond = e.v * (e.x - to.x) - e.u * (e.y - to.y) < zero;
  const auto ends_apart = (end_beyond | other_beyond) & !(end_beyond & other_beyond);
  return ends_apart & (from_beyond | to_beyond) & !(from_beyond & to_beyond);
}

/// Whether a box in the world touches any edge.
template <class L>
LANES_FUNCTION bool touches_boundary(const GroupList& near, const Affine& variant, const Box& box) {
  const Affine frame = compose(ego_frame(box.x, box.y, box.cos_heading, box.sin_heading), variant);
  for (int k = 0; k < near.count; k += L::width) {
    const auto edge = L::gather(near.groups, near.list, k, near.count - k);
    if (L::any(touched<L>(edges_in_frame<L>(frame, edge), box.half_length, box.half_width) &
               L::first(near.count - k)))
      return true;
  }
  return false;
}

/// Whether the body touches one block of edges on its way, piece by piece: the box at the end of the piece,
/// the edges' ends on their way past the box, and the box's corners on their way over the edges.
template <class L>
LANES_FUNCTION bool sweep_touches(const Four<typename L::Float>& edge, typename L::Mask listed,
                                  const Affine& variant, const Sweep& sweep) {
  const float half_length = 0.5f * sweep.length, half_width = 0.5f * sweep.width;
  const int pieces = pieces_for(bend_of(sweep, half_diagonal(sweep.length, sweep.width)));
  const Motion step = piece_motion(sweep, pieces);
  Pose pose = sweep.begin;
  EdgeBlock<L> before = edges_in_frame<L>(
      compose(ego_frame(pose.x, pose.y, pose.cos_heading, pose.sin_heading), variant), edge);
  for (int piece = 0; piece < pieces; ++piece) {
    pose = moved(pose, step);
    const EdgeBlock<L> now = edges_in_frame<L>(
        compose(ego_frame(pose.x, pose.y, pose.cos_heading, pose.sin_heading), variant), edge);
    auto hit = touched<L>(now, half_length, half_width) |
               path_meets_box<L>(before.x + before.u, before.y + before.v, now.x + now.u, now.y + now.v,
                                 half_length, half_width) |
               path_meets_box<L>(before.x - before.u, before.y - before.v, now.x - now.u, now.y - now.v,
                                 half_length, half_width);
    for (int corner = 0; corner < 4; ++corner) {
      const Point to{corner < 2 ? half_length : -half_length,
                     corner == 0 || corner == 3 ? half_width : -half_width};
      const float x = to.x - step.x,
                  y = to.y - step.y;  // where the corner was before, seen from where the box is now
      hit =
          hit | path_crosses<L>(
                    now, {step.cos_turn * x + step.sin_turn * y, step.cos_turn * y - step.sin_turn * x}, to);
    }
    if (L::any(hit & listed)) return true;
    before = now;
  }
  return false;
}

/// Whether the body touches any edge during the step. `cover` is cover_of(sweep).
template <class L>
LANES_FUNCTION bool sweep_touches_boundary(const GroupList& near, const Affine& variant, const Sweep& sweep,
                                           const Box& cover) {
  const Affine frame = compose(ego_frame(cover.x, cover.y, cover.cos_heading, cover.sin_heading), variant);
  for (int k = 0; k < near.count; k += L::width) {
    const auto edge = L::gather(near.groups, near.list, k, near.count - k);
    const auto listed = L::first(near.count - k);
    if (!L::any(touched<L>(edges_in_frame<L>(frame, edge), cover.half_length, cover.half_width) & listed))
      continue;
    if (sweep_touches<L>(edge, listed, variant, sweep)) return true;
  }
  return false;
}

}  // namespace gigalane
