#include "train/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/log.h"
#include "base/version.h"

namespace fs = std::filesystem;

namespace gigalane {

namespace {

std::string utc(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

std::string format_number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

/// N of N.ckpt; -1 for any other file.
int64_t checkpoint_number(const fs::path& file) {
  const std::string name = file.stem().string();
  const bool digits =
      !name.empty() && name.size() < 18 && name.find_first_not_of("0123456789") == std::string::npos;
  return file.extension() == ".ckpt" && digits ? std::stoll(name) : -1;
}

std::vector<fs::path> checkpoints_of(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (checkpoint_number(entry.path()) >= 0) files.push_back(entry.path());
  std::sort(files.begin(), files.end(),
            [](const fs::path& a, const fs::path& b) { return checkpoint_number(a) < checkpoint_number(b); });
  return files;
}

/// What a killed process was writing (base/atomic_file.h).
void remove_unfinished(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().find(".ckpt.tmp-") != std::string::npos)
      files.push_back(entry.path());
  for (const fs::path& file : files) fs::remove(file);
}

/// A lock on a folder, for as long as the process lives that holds it.
class FolderLock {
 public:
  FolderLock(const std::string& folder, const std::string& run)
      : file_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (file_ >= 0 && flock(file_, LOCK_EX | LOCK_NB) == 0) return;
    const int error = errno;
    if (file_ >= 0) close(file_);
    file_ = -1;
    if (error == EWOULDBLOCK) fail(run, ": another process trains in this folder, expected it to end first");
    log_warning(run + ": cannot be locked against a second process (" + std::strerror(error) + ")");
  }
  ~FolderLock() {
    if (file_ >= 0) close(file_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};
std::shared_ptr<const void> lock_run(const std::string& path) {
  return std::make_shared<const FolderLock>(path + "/checkpoints", path);
}

std::vector<std::string> split_at_commas(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream text(line);
  for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
  return cells;
}

/// The goal rate of the best evaluation so far, -1 before the first.
double best_goal_rate(const std::string& file) {
  if (!fs::exists(file)) return -1;
  const auto best = nlohmann::json::parse(read_file(file), nullptr, /*allow_exceptions=*/false);
  return best.is_object() ? best.value("goal_rate", -1.0) : -1;
}

}  // namespace

std::string utc_now() { return utc("%Y-%m-%dT%H:%M:%SZ"); }

std::string default_run_folder(const std::string& config_path, uint64_t seed) {
  return "runs/" + fs::path(config_path).stem().string() + "-" + utc("%Y%m%dT%H%M%SZ") + "-seed" +
         std::to_string(seed);
}

void RunFolder::check_free(const std::string& path) {
  std::error_code ignored;
  const bool taken =
      fs::exists(path, ignored) && !(fs::is_directory(path, ignored) && fs::is_empty(path, ignored));
  require(!taken, path,
          ": exists and is not empty, expected a new folder (or go on with: gigalane train --resume ", path,
          ")");
}

RunFolder RunFolder::create(const std::string& path, const std::string& config_yaml, const RunInfo& info) {
  check_free(path);
  make_folder(path + "/checkpoints");
  std::shared_ptr<const void> lock = lock_run(path);
  write_file(path + "/config.yaml", config_yaml);
  return RunFolder(path, std::move(lock), info, 0, false);
}

RunFolder RunFolder::resume(const std::string& path, int64_t iteration, const std::string& config_yaml,
                            const RunInfo& info) {
  require(fs::exists(path + "/run.json"), path, ": is not a run's folder, expected run.json in it");
  std::shared_ptr<const void> lock = lock_run(path);
  write_file(path + "/config.yaml", config_yaml);
  RunFolder folder(path, std::move(lock), info, iteration, true);
  folder.cut_metrics(iteration);
  for (const fs::path& file : checkpoints_of(path + "/checkpoints"))
    if (checkpoint_number(file) > iteration) fs::remove(file);
  remove_unfinished(path + "/checkpoints");
  return folder;
}

RunFolder::RunFolder(std::string path, std::shared_ptr<const void> lock, const RunInfo& info,
                     int64_t iteration, bool resumed)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      info_(info),
      start_(utc_now()),
      tensorboard_(std::make_unique<TensorBoardWriter>(path_, iteration + 1)) {
  if (resumed) {
    const auto before =
        nlohmann::json::parse(read_file(path_ + "/run.json"), nullptr, /*allow_exceptions=*/false);
    if (before.is_object()) start_ = before.value("start", start_);
  }
  write_run_json("");
}

void RunFolder::write_run_json(const std::string& end) const {
  const nlohmann::ordered_json run{
      {"version", version()},
      {"commit", commit()},
      {"device", info_.device},
      {"seed", info_.seed},
      {"command_line", info_.command_line},
      {"start", start_},
      {"end", end.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(end)}};
  write_file(path_ + "/run.json", run.dump(2) + "\n");
}

void RunFolder::finish() { write_run_json(utc_now()); }

void RunFolder::add_metrics(const TrainMetrics& metrics) {
  const std::string file = path_ + "/metrics.csv";
  const std::vector<NamedValue> values = list_metrics(metrics);
  const bool fresh = !fs::exists(file);
  std::ofstream out(file, std::ios::app);
  auto write_row = [&](auto&& text_of) {
    for (size_t i = 0; i < values.size(); ++i) out << (i ? "," : "") << text_of(values[i]);
    out << "\n";
  };
  if (fresh) write_row([](const NamedValue& v) { return v.name; });
  write_row([](const NamedValue& v) { return format_number(v.value); });
  out.flush();
  require(out.good(), file, ": cannot be written (is the disk full?)");
  tensorboard_->write(metrics.iteration, values);
}

void RunFolder::cut_metrics(int64_t iteration) const {
  const std::string file = path_ + "/metrics.csv";
  if (!fs::exists(file)) return;
  std::istringstream lines(read_file(file));
  std::string line, kept;
  std::map<std::string, size_t> old_place;  // of a column
  const std::vector<NamedValue> columns = list_metrics({});
  for (bool header = true; std::getline(lines, line); header = false) {
    if (lines.eof()) break;  // no newline at its end: cut off in the middle
    const std::vector<std::string> cells = split_at_commas(line);
    for (size_t i = 0; header && i < cells.size(); ++i) old_place[cells[i]] = i;
    if (!header && std::atoll(line.c_str()) > iteration) continue;
    for (const NamedValue& column : columns) {
      const auto place = old_place.find(column.name);
      if (&column != columns.data()) kept += ",";
      if (header)
        kept += column.name;
      else if (place != old_place.end() && place->second < cells.size())
        kept += cells[place->second];
    }
    kept += "\n";
  }
  write_file(file, kept);
}

std::string RunFolder::add_checkpoint(int64_t iteration, const Checkpoint& checkpoint, int kept) {
  const std::string folder = path_ + "/checkpoints",
                    file = folder + "/" + std::to_string(iteration) + ".ckpt";
  save_checkpoint(file, checkpoint);
  std::vector<fs::path> files = checkpoints_of(folder);
  std::error_code ignored;
  for (size_t i = 0; i + size_t(kept) < files.size(); ++i) fs::remove(files[i], ignored);
  return file;
}

bool RunFolder::add_evaluation(int64_t iteration, const EvaluationOnTheWay& evaluation,
                               const std::string& checkpoint) {
  make_folder(path_ + "/evaluations");
  write_file(path_ + "/evaluations/" + std::to_string(iteration) + ".json", evaluation.json + "\n");
  tensorboard_->write(iteration, {{"evaluation_goal_rate", evaluation.goal_rate},
                                  {"evaluation_contacts_per_km", evaluation.contacts_per_km},
                                  {"evaluation_incidents_per_km", evaluation.incidents_per_km}});
  const std::string folder = path_ + "/checkpoints";
  if (evaluation.goal_rate <= best_goal_rate(folder + "/best.json")) return false;
  write_file(folder + "/best.ckpt", read_file(checkpoint));
  const nlohmann::ordered_json best{{"iteration", iteration},
                                    {"goal_rate", evaluation.goal_rate},
                                    {"contacts_per_km", evaluation.contacts_per_km},
                                    {"incidents_per_km", evaluation.incidents_per_km}};
  write_file(folder + "/best.json", best.dump(2) + "\n");
  return true;
}

}  // namespace gigalane
