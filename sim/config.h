/// Everything about a simulation that is constant while it runs. Defaults are the paper's (Robust Autonomy
/// Emerges from Self-Play, 2025) where it gives a number.
#pragma once
#include <string>
#include <vector>

#include "base/config.h"
#include "maps/variant.h"
#include "sim/observation_layout.h"

namespace gigalane {

struct TraitConfig {
  Interval length_m{0.8f, 7.0f};
  Interval width_m{0.8f, 3.0f};   ///< at most the length
  float throttle_spread = 1.25f;  ///< C_throttle ~ X(a): half U(1/a, 1), half U(1, a)
  float steer_spread = 1.25f;
  float acceleration_spread = 1.5f;
  float speed_spread = 1.5f;
};

/// A named kind of road user as a preset over the traits: what is not here is drawn as TraitConfig says. Top
/// speed and acceleration stand for C_vel and C_acc, in units of the vehicle's kFastest and
/// kStrongestThrottle.
struct KindConfig {
  float share = 0;  ///< of all lives; what the shares leave over is drawn as TraitConfig says
  Interval length_m, width_m, top_speed_mps, acceleration_mps2;
};

/// The ranges are chosen. They lie around the defaults of SUMO's vehicle types passenger, truck, bicycle and
/// pedestrian: 5 x 1.8 m, 7.1 x 2.4 m, 1.6 x 0.65 m, 0.215 x 0.478 m; 2.6, 1.3, 1.2, 1.5 m/s^2; a bicycle
/// rides 20 km/h, a pedestrian walks 5 km/h (Eclipse SUMO, getDefaultVehicleLength() in SUMOVehicleClass.cpp,
/// VClassDefaultValues and getDefaultAccel() in SUMOVTypeParameter.cpp).
struct KindMixConfig {
  /// Length and width: from a small car to a large estate. Not faster than the paper's fastest agent.
  KindConfig car{0, {3.6f, 5.2f}, {1.6f, 2.0f}, {20, 30}, {2.0f, 3.5f}};
  /// From a van of 6 m to the most that the European Union allows without a trailer, 12 x 2.55 m (Directive
  /// 96/53/EC, annex I).
  KindConfig truck{0, {6, 12}, {2.1f, 2.55f}, {16, 25}, {1.0f, 1.6f}};
  KindConfig cyclist{0, {1.5f, 1.9f}, {0.55f, 0.75f}, {4.2f, 7}, {0.8f, 1.5f}};
  /// A body and its stride: shoulders of 0.48 m, and room of 0.6 m (J. J. Fruin, Pedestrian Planning and
  /// Design, 1971: an ellipse of 0.46 x 0.61 m). From a slow walk to a run.
  KindConfig pedestrian{0, {0.45f, 0.65f}, {0.45f, 0.6f}, {1, 2.5f}, {1.0f, 1.8f}};
};

/// Ranges that each agent's reward coefficients are drawn from for a life; equal ends fix a value.
struct RewardConfig {
  Interval goal_radius_m{2, 12};
  Interval collision{0, 3};
  Interval off_road{0, 3};
  Interval comfort{0, 0.1f};
  Interval lane_align{2.5e-4f, 2.5e-2f};
  Interval velocity_align{0, 1};
  Interval lane_centre{2.5e-4f, 7.5e-3f};
  Interval centre_bias_m{-0.5f, 0.5f};
  Interval velocity{2.5e-3f, 2.5e-3f};
  Interval reverse{2.5e-4f, 7.5e-3f};
  Interval stop_line{0, 1};
  Interval time{2.5e-5f, 2.5e-5f};
  float stop_sign = 0;   ///< penalty on passing a stop sign without standing before it (not in the paper)
  float yield_sign = 0;  ///< penalty on passing a yield sign faster than yield_speed_mps (not in the paper)
  float yield_speed_mps = 5;
  float goal_speed_mps = 3;  ///< the last goal counts only below this speed
  float progress_per_m = 0;  ///< potential-based reward for route distance gained (not in the paper)
};

struct GoalConfig {
  int further_goals_max = 3;       ///< U{0..this} goals after the first
  Interval spacing_m{20, 200};     ///< between successive goals
  float first_distance_min_m = 0;  ///< route distance to the first goal, at least
};

struct SpawnConfig {
  float clearance_m = 15;  ///< free distance between box centres, halved step by step if none is found
  int attempts = 64;
  Interval offset_m{-0.3f, 0.3f};
  Interval heading_rad{-0.08f, 0.08f};
  float at_rest = 0.5f;  ///< share that starts at rest, others at a speed from speed_mps
  Interval speed_mps{0, 6};
};

struct LightConfig {
  bool enabled = true;
  float red_s = 2, yellow_s = 3, green_s = 10;
  Interval red_factor{0.15f, 5}, yellow_factor{0.5f, 0.75f}, green_factor{0.1f, 1};
  float light_removed = 0.2f, group_removed = 0.2f, all_off = 0.2f, always_green = 0.05f;
};

struct ErraticConfig {
  float blind = 0.05f;   ///< share of lives that do not see other agents
  float braking = 0.1f;  ///< share of lives that brake hard for a random short time
  Interval brake_start_s{0, 60}, brake_length_s{0.5f, 3};
};

/// The Intelligent Driver Model (sim/idm.h) with its authors' values for a city (M. Treiber, A. Kesting,
/// Traffic Flow Dynamics, 2013, chapter 11); the speed that it wants is the speed limit.
struct IdmConfig {
  float share = 0;  ///< of lives that it drives
  float headway_s = 1, standstill_m = 2;
  float acceleration_mps2 = 1, braking_mps2 = 1.5f;
  float across_mps2 = 2;  ///< accepted in bends (not in the model; chosen)
  float give_up_s = 60;   ///< after standing within a junction for so long its life ends; 0: never
};

struct ConstantSpeedConfig {
  float share = 0;
  Interval speed_mps{2, 10};  ///< drawn for a life
};

/// Who drives besides the policy. Their transitions are left out of learning.
struct DriverConfig {
  IdmConfig idm;
  ConstantSpeedConfig constant_speed;
  float parked = 0;        ///< share of lives
  int outside_agents = 0;  ///< the first slots of each world are an outside caller's: WorldView::jerk
  std::string replay;      ///< the slots after those replay this episode log; "": nobody does
};

struct ObservationConfig {
  int lane_points = 80, boundary_points = 80, agents = 20, stop_lines = 4;  ///< capacities
  std::string format = "float32";  ///< of the numbers in memory: float32, float16 or bfloat16
  bool drop_features = false;      ///< choose lane_points of the 80 listed (and boundary_points of 80) by key
  bool route_hint = false;         ///< points on the route at 6, 14 and 28 m ahead (not in the paper)
  SensorNoise noise;               ///< errors of what agents see (not in the paper)
};

struct SimulationConfig {
  std::vector<std::string> maps{"Town01"};  ///< world w drives on maps[w mod count]
  int worlds = 16;
  int agents_per_world = 64;  ///< slots of a world
  int agents_min = 0;  ///< 0: all slots are used; else drawn per episode from [agents_min, agents_per_world]
  float time_step_s = 0.3f;
  int episode_steps = 1200;
  bool stagger_episodes = false;  ///< first episodes start at a random step, so that they do not end together
  std::string after_end = "respawn";  ///< respawn, remove or stop
  PerturbationConfig perturbation;
  TraitConfig traits;
  KindMixConfig kinds;
  RewardConfig reward;
  GoalConfig goals;
  SpawnConfig spawn;
  LightConfig lights;
  ErraticConfig erratic;
  DriverConfig drivers;
  ObservationConfig observation;
};

void for_each_field(TraitConfig&, FieldVisitor&);
void for_each_field(KindConfig&, FieldVisitor&);
void for_each_field(KindMixConfig&, FieldVisitor&);
void for_each_field(RewardConfig&, FieldVisitor&);
void for_each_field(GoalConfig&, FieldVisitor&);
void for_each_field(SpawnConfig&, FieldVisitor&);
void for_each_field(LightConfig&, FieldVisitor&);
void for_each_field(ErraticConfig&, FieldVisitor&);
void for_each_field(IdmConfig&, FieldVisitor&);
void for_each_field(ConstantSpeedConfig&, FieldVisitor&);
void for_each_field(DriverConfig&, FieldVisitor&);
void for_each_field(SensorNoise&, FieldVisitor&);
void for_each_field(ObservationConfig&, FieldVisitor&);
void for_each_field(SimulationConfig&, FieldVisitor&);

/// The coefficients of evaluation (gigaflow: collision 3, off-road 3, stop line 1, comfort 0.05, lane align
/// 0.025, lane centre 0.0038, reverse 0.005, goal radius 10 m), no progress reward.
RewardConfig evaluation_reward();
/// The world as evaluation has it, the same for every policy: all defaults, but evaluation_reward, identity
/// variant, no erratic drivers, no dropped features, no sensor noise, all 80 + 80 points. Of what a policy
/// was trained with only maps, sizes, step, episode and observation are taken.
SimulationConfig evaluation_world(const SimulationConfig& trained);

}  // namespace gigalane
