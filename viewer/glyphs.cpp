#include "viewer/glyphs.h"

#include <cstddef>

namespace gigalane {
namespace {

const char* const kVertexShader = R"(#version 330 core
layout(location = 0) in vec3 middle;
layout(location = 1) in vec2 heading;
layout(location = 2) in vec2 half_size;
layout(location = 3) in vec4 colour;
layout(location = 4) in vec2 kind_accent;
uniform vec3 camera;    // centre, pixels per metre
uniform vec2 viewport;  // pixels
out vec2 point;         // metres from the middle, x ahead
flat out vec2 size;
flat out vec4 tint;
flat out int kind;
flat out float accent;
void main() {
  kind = int(kind_accent.x + 0.5);
  accent = kind_accent.y;
  size = half_size;
  tint = colour;
  float pad = 1.5 / camera.z + (kind == 4 ? 0.6 : 0.0);
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  point = corner * (half_size + pad);
  vec2 world = middle.xy + vec2(heading.x * point.x - heading.y * point.y, heading.y * point.x + heading.x * point.y);
  gl_Position = vec4((world - camera.xy) * 2.0 * camera.z / viewport, -middle.z / 1000.0, 1.0);
}
)";

const char* const kFragmentShader = R"(#version 330 core
in vec2 point;
flat in vec2 size;
flat in vec4 tint;
flat in int kind;
flat in float accent;
out vec4 pixel;

float pixel_m;  // metres a pixel

float box(vec2 p, vec2 half_size, float round_m) {
  vec2 q = abs(p) - half_size + round_m;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - round_m;
}
float cover(float distance) { return clamp(0.5 - distance / pixel_m, 0.0, 1.0); }
void paint(inout vec3 base, vec3 colour, float distance) { base = mix(base, colour, cover(distance)); }

const vec3 glass = vec3(0.13, 0.16, 0.20);

void lamps(inout vec3 base, vec2 p) {
  float lamp = min(0.22, size.y * 0.25);
  vec2 side = vec2(abs(p.x), abs(p.y) - (size.y - lamp * 1.25));
  vec3 light = p.x > 0.0 ? vec3(1.0, 0.97, 0.80) : mix(vec3(0.55, 0.10, 0.10), vec3(1.0, 0.16, 0.10), accent);
  vec2 half_lamp = vec2(lamp * (p.x > 0.0 ? 0.7 : 0.5 + 0.4 * accent), lamp * (p.x > 0.0 ? 0.8 : 1.0));
  paint(base, light, box(side - vec2(size.x - half_lamp.x * 1.1, 0.0), half_lamp, 0.04));
}

vec4 car(vec2 p) {
  float d = box(p, size, min(size.y * 0.42, size.x * 0.3));
  vec3 base = mix(tint.rgb * 0.72, tint.rgb, smoothstep(0.0, -0.28 * size.y, d));
  vec2 cabin = vec2(-0.13 * size.x, 0.0);
  paint(base, glass, box(p - cabin, vec2(size.x * 0.58, size.y * 0.84), size.y * 0.35));
  paint(base, mix(tint.rgb, vec3(1.0), 0.18), box(p - cabin + vec2(size.x * 0.05, 0.0), vec2(size.x * 0.34, size.y * 0.68), size.y * 0.22));
  lamps(base, p);
  return vec4(base, cover(d));
}
vec4 truck(vec2 p) {
  float cab = size.x * 0.24;
  float tractor = box(p - vec2(size.x - cab, 0.0), vec2(cab, size.y * 0.94), size.y * 0.25);
  float trailer = box(p + vec2(cab * 1.12, 0.0), vec2(size.x - cab * 1.12, size.y), size.y * 0.10);
  float d = min(tractor, trailer);
  vec3 base = tint.rgb * 0.80;
  paint(base, mix(tint.rgb, vec3(1.0), 0.35), box(p + vec2(cab * 1.12, 0.0), vec2(size.x - cab * 1.12, size.y) * 0.93, 0.06));
  paint(base, tint.rgb, tractor);
  paint(base, glass, box(p - vec2(size.x - cab * 0.62, 0.0), vec2(cab * 0.22, size.y * 0.80), 0.12));
  lamps(base, p);
  return vec4(base, cover(d));
}
vec4 cyclist(vec2 p) {
  float frame = box(p, vec2(size.x, min(0.11, size.y * 0.3)), 0.1);
  float bar = box(p - vec2(size.x * 0.42, 0.0), vec2(0.06, size.y * 0.85), 0.05);
  float rider = box(p + vec2(size.x * 0.12, 0.0), vec2(size.x * 0.32, size.y * 0.62), size.y * 0.4);
  vec3 base = vec3(0.16, 0.18, 0.21);
  paint(base, tint.rgb, rider);
  paint(base, vec3(0.97, 0.93, 0.86), length(p) - min(0.17, size.y * 0.4));
  return vec4(base, cover(min(min(frame, bar), rider)));
}
vec4 pedestrian(vec2 p) {
  float r = min(size.x, size.y);
  float shoulders = box(p, vec2(r * 0.62, r), r * 0.6);
  vec3 base = tint.rgb;
  paint(base, vec3(0.32, 0.24, 0.19), length(p) - r * 0.45);
  paint(base, vec3(0.97, 0.84, 0.72), length(p - vec2(r * 0.22, 0.0)) - r * 0.26);
  return vec4(base, cover(shoulders));
}

void main() {
  pixel_m = max(length(dFdx(point)), 1e-6);
  if (kind == 0) pixel = car(point);
  else if (kind == 1) pixel = truck(point);
  else if (kind == 2) pixel = cyclist(point);
  else if (kind == 3) pixel = pedestrian(point);
  else if (kind == 4) {
    float d = box(point, size, size.y * 0.4);
    pixel = vec4(tint.rgb, 1.0 - smoothstep(-0.25, 0.55, d));
  } else if (kind == 5) pixel = vec4(tint.rgb, cover(box(point, size, min(size.x, size.y) * 0.3)));
  else if (kind == 6) {
    float d = length(point) - size.x;
    vec3 base = vec3(0.12, 0.13, 0.15);
    paint(base, tint.rgb, d + size.x * 0.28);
    pixel = vec4(base, cover(d));
  } else {
    float line = max(0.18, 2.2 * pixel_m);
    pixel = vec4(tint.rgb, cover(abs(length(point) - size.x + line * 0.5) - line * 0.5));
  }
  pixel.a *= tint.a;
  if (pixel.a < 0.004) discard;
}
)";

}  // namespace

GlyphRenderer::GlyphRenderer()
    : program_(make_program(kVertexShader, kFragmentShader)),
      array_(make_vertex_array()),
      buffer_(make_buffer()) {
  camera_ = glGetUniformLocation(program_, "camera");
  viewport_ = glGetUniformLocation(program_, "viewport");
  glBindVertexArray(array_);
  glBindBuffer(GL_ARRAY_BUFFER, buffer_);
  const auto attribute = [](GLuint index, GLint size, GLenum type, GLboolean normalized, size_t offset) {
    glEnableVertexAttribArray(index);
    glVertexAttribPointer(index, size, type, normalized, sizeof(GlyphInstance),
                          reinterpret_cast<const void*>(offset));
    glVertexAttribDivisor(index, 1);
  };
  attribute(0, 3, GL_FLOAT, GL_FALSE, offsetof(GlyphInstance, x));
  attribute(1, 2, GL_FLOAT, GL_FALSE, offsetof(GlyphInstance, cos_heading));
  attribute(2, 2, GL_FLOAT, GL_FALSE, offsetof(GlyphInstance, half_length));
  attribute(3, 4, GL_UNSIGNED_BYTE, GL_TRUE, offsetof(GlyphInstance, colour));
  attribute(4, 2, GL_FLOAT, GL_FALSE, offsetof(GlyphInstance, kind));
}

void GlyphRenderer::draw(const std::vector<GlyphInstance>& glyphs, const Camera& camera) {
  if (glyphs.empty()) return;
  glUseProgram(program_);
  glUniform3f(camera_, camera.x, camera.y, camera.pixels_per_m);
  glUniform2f(viewport_, camera.width, camera.height);
  glBindVertexArray(array_);
  glBindBuffer(GL_ARRAY_BUFFER, buffer_);
  glBufferData(GL_ARRAY_BUFFER, GLsizeiptr(glyphs.size() * sizeof(GlyphInstance)), glyphs.data(),
               GL_STREAM_DRAW);
  glDepthMask(GL_FALSE);
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, GLsizei(glyphs.size()));
  glDepthMask(GL_TRUE);
}

}  // namespace gigalane
