#include "train/advantage.h"

#include <thrust/copy.h>
#include <thrust/count.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/transform_reduce.h>

#include <cmath>

#include "base/scalar.h"
#include "base/thrust.h"
#include "train/rollout.h"

namespace gigalane {

namespace {

/// A thread a slot, back through the steps.
struct EstimateAdvantages {
  static constexpr Over over = Over::worlds;
  RolloutView rollout;
  float gamma, lambda;
  float *advantage, *target;

  HOST_DEVICE void operator()(int slot) const {
    float chain = 0;  // gamma lambda A_{t+1}, 0 where the chain is broken
    float next_value = rollout.value[int64_t(rollout.step_count) * rollout.slot_count + slot];
    for (int step = rollout.step_count - 1; step >= 0; --step) {
      const int64_t sample = int64_t(step) * rollout.slot_count + slot;
      const uint8_t flags = rollout.flags[sample];
      const float value = rollout.value[sample];
      const float transition = (flags & kTransition) ? 1.0f : 0.0f;
      const float bootstrap = (flags & kTerminated) ? 0.0f : gamma * next_value;
      const float later = (flags & (kTerminated | kTruncated)) ? 0.0f : chain;
      const float estimate = transition * (rollout.reward[sample] + bootstrap - value + later);
      advantage[sample] = estimate;
      target[sample] = estimate + value;
      chain = gamma * lambda * estimate;
      next_value = value;
    }
  }
};

struct Size {
  HOST_DEVICE float operator()(float value) const { return absolute(value); }
};
struct Larger {
  HOST_DEVICE float operator()(float a, float b) const { return maximum(a, b); }
};
struct Sum {
  HOST_DEVICE double operator()(double a, double b) const { return a + b; }
};

struct IsWorthLearning {
  const uint8_t* flags;
  const float* advantage;
  float threshold;
  HOST_DEVICE bool operator()(int64_t sample) const {
    return (flags[sample] & kTransition) && absolute(advantage[sample]) >= threshold;
  }
};

/// (advantage - middle)^power of a sample.
struct Moment {
  const float* advantage;
  double middle;
  bool squared;
  HOST_DEVICE double operator()(int64_t sample) const {
    const double apart = double(advantage[sample]) - middle;
    return squared ? apart * apart : apart;
  }
};

/// Sums over transitions that variances follow from.
struct ErrorSums {
  double count = 0, target = 0, target_squares = 0, error = 0, error_squares = 0;
};
struct ErrorsOf {
  const uint8_t* flags;
  const float *value, *target;
  HOST_DEVICE ErrorSums operator()(int64_t sample) const {
    if (!(flags[sample] & kTransition)) return {};
    const double wanted = double(target[sample]), error = wanted - double(value[sample]);
    return {1, wanted, wanted * wanted, error, error * error};
  }
};
struct AddErrors {
  HOST_DEVICE ErrorSums operator()(const ErrorSums& a, const ErrorSums& b) const {
    return {a.count + b.count, a.target + b.target, a.target_squares + b.target_squares, a.error + b.error,
            a.error_squares + b.error_squares};
  }
};

/// The samples with |A| of at least `threshold`, ascending; their number.
int64_t choose_from(const Executor& executor, const RolloutView& rollout, const float* advantage,
                    float threshold, int64_t* chosen) {
  return with_thrust(executor, [&](const auto& policy) {
    const thrust::counting_iterator<int64_t> first(0);
    int64_t* end = thrust::copy_if(policy, first, first + rollout.sample_count(), chosen,
                                   IsWorthLearning{rollout.flags, advantage, threshold});
    return int64_t(end - chosen);
  });
}

double variance(double count, double sum, double squares) {
  return squares / count - (sum / count) * (sum / count);
}

}  // namespace

void estimate_advantages(const Executor& executor, const RolloutView& rollout, float gamma, float lambda,
                         float* advantage, float* target) {
  run_phases(executor, rollout.slot_count, 1, EstimateAdvantages{rollout, gamma, lambda, advantage, target});
}

int64_t AdvantageFilter::choose(const Executor& executor, const RolloutView& rollout, const float* advantage,
                                float factor, int64_t* chosen, const Processes& processes) {
  const double largest = processes.largest(double(with_thrust(executor, [&](const auto& policy) {
    return thrust::transform_reduce(policy, advantage, advantage + rollout.sample_count(), Size{}, 0.0f,
                                    Larger{});
  })));  // 0 where it is no transition
  average = average < 0 ? largest : 0.25 * largest + 0.75 * average;
  return choose_from(executor, rollout, advantage, float(double(factor) * average), chosen);
}

int64_t choose_share(const Executor& executor, const RolloutView& rollout, const float* advantage,
                     float share, int64_t* chosen, const Processes& processes) {
  const auto count_from = [&](float threshold) {
    return processes.sum(double(with_thrust(executor, [&](const auto& policy) {
      const thrust::counting_iterator<int64_t> first(0);
      return thrust::count_if(policy, first, first + rollout.sample_count(),
                              IsWorthLearning{rollout.flags, advantage, threshold});
    })));
  };
  const double wanted = std::ceil(double(share) * count_from(0));
  int bits = 0;  // of the threshold: floats that are not negative are ordered as their bits
  for (int bit = 1 << 30; bit; bit >>= 1)
    if (count_from(float_of(bits | bit)) >= wanted) bits |= bit;
  return choose_from(executor, rollout, advantage, float_of(bits), chosen);
}

Spread spread_of(const Executor& executor, const int64_t* chosen, int64_t count, const float* advantage,
                 const Processes& processes) {
  const double all = processes.sum(double(count));
  if (all < 2) return {};
  const auto mean_of = [&](const Moment& moment) {
    const double sum = with_thrust(executor, [&](const auto& policy) {
      return thrust::transform_reduce(policy, chosen, chosen + count, moment, 0.0, Sum{});
    });
    return processes.sum(sum) / all;
  };
  const double mean = mean_of({advantage, 0, false});
  const double deviation = std::sqrt(mean_of({advantage, mean, true}));
  return Spread{mean, deviation > 1e-8 ? deviation : 1.0};
}

double explained_variance(const Executor& executor, const RolloutView& rollout, const float* target,
                          const Processes& processes) {
  const ErrorSums s = with_thrust(executor, [&](const auto& policy) {
    const thrust::counting_iterator<int64_t> first(0);
    return thrust::transform_reduce(policy, first, first + rollout.sample_count(),
                                    ErrorsOf{rollout.flags, rollout.value, target}, ErrorSums{}, AddErrors{});
  });
  double sums[] = {s.count, s.target, s.target_squares, s.error, s.error_squares};
  processes.sum(sums, 5);
  const auto [count, wanted, wanted_squares, error, error_squares] = sums;
  if (count == 0) return 0;
  if (!std::isfinite(wanted_squares) || !std::isfinite(error_squares)) return std::nan("");
  const double of_targets = variance(count, wanted, wanted_squares);
  return of_targets > 1e-12 ? 1 - variance(count, error, error_squares) / of_targets : 0;
}

}  // namespace gigalane
