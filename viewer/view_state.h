/// Everything that the viewer shows and lets change: source, clock, camera, the chosen agent. The panels, the
/// overlay and the capture work on it; it owns no physics.
#pragma once
#include <memory>
#include <vector>

#include "viewer/playback.h"
#include "viewer/scene.h"
#include "viewer/source.h"

namespace gigalane {

struct ViewState {
  /// Needs a current OpenGL context.
  explicit ViewState(std::unique_ptr<PlaybackSource> from);

  std::unique_ptr<PlaybackSource> source;
  Playback playback;
  Camera camera;
  Scene scene;
  int chosen = -1;      ///< slot, or -1
  bool follow = false;  ///< the camera keeps to the chosen agent
  bool show_numbers = false;

  // the moment shown, by update()
  std::shared_ptr<const WorldSnapshot> before, after;
  std::vector<DrawnAgent> agents;

  /// Lets `real_s` pass: time, rows of a live source, the following camera.
  void advance(double real_s);
  /// Loads the rows of the present moment.
  void update();
  /// The agent under a pixel, or -1.
  int pick(float pixel_x, float pixel_y) const;
  const DrawnAgent* drawn(int slot) const;  ///< null where it is absent
  /// Puts the camera on the chosen agent at once.
  void look_at_chosen();

 private:
  void follow_chosen(double real_s);
};

}  // namespace gigalane
