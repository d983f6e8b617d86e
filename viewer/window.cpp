#include "viewer/window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "viewer/framing.h"
#include "viewer/overlay.h"
#include "viewer/panels.h"

namespace gigalane {
namespace {

constexpr float kOpeningM = 240;  // width of what is seen first
constexpr float kDragPixels = 4;  // less is a click
constexpr double kLongestFrameS = 0.25;

class GlfwWindow {
 public:
  GlfwWindow(int width, int height, const std::string& title) {
    require(glfwInit() == GLFW_TRUE,
            "no display to open a window on; --screenshot FILE.png and --film FILE.mp4 need none");
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_SAMPLES, 4);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    window_ = glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr);
    if (window_ == nullptr) {
      glfwTerminate();
      fail(
          "the display gives no window with OpenGL 3.3; --screenshot FILE.png and --film FILE.mp4 need none");
    }
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(1);
  }
  ~GlfwWindow() {
    glfwDestroyWindow(window_);
    glfwTerminate();
  }
  GlfwWindow(const GlfwWindow&) = delete;
  GlfwWindow& operator=(const GlfwWindow&) = delete;
  operator GLFWwindow*() const { return window_; }
  float content_scale() const {
    float x = 1, y = 1;
    glfwGetWindowContentScale(window_, &x, &y);
    return std::max(1.0f, x);
  }

 private:
  GLFWwindow* window_ = nullptr;
};

void change_speed(Playback& playback, double factor) { playback.set_speed(playback.speed() * factor); }

void handle_keys(ViewState& view) {
  if (ImGui::GetIO().WantCaptureKeyboard && ImGui::IsAnyItemActive()) return;
  const auto pressed = [](int key) { return ImGui::IsKeyPressed(key); };
  Playback& playback = view.playback;
  if (pressed(GLFW_KEY_SPACE)) playback.playing = !playback.playing;
  if (pressed(GLFW_KEY_LEFT)) playback.step(-1);
  if (pressed(GLFW_KEY_RIGHT)) {
    view.source->extend_to(playback.row() + 1);
    playback.set_row_count(view.source->row_count());
    playback.step(1);
  }
  if (pressed(GLFW_KEY_UP)) change_speed(playback, 2);
  if (pressed(GLFW_KEY_DOWN)) change_speed(playback, 0.5);
  if (pressed(GLFW_KEY_F)) view.follow = !view.follow && view.chosen >= 0;
  if (pressed(GLFW_KEY_N)) view.show_numbers = !view.show_numbers;
  if (pressed(GLFW_KEY_HOME)) view.follow = false, view.camera.fit(view.scene.box());
  if (pressed(GLFW_KEY_ESCAPE)) view.follow = false, view.chosen = -1;
}

void handle_mouse(ViewState& view) {
  ImGuiIO& io = ImGui::GetIO();
  if (io.WantCaptureMouse) return;
  if (io.MouseWheel != 0) view.camera.zoom(io.MousePos.x, io.MousePos.y, std::pow(1.18f, io.MouseWheel));
  if (ImGui::IsMouseDragging(0, kDragPixels) || ImGui::IsMouseDragging(2, kDragPixels)) {
    view.camera.x -= io.MouseDelta.x / view.camera.pixels_per_m;
    view.camera.y += io.MouseDelta.y / view.camera.pixels_per_m;
    view.follow = false;
  }
  const bool clicked = ImGui::IsMouseReleased(0) && io.MouseDragMaxDistanceSqr[0] < kDragPixels * kDragPixels;
  if (!clicked) return;
  view.chosen = view.pick(io.MousePos.x, io.MousePos.y);
  if (view.chosen < 0) view.follow = false;
}

void look_at_traffic(ViewState& view, const WindowOptions& options) {
  view.camera.width = float(options.width);
  view.camera.height = float(options.height);
  view.playback.seek(options.at_s);
  view.update();
  if (view.scene.box().width() < kOpeningM) return view.camera.fit(view.scene.box());
  const Point centre = busiest_place(*view.source, view.playback.row(), view.playback.row(), kOpeningM);
  view.camera.x = centre.x;
  view.camera.y = centre.y;
  view.camera.pixels_per_m = view.camera.width / kOpeningM;
}

}  // namespace

void show_window(std::unique_ptr<PlaybackSource> source, const WindowOptions& options) {
  GlfwWindow window(options.width, options.height, "Gigalane: " + source->info().map_name);
  if (source->is_live()) source->extend_to(int(options.at_s / double(source->info().time_step_s)) + 1);
  Gui gui(window.content_scale(), window);
  ViewState view(std::move(source));
  look_at_traffic(view, options);
  view.chosen = options.follow;
  view.follow = options.follow >= 0;
  if (view.follow) view.look_at_chosen();
  double last = glfwGetTime();
  while (!glfwWindowShouldClose(window) && !interrupted()) {
    glfwPollEvents();
    const double now = glfwGetTime();
    view.advance(std::min(now - last, kLongestFrameS));
    last = now;
    int width = 0, height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    gui.begin_frame(0, 0, 0);
    if (width > 0 && height > 0) {
      view.camera.width = float(width);
      view.camera.height = float(height);
      handle_keys(view);
      handle_mouse(view);
      view.update();
      view.scene.draw_roads(view.camera);
      view.scene.draw_traffic(view.camera, view.before->view(), view.agents);
      draw_overlay(view, gui.scale());
      transport_bar(view);
      world_panel(view);
      events_panel(view);
      inspector_panel(view);
    }
    gui.end_frame();
    glfwSwapBuffers(window);
  }
}

}  // namespace gigalane
