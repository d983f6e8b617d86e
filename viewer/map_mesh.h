/// The road network as triangles in base coordinates: verge, lane surfaces, kerbs, lane markings, arrows.
/// Made once a map; the world's affine map and the camera are applied by the shader. Cut into tiles so that
/// only what is seen is drawn.
#pragma once
#include <cstdint>
#include <vector>

#include "maps/map_view.h"
#include "viewer/camera.h"

namespace gigalane {

enum MapLayer { kVergeLayer, kSurfaceLayer, kKerbLayer, kPaintLayer, kMapLayers };

/// A corner: a point, and a way that it is pushed outwards from it by half_width_m, at least min_pixels / 2
/// on screen.
struct MapVertex {
  float x, y, z;
  float out_x, out_y;
  float half_width_m, min_pixels;
  uint32_t colour;
};

struct MapTile {
  ViewBox box;                               ///< base coordinates
  int first[kMapLayers], count[kMapLayers];  ///< indices of each layer
};

struct MapMesh {
  std::vector<MapVertex> vertices;
  std::vector<uint32_t> indices;
  std::vector<MapTile> tiles;
  ViewBox box;  ///< of all quads, base coordinates
};

MapMesh make_map_mesh(const MapView&);

}  // namespace gigalane
