#include "viewer/offscreen.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace gigalane {
namespace {

bool has_extension(const char* list, const char* name) {
  return list != nullptr && std::strstr(list, name) != nullptr;
}

// The first display that initialises: Mesa's surfaceless platform, then any device.
EGLDisplay open_display() {
  const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  EGLint major = 0, minor = 0;
  if (has_extension(extensions, "EGL_MESA_platform_surfaceless")) {
    const EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, nullptr, nullptr);
    if (display != EGL_NO_DISPLAY && eglInitialize(display, &major, &minor)) return display;
  }
  const auto query = reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(eglGetProcAddress("eglQueryDevicesEXT"));
  if (query != nullptr && has_extension(extensions, "EGL_EXT_platform_device")) {
    EGLDeviceEXT devices[16];
    EGLint count = 0;
    if (query(16, devices, &count))
      for (EGLint d = 0; d < count; ++d) {
        const EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_DEVICE_EXT, devices[d], nullptr);
        if (display != EGL_NO_DISPLAY && eglInitialize(display, &major, &minor)) return display;
      }
  }
  fail(
      "no OpenGL without a display: EGL has neither the surfaceless nor the device platform (install "
      "libegl-mesa0)");
}

GlRenderbuffer make_storage(GLenum format, int width, int height, int samples) {
  GLuint name = 0;
  glGenRenderbuffers(1, &name);
  GlRenderbuffer buffer(name);
  glBindRenderbuffer(GL_RENDERBUFFER, buffer);
  glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples > 1 ? samples : 0, format, width, height);
  return buffer;
}

}  // namespace

OffscreenContext::OffscreenContext() {
  display_ = open_display();
  require(eglBindAPI(EGL_OPENGL_API), "EGL knows no desktop OpenGL");
  const EGLint wanted[] = {EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  if (!eglChooseConfig(display_, wanted, &config, 1, &count) || count == 0) config = nullptr;
  const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION,
                            3,
                            EGL_CONTEXT_MINOR_VERSION,
                            3,
                            EGL_CONTEXT_OPENGL_PROFILE_MASK,
                            EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                            EGL_NONE};
  context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, version);
  if (context_ == EGL_NO_CONTEXT || !eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_)) {
    if (context_ != EGL_NO_CONTEXT) eglDestroyContext(display_, context_);
    eglTerminate(display_);
    fail("no OpenGL 3.3 without a display: EGL error ", eglGetError());
  }
}

OffscreenContext::~OffscreenContext() {
  eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext(display_, context_);
  eglTerminate(display_);
}

std::string OffscreenContext::renderer() const {
  return reinterpret_cast<const char*>(glGetString(GL_RENDERER));
}

OffscreenPicture::Layer OffscreenPicture::make_layer(int width, int height, int samples) {
  Layer layer;
  layer.colour = make_storage(GL_RGBA8, width, height, samples);
  layer.depth = make_storage(GL_DEPTH_COMPONENT24, width, height, samples);
  GLuint name = 0;
  glGenFramebuffers(1, &name);
  layer.framebuffer = GlFramebuffer(name);
  glBindFramebuffer(GL_FRAMEBUFFER, name);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, layer.colour);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, layer.depth);
  require(glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE,
          "OpenGL gives no framebuffer to draw into");
  return layer;
}

OffscreenPicture::OffscreenPicture(int width, int height, int samples, int margin)
    : width_(width), height_(height), margin_(margin) {
  GLint most = 1, largest = 0;
  glGetIntegerv(GL_MAX_SAMPLES, &most);
  glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &largest);
  const int room = largest - 2 * margin;
  require(width > 0 && height > 0 && width <= room && height <= room, "picture of ", width, "x", height,
          " pixels, expected 1 to ", room, " each way");
  samples = std::min(samples, int(most));
  if (samples > 1) sampled_ = make_layer(still_width(), still_height(), samples);
  still_ = make_layer(still_width(), still_height(), 1);
  frame_ = make_layer(width, height, 1);
}

void OffscreenPicture::begin_still() {
  const bool sampled = GLuint(sampled_.framebuffer) != 0;
  glBindFramebuffer(GL_FRAMEBUFFER, sampled ? GLuint(sampled_.framebuffer) : GLuint(still_.framebuffer));
}

void OffscreenPicture::end_still() {
  if (GLuint(sampled_.framebuffer) == 0) return;
  const int width = still_width(), height = still_height();
  glBindFramebuffer(GL_READ_FRAMEBUFFER, sampled_.framebuffer);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, still_.framebuffer);
  glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT,
                    GL_NEAREST);
}

void OffscreenPicture::begin_frame(int right, int up) {
  const int x = margin_ + right, y = margin_ + up;
  glBindFramebuffer(GL_READ_FRAMEBUFFER, still_.framebuffer);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, frame_.framebuffer);
  glBlitFramebuffer(x, y, x + width_, y + height_, 0, 0, width_, height_,
                    GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT, GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, frame_.framebuffer);
}

void OffscreenPicture::read(std::vector<uint8_t>& pixels) {
  glBindFramebuffer(GL_READ_FRAMEBUFFER, frame_.framebuffer);
  const size_t row = size_t(width_) * 4;
  pixels.resize(row * size_t(height_));
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width_, height_, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
  // OpenGL's rows begin at the bottom
  for (int y = 0; y < height_ / 2; ++y)
    std::swap_ranges(pixels.begin() + ptrdiff_t(row) * y, pixels.begin() + ptrdiff_t(row) * (y + 1),
                     pixels.end() - ptrdiff_t(row) * (y + 1));
  for (size_t i = 3; i < pixels.size(); i += 4) pixels[i] = 255;
}

}  // namespace gigalane
