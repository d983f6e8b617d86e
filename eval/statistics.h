/// Intervals for what an evaluation reports.
#pragma once
#include <cstdint>
#include <vector>

namespace gigalane {

struct Bounds95 {
  double low = 0, high = 0;
};

/// Exact 95 % interval of a Poisson mean after `count` events (Garwood, "Fiducial limits for the Poisson
/// distribution", Biometrika 1936): low and high of the expected number of events.
Bounds95 poisson_interval(double count);

/// 95 % percentile interval of sum(numerator) / sum(denominator), resampling the groups (worlds) with
/// replacement, 1,000 times, drawn from `seed`. Groups of equal index belong together; {0, 0} where nothing
/// was counted.
Bounds95 bootstrap_share(const std::vector<double>& numerator, const std::vector<double>& denominator,
                         uint64_t seed);

}  // namespace gigalane
