/// The way ahead of an agent as points, for itself and for those whose ways it crosses.
#pragma once

namespace gigalane {

constexpr int kPathPoints = 16;

/// In world coordinates; point n lies about n * spacing_m past the agent's middle, and piece n leads from it
/// to the next.
struct PathAhead {
  float x[kPathPoints], y[kPathPoints];
  float ux[kPathPoints], uy[kPathPoints];  ///< unit, direction of travel
  float curvature[kPathPoints];            ///< 1/m, positive to the left
  float speed_limit_mps[kPathPoints];
  float place_m[kPathPoints];  ///< metres along the path from point 0, beside the agent's middle
  float piece_x[kPathPoints], piece_y[kPathPoints];    ///< its middle
  float piece_ux[kPathPoints], piece_uy[kPathPoints];  ///< unit, along it
  float piece_half_m[kPathPoints];  ///< half its length; negative: the agent does not go there
  float padding[kPathPoints];       ///< lanes load whole blocks
  float spacing_m;
  float leaves_m;  ///< to the end of its lane in a junction; kNoStop: it is in none
  float line_m,
      goal_m;  ///< from the front to the line and to the last goal where it has to stand; kNoStop: none
};
constexpr float kNoStop = 1e6f;

}  // namespace gigalane
