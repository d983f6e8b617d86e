#include "viewer/scene.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "viewer/colours.h"

namespace gigalane {
namespace {

const char* const kVertexShader = R"(#version 330 core
layout(location = 0) in vec3 place;
layout(location = 1) in vec2 outward;
layout(location = 2) in vec2 line;  // half width m, least width in pixels
layout(location = 3) in vec4 colour;
uniform vec3 camera;    // centre, pixels per metre
uniform vec2 viewport;  // pixels
uniform vec4 axes;      // linear part of the variant, by columns
uniform vec2 origin;
flat out vec4 tint;
void main() {
  mat2 linear = mat2(axes.xy, axes.zw);
  vec2 world = linear * place.xy + origin;
  vec2 way = linear * outward;
  world += way * max(line.x, 0.5 * line.y / camera.z);
  gl_Position = vec4((world - camera.xy) * 2.0 * camera.z / viewport, -place.z / 1000.0, 1.0);
  tint = colour;
}
)";
const char* const kFragmentShader = R"(#version 330 core
flat in vec4 tint;
out vec4 pixel;
void main() { pixel = tint; }
)";

// heights above the road
constexpr float kBarHeight = 0.25f, kShadowHeight = 0.3f, kBodyHeight = 0.5f, kLampHeight = 2;
constexpr float kPaintPixelsPerM = 1.6f;  // markings are not drawn where the picture is coarser
constexpr float kSmallestCarPixels = 9;   // agents are enlarged to this, at most threefold

ViewBox transformed(const Affine& m, const ViewBox& b) {
  ViewBox out{1e9f, 1e9f, -1e9f, -1e9f};
  for (int c = 0; c < 4; ++c) {
    const Point p = apply(m, c & 1 ? b.x1 : b.x0, c & 2 ? b.y1 : b.y0);
    out = {std::min(out.x0, p.x), std::min(out.y0, p.y), std::max(out.x1, p.x), std::max(out.y1, p.y)};
  }
  return out;
}

bool overlap(const ViewBox& a, const ViewBox& b) {
  return a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}

void set_state(const Camera& camera) {
  glViewport(0, 0, GLsizei(camera.width), GLsizei(camera.height));
  glDisable(GL_SCISSOR_TEST);
  glDisable(GL_CULL_FACE);
  glEnable(GL_DEPTH_TEST);
  glDepthFunc(GL_LEQUAL);
  glEnable(GL_BLEND);
  glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

uint32_t light_colour(uint8_t state) {
  switch (LightState(state)) {
    case LightState::green:
      return colours::kGreen;
    case LightState::yellow:
      return colours::kYellow;
    case LightState::red:
      return colours::kRed;
    default:
      return colours::kOff;
  }
}

uint32_t mix(uint32_t a, uint32_t b, float u) {
  uint32_t out = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    const float value = float(a >> shift & 255) + (float(b >> shift & 255) - float(a >> shift & 255)) * u;
    out |= uint32_t(std::clamp(value, 0.0f, 255.0f)) << shift;
  }
  return out;
}

}  // namespace

Scene::Scene(const CompiledMap& map, const Affine& variant)
    : map_(map.view()),
      variant_(variant),
      program_(make_program(kVertexShader, kFragmentShader)),
      array_(make_vertex_array()),
      vertices_(make_buffer()),
      indices_(make_buffer()) {
  const MapMesh mesh = make_map_mesh(map_);
  tiles_ = mesh.tiles;
  for (MapTile& tile : tiles_) tile.box = transformed(variant_, tile.box);
  box_ = transformed(variant_, mesh.box);
  find_bars();
  camera_ = glGetUniformLocation(program_, "camera");
  viewport_ = glGetUniformLocation(program_, "viewport");
  axes_ = glGetUniformLocation(program_, "axes");
  origin_ = glGetUniformLocation(program_, "origin");
  glBindVertexArray(array_);
  glBindBuffer(GL_ARRAY_BUFFER, vertices_);
  glBufferData(GL_ARRAY_BUFFER, GLsizeiptr(mesh.vertices.size() * sizeof(MapVertex)), mesh.vertices.data(),
               GL_STATIC_DRAW);
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
  glBufferData(GL_ELEMENT_ARRAY_BUFFER, GLsizeiptr(mesh.indices.size() * sizeof(uint32_t)),
               mesh.indices.data(), GL_STATIC_DRAW);
  const auto attribute = [](GLuint index, GLint size, GLenum type, GLboolean normalized, size_t offset) {
    glEnableVertexAttribArray(index);
    glVertexAttribPointer(index, size, type, normalized, sizeof(MapVertex),
                          reinterpret_cast<const void*>(offset));
  };
  attribute(0, 3, GL_FLOAT, GL_FALSE, offsetof(MapVertex, x));
  attribute(1, 2, GL_FLOAT, GL_FALSE, offsetof(MapVertex, out_x));
  attribute(2, 2, GL_FLOAT, GL_FALSE, offsetof(MapVertex, half_width_m));
  attribute(3, 4, GL_UNSIGNED_BYTE, GL_TRUE, offsetof(MapVertex, colour));
  glBindVertexArray(0);
}

uint32_t Scene::colour_of(const DrawnAgent& agent) const {
  if (agent.wreck) return colours::kWreck;
  if (colour_by == ColourBy::kind) return colours::kKinds[size_t(agent.kind)];
  if (colour_by == ColourBy::speed)
    return mix(colours::kRed, colours::kGreen, std::clamp(agent.speed / 15, 0.0f, 1.0f));
  return colours::kAgents[size_t(agent.slot) * 5 % colours::kAgents.size()];
}

void Scene::draw_traffic(const Camera& camera, const WorldView& world,
                         const std::vector<DrawnAgent>& agents) {
  set_state(camera);
  instances_.clear();
  add_lights(world, 1 / camera.pixels_per_m);
  add_agents(agents, camera);
  glyphs_.draw(instances_, camera);
}

void Scene::draw_roads(const Camera& camera) {
  set_state(camera);
  const uint32_t c = colours::kGround;
  glClearColor(float(c & 255) / 255, float(c >> 8 & 255) / 255, float(c >> 16 & 255) / 255, 1);
  glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
  glUseProgram(program_);
  glUniform3f(camera_, camera.x, camera.y, camera.pixels_per_m);
  glUniform2f(viewport_, camera.width, camera.height);
  glUniform4f(axes_, variant_.xx, variant_.yx, variant_.xy, variant_.yy);
  glUniform2f(origin_, variant_.x0, variant_.y0);
  glBindVertexArray(array_);
  const ViewBox seen = camera.box();
  for (int layer = 0; layer < kMapLayers; ++layer) {
    if (layer == kPaintLayer && camera.pixels_per_m < kPaintPixelsPerM) continue;
    for (const MapTile& tile : tiles_)
      if (tile.count[layer] > 0 && overlap(seen, tile.box))
        glDrawElements(GL_TRIANGLES, tile.count[layer], GL_UNSIGNED_INT,
                       reinterpret_cast<const void*>(size_t(tile.first[layer]) * sizeof(uint32_t)));
  }
}

// A stop line goes over the whole carriageway, oncoming lanes too; drawn is what lies across the lanes that
// meet it.
void Scene::find_bars() {
  struct Reach {
    float low = 1e9f, high = -1e9f;
  };
  std::vector<Reach> reach(size_t(map_.stop_line_count));
  for (int q = 0; q < map_.quad_count; ++q) {
    const Quad& quad = map_.quads[q];
    if (quad.next_stop_line == kNone16 || quad.next_stop_line_m > 2 * quad.half_length + 0.5f) continue;
    const StopLine& line = map_.stop_lines[quad.next_stop_line];
    const float ux = line.x1 - line.x0, uy = line.y1 - line.y0, length2 = std::max(ux * ux + uy * uy, 1e-6f);
    Reach& r = reach[quad.next_stop_line];
    for (int c : {1, 2}) {
      const float share = ((quad.corner_x[c] - line.x0) * ux + (quad.corner_y[c] - line.y0) * uy) / length2;
      r.low = std::min(r.low, share);
      r.high = std::max(r.high, share);
    }
  }
  for (int s = 0; s < map_.stop_line_count; ++s) {
    const StopLine& line = map_.stop_lines[s];
    const bool met = reach[size_t(s)].low < reach[size_t(s)].high;
    const float low = met ? std::clamp(reach[size_t(s)].low, 0.0f, 1.0f) : 0,
                high = met ? std::clamp(reach[size_t(s)].high, 0.0f, 1.0f) : 1;
    const auto at = [&](float share) {
      return apply(variant_, line.x0 + share * (line.x1 - line.x0), line.y0 + share * (line.y1 - line.y0));
    };
    bars_.push_back({at(low), at(high), line.z, line.signal});
  }
}

// A bar in its light's colour, with a lamp at its right end; one with a sign is white.
void Scene::add_lights(const WorldView& world, float metres_a_pixel) {
  for (const Bar& bar : bars_) {
    const float dx = bar.right.x - bar.left.x, dy = bar.right.y - bar.left.y,
                length = std::max(0.1f, std::hypot(dx, dy));
    const uint32_t colour = bar.signal >= 0 ? light_colour(world.signal_state[bar.signal]) : colours::kWhite;
    const float half = std::max(0.2f, 1.3f * metres_a_pixel);
    instances_.push_back({(bar.right.x + bar.left.x) / 2, (bar.right.y + bar.left.y) / 2, bar.z + kBarHeight,
                          dx / length, dy / length, length / 2, half, colour, float(Glyph::bar), 0});
    if (bar.signal < 0) continue;
    const float radius = std::max(0.75f, 3.5f * metres_a_pixel), out = radius + 0.6f;
    instances_.push_back({bar.right.x + dx / length * out, bar.right.y + dy / length * out,
                          bar.z + kLampHeight, 1, 0, radius, radius, colour, float(Glyph::lamp), 0});
  }
}

void Scene::add_agents(const std::vector<DrawnAgent>& agents, const Camera& camera) {
  constexpr Glyph kGlyphs[] = {Glyph::pedestrian, Glyph::cyclist, Glyph::car, Glyph::truck};
  std::vector<DrawnAgent> order = agents;
  std::sort(order.begin(), order.end(), [](const DrawnAgent& a, const DrawnAgent& b) { return a.z < b.z; });
  const auto enlarge = [&](const DrawnAgent& a) {
    return std::clamp(kSmallestCarPixels / camera.pixels_per_m / std::max(a.length, 2.5f), 1.0f, 3.0f);
  };
  for (const DrawnAgent& a : order) {
    const float scale = enlarge(a), shift = 0.22f * scale;
    instances_.push_back({a.x + shift, a.y - shift, a.z + kShadowHeight, a.cos_heading, a.sin_heading,
                          a.length / 2 * scale, a.width / 2 * scale, colours::rgb(0, 0, 0, 105),
                          float(Glyph::shadow), 0});
  }
  for (const DrawnAgent& a : order)
    instances_.push_back({a.x, a.y, a.z + kBodyHeight, a.cos_heading, a.sin_heading,
                          a.length / 2 * enlarge(a), a.width / 2 * enlarge(a), colour_of(a),
                          float(kGlyphs[int(a.kind)]), a.braking ? 1.0f : 0.0f});
}

}  // namespace gigalane
