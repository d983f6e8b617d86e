#include "viewer/gl.h"

#include <string>

#include "base/error.h"

namespace gigalane {
namespace {

GLuint make_shader(GLenum kind, const char* source) {
  const GLuint shader = glCreateShader(kind);
  glShaderSource(shader, 1, &source, nullptr);
  glCompileShader(shader);
  GLint done = 0;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &done);
  if (!done) {
    char log[1024] = "";
    glGetShaderInfoLog(shader, sizeof log, nullptr, log);
    const std::string text = log;
    fail("OpenGL does not compile a shader: ", text.substr(0, text.find('\n')));
  }
  return shader;
}

}  // namespace

GLuint make_program(const char* vertex_source, const char* fragment_source) {
  const GLuint vertex = make_shader(GL_VERTEX_SHADER, vertex_source);
  const GLuint fragment = make_shader(GL_FRAGMENT_SHADER, fragment_source);
  const GLuint program = glCreateProgram();
  glAttachShader(program, vertex);
  glAttachShader(program, fragment);
  glLinkProgram(program);
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  GLint done = 0;
  glGetProgramiv(program, GL_LINK_STATUS, &done);
  require(done != 0, "OpenGL does not link a program");
  return program;
}

}  // namespace gigalane
