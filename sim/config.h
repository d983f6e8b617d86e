/// Everything about a simulation that is constant while it runs. Defaults are the paper's (Robust Autonomy
/// Emerges from Self-Play, 2025) where it gives a number.
#pragma once
#include <string>
#include <vector>

#include "base/config.h"
#include "maps/variant.h"

namespace gigalane {

struct TraitConfig {
  Interval length_m{0.8f, 7.0f};
  Interval width_m{0.8f, 3.0f};   ///< at most the length
  float throttle_spread = 1.25f;  ///< C_throttle ~ X(a): half U(1/a, 1), half U(1, a)
  float steer_spread = 1.25f;
  float acceleration_spread = 1.5f;
  float speed_spread = 1.5f;
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

struct ObservationConfig {
  int lane_points = 80, boundary_points = 80, agents = 20, stop_lines = 4;  ///< capacities
  bool drop_features = false;  ///< choose lane_points of the 80 listed (and boundary_points of 80) by key
  bool route_hint = false;     ///< points on the route at 6, 14 and 28 m ahead (not in the paper)
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
  RewardConfig reward;
  GoalConfig goals;
  SpawnConfig spawn;
  LightConfig lights;
  ErraticConfig erratic;
  ObservationConfig observation;
};

void for_each_field(TraitConfig&, FieldVisitor&);
void for_each_field(RewardConfig&, FieldVisitor&);
void for_each_field(GoalConfig&, FieldVisitor&);
void for_each_field(SpawnConfig&, FieldVisitor&);
void for_each_field(LightConfig&, FieldVisitor&);
void for_each_field(ErraticConfig&, FieldVisitor&);
void for_each_field(ObservationConfig&, FieldVisitor&);
void for_each_field(SimulationConfig&, FieldVisitor&);

/// The coefficients of evaluation (gigaflow: collision 3, off-road 3, stop line 1, comfort 0.05, lane align
/// 0.025, lane centre 0.0038, reverse 0.005, goal radius 10 m), no progress reward.
RewardConfig evaluation_reward();
/// The world as evaluation has it, the same for every policy: all defaults, but evaluation_reward, identity
/// variant, no erratic drivers, no dropped features, all 80 + 80 points. Of what a policy was trained with
/// only maps, sizes, step, episode and observation are taken.
SimulationConfig evaluation_world(const SimulationConfig& trained);

}  // namespace gigalane
