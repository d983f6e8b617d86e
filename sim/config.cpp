// The fields of the simulation's configuration: key, unit, range, help. Defaults stand in config.h.
#include "sim/config.h"

#include "sim/observation_layout.h"
#include "sim/world_view.h"

namespace gigalane {

void for_each_field(TraitConfig& c, FieldVisitor& v) {
  v.value({"length_m", "m", 0.3, 20, "range that an agent's length is drawn from"}, c.length_m);
  v.value({"width_m", "m", 0.3, 4, "range that its width is drawn from; at most the length"}, c.width_m);
  const char* spread =
      "drawn with equal chance from U(1/a, 1) or U(1, a), a being this value; 1 is no spread";
  v.value({"throttle_spread", "", 1, 4, "factor on the jerk along, C_throttle: see steer_spread"},
          c.throttle_spread);
  v.value({"steer_spread", "", 1, 4, spread}, c.steer_spread);
  v.value({"acceleration_spread", "", 1, 4, "factor on the highest acceleration, C_acc: see steer_spread"},
          c.acceleration_spread);
  v.value({"speed_spread", "", 1, 4, "factor on the highest speed of 20 m/s, C_vel: see steer_spread"},
          c.speed_spread);
}

void for_each_field(KindConfig& c, FieldVisitor& v) {
  v.value({"share", "", 0, 1, "share of lives that are of this kind"}, c.share);
  v.value({"length_m", "m", 0.3, 20, "range that its length is drawn from"}, c.length_m);
  v.value({"width_m", "m", 0.3, 4, "range that its width is drawn from; at most the length"}, c.width_m);
  v.value({"top_speed_mps", "m/s", 0.5, 80, "range of its highest speed"}, c.top_speed_mps);
  v.value({"acceleration_mps2", "m/s^2", 0.1, 10, "range of its highest acceleration"}, c.acceleration_mps2);
}

void for_each_field(KindMixConfig& c, FieldVisitor& v) {
  v.section("car", "passenger cars", c.car);
  v.section("truck", "vans, lorries and buses", c.truck);
  v.section("cyclist", "cyclists, on the lanes", c.cyclist);
  v.section("pedestrian", "pedestrians, on the lanes", c.pedestrian);
}

void for_each_field(RewardConfig& c, FieldVisitor& v) {
  v.value({"goal_radius_m", "m", 0.5, 50, "a goal counts within this distance of the box's centre"},
          c.goal_radius_m);
  v.value({"collision", "", 0, 100, "penalty on touching an agent; 0.1 per m/s of speed on top"},
          c.collision);
  v.value({"off_road", "", 0, 100, "penalty on leaving the drivable area"}, c.off_road);
  v.value({"comfort", "", 0, 10,
           "penalty a step on each of: acceleration along or across above 3 m/s^2, jerk above 5 m/s^3"},
          c.comfort);
  v.value({"lane_align", "1/s", 0, 10, "reward on heading along the lane, penalty on heading against it"},
          c.lane_align);
  v.value({"velocity_align", "s/m", 0, 10, "how much speed against the lane adds to lane_align"},
          c.velocity_align);
  v.value({"lane_centre", "1/(m s)", 0, 10, "penalty on distance to the lane's middle"}, c.lane_centre);
  v.value({"centre_bias_m", "m", -5, 5, "offset to the left that lane_centre takes for the middle"},
          c.centre_bias_m);
  v.value({"velocity", "1/s", 0, 10, "reward on driving faster than 2.5 m/s along the lane"}, c.velocity);
  v.value({"reverse", "1/s", 0, 10, "penalty on driving backwards"}, c.reverse);
  v.value({"stop_line", "", 0, 100, "penalty on crossing a stop line on red"}, c.stop_line);
  v.value({"time", "1/s", 0, 10, "penalty on time spent moving or accelerating"}, c.time);
  v.value({"stop_sign", "", 0, 100,
           "penalty on passing a stop sign without standing before it (not in the paper)"},
          c.stop_sign);
  v.value({"yield_sign", "", 0, 100,
           "penalty on passing a yield sign faster than yield_speed_mps (not in the paper)"},
          c.yield_sign);
  v.value({"yield_speed_mps", "m/s", 0, 50, "speed at which a yield sign may be passed"}, c.yield_speed_mps);
  v.value({"goal_speed_mps", "m/s", 0, 50, "the last goal counts only below this speed"}, c.goal_speed_mps);
  v.value({"progress_per_m", "1/m", 0, 10, "reward on each metre of route gained (not in the paper)"},
          c.progress_per_m);
}

void for_each_field(GoalConfig& c, FieldVisitor& v) {
  v.value({"further_goals_max", "", 0, kMaxGoals - 1, "a life has 0 to this many goals after its first"},
          c.further_goals_max);
  v.value({"spacing_m", "m", 20, 200, "range of route distance between successive goals"}, c.spacing_m);
  v.value({"first_distance_min_m", "m", 0, 1e4, "route distance to a life's first goal, at least"},
          c.first_distance_min_m);
}

void for_each_field(SpawnConfig& c, FieldVisitor& v) {
  v.value({"clearance_m", "m", 0, 100,
           "distance between the centres of a new agent and others; halved while no place is found"},
          c.clearance_m);
  v.value({"attempts", "", 1, 1000, "places tried before an agent waits for the next step"}, c.attempts);
  v.value({"offset_m", "m", -5, 5, "range of offset from the lane's middle"}, c.offset_m);
  v.value({"heading_rad", "rad", -3.15, 3.15, "range of angle to the lane"}, c.heading_rad);
  v.value({"at_rest", "", 0, 1, "share of lives that start at rest"}, c.at_rest);
  v.value({"speed_mps", "m/s", 0, 50, "range of speed of the others, at most the speed limit"}, c.speed_mps);
}

void for_each_field(LightConfig& c, FieldVisitor& v) {
  v.value({"enabled", "", 0, 1, "whether traffic lights work"}, c.enabled);
  v.value({"red_s", "s", 0.1, 300, "base time that all of a junction stays red between two turns"}, c.red_s);
  v.value({"yellow_s", "s", 0, 300, "base time of yellow"}, c.yellow_s);
  v.value({"green_s", "s", 0.1, 300, "base time of green"}, c.green_s);
  v.value({"red_factor", "", 0.01, 100, "factor on red_s, drawn for each turn and episode"}, c.red_factor);
  v.value({"yellow_factor", "", 0, 100, "factor on yellow_s, drawn for each turn and episode"},
          c.yellow_factor);
  v.value({"green_factor", "", 0.01, 100, "factor on green_s, drawn for each turn and episode"},
          c.green_factor);
  v.value({"light_removed", "", 0, 1, "share of lights that are off in an episode"}, c.light_removed);
  v.value({"group_removed", "", 0, 1, "share of groups of lights that are off in an episode"},
          c.group_removed);
  v.value({"all_off", "", 0, 1, "share of episodes without lights"}, c.all_off);
  v.value({"always_green", "", 0, 1, "share of the remaining groups that are always green in an episode"},
          c.always_green);
}

void for_each_field(ErraticConfig& c, FieldVisitor& v) {
  v.value({"blind", "", 0, 1, "share of lives that do not see other agents; left out of training"}, c.blind);
  v.value({"braking", "", 0, 1, "share of lives that brake hard for a time; left out of training"},
          c.braking);
  v.value({"brake_start_s", "s", 0, 3600, "range of the time in a life at which that begins"},
          c.brake_start_s);
  v.value({"brake_length_s", "s", 0, 3600, "range of how long it lasts"}, c.brake_length_s);
}

void for_each_field(IdmConfig& c, FieldVisitor& v) {
  v.value({"share", "", 0, 1, "share of lives that it drives"}, c.share);
  v.value({"headway_s", "s", 0.1, 10, "time gap to a leader"}, c.headway_s);
  v.value({"standstill_m", "m", 0.5, 20, "gap to a standing leader"}, c.standstill_m);
  v.value({"acceleration_mps2", "m/s^2", 0.1, 5, "acceleration on a free road, from rest"},
          c.acceleration_mps2);
  v.value({"braking_mps2", "m/s^2", 0.1, 5, "comfortable braking"}, c.braking_mps2);
  v.value({"across_mps2", "m/s^2", 0.1, 4, "acceleration across that it accepts in bends"}, c.across_mps2);
  v.value(
      {"give_up_s", "s", 0, 3600, "its life ends when it has stood within a junction for so long; 0: never"},
      c.give_up_s);
}

void for_each_field(ConstantSpeedConfig& c, FieldVisitor& v) {
  v.value({"share", "", 0, 1, "share of lives that it drives"}, c.share);
  v.value({"speed_mps", "m/s", 0, 30, "range that its speed is drawn from"}, c.speed_mps);
}

void for_each_field(DriverConfig& c, FieldVisitor& v) {
  v.section("idm", "Intelligent Driver Model: along the route, behind its leader, stops at red", c.idm);
  v.section("constant_speed", "along the route at one speed, whatever is in the way", c.constant_speed);
  v.value({"parked", "", 0, 1, "share of lives that stand where they begin"}, c.parked);
  v.value({"outside_agents", "", 0, kMaxAgents, "first slots of each world that an outside caller drives"},
          c.outside_agents);
  v.value({"replay", "", 0, 0, "episode log that the slots after those replay; empty: none do"}, c.replay);
}

void for_each_field(SensorNoise& c, FieldVisitor& v) {
  const char* others =
      "standard deviation of the error of another agent's place, ahead and to the left alike";
  v.value({"others_position_m", "m", 0, 20, others}, c.others_position_m);
  v.value({"others_heading_rad", "rad", 0, 0.5, "the same of another agent's heading"}, c.others_heading_rad);
  v.value({"others_speed_mps", "m/s", 0, 20, "the same of another agent's speed"}, c.others_speed_mps);
  v.value({"own_position_m", "m", 0, 20, "the same of where an agent believes itself on the map"},
          c.own_position_m);
  v.value({"own_heading_rad", "rad", 0, 0.5, "the same of its own heading on the map"}, c.own_heading_rad);
  v.value({"own_speed_mps", "m/s", 0, 20, "the same of its own speed"}, c.own_speed_mps);
}

void for_each_field(ObservationConfig& c, FieldVisitor& v) {
  v.value({"lane_points", "", 1, kListedFeatures, "lane points that an agent sees at most"}, c.lane_points);
  v.value({"boundary_points", "", 1, kListedFeatures, "boundary points that it sees at most"},
          c.boundary_points);
  v.value({"agents", "", 1, kMaxObservedAgents, "nearest agents that it sees at most"}, c.agents);
  v.value({"stop_lines", "", 1, kListedStopLines, "stop lines that it sees at most"}, c.stop_lines);
  v.value({"format",
           "",
           0,
           0,
           "how observations are stored; of 16 bits, they take half the memory",
           {"float32", "float16", "bfloat16"}},
          c.format);
  v.value(
      {"drop_features", "", 0, 1, "draw lane_points and boundary_points of the 80 listed anew at each step"},
      c.drop_features);
  v.value({"route_hint", "", 0, 1, "show points on the route ahead (not in the paper)"}, c.route_hint);
  v.section("noise",
            "errors of what agents see, drawn anew at each step (not in the paper); none in evaluation",
            c.noise);
}

void for_each_field(SimulationConfig& c, FieldVisitor& v) {
  v.value({"maps", "", 0, 0, "names or files of maps; world w drives on number w modulo their count"},
          c.maps);
  v.value({"worlds", "", 1, 1e6, "worlds simulated at the same time, by one process"}, c.worlds);
  v.value({"agents_per_world", "", 1, kMaxAgents, "most agents of a world"}, c.agents_per_world);
  v.value(
      {"agents_min", "", 0, kMaxAgents, "fewest agents, drawn for each episode; 0: always agents_per_world"},
      c.agents_min);
  v.value({"time_step_s", "s", 0.01, 0.5, "time of a step: one decision"}, c.time_step_s);
  v.value({"episode_steps", "", 1, 1e8, "steps after which a world starts anew"}, c.episode_steps);
  v.value({"stagger_episodes", "", 0, 1,
           "start first episodes at a random step, so that they do not end together"},
          c.stagger_episodes);
  v.value({"after_end",
           "",
           0,
           0,
           "what becomes of an agent after a crash or its last goal",
           {"respawn", "remove", "stop"}},
          c.after_end);
  v.section("perturbation", "random affine map applied to each world's roads for an episode", c.perturbation);
  v.section("traits", "what agents are: body and ability, drawn for each life", c.traits);
  v.section("kinds", "named kinds of road users; shares add up to at most 1, the rest is drawn from traits",
            c.kinds);
  v.section("reward", "ranges that an agent's reward coefficients are drawn from for each life", c.reward);
  v.section("goals", "where agents want to go", c.goals);
  v.section("spawn", "where and how lives begin", c.spawn);
  v.section("lights", "traffic lights, drawn for each episode", c.lights);
  v.section("erratic", "drivers that behave badly without knowing it", c.erratic);
  v.section("drivers", "who drives besides the policy; left out of training", c.drivers);
  v.section("observation", "what agents see", c.observation);
}

RewardConfig evaluation_reward() {
  RewardConfig r;
  r.goal_radius_m = {10, 10};
  r.collision = r.off_road = {3, 3};
  r.comfort = {0.05f, 0.05f};
  r.lane_align = {0.025f, 0.025f};
  r.velocity_align = {0.5f, 0.5f};  // [ours]: the middle of its range; the paper gives no value
  r.lane_centre = {0.0038f, 0.0038f};
  r.centre_bias_m = {0, 0};
  r.reverse = {0.005f, 0.005f};
  r.stop_line = {1, 1};
  return r;
}

SimulationConfig evaluation_world(const SimulationConfig& trained) {
  SimulationConfig c;
  c.maps = trained.maps;
  c.worlds = trained.worlds;
  c.agents_per_world = trained.agents_per_world;
  c.time_step_s = trained.time_step_s;
  c.episode_steps = trained.episode_steps;
  c.observation = trained.observation;
  c.reward = evaluation_reward();
  c.perturbation = PerturbationConfig::identity();
  c.erratic.blind = c.erratic.braking = 0;
  c.lights.light_removed = c.lights.group_removed = c.lights.all_off = c.lights.always_green = 0;
  c.observation.lane_points = kListedFeatures;
  c.observation.boundary_points = kListedFeatures;
  c.observation.drop_features = false;
  c.observation.noise = {};
  return c;
}

}  // namespace gigalane
