#include "viewer/gui.h"

#include <GL/glcorearb.h>
#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <filesystem>
#include <string>

#include "base/error.h"

namespace gigalane {
namespace {

const char* const kFontFolder = "/usr/share/fonts/truetype/dejavu/";

}  // namespace

Gui::Gui(float scale, GLFWwindow* window) : scale_(scale), window_(window) {
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  load_fonts();
  set_style();
  const bool ready = (window_ == nullptr || ImGui_ImplGlfw_InitForOpenGL(window_, true)) &&
                     ImGui_ImplOpenGL3_Init("#version 330 core");
  require(ready, "Dear ImGui cannot use this OpenGL");
}

Gui::~Gui() {
  ImGui_ImplOpenGL3_Shutdown();
  if (window_ != nullptr) ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
}

void Gui::load_fonts() {
  ImGuiIO& io = ImGui::GetIO();
  const auto load = [&](const char* file, float pixels) -> ImFont* {
    const std::string path = std::string(kFontFolder) + file;
    return std::filesystem::exists(path) ? io.Fonts->AddFontFromFileTTF(path.c_str(), pixels * scale_)
                                         : nullptr;
  };
  if (load("DejaVuSans.ttf", 16) == nullptr) {  // Dear ImGui's own font is always there
    ImFontConfig config;
    config.SizePixels = 14 * scale_;
    io.Fonts->AddFontDefault(&config);
  }
  title_ = load("DejaVuSans-Bold.ttf", 26);
  if (title_ == nullptr) title_ = io.Fonts->Fonts[0];
}

void Gui::set_style() {
  ImGui::StyleColorsDark();
  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowRounding = 8;
  style.FrameRounding = 5;
  style.GrabRounding = 5;
  style.WindowBorderSize = 0;
  style.WindowPadding = ImVec2(12, 10);
  style.ItemSpacing = ImVec2(8, 5);
  style.Colors[ImGuiCol_WindowBg] = ImVec4(0.11f, 0.12f, 0.14f, 0.92f);
  style.Colors[ImGuiCol_TitleBgActive] = style.Colors[ImGuiCol_TitleBg] = ImVec4(0.16f, 0.18f, 0.21f, 1);
  style.Colors[ImGuiCol_Button] = ImVec4(0.24f, 0.28f, 0.34f, 1);
  style.Colors[ImGuiCol_ButtonHovered] = ImVec4(0.29f, 0.46f, 0.66f, 1);
  style.Colors[ImGuiCol_FrameBg] = ImVec4(0.20f, 0.22f, 0.26f, 1);
  style.Colors[ImGuiCol_PlotHistogram] = ImVec4(0.30f, 0.69f, 0.94f, 1);
  style.Colors[ImGuiCol_SliderGrab] = ImVec4(0.30f, 0.69f, 0.94f, 1);
  style.ScaleAllSizes(scale_);
}

void Gui::begin_frame(float width, float height, float real_s) {
  ImGui_ImplOpenGL3_NewFrame();
  if (window_ != nullptr) {
    ImGui_ImplGlfw_NewFrame();
  } else {
    ImGui::GetIO().DisplaySize = ImVec2(width, height);
    ImGui::GetIO().DeltaTime = real_s > 0 ? real_s : 1.0f / 60;
  }
  ImGui::NewFrame();
}

void Gui::end_frame() {
  ImGui::Render();
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

}  // namespace gigalane
