/// A small anti-aliased canvas for plots: convex polygons on four times as many pixels as the picture has.
/// Internal to maps/.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "maps/plot.h"
#include "maps/strips.h"

namespace gigalane {

struct Colour {
  uint8_t r, g, b;
};

class Canvas {
 public:
  static constexpr int kOversample = 2;

  /// Shows the box from `low`, `pixels_per_m` pixels a metre; y grows upwards.
  Canvas(int width, int height, Vec2 low, double pixels_per_m, Colour background)
      : width_(width),
        height_(height),
        columns_(width * kOversample),
        rows_(height * kOversample),
        low_(low),
        scale_(pixels_per_m * kOversample),
        pixels_(size_t(columns_) * size_t(rows_), background) {}

  double metres_per_pixel() const { return kOversample / scale_; }
  int width_px() const { return width_; }
  int height_px() const { return height_; }
  /// A place given in pixels of the picture from its lower left corner.
  Vec2 at_pixel(double x, double y) const { return low_ + metres_per_pixel() * Vec2{x, y}; }

  /// Fills a convex polygon given in metres.
  void fill(const std::vector<Vec2>& polygon, Colour colour) {
    double top = -1e9, bottom = 1e9;
    points_.clear();
    for (const Vec2& p : polygon) {
      points_.push_back({(p.x - low_.x) * scale_, rows_ - (p.y - low_.y) * scale_});
      top = std::max(top, points_.back().y);
      bottom = std::min(bottom, points_.back().y);
    }
    const int first = std::max(0, int(std::ceil(std::max(bottom, -1.0) - 0.5)));
    const int last = std::min(rows_ - 1, int(std::floor(std::min(top, double(rows_)) - 0.5)));
    for (int row = first; row <= last; ++row) fill_row(row, colour);
  }

  /// A line `width_m` wide, at least `width_px` pixels of the picture.
  void line(Vec2 a, Vec2 b, double width_m, double width_px, Colour colour) {
    const Vec2 d = b - a;
    const double size = length(d), half = 0.5 * std::max(width_m, width_px * metres_per_pixel());
    if (size < 1e-9) return;
    const Vec2 n = (half / size) * Vec2{-d.y, d.x};
    fill({a + n, a - n, b - n, b + n}, colour);
  }

  void disc(Vec2 centre, double radius, Colour colour) {
    std::vector<Vec2> polygon;
    for (int k = 0; k < 16; ++k)
      polygon.push_back(centre + radius * Vec2{std::cos(k * M_PI / 8), std::sin(k * M_PI / 8)});
    fill(polygon, colour);
  }

  void ring(Vec2 centre, double radius, double width, Colour colour) {
    constexpr int kSides = 24;
    const auto corner = [&](int k) {
      return centre + radius * Vec2{std::cos(k * 2 * M_PI / kSides), std::sin(k * 2 * M_PI / kSides)};
    };
    for (int k = 0; k < kSides; ++k) line(corner(k), corner(k + 1), width, 0, colour);
  }

  Picture finish() const {
    Picture picture{width_, height_, {}};
    picture.rgb.reserve(size_t(width_) * size_t(height_) * 3);
    for (int row = 0; row < height_; ++row)
      for (int column = 0; column < width_; ++column) {
        int sum[3] = {0, 0, 0};
        for (int dy = 0; dy < kOversample; ++dy)
          for (int dx = 0; dx < kOversample; ++dx) {
            const Colour& c = pixels_[size_t(row * kOversample + dy) * size_t(columns_) +
                                      size_t(column * kOversample + dx)];
            sum[0] += c.r, sum[1] += c.g, sum[2] += c.b;
          }
        for (const int s : sum) picture.rgb.push_back(uint8_t(s / (kOversample * kOversample)));
      }
    return picture;
  }

 private:
  void fill_row(int row, Colour colour) {
    const double y = row + 0.5;
    double from = 1e9, to = -1e9;
    for (size_t k = 0; k < points_.size(); ++k) {
      const Vec2 a = points_[k], b = points_[(k + 1) % points_.size()];
      if ((a.y <= y) == (b.y <= y)) continue;
      const double x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
      from = std::min(from, x);
      to = std::max(to, x);
    }
    const int first = std::max(0, int(std::ceil(std::max(from, -1.0) - 0.5)));
    const int last = std::min(columns_ - 1, int(std::floor(std::min(to, double(columns_)) - 0.5)));
    for (int column = first; column <= last; ++column)
      pixels_[size_t(row) * size_t(columns_) + size_t(column)] = colour;
  }

  int width_, height_, columns_, rows_;
  Vec2 low_;
  double scale_;
  std::vector<Colour> pixels_;
  std::vector<Vec2> points_;
};

}  // namespace gigalane
