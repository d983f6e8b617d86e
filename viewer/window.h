/// The viewer's window: mouse, keys, panels, until it is closed.
#pragma once
#include <memory>
#include <string>

#include "viewer/source.h"

namespace gigalane {

struct WindowOptions {
  int width = 1600, height = 900;
  int follow = -1;  ///< agent chosen from the start, or -1
  double at_s = 0;  ///< where it starts
};

/// Throws Error, one line, where there is no display or no OpenGL 3.3.
void show_window(std::unique_ptr<PlaybackSource> source, const WindowOptions& options);

}  // namespace gigalane
