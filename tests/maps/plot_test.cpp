// A plot shows the road where it is.
#include "maps/plot.h"

#include <doctest/doctest.h>
#include <algorithm>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "maps/generate.h"

using namespace gigalane;

TEST_CASE("roads are darker than the ground around them, north is up") {
  StraightRoad options;
  const CompiledMap map = generate_straight_road(options);
  PlotOptions plot;
  plot.legend = false;
  plot.longest_side_px = 400;
  plot.span_m = 40;
  plot.centre_y_m = 10;  // the road lies in the lower half
  const Picture picture = draw_map(map, plot);
  REQUIRE(picture.width == 400);
  REQUIRE(picture.height == 400);
  const auto brightness = [&](int x, int row) {
    const uint8_t* p = &picture.rgb[size_t(row * picture.width + x) * 3];
    return p[0] + p[1] + p[2];
  };
  CHECK(brightness(200, 100) > 600);  // 20 m north of the road's middle
  CHECK(brightness(260, 285) < 400);  // within its northern lane, between two arrows
  CHECK(brightness(200, 380) > 600);
  plot.span_m = 40000;  // a lane is a thirtieth of a pixel wide: it is drawn as a line all the same
  plot.centre_y_m = 0;
  const Picture far = draw_map(map, plot);
  int darkest = 3 * 255;
  for (int row = 195; row < 206; ++row) {
    const uint8_t* p = &far.rgb[size_t(row * far.width + 200) * 3];
    darkest = std::min(darkest, p[0] + p[1] + p[2]);
  }
  CHECK(darkest < 450);
  plot.longest_side_px = 1;
  CHECK_THROWS_AS(draw_map(map, plot), Error);
}

TEST_CASE("a plot is a PNG") {
  const auto path = std::filesystem::temp_directory_path() / "gigalane_plot_test.png";
  PlotOptions options;
  options.longest_side_px = 300;
  plot_map(generate_crossing(), path.string(), options);
  std::ifstream file(path, std::ios::binary);
  char head[8] = {};
  file.read(head, 8);
  CHECK(std::string(head, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(std::filesystem::file_size(path) > 2000);
  std::filesystem::remove(path);
}
