// An outside program that drives every agent of some worlds by rules of its own, from nothing but what the
// agents observe: along the route, slower in bends, behind others and before red lights. It shows the
// interface and is no good driver: the nearest point of the route that it sees is 6 m ahead, so it cuts tight
// corners.
//
//   drive_by_rules ["grid?blocks=4" [WORLDS [AGENTS [SECONDS [SEED]]]]]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "base/error.h"
#include "sim/ego_features.h"
#include "sim/simulator.h"
#include "sim/vehicle.h"

using namespace gigalane;

namespace {

struct Arguments {
  std::string map = "grid?blocks=4";
  int worlds = 4, agents = 20;
  double seconds = 120;
  uint64_t seed = 1;
};

double number(const char* text, const char* what, double least, double most) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  require(end != text && *end == 0 && value >= least && value <= most, what, " = ", text, ", expected ",
          least, " to ", most);
  return value;
}

Arguments parse(int argc, char** argv) {
  Arguments a;
  if (argc > 1) a.map = argv[1];
  if (argc > 2) a.worlds = int(number(argv[2], "WORLDS", 1, 10000));
  if (argc > 3) a.agents = int(number(argv[3], "AGENTS", 1, kMaxAgents));
  if (argc > 4) a.seconds = number(argv[4], "SECONDS", 1, 1e6);
  if (argc > 5) a.seed = uint64_t(number(argv[5], "SEED", 0, 1e15));
  require(argc <= 6, "too many arguments, expected MAP WORLDS AGENTS SECONDS SEED");
  return a;
}

/// Cars alone, that see their route ahead.
SimulationConfig world_of(const Arguments& a) {
  SimulationConfig c;
  c.maps = {a.map};
  c.worlds = a.worlds;
  c.agents_per_world = a.agents;
  c.perturbation.enabled = false;
  c.erratic.blind = c.erratic.braking = 0;
  c.kinds.car.share = 1;
  c.reward = evaluation_reward();
  c.observation.route_hint = true;
  return c;
}

/// What one agent knows, back in metres and seconds (ego_features.h and observation_layout.h).
struct Sight {
  const ObservationView& seen;
  int slot;
  float ego(int feature) const { return seen.ego(slot)[feature]; }
  float speed() const { return ego(kEgoSpeed) / kSpeedScale; }
  float length() const { return ego(kEgoLength) / 0.2f; }
  float width() const { return ego(kEgoWidth) / 0.4f; }
  /// A point on the route, `route_hint_ahead(n)` metres on.
  float hint_x(int n) const { return ego(hint(n, kHintX)) * route_hint_ahead(n); }
  float hint_y(int n) const { return ego(hint(n, kHintY)) * route_hint_ahead(n) / 2; }
  float hint_angle(int n) const { return std::atan2(ego(hint(n, kHintSin)), ego(hint(n, kHintCos))); }
  float of_other(int other, AgentFeature feature) const {
    return seen.feature(slot, kAgentSet, feature)[other];
  }

 private:
  static int hint(int n, int feature) { return kEgoRouteHint + n * kHintFeatures + feature; }
};

/// The speed from which a car can still stop within `way` metres, braking gently.
float stopping_speed(float way) { return std::sqrt(2 * 2.0f * std::max(way, 0.0f)); }

/// Curvature of the circle through the rear axle's place, along its heading, and a point of the route.
float curvature_to(const Sight& s, int hint) {
  const float ahead = route_hint_ahead(hint), rear = kRearAxleShare * s.length();
  float x = s.hint_x(hint), y = s.hint_y(hint);
  if (x < 0.7f * ahead) {  // the route ends at the goal: on along the lane
    x = ahead * s.ego(kEgoLaneCos);
    y = -ahead * s.ego(kEgoLaneSin) - s.ego(kEgoOffset) / 0.5f +
        0.5f * ahead * ahead * s.ego(kEgoLaneCurvature) / 10;
  }
  return 2 * y / std::max((x + rear) * (x + rear) + y * y, 1.0f);
}

float speed_behind_others(const Sight& s, float curvature) {
  float speed = 100;
  for (int k = 0; k < s.seen.count(s.slot, kAgentSet); ++k) {
    const float x = s.of_other(k, kAgentX) / kPositionScale, y = s.of_other(k, kAgentY) / kPositionScale;
    const float aside = std::abs(y - 0.5f * curvature * x * x);
    const float room = 0.5f * (s.width() + s.of_other(k, kAgentWidth) / 0.4f) + 0.6f;
    if (x <= 0 || x > 60 || aside > room) continue;
    const float gap = x - 0.5f * (s.length() + s.of_other(k, kAgentLength) / 0.2f) - 3;
    const float theirs = s.speed() + s.of_other(k, kAgentVelocityX) / kSpeedScale;
    speed = std::min(speed, stopping_speed(gap) + std::max(theirs, 0.0f));
  }
  return speed;
}

/// Slow enough for what the route turns between one hint and the next, over 8 m at 2 m/s^2 across.
float speed_before_bend(const Sight& s, int n) {
  const float turn = std::abs(s.hint_angle(n) - (n == 0 ? 0 : s.hint_angle(n - 1)));
  const float in_bend = 2 * 8 / std::max(std::min(turn, 2 * kPi - turn), 1e-2f);
  const float way = n == 0 ? 0 : route_hint_ahead(n - 1) - 2;
  return std::sqrt(in_bend + 2 * 1.5f * way);
}

float wanted_speed(const Sight& s, float curvature) {
  float speed = std::min(s.ego(kEgoSpeedLimit) / kSpeedScale, 12.0f);
  for (int n = 0; n < kRouteHints; ++n) speed = std::min(speed, speed_before_bend(s, n));
  speed = std::min(speed, speed_behind_others(s, curvature));
  if (s.ego(kEgoStopRed) > 0 || s.ego(kEgoStopYellow) > 0) {
    const float share = s.ego(kEgoStopDistance), way = 10 * share / std::max(1 - share, 1e-3f);
    const float to_line = way - 0.5f * s.length();
    if (to_line > 0) speed = std::min(speed, stopping_speed(to_line - 2));
  }
  if (s.ego(kEgoLastGoal) > 0) {
    const float way = 20 / std::max(s.ego(kEgoGoals + kGoalNearness), 1e-3f) - 20;
    speed = std::min(speed, std::max(stopping_speed(way - 3), 1.0f));
  }
  return speed;
}

/// The agent as the bicycle of sim/vehicle.h has it, in its own frame.
VehicleState state_of(const Sight& s) {
  return {{0, 0, 1, 0},
          s.speed(),
          s.ego(kEgoAccelerationAlong) / 0.2f,
          s.ego(kEgoAccelerationAcross) / 0.25f,
          s.ego(kEgoSteering) / 1.8f};
}
VehicleTraits traits_of(const Sight& s) {
  return {s.length(), s.ego(kEgoThrottleTrait) / 4 + 1, s.ego(kEgoSteerTrait) / 4 + 1,
          s.ego(kEgoAccelerationTrait) / 2 + 1, s.ego(kEgoSpeedTrait) / 2 + 1};
}

/// The action after which acceleration and steering are nearest to what is wanted.
uint8_t choose_action(const Sight& s, float time_step_s) {
  const VehicleState state = state_of(s);
  const VehicleTraits traits = traits_of(s);
  const bool bends = std::abs(s.hint_angle(1)) > 0.1f;  // a far target would cut the corner
  const float curvature = curvature_to(s, bends || s.speed() < 6 ? 0 : 1);
  const float steering = std::atan(curvature * kWheelbaseShare * s.length());
  const float along = std::clamp((wanted_speed(s, curvature) - s.speed()) / 0.6f, -5.0f, 1.5f);
  int best = 0;
  float least = 1e9f;
  for (int action = 0; action < kActionCount; ++action) {
    const VehicleState after = advance(state, action_of(action), traits, time_step_s);
    const float apart = 0.1f * std::abs(after.along - along) + 3 * std::abs(after.steering - steering);
    if (apart < least) least = apart, best = action;
  }
  return uint8_t(best);
}

struct Tally {
  double steps = 0, metres = 0, reward = 0;
  int goals = 0, collisions = 0, off_road = 0, red_lights = 0;

  void add(const WorldView& v, int slot) {
    if (!v.transition[slot]) return;
    steps += 1;
    metres += double(v.arc[slot].a);
    reward += double(v.reward[slot]);
    goals += (v.events[slot] & kReachedGoal) != 0;
    collisions += (v.events[slot] & kCollided) != 0;
    off_road += (v.events[slot] & kOffRoad) != 0;
    red_lights += (v.events[slot] & kRanRedLight) != 0;
  }
};

void run(const Arguments& a) {
  const SimulationConfig config = world_of(a);
  Simulator::Options options;
  options.seed = a.seed;
  Simulator simulator(config, options);
  std::vector<uint8_t> actions(size_t(simulator.slot_count()));
  Tally tally;
  const int steps = int(a.seconds / double(config.time_step_s));
  for (int step = 0; step < steps; ++step) {
    const ObservationView seen = simulator.observation();
    for (int slot = 0; slot < simulator.slot_count(); ++slot)
      actions[size_t(slot)] = choose_action({seen, slot}, config.time_step_s);
    simulator.set_actions(actions);
    simulator.step();
    for (int slot = 0; slot < simulator.slot_count(); ++slot) tally.add(simulator.view(), slot);
  }
  std::printf(
      "map=%s agent_steps=%.0f km=%.2f goals=%d collisions=%d off_road=%d red_lights=%d reward=%.5f\n",
      a.map.c_str(), tally.steps, tally.metres * 1e-3, tally.goals, tally.collisions, tally.off_road,
      tally.red_lights, tally.reward / std::max(tally.steps, 1.0));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "drive_by_rules: %s\n", error.what());
    return 1;
  }
  return 0;
}
