/// Log to standard error and to a file. Takes finished strings, so that no formatting library shows here.
#pragma once
#include <string>

namespace gigalane {

enum class LogLevel { debug, info, warning, error, off };

void log_debug(const std::string& message);
void log_info(const std::string& message);
void log_warning(const std::string& message);
void log_error(const std::string& message);

/// Messages below `level` are not shown on standard error; the file always gets info and above.
void set_log_level(LogLevel level);
/// Appends to this file from now on, with time and level, flushed line by line; the folder must exist.
/// Throws Error if it cannot be opened.
void open_log_file(const std::string& path);
/// Closes the file, if one is open.
void close_log_file();

}  // namespace gigalane
