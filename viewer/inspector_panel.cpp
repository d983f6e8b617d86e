#include <cmath>
#include <cstdio>

#include "sim/drivers.h"
#include "viewer/panels.h"

namespace gigalane {
namespace {

constexpr const char* kTermNames[kRewardTerms] = {"goal",       "collision",   "off-road", "comfort",
                                                  "lane align", "lane centre", "velocity", "reverse",
                                                  "stop line",  "time",        "progress"};
constexpr const char* kCoefficientNames[kCoefficientCount] = {
    "goal radius", "collision",   "off-road", "comfort", "lane align", "velocity align",
    "lane centre", "centre bias", "velocity", "reverse", "stop line",  "time"};
constexpr const char* kLongitudinal[] = {"-15", "-4", "0", "+4"};
constexpr const char* kLateral[] = {"right -4", "0", "left +4"};

void row(const char* name, const char* format, double value) {
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::TextDisabled("%s", name);
  ImGui::TableNextColumn();
  ImGui::Text(format, value);
}

void motion_part(const ViewState& view, int slot) {
  const WorldView& w = view.before->view();
  const Record motion = w.motion[slot], body = w.body[slot], frenet = w.frenet[slot];
  if (!ImGui::BeginTable("motion", 2)) return;
  constexpr double kDegrees = 57.29577951308232;
  row("speed", "%.1f m/s", double(motion.a));
  row("acceleration along", "%+.2f m/s\xc2\xb2", double(motion.b));
  row("acceleration across", "%+.2f m/s\xc2\xb2", double(motion.c));
  row("steering", "%+.1f\xc2\xb0", double(motion.d) * kDegrees);
  row("length", "%.2f m", double(body.a));
  row("width", "%.2f m", double(body.b));
  row("off the lane's middle", "%+.2f m", double(frenet.b));
  row("angle to the lane", "%+.1f\xc2\xb0", std::atan2(double(frenet.d), double(frenet.c)) * kDegrees);
  row("to the goal", "%.0f m", double(body.d));
  ImGui::EndTable();
}

void events_part(const WorldView& w, int slot) {
  const std::string events = describe_events(w.events[slot], w.hit_agent[slot]);
  ImGui::TextWrapped("goal %d of %d, life %u%s%s", w.goal_index[slot] + 1, int(w.goal_count[slot]),
                     w.life[slot], events.empty() ? "" : ": ", events.c_str());
}

void traits_part(const WorldView& w, int slot) {
  if (!ImGui::CollapsingHeader("traits and coefficients")) return;
  const Record trait = w.trait[slot];
  ImGui::Text("throttle %.2f  steer %.2f  acceleration %.2f  speed %.2f", double(trait.a), double(trait.b),
              double(trait.c), double(trait.d));
  if (!ImGui::BeginTable("coefficients", 2)) return;
  for (int c = 0; c < kCoefficientCount; ++c)
    row(kCoefficientNames[c], "%.5g", double(w.coefficient[slot * kCoefficientCount + c]));
  ImGui::EndTable();
}

void reward_part(const WorldView& w, int slot) {
  if (!ImGui::CollapsingHeader("reward of the last step", ImGuiTreeNodeFlags_DefaultOpen)) return;
  if (!ImGui::BeginTable("reward", 2)) return;
  row("sum", "%+.4f", double(w.reward[slot]));
  for (int term = 0; term < kRewardTerms; ++term) {
    const float value = w.reward_terms[slot * kRewardTerms + term];
    if (value != 0) row(kTermNames[term], "%+.4f", double(value));
  }
  ImGui::EndTable();
}

// Jerk along in rows, across in columns.
void policy_part(const ViewState& view, int slot) {
  const std::vector<float>& p = view.source->probabilities(view.playback.row(), slot);
  if (p.size() != 12 || !ImGui::CollapsingHeader("what the policy would do", ImGuiTreeNodeFlags_DefaultOpen))
    return;
  if (!ImGui::BeginTable("policy", 4, ImGuiTableFlags_SizingStretchSame)) return;
  ImGui::TableNextColumn();
  ImGui::TextDisabled("jerk m/s\xc2\xb3");
  for (int lateral : {2, 1, 0}) {
    ImGui::TableNextColumn();
    ImGui::TextDisabled("%s", kLateral[lateral]);
  }
  for (int along : {3, 2, 1, 0}) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    ImGui::TextDisabled("%s", kLongitudinal[along]);
    for (int lateral : {2, 1, 0}) {
      ImGui::TableNextColumn();
      const float share = p[size_t(along * 3 + lateral)];
      char text[16];
      std::snprintf(text, sizeof text, "%.0f %%", 100 * double(share));
      ImGui::ProgressBar(share, {-1, 0}, text);
    }
  }
  ImGui::EndTable();
}

}  // namespace

void inspector_panel(ViewState& view) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float font = ImGui::GetFontSize();
  ImGui::SetNextWindowPos({screen.x - font * 0.6f, font * 0.6f}, ImGuiCond_FirstUseEver, {1, 0});
  ImGui::SetNextWindowSize({font * 21, 0}, ImGuiCond_Always);
  ImGui::Begin("Agent");
  const WorldView& w = view.before->view();
  if (view.chosen < 0) {
    ImGui::TextDisabled("click an agent to look at it");
  } else if (const DrawnAgent* a = view.drawn(view.chosen)) {
    const DriverKind driver = DriverKind(w.driver[a->slot]);
    ImGui::Text(
        "%d  %s%s%s%s", a->slot, kind_name(a->kind), driver == DriverKind::policy ? "" : ", driven by ",
        driver == DriverKind::policy ? "" : driver_name(driver), w.blind[a->slot] ? ", blind to others" : "");
    ImGui::SameLine();
    ImGui::Checkbox("follow", &view.follow);
    motion_part(view, a->slot);
    events_part(w, a->slot);
    reward_part(w, a->slot);
    policy_part(view, a->slot);
    traits_part(w, a->slot);
  } else {
    ImGui::TextDisabled("%d is not on the road", view.chosen);
  }
  ImGui::End();
}

}  // namespace gigalane
