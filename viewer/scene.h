/// The picture of a world: roads, stop lines and lights, agents. Draws into whatever framebuffer is bound.
#pragma once
#include <vector>

#include "maps/compiled_map.h"
#include "viewer/glyphs.h"
#include "viewer/interpolation.h"
#include "viewer/map_mesh.h"

namespace gigalane {

enum class ColourBy { agent, kind, speed };

class Scene {
 public:
  /// Needs a current OpenGL context from here to the destructor. `variant`: the world's affine map.
  Scene(const CompiledMap& map, const Affine& variant);

  /// Clears and draws what stands still.
  void draw_roads(const Camera& camera);
  /// Draws over it what moves and what changes: lights and agents. `world` gives the lights.
  void draw_traffic(const Camera& camera, const WorldView& world, const std::vector<DrawnAgent>& agents);
  ColourBy colour_by = ColourBy::agent;
  uint32_t colour_of(const DrawnAgent& agent) const;

  /// The box around the roads, world metres.
  ViewBox box() const { return box_; }

 private:
  struct Bar {
    Point right, left;  // world metres, seen in driving direction
    float z;
    int signal;  // -1: a sign
  };
  void find_bars();
  void add_lights(const WorldView& world, float metres_a_pixel);
  void add_agents(const std::vector<DrawnAgent>& agents, const Camera& camera);

  MapView map_;
  Affine variant_;
  ViewBox box_;
  std::vector<Bar> bars_;       // stop lines, over the lanes that end there
  std::vector<MapTile> tiles_;  // boxes in world metres
  GlProgram program_;
  GlVertexArray array_;
  GlBuffer vertices_, indices_;
  GLint camera_ = -1, viewport_ = -1, axes_ = -1, origin_ = -1;
  GlyphRenderer glyphs_;
  std::vector<GlyphInstance> instances_;
};

}  // namespace gigalane
