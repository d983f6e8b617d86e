/// The observation in double precision, straight from the definitions: sorting instead of thresholds, the
/// variant applied before the ego's pose, nothing shared with sim/ but names and scales.
#pragma once
#include "tests/sim/observe_fixture.h"

namespace gigalane {

struct ReferenceObserver {
  const MadeUpWorlds& worlds;
  const WorldView& view = worlds.view;
  const MapView& map = worlds.map.view;
  int world, agent, slot;

  ReferenceObserver(const MadeUpWorlds& w, int world_index, int agent_index)
      : worlds(w),
        world(world_index),
        agent(agent_index),
        slot(world_index * w.view.agents_per_world + agent_index) {}

  struct Vector {
    double x, y;
  };
  Vector turned(double x, double y) const {
    const Record p = view.pose[slot];
    return {p.c * x + p.d * y, p.c * y - p.d * x};
  }
  Vector point(double x, double y) const {
    const Affine v = view.variant[world];
    const Record p = view.pose[slot];
    return turned(v.xx * x + v.xy * y + v.x0 - p.a, v.yx * x + v.yy * y + v.y0 - p.b);
  }
  Vector direction(double x, double y) const {
    const Affine v = view.variant[world];
    return turned(v.xx * x + v.xy * y, v.yx * x + v.yy * y);
  }
  double determinant() const {
    const Affine v = view.variant[world];
    return double(v.xx) * v.yy - double(v.xy) * v.yx;
  }
  double scale() const { return std::sqrt(std::abs(determinant())); }

  std::vector<double> lane(int lane_point) const {
    const Record r = map.lane_points[lane_point];
    int32_t packed;
    std::memcpy(&packed, &r.c, sizeof packed);
    const double c = int16_t(packed & 0xffff) / 32767.0, s = int16_t(packed >> 16) / 32767.0;
    const Vector p = point(r.a, r.b), t = direction(c, s);
    const double length = std::hypot(t.x, t.y);
    const int goal = view.goal[slot * kMaxGoals + view.goal_index[slot]];
    const double distance = map.point_distance[goal * map.lane_point_count + lane_point] * scale();
    const double relative = std::clamp((distance - view.body[slot].d) * 0.01, -1.5, 1.5);
    return {p.x * 0.02,
            p.y * 0.02,
            t.x / length,
            t.y / length,
            r.d * std::abs(determinant()) / length * 0.2,
            relative,
            std::min(distance, 1000.0) * 0.002};
  }
  std::vector<double> edge(int index) const {
    const Record r = map.boundary[index];
    const Vector p = point(r.a, r.b), half = direction(r.c, r.d);
    const double sign = determinant() < 0 ? -1 : 1;  // the drivable area stays on the left
    return {p.x * 0.02, p.y * 0.02, 2 * sign * half.x, 2 * sign * half.y};
  }
  std::vector<double> light(const StopLine& line) const {
    const auto state = line.signal < 0
                           ? LightState::off
                           : LightState(view.signal_state[world * view.signal_stride + line.signal]);
    return {state == LightState::red ? 1.0 : 0.0, state == LightState::yellow ? 1.0 : 0.0,
            state == LightState::green ? 1.0 : 0.0};
  }
  std::vector<double> stop_line(int index) const {
    const StopLine& l = map.stop_lines[index];
    const Vector p = point((double(l.x0) + l.x1) / 2, (double(l.y0) + l.y1) / 2),
                 t = direction(l.direction_x, l.direction_y);
    const double length = std::hypot(t.x, t.y);
    std::vector<double> f{p.x * 0.02, p.y * 0.02, t.x / length, t.y / length};
    for (double on : light(l)) f.push_back(on);
    f.push_back(l.kind == int16_t(StopLineKind::stop_sign)    ? 1.0
                : l.kind == int16_t(StopLineKind::yield_sign) ? 0.5
                                                              : 0.0);
    return f;
  }

  /// Agents in sight, in order: floats as the simulator has them, so that ties are ties.
  std::vector<int> seen(int capacity) const {
    std::vector<std::pair<float, int>> near;
    if (!view.blind[slot]) {
      for (int a = 0; a < view.agent_count[world]; ++a) {
        const int other = slot - agent + a;
        const float dx = view.x_m[other] - view.x_m[slot], dy = view.y_m[other] - view.y_m[slot];
        const float squared = dx * dx + dy * dy;
        const double height = std::abs(double(view.body[other].c) - view.body[slot].c);
        if (a != agent && squared <= 200.0f * 200.0f && height <= 2.5 + 0.12 * std::sqrt(double(squared)))
          near.push_back({squared, a});
      }
    }
    std::sort(near.begin(), near.end());
    std::vector<int> agents;
    for (int k = 0; k < std::min(capacity, int(near.size())); ++k) agents.push_back(near[size_t(k)].second);
    return agents;
  }
  std::vector<double> other(int index) const {
    const int o = slot - agent + index;
    const Record p = view.pose[o], me = view.pose[slot];
    const Vector at = turned(double(p.a) - me.a, double(p.b) - me.b), heading = turned(p.c, p.d);
    const double speed = view.motion[o].a;
    return {at.x * 0.02,
            at.y * 0.02,
            heading.x,
            heading.y,
            (speed * heading.x - view.motion[slot].a) / 15,
            speed * heading.y / 15,
            view.body[o].a * 0.2,
            view.body[o].b * 0.4,
            (double(view.body[o].c) - view.body[slot].c) * 0.2};
  }

  std::vector<double> ego() const {
    const Record frenet = view.frenet[slot], motion = view.motion[slot], body = view.body[slot],
                 trait = view.trait[slot];
    const Quad& q = map.quads[view.quad[slot]];
    const Vector tangent = direction(q.tangent_x, q.tangent_y);
    const double curvature = q.curvature * determinant() / std::pow(std::hypot(tangent.x, tangent.y), 3);
    const int goals = view.goal_count[slot], current = view.goal_index[slot];
    std::vector<double> e{frenet.b * 0.5,
                          frenet.c,
                          frenet.d,
                          curvature * 10,
                          motion.a / 15,
                          std::min(motion.a, 5.0f) * 0.2,
                          q.speed_limit_mps / 15,
                          motion.d * 1.8,
                          motion.b * 0.2,
                          motion.c * 0.25,
                          (trait.c - 1) * 2,
                          (trait.a - 1) * 4,
                          (trait.b - 1) * 4,
                          (trait.d - 1) * 2,
                          body.a * 0.2,
                          body.b * 0.4,
                          motion.a < 0 ? 1.0 : 0.0,
                          body.d / (body.d + 50),
                          std::min(body.d, 1000.0f) * 0.002,
                          current + 1 == goals ? 1.0 : 0.0};
    for (int n = 0; n < kMaxGoals; ++n) {
      if (current + n >= goals) {
        e.insert(e.end(), kGoalFeatures, 0.0);
        continue;
      }
      const Record r = map.lane_points[view.goal[slot * kMaxGoals + current + n]];
      const Vector at = point(r.a, r.b);
      const double radius = std::hypot(at.x, at.y), p = 1 / (20 + radius);
      const bool within = radius < view.coefficient[slot * kCoefficientCount + kGoalRadius];
      e.insert(e.end(), {at.x * p, at.y * p, 20 * p, n > 0 || within ? 1.0 : 0.0});
    }
    const double low[] = {2, 0, 0, 0, 2.5e-4, 0, 2.5e-4, -0.5, 0, 2.5e-4, 0, 0};
    const double high[] = {12, 3, 3, 0.1, 2.5e-2, 1, 7.5e-3, 0.5, 5e-3, 7.5e-3, 1, 5e-5};
    for (int c = 0; c < kCoefficientCount; ++c) {
      const double feature =
          2 * (view.coefficient[slot * kCoefficientCount + c] - low[c]) / (high[c] - low[c]) - 1;
      e.push_back(std::clamp(feature, -100.0, 100.0));
    }
    e.insert(e.end(), 4 * kRouteHints, 0.0);
    if (q.next_stop_line == kNone16) {
      e.insert(e.end(), {1, 0, 0, 0});
    } else {
      const double distance = std::max(0.0, q.next_stop_line_m * scale() - frenet.a);
      e.push_back(distance / (distance + 10));
      for (double on : light(map.stop_lines[q.next_stop_line])) e.push_back(on);
    }
    return e;
  }
};

}  // namespace gigalane
