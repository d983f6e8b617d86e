#include <algorithm>

#include "viewer/overlay.h"
#include "viewer/panels.h"

namespace gigalane {
namespace {

constexpr uint16_t kCrashes = kCollided | kOffRoad, kGoals = kReachedGoal | kReachedLastGoal;
constexpr double kLeadS = 2;  // a jump shows what led to it

struct Filter {
  bool crashes = true, lights = true, goals = false, chosen_only = false;
  bool shows(const EpisodeEvent& e, int chosen) const {
    if (chosen_only && chosen >= 0 && e.slot != chosen) return false;
    return (crashes && e.events & kCrashes) || (lights && e.events & kRanRedLight) ||
           (goals && e.events & kGoals);
  }
};

void jump(ViewState& view, const EpisodeEvent& e) {
  view.chosen = e.slot;
  view.playback.seek(e.row * double(view.playback.time_step_s()) - kLeadS);
  view.playback.playing = false;
  const Record pose = view.source->pose(e.row, e.slot);
  view.camera.x = pose.a;
  view.camera.y = pose.b;
  view.camera.pixels_per_m = std::max(view.camera.pixels_per_m, view.camera.width / 160);
  view.update();
}

}  // namespace

void events_panel(ViewState& view) {
  static Filter filter;  // what the person ticked: a matter of the window, not of the world
  const float font = ImGui::GetFontSize();
  ImGui::SetNextWindowPos({font * 0.6f, font * 19}, ImGuiCond_FirstUseEver);
  ImGui::SetNextWindowSize({font * 25, font * 17}, ImGuiCond_FirstUseEver);
  ImGui::Begin("Events");
  ImGui::Checkbox("crashes", &filter.crashes);
  ImGui::SameLine();
  ImGui::Checkbox("red lights", &filter.lights);
  ImGui::SameLine();
  ImGui::Checkbox("goals", &filter.goals);
  ImGui::SameLine();
  ImGui::Checkbox("this agent", &filter.chosen_only);
  ImGui::BeginChild("list");
  std::vector<const EpisodeEvent*> shown;
  for (const EpisodeEvent& e : view.source->events())
    if (filter.shows(e, view.chosen)) shown.push_back(&e);
  ImGuiListClipper clipper;
  clipper.Begin(int(shown.size()));
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const EpisodeEvent& e = *shown[size_t(i)];
      const std::string text = format_clock(e.row * double(view.playback.time_step_s())) + "  " +
                               std::to_string(e.slot) + "  " + describe_events(e.events, e.hit_agent);
      ImGui::PushID(i);
      if (ImGui::Selectable(text.c_str(), e.row == view.playback.row())) jump(view, e);
      ImGui::PopID();
    }
  if (shown.empty()) ImGui::TextDisabled("nothing of this kind happened");
  ImGui::EndChild();
  ImGui::End();
}

}  // namespace gigalane
