#include <cstdio>

#include "viewer/overlay.h"
#include "viewer/panels.h"

namespace gigalane {
namespace {

void row(const char* name, const std::string& value) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  ImGui::TableNextColumn();
  ImGui::TextUnformatted(value.c_str());
}

std::string light_counts(const WorldView& world, int signals) {
  int counts[4] = {};
  for (int s = 0; s < signals; ++s) ++counts[world.signal_state[s] & 3];
  char text[96];
  std::snprintf(text, sizeof text, "%d green, %d yellow, %d red, %d off", counts[1], counts[2], counts[3],
                counts[0]);
  return text;
}

}  // namespace

void world_panel(ViewState& view) {
  const float font = ImGui::GetFontSize();
  ImGui::SetNextWindowPos({font * 0.6f, font * 0.6f}, ImGuiCond_FirstUseEver);
  ImGui::Begin("World", nullptr, ImGuiWindowFlags_AlwaysAutoResize);
  const EpisodeInfo& info = view.source->info();
  const WorldView& world = view.before->view();
  const Affine& m = info.variant;
  if (ImGui::BeginTable("world", 2)) {
    char variant[96];
    std::snprintf(variant, sizeof variant, "%.2f %.2f / %.2f %.2f", double(m.xx), double(m.xy), double(m.yx),
                  double(m.yy));
    const bool plain = m.xx == 1 && m.yy == 1 && m.xy == 0 && m.yx == 0;
    row("map", info.map_name);
    row("variant", plain ? "as it is" : variant);
    row("source", view.source->is_live() ? "live" : info.finished ? "episode log" : "episode log, cut off");
    row("world, episode", std::to_string(info.world) + ", " + std::to_string(info.episode));
    row("seed", std::to_string(info.seed));
    row("step", std::to_string(world.episode_step[0]) + " of " +
                    std::to_string(double(info.time_step_s)).substr(0, 5) + " s");
    row("agents", std::to_string(view.agents.size()) + " of " + std::to_string(info.agents));
    row("policy", info.policy.empty() ? "none" : policy_label(info.policy));
    if (!info.policy_sha256.empty()) row("SHA-256", info.policy_sha256.substr(0, 16));
    row("lights", light_counts(world, view.source->map().view().signal_count));
    ImGui::EndTable();
  }
  int colour = int(view.scene.colour_by);
  ImGui::SetNextItemWidth(font * 7);
  if (ImGui::Combo("colours", &colour, "agent\0kind\0speed\0")) view.scene.colour_by = ColourBy(colour);
  ImGui::SameLine();
  ImGui::Checkbox("numbers", &view.show_numbers);
  ImGui::End();
}

}  // namespace gigalane
