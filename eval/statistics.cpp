#include "eval/statistics.h"

#include <algorithm>
#include <cmath>

namespace gigalane {

namespace {

constexpr double kTail = 0.025;

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

/// The 97.5 % quantile of Student's t: its expansion in 1 / freedom (Abramowitz and Stegun 26.7.5), within
/// 0.002 from 5 degrees of freedom on, 0.01 at 4.
double student_quantile(double freedom) {
  constexpr double z = 1.959963985, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, z9 = z7 * z * z;
  const double r = 1 / freedom;
  return z +
         r * ((z3 + z) / 4 + r * ((5 * z5 + 16 * z3 + 3 * z) / 96 +
                                  r * ((3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384 +
                                       r * (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / 92160)));
}

}  // namespace

Bounds95 poisson_interval(double count) {
  return {count < 1 ? 0.0 : mean_where_cumulative_is(count - 1, 1 - kTail),
          mean_where_cumulative_is(count, kTail)};
}

std::optional<Bounds95> share_interval(const std::vector<double>& part, const std::vector<double>& whole) {
  double parts = 0, count = 0, groups = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    parts += part[i], count += whole[i];
    groups += whole[i] > 0;
  }
  if (groups < kFewestGroups) return {};
  const double share = parts / count;
  double scatter = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    const double residual = part[i] - share * whole[i];
    scatter += residual * residual;
  }
  scatter *= groups / (groups - 1);
  const double independent = share * (1 - share) * count;  // what the scatter would be
  const double effect = independent > 0 ? std::max(1.0, scatter / independent) : 1;
  const double worth = count / effect, quantile = student_quantile(groups - 1);
  const double square = quantile * quantile / worth;
  const double middle = (share + square / 2) / (1 + square);
  const double half = std::sqrt(square * (share * (1 - share) + square / 4)) / (1 + square);
  return Bounds95{std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

}  // namespace gigalane
