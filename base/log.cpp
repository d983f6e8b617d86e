#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>

#include "base/error.h"
#include "base/progress.h"

namespace gigalane {

namespace {

using spdlog::level::level_enum;

level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return level_enum::debug;
    case LogLevel::info:
      return level_enum::info;
    case LogLevel::warning:
      return level_enum::warn;
    case LogLevel::error:
      return level_enum::err;
    case LogLevel::off:
      break;
  }
  return level_enum::off;
}

/// Where messages go. One for the process.
struct Log {
  std::mutex mutex;
  std::shared_ptr<spdlog::sinks::sink> terminal = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::shared_ptr<spdlog::sinks::sink> file;

  Log() {
    terminal->set_pattern("%v");
    terminal->set_level(level_enum::info);
  }
};

Log& the_log() {
  static Log log;
  return log;
}

void write(LogLevel level, const char* prefix, const std::string& message) {
  Log& log = the_log();
  const std::lock_guard<std::mutex> lock(log.mutex);
  if (log.terminal->should_log(spdlog_level(level))) {
    hide_progress();
    const std::string line = prefix + message;
    log.terminal->log(spdlog::details::log_msg("", spdlog_level(level), line));
    log.terminal->flush();
  }
  if (log.file && level >= LogLevel::info) {
    log.file->log(spdlog::details::log_msg("", spdlog_level(level), message));
    log.file->flush();
  }
}

}  // namespace

void log_debug(const std::string& message) { write(LogLevel::debug, "", message); }
void log_info(const std::string& message) { write(LogLevel::info, "", message); }
void log_warning(const std::string& message) { write(LogLevel::warning, "warning: ", message); }
void log_error(const std::string& message) { write(LogLevel::error, "error: ", message); }

void set_log_level(LogLevel level) { the_log().terminal->set_level(spdlog_level(level)); }

void open_log_file(const std::string& path) {
  Log& log = the_log();
  const std::lock_guard<std::mutex> lock(log.mutex);
  try {
    log.file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
  } catch (const std::exception& error) {
    fail(path, ": cannot write the log: ", error.what());
  }
  log.file->set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                                                                      spdlog::pattern_time_type::utc));
}

void close_log_file() {
  Log& log = the_log();
  const std::lock_guard<std::mutex> lock(log.mutex);
  log.file.reset();
}

}  // namespace gigalane
