#include "train/training_run.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "train/config.h"

namespace gigalane {

namespace {

/// Says when another stretch of training time is over.
class Every {
 public:
  Every(double minutes, double seconds_now) : seconds_(60 * minutes), next_(seconds_now + seconds_) {}
  bool due(double seconds_now) {
    if (seconds_ <= 0 || seconds_now < next_) return false;
    next_ = seconds_now + seconds_;
    return true;
  }

 private:
  double seconds_, next_;
};

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
  Run(Trainer& trainer, RunFolder& folder, const TrainHooks& hooks)
      : trainer_(trainer),
        folder_(folder),
        hooks_(hooks),
        progress_("training", 1, "", trainer.progress()),
        checkpoint_(trainer.config().checkpoint_minutes, trainer.seconds()),
        evaluate_(trainer.config().evaluate_minutes, trainer.seconds()),
        record_(trainer.config().record_minutes, trainer.seconds()),
        log_(kLogMinutes, trainer.seconds()) {}

  bool to_the_end() {
    while (!trainer_.done() && !interrupted()) {
      const TrainMetrics metrics = trainer_.iterate();
      folder_.add_metrics(metrics);
      if (log_.due(metrics.seconds) || metrics.iteration == 1) log_info(log_line(metrics));
      progress_.update(std::min(1.0, trainer_.progress()), describe_metrics(metrics));
      if (checkpoint_.due(metrics.seconds)) save();
      if (evaluate_.due(metrics.seconds)) call(hooks_.evaluate, "evaluation");
      if (record_.due(metrics.seconds)) call(hooks_.record, "recording");
      last_ = metrics;
    }
    progress_.finish();
    if (last_.iteration > 0) log_info(log_line(last_));
    log_info("checkpoint: " + save());
    if (!trainer_.done()) return false;
    folder_.finish();
    return true;
  }

 private:
  static constexpr double kLogMinutes = 0.5;

  /// The checkpoint of this iteration, written once.
  std::string save() {
    if (saved_ != trainer_.iteration())
      saved_path_ = folder_.add_checkpoint(trainer_.iteration(), trainer_.checkpoint(),
                                           trainer_.config().checkpoints_kept);
    saved_ = trainer_.iteration();
    return saved_path_;
  }

  void call(const std::function<void(int64_t, const std::string&)>& hook, const char* what) {
    if (!hook) return;
    const std::string checkpoint = save();
    try {
      hook(trainer_.iteration(), checkpoint);
    } catch (const std::exception& error) {
      log_warning(std::string(what) + " failed: " + error.what());
    }
  }

  Trainer& trainer_;
  RunFolder& folder_;
  const TrainHooks& hooks_;
  Progress progress_;
  Every checkpoint_, evaluate_, record_, log_;
  TrainMetrics last_;
  int64_t saved_ = -1;
  std::string saved_path_;
};

}  // namespace

bool run_training(Trainer& trainer, RunFolder& folder, const TrainHooks& hooks) {
  return Run(trainer, folder, hooks).to_the_end();
}

}  // namespace gigalane
