/// What is drawn over the scene in pixels, sharp at every scale: the chosen agent with its trail and goals,
/// flashes of collisions, numbers; and the caption of pictures and films.
#pragma once
#include <string>

#include "viewer/gui.h"
#include "viewer/view_state.h"

namespace gigalane {

/// Between begin_frame() and end_frame().
void draw_overlay(const ViewState& view, float scale);
/// Title, time, scale and legend.
void draw_caption(const ViewState& view, const Gui& gui);

/// "1:02.3".
std::string format_clock(double seconds);

/// A policy's name for people: "first_drive, 78" for runs/first_drive/checkpoints/78.ckpt, else the file's
/// name.
std::string policy_label(const std::string& path);

}  // namespace gigalane
