/// Where a picture or film looks when nobody says: the junction with the most traffic.
#pragma once
#include "viewer/camera.h"
#include "viewer/source.h"

namespace gigalane {

/// The centre, in world metres, of the place `across` metres wide with the most agents over rows [first,
/// last]: a junction if the map has any, one with lights rather than one without.
Point busiest_place(PlaybackSource& source, int first, int last, float across);

}  // namespace gigalane
