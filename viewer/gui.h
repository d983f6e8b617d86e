/// Dear ImGui on OpenGL, with the viewer's fonts and colours; with or without a window.
#pragma once
#include <imgui.h>

struct GLFWwindow;

namespace gigalane {

class Gui {
 public:
  /// `scale`: of text, 1 for a picture of 1080 rows. Null window: no input, no display. Needs the current
  /// context.
  explicit Gui(float scale, GLFWwindow* window = nullptr);
  ~Gui();
  Gui(const Gui&) = delete;
  Gui& operator=(const Gui&) = delete;

  /// Sizes are needed without a window only.
  void begin_frame(float width, float height, float real_s);
  /// Draws what was built since begin_frame() into the bound framebuffer.
  void end_frame();

  float scale() const { return scale_; }
  ImFont* title_font() const { return title_; }  ///< large and bold

 private:
  void load_fonts();
  void set_style();

  float scale_;
  GLFWwindow* window_;
  ImFont* title_ = nullptr;
};

}  // namespace gigalane
