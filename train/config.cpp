// The fields of a training run's configuration: key, unit, range, help. Defaults stand in config.h.
#include "train/config.h"

#include <cmath>

namespace gigalane {

Discounts discounts_of(const TrainConfig& config) {
  const float step_s = config.simulation.time_step_s;
  if (step_s == kDiscountStepS) return {config.ppo.gamma, config.ppo.lambda};
  const double steps = double(step_s) / double(kDiscountStepS);
  return {float(std::pow(double(config.ppo.gamma), steps)),
          float(std::pow(double(config.ppo.lambda), steps))};
}

void for_each_field(PpoConfig& c, FieldVisitor& v) {
  v.value({"rollout_steps", "steps", 1, 4096, "steps simulated between two updates"}, c.rollout_steps);
  v.value({"epochs", "", 1, 100, "times that an update goes over the chosen samples"}, c.epochs);
  v.value({"minibatch", "samples", 1, 1e7, "an epoch is cut into equal parts of about this size"},
          c.minibatch);
  v.value({"gamma", "", 0, 1, "discount of 0.3 s; other time steps discount as much a second"}, c.gamma);
  v.value(
      {"lambda", "", 0, 1,
       "weight of what comes 0.3 s later in the advantage (GAE); scales with the time step as gamma does"},
      c.lambda);
  v.value({"clip", "", 0.001, 10, "the policy's ratio is clipped to 1 +- this"}, c.clip);
  v.value({"learning_rate", "", 0, 1, "Adam's step size at the start"}, c.learning_rate);
  v.value({"learning_rate_end", "", 0, 1, "and at the end of training, along a cosine"}, c.learning_rate_end);
  v.value({"entropy", "", 0, 1, "weight of the entropy bonus at the start"}, c.entropy);
  v.value({"entropy_end", "", 0, 1, "and at the end of training, along a line"}, c.entropy_end);
  v.value({"value", "", 0, 100, "weight of the squared error of the value"}, c.value);
  v.value({"gradient_norm", "", 1e-6, 1e6, "gradients are scaled down to this norm, actor and critic apart"},
          c.gradient_norm);
  v.value({"adam_epsilon", "", 1e-12, 1, "added to the root of Adam's second moment"}, c.adam_epsilon);
  v.value(
      {"filter", "", 0, 1,
       "samples with an advantage below this times a moving average of the largest are dropped; 0 keeps all"},
      c.filter);
  v.value(
      {"keep_share", "", 0, 1,
       "keep this share of the samples, those of the largest advantages, whatever filter says; 0: by filter "
       "(not in the paper)"},
      c.keep_share);
  v.value({"normalise_advantage", "", 0, 1,
           "divide the chosen advantages by their standard deviation (not in the paper)"},
          c.normalise_advantage);
}

void for_each_field(CurriculumConfig& c, FieldVisitor& v) {
  v.value({"penalty_start", "", 0, 1, "factor on collision and off-road penalties at the start"},
          c.penalty_start);
  v.value({"penalty_ramp", "", 0, 1, "share of training over which it rises to 1; 0: at once"},
          c.penalty_ramp);
  v.value({"first_goal_max_m", "m", 10, 1e9, "route distance to a life's first goal, at most, at the start"},
          c.first_goal_max_m);
  v.value(
      {"first_goal_growth", "", 1, 10, "factor on it after an iteration in which enough goals were reached"},
      c.first_goal_growth);
  v.value({"first_goal_rate", "", 0, 1, "goal rate, averaged over about ten iterations, that is enough"},
          c.first_goal_rate);
}

void for_each_field(TrainConfig& c, FieldVisitor& v) {
  v.value({"seed", "", 0, 1.8e19, "all randomness is a function of it"}, c.seed);
  v.value({"transitions", "", 1, 1e15, "training ends after so many"}, c.transitions);
  v.value({"minutes", "min", 0, 1e7, "or after so many minutes of training, whichever is first; 0: no limit"},
          c.minutes);
  v.value({"threads", "", 0, 4096, "CPU threads; 0: one for each core"}, c.threads);
  v.value({"device", "", 0, 0, "where worlds and networks live", {"auto", "cpu", "cuda"}}, c.device);
  v.value({"precision",
           "",
           0,
           0,
           "of the hidden layers' products; auto: bfloat16 where the device gains by it (CUDA; CPUs with "
           "AMX or AVX512_BF16, in a build for one)",
           {"auto", "float32", "bfloat16"}},
          c.precision);
  v.value({"plain_network", "", 0, 1,
           "networks and update by LibTorch's own operations on the CPU too: to compare, several times "
           "slower, the update on one thread"},
          c.plain_network);
  v.section("simulation", "The worlds that are trained on", c.simulation);
  v.section("actor", "The policy's network", c.actor);
  v.section("critic", "The network that estimates values; it shares nothing with the actor", c.critic);
  v.section("ppo", "Proximal policy optimisation", c.ppo);
  v.section("curriculum", "What changes as training goes on; off by default", c.curriculum);
  v.value({"checkpoint_minutes", "min", 0, 1e6, "a checkpoint every so often, and one at the end"},
          c.checkpoint_minutes);
  v.value({"checkpoints_kept", "", 1, 1e6, "the newest so many are kept"}, c.checkpoints_kept);
  v.value({"evaluate_minutes", "min", 0, 1e6, "an evaluation every so often; 0: never"}, c.evaluate_minutes);
  v.value({"evaluate_maps", "", 0, 0, "maps of that evaluation; none: those of simulation.maps"},
          c.evaluate_maps);
  v.value({"record_minutes", "min", 0, 1e6, "an episode recorded every so often; 0: never"},
          c.record_minutes);
}

}  // namespace gigalane
