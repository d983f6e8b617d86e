#include "train/training_run.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "train/config.h"
#include "train/every.h"

namespace gigalane {

namespace {

std::string log_line(const TrainMetrics& m) {
  char text[240];
  std::snprintf(text, sizeof text,
                "iteration %lld, %s transitions, %.0f s: %s, reward %.4f, entropy %.2f, kl %.4f, explained "
                "%.2f, kept %.2f",
                static_cast<long long>(m.iteration), format_count(m.transitions).c_str(), m.seconds,
                describe_metrics(m).c_str(), m.reward(), m.update.entropy, m.update.kl, m.explained_variance,
                m.kept_fraction);
  return text;
}

/// One run of the loop.
class Run {
 public:
  Run(Trainer& trainer, RunFolder* folder, const TrainHooks& hooks)
      : trainer_(trainer),
        folder_(folder),
        hooks_(hooks),
        checkpoint_(trainer.config().checkpoint_minutes, trainer.seconds()),
        evaluate_(trainer.config().evaluate_minutes, trainer.seconds()),
        record_(trainer.config().record_minutes, trainer.seconds()),
        log_(kLogMinutes, trainer.seconds()) {
    if (folder) progress_.emplace("training", 1, "", trainer.progress());
  }

  bool to_the_end() {
    const auto is_stopped = [&] { return trainer_.processes().any(interrupted()); };
    if (trainer_.iteration() == 0) save();  // something to resume, and the disk is known to take it
    while (!trainer_.done() && !is_stopped()) {
      const TrainMetrics metrics = trainer_.iterate();
      if (folder_) report(metrics);
      if (checkpoint_.due(metrics.seconds)) save();
      if (evaluate_.due(metrics.seconds))
        attempt("evaluation", hooks_.evaluate != nullptr, [&] { evaluate(); });
      if (record_.due(metrics.seconds))
        attempt("recording", hooks_.record != nullptr,
                [&] { hooks_.record(trainer_.iteration(), saved_path_); });
      last_ = metrics;
    }
    if (progress_) progress_->finish();
    save();
    if (!folder_) return trainer_.done();
    if (last_.iteration > 0) log_info(log_line(last_));
    log_info("checkpoint: " + saved_path_);
    if (!trainer_.done()) return false;
    folder_->finish();
    return true;
  }

 private:
  static constexpr double kLogMinutes = 0.5;

  void report(const TrainMetrics& metrics) {
    folder_->add_metrics(metrics);
    if (log_.due(metrics.seconds) || metrics.iteration == 1) log_info(log_line(metrics));
    progress_->update(std::min(1.0, trainer_.progress()), describe_metrics(metrics));
  }

  /// The checkpoint of this iteration, made by all processes and written once by the first.
  void save() {
    if (saved_ == trainer_.iteration()) return;
    saved_ = trainer_.iteration();
    const Checkpoint checkpoint = trainer_.checkpoint();
    if (folder_)
      saved_path_ = folder_->add_checkpoint(saved_, checkpoint, trainer_.config().checkpoints_kept);
  }

  void evaluate() {
    const EvaluationOnTheWay result = hooks_.evaluate(saved_path_);
    if (result.json.empty()) return;
    const bool best = folder_->add_evaluation(trainer_.iteration(), result, saved_path_);
    char text[200];
    std::snprintf(text, sizeof text,
                  "evaluation after iteration %lld: %.0f km, goal rate %.1f %%, %.2f incidents/km%s",
                  static_cast<long long>(trainer_.iteration()), result.km, 100 * result.goal_rate,
                  result.incidents_per_km, best ? ", the best so far" : "");
    log_info(text);
  }

  /// After a checkpoint, work that the first process has a hook for. What fails there must not end the
  /// training; a checkpoint that cannot be written must.
  template <class Work>
  void attempt(const char* what, bool has_hook, const Work& work) {
    save();
    if (!folder_ || !has_hook) return;
    try {
      work();
    } catch (const std::exception& error) {
      log_warning(std::string(what) + " failed: " + error.what());
    }
  }

  Trainer& trainer_;
  RunFolder* folder_;  // null but in the first process
  const TrainHooks& hooks_;
  std::optional<Progress> progress_;
  Every checkpoint_, evaluate_, record_, log_;
  TrainMetrics last_;
  int64_t saved_ = -1;
  std::string saved_path_;
};

}  // namespace

bool run_training(Trainer& trainer, RunFolder* folder, const TrainHooks& hooks) {
  return Run(trainer, folder, hooks).to_the_end();
}

}  // namespace gigalane
