/// Everything about a training run. Defaults are the paper's.
#pragma once
#include <string>
#include <vector>

#include "base/config.h"
#include "policy/network_config.h"
#include "sim/config.h"

namespace gigalane {

/// The time step that gamma and lambda are configured for: the paper's.
constexpr float kDiscountStepS = 0.3f;

struct PpoConfig {
  int rollout_steps = 128;
  int epochs = 3;
  int minibatch = 32000;                 ///< samples; an epoch is cut into equal parts of about this size
  float gamma = 0.999f, lambda = 0.95f;  ///< of kDiscountStepS: see discounts_of
  float clip = 0.2f;
  float learning_rate = 5e-4f;  ///< cosine to learning_rate_end
  float learning_rate_end = 0;
  float entropy = 0.01f, entropy_end = 0.01f;  ///< linear from the one to the other
  float value = 0.5f, gradient_norm = 0.5f;    ///< norm clipped for each network apart
  float adam_epsilon = 1e-5f;
  float filter = 0.01f;  ///< drop samples with |advantage| below this times the moving average of the maximum
  float keep_share =
      0;  ///< keep this share of the samples instead, by |advantage| (not in the paper); 0: filter
  bool normalise_advantage =
      false;  ///< divide kept advantages by their standard deviation (not in the paper)
};

/// Curriculum of small-scale runs; off by default, as in the paper.
struct CurriculumConfig {
  float penalty_start = 1;          ///< scale of collision and off-road penalties at the start ...
  float penalty_ramp = 0;           ///< ... rising to 1 over this share of training
  float first_goal_max_m = 1e9f;    ///< first goals at most this far at the start ...
  float first_goal_growth = 1.03f;  ///< ... growing by this factor an iteration
  float first_goal_rate = 0.8f;     ///< while more goals than this are reached
};

struct TrainConfig {
  uint64_t seed = 1;
  double transitions = 1e12;  ///< stop after so many ...
  double minutes = 0;  ///< ... or so many minutes of training (0: no limit); schedules follow the nearer
  int threads = 0;     ///< 0: all cores
  std::string device = "auto";
  std::string precision = "auto";  ///< of the hidden layers' products: see policy/network.h
  bool plain_network = false;      ///< LibTorch's own operations on the CPU too, where we have fused ones
  SimulationConfig simulation;
  NetworkConfig actor, critic;
  PpoConfig ppo;
  CurriculumConfig curriculum;
  double checkpoint_minutes = 10;
  int checkpoints_kept = 3;
  double evaluate_minutes = 0;  ///< evaluation on the way every so often (0: never)
  std::vector<std::string> evaluate_maps;
  double record_minutes = 0;  ///< an episode recorded every so often (0: never)
};

/// gamma and lambda of the configuration's own time step: as much a second as PpoConfig has.
struct Discounts {
  float gamma, lambda;
};
Discounts discounts_of(const TrainConfig&);

void for_each_field(PpoConfig&, FieldVisitor&);
void for_each_field(CurriculumConfig&, FieldVisitor&);
void for_each_field(TrainConfig&, FieldVisitor&);

}  // namespace gigalane
