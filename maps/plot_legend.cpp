#include "maps/plot_legend.h"

#include <stb_easy_font.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "maps/check.h"

namespace gigalane {
namespace {

constexpr Colour kInk{30, 32, 36}, kPaper{250, 250, 247}, kTrap{214, 24, 32}, kWarning{236, 120, 0};
constexpr double kRowPx = 22, kGlyphScale = 1.6, kMarginPx = 10;

/// Text as rectangles; its lower left corner in pixels of the picture.
void write(Canvas& canvas, double x, double y, std::string text) {
  struct Vertex {
    float x, y, z;
    unsigned char colour[4];
  };
  std::vector<Vertex> corners(text.size() * 70 + 4);
  const int quads = stb_easy_font_print(0, 0, text.data(), nullptr, corners.data(),
                                        int(corners.size() * sizeof corners[0]));
  for (int k = 0; k < quads; ++k) {
    std::vector<Vec2> polygon;
    for (int c = 0; c < 4; ++c) {  // its y grows downwards from the top of the line
      const Vertex& v = corners[size_t(4 * k + c)];
      polygon.push_back(canvas.at_pixel(x + kGlyphScale * double(v.x), y + kGlyphScale * (9 - double(v.y))));
    }
    canvas.fill(polygon, kInk);
  }
}

void box(Canvas& canvas, double x0, double y0, double x1, double y1, Colour colour) {
  canvas.fill(
      {canvas.at_pixel(x0, y0), canvas.at_pixel(x1, y0), canvas.at_pixel(x1, y1), canvas.at_pixel(x0, y1)},
      colour);
}

/// 1, 2 or 5 times a power of ten: the most that fits.
double round_length(double most_m) {
  double length = 1;
  for (double decade = 1; decade < 1e6; decade *= 10)
    for (const double step : {1.0, 2.0, 5.0})
      if (step * decade <= most_m) length = step * decade;
  return length;
}

enum class Sign { none, scale, stop_line, stop_sign, light, part, warning, trap };
struct Row {
  Sign sign;
  std::string text;
};

std::vector<Row> rows_of(const CompiledMap& map, bool findings) {
  char text[96];
  const MapStatistics& s = map.statistics;
  std::snprintf(text, sizeof text, "%s: %.2f lane km, %d %s", map.name.c_str(), s.lane_km, s.components,
                s.components == 1 ? "part" : "parts");
  std::vector<Row> rows{{Sign::none, text}, {Sign::scale, ""}};
  if (!map.signals.empty()) {
    rows.push_back({Sign::light, "light, by turn"});
    rows.push_back({Sign::stop_line, "its stop line"});
  }
  if (s.stop_signs > 0) rows.push_back({Sign::stop_sign, "stop or yield line"});
  if (std::any_of(map.lanes.begin(), map.lanes.end(), [](const Lane& lane) { return !lane.routable; }))
    rows.push_back({Sign::part, "not routable, by part"});
  if (!findings) return rows;
  const int traps = count_traps(map.findings), others = int(map.findings.size()) - traps;
  if (traps) rows.push_back({Sign::trap, "traps an agent: " + std::to_string(traps)});
  if (others) rows.push_back({Sign::warning, "other finding: " + std::to_string(others)});
  return rows;
}

void paint_sign(Canvas& canvas, const Row& row, double x, double y) {
  const double m = canvas.metres_per_pixel();
  const Vec2 middle = canvas.at_pixel(x + 20, y + 7);
  switch (row.sign) {
    case Sign::none:
      break;
    case Sign::scale: {
      const double length = round_length(0.15 * canvas.width_px() * m);
      box(canvas, x, y + 5, x + length / m, y + 9, kInk);
      write(canvas, x + length / m + 8, y, std::to_string(int(length)) + " m");
      break;
    }
    case Sign::stop_line:
      box(canvas, x, y + 5, x + 40, y + 9, kStopLine[0]);
      break;
    case Sign::stop_sign:
      box(canvas, x, y + 5, x + 18, y + 9, kStopLine[1]);
      box(canvas, x + 22, y + 5, x + 40, y + 9, kStopLine[2]);
      break;
    case Sign::light:
      for (int k = 0; k < 4; ++k) canvas.disc(canvas.at_pixel(x + 5 + 10 * k, y + 7), 4 * m, kPhase[k]);
      break;
    case Sign::part:
      for (int k = 0; k < 4; ++k) box(canvas, x + 10 * k, y + 1, x + 10 * k + 10, y + 13, kPart[k]);
      break;
    case Sign::warning:
    case Sign::trap:
      paint_mark(canvas, middle, 8 * m, row.sign == Sign::trap);
      break;
  }
  if (row.sign != Sign::scale) write(canvas, row.sign == Sign::none ? x : x + 50, y, row.text);
}

}  // namespace

void paint_mark(Canvas& canvas, Vec2 at, double radius, bool traps) {
  const Colour colour = traps ? kTrap : kWarning;
  canvas.ring(at, radius, 0.5 * radius, kPaper);
  canvas.ring(at, radius, 0.28 * radius, colour);
  if (!traps) return;
  const double r = 0.6 * radius;
  canvas.line(at + Vec2{-r, -r}, at + Vec2{r, r}, 0.28 * radius, 0, colour);
  canvas.line(at + Vec2{-r, r}, at + Vec2{r, -r}, 0.28 * radius, 0, colour);
}

int legend_height_px(const CompiledMap& map, bool findings) {
  return int(double(rows_of(map, findings).size()) * kRowPx + 3 * kMarginPx);
}

void paint_legend(const CompiledMap& map, bool findings, Canvas& canvas) {
  const std::vector<Row> rows = rows_of(map, findings);
  double width = 150;
  for (const Row& row : rows) {
    std::string text = row.text;
    width =
        std::max(width, kGlyphScale * stb_easy_font_width(text.data()) + (row.sign == Sign::none ? 0 : 50));
  }
  width = std::max(width, 0.15 * canvas.width_px() + 80) + 2 * kMarginPx;
  const double height = double(rows.size()) * kRowPx + kMarginPx;
  if (width > 0.7 * canvas.width_px() || height > 0.5 * canvas.height_px()) return;  // it would hide the map
  box(canvas, kMarginPx - 1, kMarginPx - 1, kMarginPx + width + 1, kMarginPx + height + 1, kInk);
  box(canvas, kMarginPx, kMarginPx, kMarginPx + width, kMarginPx + height, kPaper);
  for (size_t k = 0; k < rows.size(); ++k)
    paint_sign(canvas, rows[k], 2 * kMarginPx, kMarginPx + height - double(k + 1) * kRowPx);
}

}  // namespace gigalane
