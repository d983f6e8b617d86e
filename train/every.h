/// Work that is due now and again in the course of a run.
#pragma once
#include <cmath>

namespace gigalane {

/// Says when another stretch of training time is over. Stretches are counted from the run's beginning, so
/// that a run that is resumed more often than they are long has them too.
class Every {
 public:
  Every(double minutes, double seconds_now) : seconds_(60 * minutes), done_(count(seconds_now)) {}
  bool due(double seconds_now) {
    const double now = count(seconds_now);
    if (now <= done_) return false;
    done_ = now;
    return true;
  }

 private:
  double count(double seconds_now) const { return seconds_ > 0 ? std::floor(seconds_now / seconds_) : 0; }

  double seconds_, done_;
};

}  // namespace gigalane
