#include "base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <mutex>

namespace gigalane {

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kRedrawSeconds = 0.1, kLineSeconds = 10, kShortWorkSeconds = 2;

std::mutex terminal_mutex;
bool bar_on_terminal = false;

int terminal_width() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

}  // namespace

std::string format_duration(double seconds) {
  if (!(seconds < 1e9)) return "?";
  const int64_t s = int64_t(seconds < 0 ? 0 : seconds), days = s / 86400;
  const int hours = int(s / 3600 % 24), minutes = int(s / 60 % 60), rest = int(s % 60);
  if (days) return format("%d d %02d:%02d", int(days), hours, minutes);
  if (hours) return format("%d:%02d:%02d", hours, minutes, rest);
  return format("%d:%02d", minutes, rest);
}

std::string format_count(double value) {
  static const char* const units[] = {"", "k", "M", "G", "T", "P"};
  int unit = 0;
  while (std::abs(value) >= 999.5 && unit < 5) value /= 1000, ++unit;
  const double size = std::abs(value);
  const int digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 || size == 0 ? 2 : 3;
  std::string text = format("%.*f", digits, value);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text + units[unit];
}

std::string progress_line(const std::string& title, double done, double total, const std::string& unit,
                          double rate, const std::string& text, int width) {
  std::string line = title;
  if (total > 0) {
    const double fraction = done / total < 1 ? done / total : 1;
    line += format("  %3d %%", int(fraction * 100));
    if (width > 0) {
      const int full = int(fraction * 20);
      line += " [" + std::string(size_t(full), '=') + (full < 20 ? ">" : "") +
              std::string(size_t(full < 20 ? 19 - full : 0), ' ') + "]";
    }
    if (!unit.empty()) line += "  " + format_count(done) + "/" + format_count(total) + " " + unit;
  } else {
    line += "  " + format_count(done) + " " + unit;
  }
  if (rate > 0 && !unit.empty()) line += "  " + format_count(rate) + " " + unit + "/s";
  if (rate > 0 && total > done) line += "  " + format_duration((total - done) / rate) + " left";
  if (!text.empty()) line += "  " + text;
  if (width > 0 && line.size() >= size_t(width)) line.resize(size_t(width) - 1);
  return line;
}

Progress::Progress(std::string title, double total, std::string unit, double already_done)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      done_(already_done),
      first_(already_done),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_drawn_(start_) {}

Progress::~Progress() {
  if (!finished_ && drawn_ && terminal_) {
    draw(true);
    std::fputc('\n', stderr);
    bar_on_terminal = false;
  }
}

void Progress::update(double done, const std::string& text) {
  done_ = done;
  text_ = text;
  const double wait = terminal_ ? kRedrawSeconds : drawn_ ? kLineSeconds : kShortWorkSeconds;
  if (seconds_since(last_drawn_) >= wait) draw(false);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (!terminal_ && seconds_since(start_) < kShortWorkSeconds) return;
  draw(true);
  if (!terminal_) return;
  const std::lock_guard<std::mutex> lock(terminal_mutex);
  std::fputc('\n', stderr);
  bar_on_terminal = false;
}

void Progress::draw(bool last) {
  const double spent = seconds_since(start_), rate = spent > 0 ? (done_ - first_) / spent : 0;
  const std::string text =
      last ? text_ + (text_.empty() ? "" : "  ") + "in " + format_duration(spent) : text_;
  const std::string line =
      progress_line(title_, done_, total_, unit_, rate, text, terminal_ ? terminal_width() : 0);
  const std::lock_guard<std::mutex> lock(terminal_mutex);
  std::fprintf(stderr, terminal_ ? "\r\x1b[K%s" : "%s\n", line.c_str());
  std::fflush(stderr);
  bar_on_terminal = terminal_;
  last_drawn_ = Clock::now();
  drawn_ = true;
}

void hide_progress() {
  const std::lock_guard<std::mutex> lock(terminal_mutex);
  if (!bar_on_terminal) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  bar_on_terminal = false;
}

}  // namespace gigalane
