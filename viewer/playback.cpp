#include "viewer/playback.h"

#include <algorithm>
#include <cmath>

namespace gigalane {
namespace {

constexpr double kRoundOff = 1e-4;  // of a step: a time meant as a row's is that row

}  // namespace

int Playback::row() const {
  return std::clamp(int(std::floor(time_s_ / double(time_step_s_) + kRoundOff)), 0, row_count_ - 1);
}

float Playback::fraction() const {
  if (row() >= row_count_ - 1) return 0;
  return float(std::clamp(time_s_ / double(time_step_s_) - row(), 0.0, 1.0));
}

void Playback::set_speed(double speed) { speed_ = std::clamp(speed, kSlowest, kFastest); }

void Playback::seek(double time_s) { time_s_ = std::clamp(time_s, 0.0, duration_s()); }

void Playback::step(int rows) {
  playing = false;
  const bool between = fraction() > kRoundOff;
  seek_row(std::clamp(row() + rows + (rows < 0 && between ? 1 : 0), 0, row_count_ - 1));
}

void Playback::advance(double real_s, bool endless) {
  if (!playing) return;
  time_s_ += real_s * speed_;
  const double end = loop_to_s > loop_from_s ? std::min(loop_to_s, duration_s()) : duration_s();
  if (looping && time_s_ >= end) {
    time_s_ = loop_from_s + (end > loop_from_s ? std::fmod(time_s_ - loop_from_s, end - loop_from_s) : 0.0);
  } else if (!endless && time_s_ >= duration_s()) {
    time_s_ = duration_s();
    playing = false;
  }
}

}  // namespace gigalane
