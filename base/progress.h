/// A progress bar with rate and remaining time: one line that redraws itself when standard error is a
/// terminal, plain lines at most every 10 seconds otherwise.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace gigalane {

class Progress {
 public:
  /// `total` in `unit`s; 0 if unknown (then there is no bar and no remaining time). Without a unit only the
  /// share is shown. `already_done` of them were done before (a resumed run), and do not count for the rate.
  Progress(std::string title, double total, std::string unit, double already_done = 0);
  /// Ends the line if finish() was not called.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` of the total; `text` is shown behind it. Cheap: draws at most 10 times a second.
  void update(double done, const std::string& text = "");
  /// Draws a last time and ends the line; says nothing for work of under two seconds without a terminal.
  void finish();

 private:
  void draw(bool last);

  std::string title_, unit_, text_;
  double total_, done_, first_;
  bool terminal_, drawn_ = false, finished_ = false;
  std::chrono::steady_clock::time_point start_, last_drawn_;
};

/// Takes the bar off the terminal so that a line can be printed; its next update draws it again. The log
/// does.
void hide_progress();

/// "0:07", "12:34", "3:04:05", "2 d 03:04".
std::string format_duration(double seconds);
/// Three significant digits: "0.123", "45.6", "789", "1.23k", "45.6M".
std::string format_count(double value);
/// One line of progress: "title  42 % [=====>    ]  420/1k unit  12.3 unit/s  0:47 left  text", cut to
/// `width` columns (0: uncut and without the bar).
std::string progress_line(const std::string& title, double done, double total, const std::string& unit,
                          double rate, const std::string& text, int width);

}  // namespace gigalane
