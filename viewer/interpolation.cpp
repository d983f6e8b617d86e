#include "viewer/interpolation.h"

#include <algorithm>
#include <cmath>

namespace gigalane {
namespace {

constexpr float kRearAxle = 0.3f;  // of the length, behind the box's centre
constexpr float kArcToleranceM = 0.05f;

// Share of the step's distance driven after a share u of its time, speed changing evenly.
float distance_share(float speed_before, float speed_after, float u) {
  const float mean = (speed_before + speed_after) / 2;
  if (speed_before * speed_after < 0 || std::abs(mean) < 0.05f) return u;
  return (speed_before * u + (speed_after - speed_before) * u * u / 2) / mean;
}

// The pose after the rear axle has driven `distance` on an arc.
Record drive_arc(const Record& pose, float length, float distance, float curvature) {
  const float back = kRearAxle * length, turn = distance * curvature;
  const float ahead = std::abs(turn) < 1e-4f ? distance : std::sin(turn) / curvature;
  const float left = std::abs(turn) < 1e-4f ? distance * turn / 2 : (1 - std::cos(turn)) / curvature;
  const float c = pose.c * std::cos(turn) - pose.d * std::sin(turn),
              s = pose.d * std::cos(turn) + pose.c * std::sin(turn);
  const float rear_x = pose.a - back * pose.c + ahead * pose.c - left * pose.d;
  const float rear_y = pose.b - back * pose.d + ahead * pose.d + left * pose.c;
  return {rear_x + back * c, rear_y + back * s, c, s};
}

Record blend(const Record& from, const Record& to, float u) {
  const float turn = std::atan2(from.c * to.d - from.d * to.c, from.c * to.c + from.d * to.d) * u;
  return {from.a + (to.a - from.a) * u, from.b + (to.b - from.b) * u,
          from.c * std::cos(turn) - from.d * std::sin(turn),
          from.d * std::cos(turn) + from.c * std::sin(turn)};
}

bool present(const WorldView& v, int slot) { return v.status[slot] != uint8_t(AgentStatus::absent); }

}  // namespace

BodyKind kind_of(float length_m, float width_m) {
  if (length_m < 1.3f) return BodyKind::pedestrian;
  if (length_m < 2.4f && width_m < 1.4f) return BodyKind::cyclist;
  return length_m > 5.6f && width_m > 1.6f ? BodyKind::truck : BodyKind::car;
}

const char* kind_name(BodyKind kind) {
  constexpr const char* kNames[] = {"pedestrian", "cyclist", "car", "truck"};
  return kNames[int(kind)];
}

Record pose_between(const WorldView& before, const WorldView& after, int slot, float u) {
  const Record from = before.pose[slot], to = after.pose[slot];
  if (u <= 0 || !present(after, slot) || before.life[slot] != after.life[slot]) return from;
  if (u >= 1) return to;
  const float length = after.body[slot].a, distance = after.arc[slot].a, curvature = after.arc[slot].b;
  const Record end = drive_arc(from, length, distance, curvature);
  const float share = distance_share(before.motion[slot].a, after.motion[slot].a, u);
  if (std::hypot(end.a - to.a, end.b - to.b) > kArcToleranceM) return blend(from, to, u);
  return drive_arc(from, length, share * distance, curvature);
}

std::vector<DrawnAgent> agents_between(const WorldView& before, const WorldView& after, float u) {
  std::vector<DrawnAgent> agents;
  for (int slot = 0; slot < before.agents_per_world; ++slot) {
    if (!present(before, slot)) continue;
    const bool same_life = present(after, slot) && before.life[slot] == after.life[slot];
    const WorldView& next = same_life ? after : before;
    const Record pose = pose_between(before, after, slot, u), body = before.body[slot],
                 motion = before.motion[slot];
    DrawnAgent a;
    a.slot = slot;
    a.x = pose.a, a.y = pose.b, a.cos_heading = pose.c, a.sin_heading = pose.d;
    a.z = body.c + (next.body[slot].c - body.c) * u;
    a.length = body.a, a.width = body.b;
    a.speed = motion.a + (next.motion[slot].a - motion.a) * u;
    a.kind = kind_of(a.length, a.width);
    a.braking = motion.b * (a.speed < 0 ? -1.0f : 1.0f) < -1;
    a.wreck = before.status[slot] == uint8_t(AgentStatus::stopped);
    a.crashed = (before.events[slot] & (kCollided | kOffRoad)) != 0;
    agents.push_back(a);
  }
  return agents;
}

}  // namespace gigalane
