#include "maps/plot.h"

#include <stb_image_write.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "maps/canvas.h"
#include "maps/compile_steps.h"
#include "maps/plot_legend.h"
#include "maps/strong_parts.h"

namespace gigalane {
namespace {

constexpr Colour kBackground{236, 239, 232};
constexpr Colour kAsphalt[3] = {{98, 103, 112}, {122, 128, 140}, {146, 152, 165}};  // by level
constexpr Colour kJunctionAsphalt[3] = {{112, 117, 126}, {134, 140, 152}, {156, 162, 175}};
constexpr Colour kLaneEdge{176, 180, 186};
constexpr Colour kBoundary{24, 26, 30};
constexpr Colour kArrow{250, 250, 245};
constexpr double kCoarseM = 2;  ///< metres a pixel: where a lane is two pixels wide
constexpr double kThinnestLanePx = 1.5;

class MapPainter {
 public:
  MapPainter(const CompiledMap& map, Canvas& canvas, bool findings)
      : map_(map), canvas_(canvas), findings_(findings) {
    number_parts();
  }

  void paint() {
    int top = 0;
    for (const Quad& quad : map_.quads) top = std::max(top, int(quad.level));
    for (int level = 0; level <= top; ++level) {
      paint_lanes(level);
      if (canvas_.metres_per_pixel() > kCoarseM) continue;  // they would hide the lanes
      paint_boundary(level);
      paint_arrows(level);
    }
    paint_stop_lines();
    paint_lights();
    if (findings_) paint_findings();
  }

 private:
  /// Lanes outside of the routable part, by what hangs together: each part has its colour.
  void number_parts() {
    std::vector<std::vector<int>> ways(map_.lanes.size());
    const auto join = [&](size_t a, int b) {
      if (b < 0 || map_.lanes[a].routable || map_.lanes[size_t(b)].routable) return;
      ways[a].push_back(b);  // both ways: parts of a direction each are told apart by the findings
      ways[size_t(b)].push_back(int(a));
    };
    for (size_t k = 0; k < map_.lanes.size(); ++k) {
      const Lane& lane = map_.lanes[k];
      join(k, lane.left);
      join(k, lane.right);
      for (int s = 0; s < lane.successor_count; ++s)
        join(k, map_.successors[size_t(lane.first_successor + s)]);
    }
    part_ = find_strong_parts(ways).part;
  }

  void paint_lanes(int level) {
    const size_t shade = size_t(std::min(level, 2));
    for (const bool junction : {true, false})
      for (const Quad& quad : map_.quads) {
        const Lane& lane = map_.lanes[size_t(quad.lane)];
        if (quad.level != level || (lane.junction >= 0) != junction) continue;
        const Colour road = junction ? kJunctionAsphalt[shade] : kAsphalt[shade];
        const Colour colour = lane.routable ? road : kPart[size_t(part_[size_t(quad.lane)]) % kPartCount];
        canvas_.fill({corner_of(quad, 0), corner_of(quad, 1), corner_of(quad, 2), corner_of(quad, 3)},
                     colour);
        canvas_.line(0.5 * (corner_of(quad, 0) + corner_of(quad, 3)),
                     0.5 * (corner_of(quad, 1) + corner_of(quad, 2)), 0, kThinnestLanePx, colour);
        for (const int side : {0, 2})
          canvas_.line(corner_of(quad, side), corner_of(quad, side + 1), 0.2, 0, colour);  // seams
      }
    if (canvas_.metres_per_pixel() > kCoarseM) return;
    for (const Quad& quad : map_.quads) {
      if (quad.level != level || map_.lanes[size_t(quad.lane)].junction >= 0) continue;
      canvas_.line(corner_of(quad, 0), corner_of(quad, 1), 0.1, 0.5, kLaneEdge);
      canvas_.line(corner_of(quad, 2), corner_of(quad, 3), 0.1, 0.5, kLaneEdge);
    }
  }

  void paint_boundary(int level) {
    for (size_t k = 0; k < size_t(map_.boundary_count()); ++k) {
      if (map_.quads[size_t(map_.boundary_quad[k])].level != level) continue;
      const Record& e = map_.boundary[k];
      canvas_.line({e.a - e.c, e.b - e.d}, {e.a + e.c, e.b + e.d}, 0.2, 1.0, kBoundary);
    }
  }

  /// A chevron about every 15 m of a lane.
  void paint_arrows(int level) {
    for (const Lane& lane : map_.lanes) {
      const int count = std::max(1, int(lane.length_m / 15));
      for (int k = 0; k < count; ++k) {
        const Quad& quad = map_.quads[size_t(lane.first_quad + int((k + 0.5) * lane.quad_count / count))];
        if (quad.level != level) continue;
        const Vec2 p{quad.x, quad.y}, t{quad.tangent_x, quad.tangent_y}, n{-t.y, t.x};
        const double size = std::max(0.28 * quad.width, 1.2 * canvas_.metres_per_pixel());
        canvas_.fill({p + size * t, p - (0.8 * size) * t + (0.55 * size) * n,
                      p - (0.8 * size) * t - (0.55 * size) * n},
                     kArrow);
      }
    }
  }

  void paint_stop_lines() {
    for (const StopLine& line : map_.stop_lines)
      canvas_.line({line.x0, line.y0}, {line.x1, line.y1}, 0.5, 1.5,
                   kStopLine[size_t(std::clamp<int>(line.kind, 0, 2))]);
  }

  void paint_lights() {
    const double radius = std::max(0.9, 2.5 * canvas_.metres_per_pixel());
    for (const Signal& signal : map_.signals) {
      canvas_.disc({signal.x, signal.y}, radius * 1.3, {255, 255, 255});
      canvas_.disc({signal.x, signal.y}, radius, kPhase[size_t(std::max<int>(signal.phase, 0)) % 6]);
    }
    for (const StopLine& line : map_.stop_lines) {  // and its phase on the line that obeys it
      if (line.signal < 0) continue;
      const Signal& signal = map_.signals[size_t(line.signal)];
      canvas_.disc({line.x0, line.y0}, 0.7 * radius, kPhase[size_t(std::max<int>(signal.phase, 0)) % 6]);
    }
  }

  /// A ring around each finding, filled with a cross where it traps; traps lie on top.
  void paint_findings() {
    const double radius = 9 * canvas_.metres_per_pixel();
    for (auto f = map_.findings.rbegin(); f != map_.findings.rend(); ++f)
      paint_mark(canvas_, {f->x, f->y}, radius, f->traps != 0);
  }

  const CompiledMap& map_;
  Canvas& canvas_;
  bool findings_;
  std::vector<int> part_;  ///< by lane
};

void append(void* context, void* data, int size) {
  static_cast<std::string*>(context)->append(static_cast<const char*>(data), size_t(size));
}

}  // namespace

Picture draw_map(const CompiledMap& map, const PlotOptions& options) {
  require(options.longest_side_px >= 16 && options.longest_side_px <= 16000,
          "size = ", options.longest_side_px, " pixels, expected 16 to 16000");
  constexpr double kMarginM = 5;
  double width = 2 * (map.half_width_m + kMarginM), height = 2 * (map.half_height_m + kMarginM);
  if (options.span_m > 0) width = height = options.span_m;
  const double scale = options.longest_side_px / std::max(width, height);
  // below a whole map, so that it hides nothing; in the corner of a part
  const int legend = options.legend && options.span_m <= 0 ? legend_height_px(map, options.findings) : 0;
  Canvas canvas(std::max(1, int(width * scale)), std::max(1, int(height * scale)) + legend,
                {options.centre_x_m - 0.5 * width, options.centre_y_m - 0.5 * height - legend / scale}, scale,
                kBackground);
  MapPainter(map, canvas, options.findings).paint();
  if (options.legend) paint_legend(map, options.findings, canvas);
  return canvas.finish();
}

void plot_map(const CompiledMap& map, const std::string& path, const PlotOptions& options) {
  const Picture picture = draw_map(map, options);
  std::string png;
  if (!stbi_write_png_to_func(append, &png, picture.width, picture.height, 3, picture.rgb.data(),
                              picture.width * 3))
    fail(path, ": the picture could not be encoded");
  write_file(path, png);
}

}  // namespace gigalane
