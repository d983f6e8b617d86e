/// OpenGL 3.3 core, as libOpenGL exports it, and the little that the viewer needs around it.
#pragma once
#define GL_GLEXT_PROTOTYPES
#include <GL/glcorearb.h>

#include <cstdint>
#include <utility>

namespace gigalane {

/// Compiles and links; throws Error with the first line of the driver's log.
GLuint make_program(const char* vertex_source, const char* fragment_source);

/// An OpenGL object with its destructor; needs the context that made it.
template <class Deleter>
class GlObject {
 public:
  GlObject() = default;
  explicit GlObject(GLuint name) : name_(name) {}
  ~GlObject() { reset(); }
  GlObject(GlObject&& other) noexcept : name_(std::exchange(other.name_, 0)) {}
  GlObject& operator=(GlObject&& other) noexcept {
    std::swap(name_, other.name_);
    return *this;
  }
  operator GLuint() const { return name_; }
  void reset() {
    if (name_ != 0) Deleter()(name_);
    name_ = 0;
  }

 private:
  GLuint name_ = 0;
};

struct DeleteBuffer {
  void operator()(GLuint n) const { glDeleteBuffers(1, &n); }
};
struct DeleteVertexArray {
  void operator()(GLuint n) const { glDeleteVertexArrays(1, &n); }
};
struct DeleteProgram {
  void operator()(GLuint n) const { glDeleteProgram(n); }
};
struct DeleteFramebuffer {
  void operator()(GLuint n) const { glDeleteFramebuffers(1, &n); }
};
struct DeleteRenderbuffer {
  void operator()(GLuint n) const { glDeleteRenderbuffers(1, &n); }
};
using GlBuffer = GlObject<DeleteBuffer>;
using GlVertexArray = GlObject<DeleteVertexArray>;
using GlProgram = GlObject<DeleteProgram>;
using GlFramebuffer = GlObject<DeleteFramebuffer>;
using GlRenderbuffer = GlObject<DeleteRenderbuffer>;

inline GlBuffer make_buffer() {
  GLuint n = 0;
  glGenBuffers(1, &n);
  return GlBuffer(n);
}
inline GlVertexArray make_vertex_array() {
  GLuint n = 0;
  glGenVertexArrays(1, &n);
  return GlVertexArray(n);
}

}  // namespace gigalane
