/// Pictures and films of a playback, without a window or a display.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "viewer/source.h"

namespace gigalane {

struct CaptureOptions {
  int width = 1920, height = 1080;
  int samples = 4;     ///< anti-aliasing
  int follow = -1;     ///< agent that the camera keeps to, or -1
  float across_m = 0;  ///< width of what is seen; 0: chosen by the map and the traffic
  bool caption = true;
};

/// Writes a PNG of the moment at_s (negative: the middle of a log, 10 s of a live source). Throws Error.
void save_screenshot(std::unique_ptr<PlaybackSource> source, const std::string& path, double at_s,
                     const CaptureOptions& options);

struct FilmOptions {
  double from_s = 0, to_s = -1;  ///< to_s negative: to the end of a log, 20 s of a live source
  int frames_per_s = 30;
};
struct FilmReport {
  int frames = 0;
  double film_s = 0, wall_s = 0;
};
/// Writes an H.264 film in real time of the simulation; ends early, keeping what there is, after an
/// interrupt. Throws Error.
FilmReport save_film(std::unique_ptr<PlaybackSource> source, const std::string& path, const FilmOptions& film,
                     const CaptureOptions& options,
                     const std::function<void(int frame, int frames)>& progress = {});

}  // namespace gigalane
