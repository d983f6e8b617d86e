#include "viewer/overlay.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "viewer/colours.h"

namespace gigalane {
namespace {

using colours::with_alpha;

constexpr double kTrailS = 8;
constexpr double kFlashS = 1.2;

ImVec2 at(const Camera& camera, float x, float y) {
  const Point p = camera.to_screen(x, y);
  return {p.x, p.y};
}

void draw_trail(const ViewState& view, ImDrawList* list, float scale) {
  const DrawnAgent* a = view.drawn(view.chosen);
  if (a == nullptr) return;
  const int row = view.playback.row(), rows = int(kTrailS / double(view.playback.time_step_s()));
  const uint32_t life = view.source->life(row, a->slot);
  ImVec2 last = at(view.camera, a->x, a->y);
  for (int r = row, n = 0; r >= 0 && n < rows; --r, ++n) {
    if (!view.source->present(r, a->slot) || view.source->life(r, a->slot) != life) break;
    const Record pose = view.source->pose(r, a->slot);
    const ImVec2 next = at(view.camera, pose.a, pose.b);
    list->AddLine(last, next, with_alpha(colours::kWhite, uint32_t(210 * (1 - double(n) / rows))), 3 * scale);
    last = next;
  }
}

void draw_goals(const ViewState& view, ImDrawList* list, float scale) {
  const WorldView& world = view.before->view();
  const DrawnAgent* a = view.drawn(view.chosen);
  if (a == nullptr) return;
  const MapView map = view.source->map().view();
  for (int g = world.goal_index[a->slot]; g < world.goal_count[a->slot]; ++g) {
    const int goal = world.goal[a->slot * kMaxGoals + g];
    if (goal >= map.lane_point_count) continue;
    const Point p = apply(*world.variant, map.lane_points[goal].a, map.lane_points[goal].b);
    const bool current = g == world.goal_index[a->slot];
    const float radius = std::max(
        5 * scale, world.coefficient[a->slot * kCoefficientCount + kGoalRadius] * view.camera.pixels_per_m);
    const ImVec2 centre = at(view.camera, p.x, p.y);
    if (current)
      list->AddLine(at(view.camera, a->x, a->y), centre, with_alpha(colours::kGoal, 110), 1.5f * scale);
    list->AddCircleFilled(centre, radius, with_alpha(colours::kGoal, current ? 60 : 25), 48);
    list->AddCircle(centre, radius, with_alpha(colours::kGoal, current ? 255 : 130), 48, 2 * scale);
    list->AddCircleFilled(centre, 4 * scale, with_alpha(colours::kGoal, current ? 255 : 150));
    list->AddText({centre.x + 7 * scale, centre.y - 9 * scale}, colours::kInk, std::to_string(g + 1).c_str());
  }
}

// Rings that grow where something happened within the last second or so.
void draw_flashes(const ViewState& view, ImDrawList* list, float scale) {
  const auto& events = view.source->events();
  const double now = view.playback.time_s(), step = double(view.playback.time_step_s());
  const auto first = std::lower_bound(events.begin(), events.end(), int((now - kFlashS) / step),
                                      [](const EpisodeEvent& e, int row) { return e.row < row; });
  for (auto e = first; e != events.end() && e->row * step <= now + 1e-6; ++e) {
    const double age = (now - e->row * step) / kFlashS;
    const bool crash = (e->events & (kCollided | kOffRoad)) != 0 && !(e->events & kArtefact);
    const bool goal = (e->events & (kReachedGoal | kReachedLastGoal)) != 0;
    if (age > 1 || age < 0 || !(crash || goal)) continue;
    const Record pose = view.source->pose(e->row, e->slot);
    const float metres = crash ? 3 + 5 * float(age) : 2 + 3 * float(age);
    list->AddCircle(at(view.camera, pose.a, pose.b),
                    std::max(metres * view.camera.pixels_per_m, (8 + 10 * float(age)) * scale),
                    with_alpha(crash ? colours::kFlash : colours::kGoal, uint32_t(255 * (1 - age))), 48,
                    (crash ? 4 : 2.5f) * scale);
  }
}

void draw_outline(const ViewState& view, const DrawnAgent& a, ImDrawList* list, float scale) {
  const float half_length = a.length / 2 + 0.45f, half_width = a.width / 2 + 0.45f;
  const float xs[] = {half_length, half_length, -half_length, -half_length},
              ys[] = {half_width, -half_width, -half_width, half_width};
  ImVec2 corners[4];
  for (int c = 0; c < 4; ++c)
    corners[c] = at(view.camera, a.x + xs[c] * a.cos_heading - ys[c] * a.sin_heading,
                    a.y + xs[c] * a.sin_heading + ys[c] * a.cos_heading);
  list->AddPolyline(corners, 4, colours::kSelected, ImDrawFlags_Closed, 2.5f * scale);
}

void draw_number(const ViewState& view, const DrawnAgent& a, ImDrawList* list, float scale, bool strong) {
  char text[16];
  std::snprintf(text, sizeof text, "%d", a.slot);
  const ImVec2 size = ImGui::CalcTextSize(text), p = at(view.camera, a.x, a.y);
  const ImVec2 corner{p.x + 10 * scale, p.y - size.y - 8 * scale}, pad{4 * scale, 1 * scale};
  list->AddRectFilled({corner.x - pad.x, corner.y - pad.y},
                      {corner.x + size.x + pad.x, corner.y + size.y + pad.y},
                      with_alpha(colours::kInk, strong ? 220 : 150), 4 * scale);
  list->AddText(corner, colours::kWhite, text);
}

struct Caption {
  ImDrawList* list;
  float scale;

  void panel(ImVec2 a, ImVec2 b) const {
    list->AddRectFilled(a, b, with_alpha(colours::kInk, 205), 10 * scale);
  }
};

std::string title_detail(const ViewState& view) {
  const EpisodeInfo& info = view.source->info();
  char text[256];
  const std::string policy = info.policy.empty() ? "" : ", policy " + policy_label(info.policy);
  std::snprintf(text, sizeof text, "%d agents%s", int(view.agents.size()), policy.c_str());
  return text;
}

void caption_title(const Caption& c, const ViewState& view, const Gui& gui) {
  const float s = c.scale, margin = 24 * s, pad = 14 * s;
  const std::string title = view.source->info().map_name, detail = title_detail(view),
                    clock = format_clock(view.playback.time_s());
  ImFont* font = gui.title_font();
  const ImVec2 title_size = font->CalcTextSizeA(font->FontSize, 1e9f, 0, title.c_str());
  const ImVec2 detail_size = ImGui::CalcTextSize(detail.c_str());
  const float width = std::max(title_size.x, detail_size.x);
  c.panel({margin, margin}, {margin + width + 2 * pad, margin + title_size.y + detail_size.y + 2 * pad});
  c.list->AddText(font, font->FontSize, {margin + pad, margin + pad * 0.8f}, colours::kWhite, title.c_str());
  c.list->AddText({margin + pad, margin + pad + title_size.y}, with_alpha(colours::kWhite, 190),
                  detail.c_str());
  const ImVec2 clock_size = font->CalcTextSizeA(font->FontSize, 1e9f, 0, clock.c_str());
  const float right = view.camera.width - margin, left = right - std::max(clock_size.x, 80 * s) - 2 * pad;
  c.panel({left, margin}, {right, margin + clock_size.y + 1.4f * pad});
  c.list->AddText(font, font->FontSize, {right - pad - clock_size.x, margin + 0.7f * pad}, colours::kWhite,
                  clock.c_str());
}

void caption_scale(const Caption& c, const ViewState& view) {
  const float s = c.scale, margin = 24 * s, pad = 12 * s;
  float metres = 1;
  for (float step : {2.f, 5.f, 10.f, 20.f, 50.f, 100.f, 200.f, 500.f, 1000.f})
    if (step * view.camera.pixels_per_m <= 190 * s) metres = step;
  char text[32];
  std::snprintf(text, sizeof text, "%g m", double(metres));
  const float width = metres * view.camera.pixels_per_m, height = ImGui::GetFontSize() + 10 * s;
  const float bottom = view.camera.height - margin, x = margin + pad, y = bottom - pad;
  c.panel({margin, bottom - height - 2 * pad}, {margin + std::max(width, 60 * s) + 2 * pad, bottom});
  c.list->AddText({x, bottom - height - pad}, colours::kWhite, text);
  c.list->AddLine({x, y}, {x + width, y}, colours::kWhite, 2.5f * s);
  for (float end : {x, x + width})
    c.list->AddLine({end, y - 5 * s}, {end, y + 1 * s}, colours::kWhite, 2.5f * s);
}

void caption_legend(const Caption& c, const ViewState& view) {
  const float s = c.scale, margin = 24 * s, pad = 12 * s, line = ImGui::GetFontSize() + 7 * s;
  struct Entry {
    uint32_t colour;
    const char* text;
    bool ring;
  };
  std::vector<Entry> entries{{colours::kFlash, "collision, off-road", true},
                             {colours::kGoal, "goal reached", true}};
  if (view.source->map().view().signal_count > 0)
    entries.insert(entries.begin(), {colours::kRed, "stop line, by its light", false});
  if (view.chosen >= 0) entries.push_back({colours::kGoal, "goals of the followed agent", false});
  float width = 0;
  for (const Entry& e : entries) width = std::max(width, ImGui::CalcTextSize(e.text).x);
  const float right = view.camera.width - margin, bottom = view.camera.height - margin,
              left = right - width - 2 * pad - 26 * s;
  float y = bottom - line * float(entries.size()) - 1.4f * pad;
  c.panel({left, y}, {right, bottom});
  y += pad * 0.9f;
  for (const Entry& e : entries) {
    const ImVec2 dot{left + pad + 7 * s, y + ImGui::GetFontSize() / 2 + 1 * s};
    if (e.ring)
      c.list->AddCircle(dot, 6 * s, e.colour, 24, 2.5f * s);
    else
      c.list->AddCircleFilled(dot, 6 * s, e.colour, 24);
    c.list->AddText({left + pad + 24 * s, y}, colours::kWhite, e.text);
    y += line;
  }
}

}  // namespace

std::string format_clock(double seconds) {
  char text[32];
  const int tenths = int(std::lround(seconds * 10));
  std::snprintf(text, sizeof text, "%d:%02d.%d", tenths / 600, tenths / 10 % 60, tenths % 10);
  return text;
}

std::string policy_label(const std::string& path) {
  const std::filesystem::path file(path), folder = file.parent_path();
  if (folder.filename() != "checkpoints") return file.filename().string();
  return folder.parent_path().filename().string() + ", " + file.stem().string();
}

void draw_overlay(const ViewState& view, float scale) {
  ImDrawList* list = ImGui::GetBackgroundDrawList();
  draw_trail(view, list, scale);
  draw_goals(view, list, scale);
  draw_flashes(view, list, scale);
  if (view.show_numbers)
    for (const DrawnAgent& a : view.agents)
      if (a.slot != view.chosen) draw_number(view, a, list, scale, false);
  if (const DrawnAgent* chosen = view.drawn(view.chosen)) {
    draw_outline(view, *chosen, list, scale);
    draw_number(view, *chosen, list, scale, true);
  }
}

void draw_caption(const ViewState& view, const Gui& gui) {
  const Caption caption{ImGui::GetBackgroundDrawList(), gui.scale()};
  caption_title(caption, view, gui);
  caption_scale(caption, view);
  caption_legend(caption, view);
}

}  // namespace gigalane
