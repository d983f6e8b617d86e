/// The clock of a replay: time runs while it plays, at a speed, within a loop or to the end; a moment is two
/// rows and a share between them.
#pragma once

namespace gigalane {

class Playback {
 public:
  static constexpr double kSlowest = 0.25, kFastest = 16;

  /// Rows are time_step_s apart.
  explicit Playback(float time_step_s, int row_count = 1)
      : time_step_s_(time_step_s), row_count_(row_count) {}

  bool playing = true;
  bool looping = false;  ///< between loop_from_s and loop_to_s; to the end where that is not after it
  double loop_from_s = 0, loop_to_s = 0;

  /// A live source grows.
  void set_row_count(int count) { row_count_ = count < 1 ? 1 : count; }
  int row_count() const { return row_count_; }
  float time_step_s() const { return time_step_s_; }
  double duration_s() const { return double(row_count_ - 1) * double(time_step_s_); }

  double time_s() const { return time_s_; }
  int row() const;         ///< the last row that is not after now
  float fraction() const;  ///< of the way to the next row, 0 to 1; 0 at the last
  double speed() const { return speed_; }

  /// Clamped to kSlowest and kFastest.
  void set_speed(double speed);
  void seek(double time_s);
  void seek_row(int row) { seek(double(row) * double(time_step_s_)); }
  /// To the next (+1) or previous (-1) row, and pauses.
  void step(int rows);
  /// Lets `real_s` of real time pass. A source that can grow (`endless`) has no end to stop at.
  void advance(double real_s, bool endless);

 private:
  float time_step_s_;
  int row_count_;
  double time_s_ = 0, speed_ = 1;
};

}  // namespace gigalane
