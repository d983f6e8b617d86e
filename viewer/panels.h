/// The window's panels, one function each; call them between begin_frame() and end_frame().
#pragma once
#include "viewer/gui.h"
#include "viewer/view_state.h"

namespace gigalane {

void transport_bar(ViewState& view);    ///< play, pause, step, scrub, speed, loop: along the bottom
void world_panel(ViewState& view);      ///< map, episode, policy, lights, how agents are coloured
void inspector_panel(ViewState& view);  ///< the chosen agent
void events_panel(ViewState& view);     ///< what happened, with jumps to it

}  // namespace gigalane
