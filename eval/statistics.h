/// Intervals for what an evaluation reports.
#pragma once
#include <optional>
#include <vector>

namespace gigalane {

struct Bounds95 {
  double low = 0, high = 0;
};

/// Exact 95 % interval of a Poisson mean after `count` events (Garwood, "Fiducial limits for the Poisson
/// distribution", Biometrika 1936): low and high of the expected number of events.
Bounds95 poisson_interval(double count);

/// The fewest groups that a share's interval is estimated from.
constexpr int kFewestGroups = 5;

/// 95 % interval of the share sum(part) / sum(whole), where group i (a minute of a world) had part[i] out of
/// whole[i]. Events within a group depend on each other (a contact ends two goals), so that the shares'
/// scatter over groups tells how many independent events they are worth (the design effect, not below 1);
/// the interval is Wilson's (Wilson, "Probable inference", JASA 1927) of so many, with Student's quantile
/// for the number of groups (Korn and Graubard, "Confidence intervals for proportions", Survey Methodology
/// 1998). Sizes are equal. Nothing with fewer than kFewestGroups groups that counted something.
std::optional<Bounds95> share_interval(const std::vector<double>& part, const std::vector<double>& whole);

}  // namespace gigalane
