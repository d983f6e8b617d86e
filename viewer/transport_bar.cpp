#include <algorithm>
#include <cstdio>

#include "viewer/overlay.h"
#include "viewer/panels.h"

namespace gigalane {
namespace {

void speed_buttons(Playback& playback) {
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted("speed");
  for (double speed : {0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0}) {
    char label[16];
    std::snprintf(label, sizeof label, "%gx", speed);
    ImGui::SameLine();
    const bool now = playback.speed() == speed;
    if (now) ImGui::PushStyleColor(ImGuiCol_Button, ImGui::GetStyle().Colors[ImGuiCol_ButtonHovered]);
    if (ImGui::Button(label)) playback.set_speed(speed);
    if (now) ImGui::PopStyleColor();
  }
}

void loop_buttons(Playback& playback) {
  ImGui::Checkbox("loop", &playback.looping);
  ImGui::SameLine();
  if (ImGui::Button("from here")) playback.loop_from_s = playback.time_s(), playback.looping = true;
  ImGui::SameLine();
  if (ImGui::Button("to here")) playback.loop_to_s = playback.time_s(), playback.looping = true;
  ImGui::SameLine();
  if (ImGui::Button("all")) playback.loop_from_s = playback.loop_to_s = 0;
}

}  // namespace

void transport_bar(ViewState& view) {
  Playback& playback = view.playback;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float margin = ImGui::GetFontSize() * 0.6f;
  ImGui::SetNextWindowPos({margin, screen.y - margin}, ImGuiCond_Always, {0, 1});
  ImGui::SetNextWindowSize({screen.x - 2 * margin, 0}, ImGuiCond_Always);
  ImGui::Begin("transport", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove);
  const float wide = ImGui::GetFontSize() * 4;
  if (ImGui::Button(playback.playing ? "Pause" : "Play", {wide, 0})) {
    if (!playback.playing && !view.source->is_live() && playback.time_s() >= playback.duration_s())
      playback.seek(0);
    playback.playing = !playback.playing;
  }
  ImGui::SameLine();
  if (ImGui::Button("|<")) playback.seek(0);
  ImGui::SameLine();
  if (ImGui::Button("<")) playback.step(-1);
  ImGui::SameLine();
  if (ImGui::Button(">")) {
    view.source->extend_to(playback.row() + 1);
    playback.set_row_count(view.source->row_count());
    playback.step(1);
  }
  ImGui::SameLine();
  float time = float(playback.time_s());
  char label[64];
  std::snprintf(label, sizeof label, "%s / %s   row %d", format_clock(playback.time_s()).c_str(),
                format_clock(playback.duration_s()).c_str(), playback.row());
  ImGui::SetNextItemWidth(-1);
  if (ImGui::SliderFloat("##time", &time, 0, std::max(0.1f, float(playback.duration_s())), label))
    playback.seek(double(time));
  speed_buttons(playback);
  ImGui::SameLine(0, 3 * margin);
  loop_buttons(playback);
  ImGui::SameLine(0, 3 * margin);
  ImGui::TextDisabled(
      "space play   left/right step   up/down speed   click choose   F follow   N numbers   home whole map");
  ImGui::End();
}

}  // namespace gigalane
