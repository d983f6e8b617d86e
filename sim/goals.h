/// Where an agent wants to go: a first goal anywhere on the map, then further ones along the way.
#pragma once
#include "base/geometry.h"
#include "base/philox.h"
#include "base/scalar.h"
#include "maps/affine.h"
#include "maps/route.h"
#include "sim/config.h"
#include "sim/world_view.h"

namespace gigalane {

constexpr float kRoomM = 0.2f;     ///< a lane is wide enough with this much beyond the body
constexpr int kGoalAttempts = 24;  ///< draws before a wish is relaxed
constexpr float kGoalHeightM = 4;  ///< a goal does not count from a bridge above it

/// A world's map as seen by one of its agents.
struct WorldMap {
  const MapView& map;
  Affine variant;
  float scale;  ///< sqrt(abs(determinant)): base to world distances over the lane graph
};
HOST_DEVICE WorldMap world_map(const WorldView& view, int world) {
  const Affine variant = view.variant[world];
  return {view.maps[view.map[world]], variant, square_root(absolute(determinant(variant)))};
}

/// Distance over the lane graph, m in the world; kUnreachable or more where there is no route.
HOST_DEVICE float world_route(const WorldMap& w, int quad, float along, int goal) {
  const float base = route_distance(w.map, quad, along / w.scale, goal);
  return base < 0.5f * kUnreachable ? base * w.scale : kUnreachable;
}

/// Width of the lane at a lane point, in the world.
HOST_DEVICE float goal_width(const WorldMap& w, int point) {
  const Quad& q = w.map.quads[w.map.lane_point_quad[point]];
  const Point t = apply_direction(w.variant, q.tangent_x, q.tangent_y);
  return q.width * w.scale * w.scale / square_root(t.x * t.x + t.y * t.y);
}

/// A lane point drawn uniformly over the quads of the map: the one nearest to a quad on its lane; -1 where
/// the lane is no goal or too narrow.
HOST_DEVICE int draw_goal(const WorldMap& w, float width, KeyedRandom& random) {
  const Quad& q = w.map.quads[random.below(uint32_t(w.map.quad_count))];
  const Lane& lane = w.map.lanes[q.lane];
  if (!lane.routable || lane.point_count == 0) return -1;
  const float share = clamp(q.lane_offset_m / maximum(lane.length_m, 1e-3f), 0.0f, 1.0f);
  const int point = lane.first_point + minimum(int(share * float(lane.point_count)), lane.point_count - 1);
  return goal_width(w, point) >= width + kRoomM ? point : -1;
}
/// A lane point as goal for a body at a quad: whether it is routable, wide enough, and between the limits of
/// route distance.
struct FirstGoalRules {
  float width, least_m, most_m;
};
HOST_DEVICE bool is_first_goal(const WorldMap& w, int quad, int point, const FirstGoalRules& rules) {
  if (!w.map.lanes[w.map.quads[w.map.lane_point_quad[point]].lane].routable) return false;
  const float route = world_route(w, quad, 0.0f, point);
  return route < 0.5f * kUnreachable && route >= rules.least_m && route <= rules.most_m &&
         goal_width(w, point) >= rules.width + kRoomM;
}

/// One of the lane points listed for a quad that may be its first goal, looked at in one of many orders; -1
/// if none may.
HOST_DEVICE int draw_near_goal(const WorldMap& w, int quad, const FirstGoalRules& rules,
                               KeyedRandom& random) {
  const GroupList near = listed_points(w.map, quad);
  const auto count = uint32_t(near.count);
  if (count == 0) return -1;
  const uint32_t stride = random.chance(0.5f) ? 83 : 97;  // primes above any count: every entry is met once
  uint32_t place = random.below(count);
  for (uint32_t n = 0; n < count; ++n) {
    const int point = listed_point(w.map, quad, near.place(int(place)));
    if (is_first_goal(w, quad, point, rules)) return point;
    place = (place + stride) % count;
  }
  return -1;
}
HOST_DEVICE int draw_far_goal(const WorldMap& w, int quad, const FirstGoalRules& rules, KeyedRandom& random) {
  for (int attempt = 0; attempt < kGoalAttempts; ++attempt) {
    const int point = draw_goal(w, rules.width, random);
    if (point >= 0 && is_first_goal(w, quad, point, rules)) return point;
  }
  return -1;
}

/// A first goal for a body at a quad, at a route distance of at least `least_m` and at most `most_m`, which
/// is doubled while none is found; -1 if none can be reached. Limits under 300 m look among the lane points
/// listed for the quad, others anywhere on the map.
HOST_DEVICE int draw_first_goal(const WorldMap& w, int quad, float width, float least_m, float most_m,
                                KeyedRandom& random) {
  for (int relaxed = 0; relaxed < 8; ++relaxed) {
    const FirstGoalRules rules{width, relaxed < 6 ? least_m : 0.0f, maximum(most_m, least_m)};
    const int point =
        most_m < 300.0f ? draw_near_goal(w, quad, rules, random) : draw_far_goal(w, quad, rules, random);
    if (point >= 0) return point;
    most_m = minimum(2.0f * most_m, kUnreachable);
  }
  return -1;
}

/// A goal to follow `previous`, of the asked spacing and wide enough; any that may follow if there is none;
/// -1 if nothing may.
HOST_DEVICE int draw_next_goal(const WorldMap& w, int previous, float width, const Interval& spacing_m,
                               KeyedRandom& random) {
  const int first = w.map.next_goal_start[previous], count = w.map.next_goal_start[previous + 1] - first;
  if (count == 0) return -1;
  int wide = -1;
  for (int attempt = 0; attempt < kGoalAttempts; ++attempt) {
    const int point = w.map.next_goals[first + int(random.below(uint32_t(count)))];
    if (goal_width(w, point) < width + kRoomM) continue;
    wide = point;
    const float spacing = distance_from_point(w.map, previous, point) * w.scale;
    if (spacing >= spacing_m.low && spacing <= spacing_m.high) break;
  }
  return wide;
}

/// Draws the goals of a life into goal[kMaxGoals]; returns how many, 0 if nothing can be reached from the
/// quad.
HOST_DEVICE int draw_goals(const WorldMap& w, int quad, float width, const GoalConfig& rules,
                           float first_max_m, KeyedRandom& random, uint16_t* goal) {
  const int first = draw_first_goal(w, quad, width, rules.first_distance_min_m, first_max_m, random);
  if (first < 0) return 0;
  const int wanted = 1 + int(random.below(uint32_t(rules.further_goals_max + 1)));
  int count = 1;
  goal[0] = uint16_t(first);
  for (int k = 1; k < kMaxGoals; ++k) {
    const int next =
        k < wanted && count == k ? draw_next_goal(w, goal[k - 1], width, rules.spacing_m, random) : -1;
    goal[k] = next < 0 ? goal[k - 1] : uint16_t(next);
    count += next >= 0;
  }
  return count;
}

/// Whether the middle of a box that moves from `from` to `to` in a step, and ends at height z, comes within
/// `radius` of a goal: who passes a near goal between two steps has been there. The way is taken as straight;
/// it bends by a_lat dt^2 / 8, at most 0.045 m at 0.3 s.
HOST_DEVICE bool passes_goal(const WorldMap& w, int goal, Point from, Point to, float z, float radius) {
  const Record point = w.map.lane_points[goal];
  const Point p = apply(w.variant, point.a, point.b);
  if (squared_distance_to_segment(p.x, p.y, from.x, from.y, to.x, to.y) > radius * radius) return false;
  return absolute(w.map.quads[w.map.lane_point_quad[goal]].z - z) < kGoalHeightM;
}

}  // namespace gigalane
