#include "eval/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/philox.h"

namespace gigalane {

namespace {

constexpr double kTail = 0.025;
constexpr int kResamples = 1000;

/// P(N <= count) for N ~ Poisson(mean), summed from the largest term outwards so that nothing underflows
/// early.
double poisson_cumulative(double count, double mean) {
  if (mean <= 0) return 1;
  double sum = 0;
  const double top = std::min(count, std::floor(mean));
  const double peak = std::exp(top * std::log(mean) - mean - std::lgamma(top + 1));
  double term = peak;
  for (double k = top; k >= 0 && term > 0; --k) {
    sum += term;
    term *= k / mean;
  }
  term = peak;
  for (double k = top + 1; k <= count && term > 0; ++k) {
    term *= mean / k;
    sum += term;
  }
  return std::min(sum, 1.0);
}

/// The mean at which P(N <= count) falls to `target`; it falls monotonically.
double mean_where_cumulative_is(double count, double target) {
  double low = 0, high = count + 10 * std::sqrt(count + 1) + 10;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (poisson_cumulative(count, middle) > target ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

Bounds95 poisson_interval(double count) {
  return {count < 1 ? 0.0 : mean_where_cumulative_is(count - 1, 1 - kTail),
          mean_where_cumulative_is(count, kTail)};
}

Bounds95 bootstrap_share(const std::vector<double>& numerator, const std::vector<double>& denominator,
                         uint64_t seed) {
  const uint32_t groups = uint32_t(numerator.size());
  if (groups == 0 || std::all_of(denominator.begin(), denominator.end(), [](double d) { return d == 0; }))
    return {};
  std::vector<double> shares;
  for (uint32_t resample = 0; resample < kResamples; ++resample) {
    KeyedRandom random(seed, 0, 0, resample, 1);
    double top = 0, bottom = 0;
    for (uint32_t i = 0; i < groups; ++i) {
      const uint32_t group = random.below(groups);
      top += numerator[group];
      bottom += denominator[group];
    }
    if (bottom > 0) shares.push_back(top / bottom);
  }
  std::sort(shares.begin(), shares.end());
  const size_t last = shares.size() - 1;
  return {shares[size_t(std::lround(kTail * double(last)))],
          shares[size_t(std::lround((1 - kTail) * double(last)))]};
}

}  // namespace gigalane
