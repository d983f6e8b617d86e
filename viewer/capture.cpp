#include "viewer/capture.h"

#include <stb_image_write.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "viewer/film_writer.h"
#include "viewer/framing.h"
#include "viewer/offscreen.h"
#include "viewer/overlay.h"

namespace gigalane {
namespace {

constexpr float kWholeMapM = 360;  // a map of this width is shown whole
constexpr float kScreenshotM = 260, kFilmM = 190, kFollowM = 130;
constexpr double kLiveScreenshotS = 10, kLiveFilmS = 20;

// The centre of a view that reaches `half` to either side, moved so that it shows little beyond [low, high].
float kept_inside(float centre, float half, float low, float high) {
  constexpr float kMarginM = 10;
  low += half - kMarginM;
  high -= half - kMarginM;
  return low < high ? std::clamp(centre, low, high) : (low + high) / 2;
}

// Everything to draw one frame after another.
class Stage {
 public:
  /// `moving`: the camera will, so that roads are drawn beyond the picture's edges.
  Stage(std::unique_ptr<PlaybackSource> source, const CaptureOptions& options, bool moving)
      : options_(options),
        margin_(moving ? options.width / 5 : 0),
        picture_(options.width, options.height, options.samples, margin_),
        gui_(float(options.height) / 1080),
        view(std::move(source)) {
    require(options.follow < view.source->info().agents, "follow = ", options.follow,
            ", expected an agent, 0 to ", view.source->info().agents - 1);
    view.camera.width = float(options.width);
    view.camera.height = float(options.height);
    view.chosen = options.follow;
    view.follow = options.follow >= 0;
  }

  void frame_on(int first_row, int last_row, float default_across_m, bool whole_if_small) {
    Camera& camera = view.camera;
    const ViewBox box = view.scene.box();
    if (!view.follow && options_.across_m <= 0 && whole_if_small && box.width() < kWholeMapM)
      return camera.fit(box, 0.03f);
    const float across = options_.across_m > 0 ? options_.across_m
                         : view.follow         ? kFollowM
                                               : default_across_m;
    camera.pixels_per_m = camera.width / across;
    if (view.follow) return view.look_at_chosen();
    const Point centre = busiest_place(*view.source, first_row, last_row, across);
    camera.x = kept_inside(centre.x, across / 2, box.x0, box.x1);
    camera.y = kept_inside(centre.y, across / 2 * camera.height / camera.width, box.y0, box.y1);
  }

  const std::vector<uint8_t>& draw(double real_s) {
    const Camera wanted = view.camera;
    view.camera = draw_roads();
    view.scene.draw_traffic(view.camera, view.before->view(), view.agents);
    gui_.begin_frame(view.camera.width, view.camera.height, float(real_s));
    draw_overlay(view, gui_.scale());
    if (options_.caption) draw_caption(view, gui_);
    gui_.end_frame();
    picture_.read(pixels_);
    view.camera = wanted;
    return pixels_;
  }

 private:
  // Begins a frame with the roads, drawn anew only where the camera has left what was drawn. Returns the
  // camera moved to whole pixels of it.
  Camera draw_roads() {
    const float scale = view.camera.pixels_per_m;
    float right = std::round((view.camera.x - still_of_.x) * scale),
          up = std::round((view.camera.y - still_of_.y) * scale);
    const float reach = float(margin_);
    if (!drawn_ || scale != still_of_.pixels_per_m || std::abs(right) > reach || std::abs(up) > reach) {
      still_of_ = view.camera;
      Camera large = view.camera;
      large.width = float(picture_.still_width());
      large.height = float(picture_.still_height());
      picture_.begin_still();
      view.scene.draw_roads(large);
      picture_.end_still();
      drawn_ = true;
      right = up = 0;
    }
    picture_.begin_frame(int(right), int(up));
    Camera snapped = still_of_;
    snapped.x += right / scale;
    snapped.y += up / scale;
    return snapped;
  }

  CaptureOptions options_;
  int margin_;
  OffscreenContext context_;
  OffscreenPicture picture_;
  Gui gui_;
  std::vector<uint8_t> pixels_;
  Camera still_of_;  // where the roads were drawn from
  bool drawn_ = false;

 public:
  ViewState view;
};

int row_at(const PlaybackSource& source, double seconds) {
  return int(std::floor(seconds / double(source.info().time_step_s) + 1e-4));
}

double end_of(const PlaybackSource& source) {
  return double(source.row_count() - 1) * double(source.info().time_step_s);
}

// Checks a moment and makes its rows.
void make_rows(PlaybackSource& source, const char* name, double seconds) {
  const bool there = seconds >= 0 && source.extend_to(row_at(source, seconds) + (source.is_live() ? 1 : 0));
  require(there, name, " = ", seconds, " s, expected 0 to ", end_of(source), " s");
}

}  // namespace

void save_screenshot(std::unique_ptr<PlaybackSource> source, const std::string& path, double at_s,
                     const CaptureOptions& options) {
  require(std::filesystem::path(path).extension() == ".png", path,
          ": expected a screenshot's name to end in .png");
  AtomicFile file(path);
  if (at_s < 0) at_s = source->is_live() ? kLiveScreenshotS : end_of(*source) / 2;
  make_rows(*source, "at", at_s);
  Stage stage(std::move(source), options, false);
  stage.view.playback.set_row_count(stage.view.source->row_count());
  stage.view.playback.seek(at_s);
  stage.view.update();
  const int row = stage.view.playback.row();
  stage.frame_on(row, row, kScreenshotM, true);
  const std::vector<uint8_t>& pixels = stage.draw(0);
  require(stbi_write_png(file.temporary().c_str(), options.width, options.height, 4, pixels.data(),
                         options.width * 4) != 0,
          path, ": cannot write the picture");
  file.commit();
}

FilmReport save_film(std::unique_ptr<PlaybackSource> source, const std::string& path, const FilmOptions& film,
                     const CaptureOptions& options, const std::function<void(int, int)>& progress) {
  FilmWriter writer(path, options.width, options.height, film.frames_per_s);
  const double to_s = film.to_s >= 0 ? film.to_s : source->is_live() ? kLiveFilmS : end_of(*source);
  require(film.from_s < to_s, "from = ", film.from_s, " s, expected less than to = ", to_s, " s");
  make_rows(*source, "from", film.from_s);
  make_rows(*source, "to", to_s);
  Stage stage(std::move(source), options, options.follow >= 0);
  ViewState& view = stage.view;
  view.playback.set_row_count(view.source->row_count());
  view.playback.seek(film.from_s);
  view.playback.playing = true;
  view.update();
  stage.frame_on(view.playback.row(), row_at(*view.source, to_s), kFilmM, false);

  FilmReport report;
  const auto start = std::chrono::steady_clock::now();
  const int frames = std::max(1, int(std::lround((to_s - film.from_s) * film.frames_per_s)));
  for (; report.frames < frames && !interrupted(); ++report.frames) {
    if (progress) progress(report.frames, frames);
    const double frame_s = 1.0 / film.frames_per_s;
    if (report.frames > 0) view.advance(frame_s);
    writer.add(stage.draw(frame_s));
  }
  writer.finish();
  report.film_s = double(report.frames) / film.frames_per_s;
  report.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace gigalane
