/// Errors of what an agent sees, by configuration: of other agents (what its sensors measure) and of its own
/// place on the map and speed (what it believes of itself). Each is drawn anew at each step, a function of
/// (seed, world, agent, episode, step) and of the agent seen, so that observing a state again gives the same
/// errors.
///
/// An error is a standard deviation times the sum of four bytes, centred and scaled to variance 1: nearly
/// normal (excess kurtosis -0.3), and at most 3.45 standard deviations.
///
/// Other agents: their place relative to the observer, heading and speed along their heading. Who is among
/// the nearest is decided by where they are. Itself: the map (lanes, boundary, stop lines, goals, route)
/// appears from the place and heading that it believes to have, and its offset and angle to the lane are
/// those of that place; other agents are seen by its own sensors and do not move with it. What happens to it
/// is decided by where it is.
#pragma once
#include "base/angles.h"
#include "base/lanes_philox.h"
#include "base/philox.h"
#include "sim/purposes.h"
#include "sim/vehicle.h"
#include "sim/world_view.h"

namespace gigalane {

/// Whose errors, and of which step.
struct NoiseKey {
  uint64_t seed;
  uint32_t world;  ///< over all processes
  uint32_t who;    ///< agent and episode: a step may be any number
  uint32_t step;   ///< of the episode
};

/// A number of mean 0 and variance 1 from 32 random bits.
template <class L>
LANES_FUNCTION typename L::Float normal_of(typename L::Int bits) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  const Int two = (bits & Int(0x00ff00ff)) + ((bits >> 8) & Int(0x00ff00ff));
  const Int sum = (two & Int(0xffff)) + (two >> 16);
  return (L::to_float(sum) - Float(510.0f)) * Float(1.0f / 147.80054f);  // 147.8^2 = 4 (256^2 - 1) / 12
}

/// Turns a direction by small angles.
template <class L>
LANES_FUNCTION void turn_by(typename L::Float angle, typename L::Float& x, typename L::Float& y) {
  using Float = typename L::Float;
  Float s, c;
  sine_cosine<L>(angle, s, c);
  const Float turned = x * c - y * s;
  y = x * s + y * c;
  x = turned;
}

/// What a lane sees of one other agent, in the observer's frame.
template <class L>
struct SeenAgent {
  typename L::Float ahead, left, cos_heading, sin_heading, speed;
};

/// Adds the errors of agents `other`, one a lane, as the observer of the key sees them.
template <class L>
LANES_FUNCTION void add_errors(const SensorNoise& noise, const NoiseKey& key, typename L::Int other,
                               SeenAgent<L>& seen) {
  using Int = typename L::Int;
  Int word[4] = {Int(int(key.world)), Int(int(key.who)), Int(int(key.step)),
                 other | Int(int(uint32_t(Purpose::others_noise) << 20))};
  philox4x32<L>(word, uint32_t(key.seed), uint32_t(key.seed >> 32));
  seen.ahead = seen.ahead + normal_of<L>(word[0]) * noise.others_position_m;
  seen.left = seen.left + normal_of<L>(word[1]) * noise.others_position_m;
  turn_by<L>(normal_of<L>(word[2]) * noise.others_heading_rad, seen.cos_heading, seen.sin_heading);
  seen.speed = seen.speed + normal_of<L>(word[3]) * noise.others_speed_mps;
}

/// Where an agent believes to be.
struct Belief {
  Pose pose;
  Record frenet;  ///< as WorldView::frenet
  float speed_mps;
  float route_m;  ///< to the current goal
};

/// The errors of an agent's own place, heading and speed.
HOST_DEVICE Belief believe(const SensorNoise& noise, const NoiseKey& key, const Belief& truth) {
  const Random4 bits = philox4x32({{key.world, key.who, key.step, uint32_t(Purpose::own_noise) << 20}},
                                  uint32_t(key.seed), uint32_t(key.seed >> 32));
  const auto error = [&](int k) { return normal_of<OneLane>(int(bits.v[k])); };
  const float ahead = error(0) * noise.own_position_m, left = error(1) * noise.own_position_m;
  const float turn = error(2) * noise.own_heading_rad;
  Belief b = truth;
  const Pose& p = truth.pose;
  b.pose.x = p.x + (ahead * p.cos_heading - left * p.sin_heading);
  b.pose.y = p.y + (ahead * p.sin_heading + left * p.cos_heading);
  turn_by<OneLane>(turn, b.pose.cos_heading, b.pose.sin_heading);
  const Record& f = truth.frenet;
  const float along = ahead * f.c - left * f.d;
  b.frenet.a = f.a + along;
  b.frenet.b = f.b + (ahead * f.d + left * f.c);
  turn_by<OneLane>(turn, b.frenet.c, b.frenet.d);
  b.speed_mps = truth.speed_mps + error(3) * noise.own_speed_mps;
  b.route_m = maximum(truth.route_m - along, 0.0f);
  return b;
}

}  // namespace gigalane
