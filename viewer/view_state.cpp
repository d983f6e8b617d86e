#include "viewer/view_state.h"

#include <algorithm>
#include <cmath>

namespace gigalane {
namespace {

constexpr float kFollowS = 0.25f;  // the camera's time constant
constexpr float kJumpM = 120;      // further than this it jumps
constexpr float kPickPixels = 12;

}  // namespace

ViewState::ViewState(std::unique_ptr<PlaybackSource> from)
    : source(std::move(from)),
      playback(source->info().time_step_s, source->row_count()),
      scene(source->map(), source->info().variant) {
  camera.fit(scene.box());
  update();
}

void ViewState::advance(double real_s) {
  bool endless = false;
  if (source->is_live() && playback.playing) {
    const double until_s = playback.time_s() + real_s * playback.speed();
    endless = source->extend_to(int(until_s / double(playback.time_step_s())) + 2);
    playback.set_row_count(source->row_count());
  }
  playback.advance(real_s, endless);
  update();
  if (follow) follow_chosen(real_s);
}

void ViewState::update() {
  const int row = playback.row();
  before = source->snapshot(row);
  after = source->snapshot(std::min(row + 1, source->row_count() - 1));
  agents = agents_between(before->view(), after->view(), playback.fraction());
}

const DrawnAgent* ViewState::drawn(int slot) const {
  const auto found =
      std::find_if(agents.begin(), agents.end(), [&](const DrawnAgent& a) { return a.slot == slot; });
  return found == agents.end() ? nullptr : &*found;
}

int ViewState::pick(float pixel_x, float pixel_y) const {
  const Point p = camera.to_world(pixel_x, pixel_y);
  const float reach = kPickPixels / camera.pixels_per_m;
  int best = -1;
  float nearest = 1;
  for (const DrawnAgent& a : agents) {
    const float dx = p.x - a.x, dy = p.y - a.y;
    const float along = std::abs(dx * a.cos_heading + dy * a.sin_heading) / std::max(a.length / 2, reach);
    const float across = std::abs(dy * a.cos_heading - dx * a.sin_heading) / std::max(a.width / 2, reach);
    const float off = std::max(along, across);
    if (off < nearest) nearest = off, best = a.slot;
  }
  return best;
}

void ViewState::look_at_chosen() {
  if (const DrawnAgent* a = drawn(chosen)) camera.x = a->x, camera.y = a->y;
}

void ViewState::follow_chosen(double real_s) {
  const DrawnAgent* a = drawn(chosen);
  if (a == nullptr) return;
  const float dx = a->x - camera.x, dy = a->y - camera.y;
  const float share = std::hypot(dx, dy) > kJumpM
                          ? 1.0f
                          : 1 - std::exp(-float(real_s) * float(std::max(1.0, playback.speed())) / kFollowS);
  camera.x += dx * share;
  camera.y += dy * share;
}

}  // namespace gigalane
