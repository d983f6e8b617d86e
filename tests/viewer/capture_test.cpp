// Pictures and films without a display: the right colours in the right places, the right way up.
#include "viewer/capture.h"

#include <doctest/doctest.h>
#include <stb_image.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "tests/sim/worlds.h"
#include "viewer/colours.h"
#include "viewer/film_writer.h"
#include "viewer/offscreen.h"
#include "viewer/scene.h"

using namespace gigalane;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("gigalane_capture_" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name) const { return (path / name).string(); }
};

// A context, or null with a message where the machine has none.
std::unique_ptr<OffscreenContext> context_or_skip() {
  try {
    return std::make_unique<OffscreenContext>();
  } catch (const Error& error) {
    MESSAGE("skipped: " << error.what());
    return nullptr;
  }
}

bool runs(const char* command) {
  return std::system((std::string(command) + " -version >/dev/null 2>&1").c_str()) == 0;
}

// Keeps to its lane at 6 m/s.
class LaneDriver : public Driver {
 public:
  const PolicyCard& card() const override { return card_; }
  void act(const ObservationView&, const WorldView& world, uint64_t, ActionMode) override {
    for (int slot = 0; slot < world.agents_per_world; ++slot)
      world.action[slot] = uint8_t(testing::follow_lane(world, slot, 6));
  }
  std::vector<float> probabilities(const ObservationView&, int) override {
    return std::vector<float>(12, 1.0f / 12);
  }

 private:
  PolicyCard card_;
};

std::unique_ptr<PlaybackSource> live_crossing() {
  return make_live_source(Simulator(testing::plain_world(1, 10), testing::crossing(), {}),
                          std::make_shared<LaneDriver>(), ActionMode::sampled);
}

struct Pixels {
  std::vector<uint8_t> rgba;
  int width;
  // largest difference of a channel
  int difference(Point at, uint32_t colour) const {
    int most = 0;
    for (int c = 0; c < 3; ++c) {
      const int value = rgba[(size_t(at.y) * size_t(width) + size_t(at.x)) * 4 + size_t(c)];
      most = std::max(most, std::abs(value - int(colour >> (8 * c) & 255)));
    }
    return most;
  }
};

DrawnAgent car_at(int slot, float x, float y) {
  return {slot,          x,     y,    0,    1, 0, 4.5f, 1.9f, 0,
          BodyKind::car, false, true, false};  // a wreck: grey, so no other colour
}

}  // namespace

TEST_CASE("roads and cars are where they are, north up") {
  const auto context = context_or_skip();
  if (!context) return;
  const CompiledMap& map = *testing::crossing()[0];
  Scene scene(map, Affine{});
  Camera camera;
  camera.width = 800;
  camera.height = 600;
  const Quad* quad = nullptr;  // of a road that does not lie on the picture's middle line
  for (const Quad& q : map.quads)
    if (map.lanes[size_t(q.lane)].junction < 0 && std::abs(q.tangent_y) > 0.9f) quad = &q;
  REQUIRE(quad != nullptr);
  camera.x = quad->x;
  camera.y = quad->y;
  camera.pixels_per_m = 8;
  const std::vector<DrawnAgent> cars{car_at(0, quad->x, quad->y + 10), car_at(1, quad->x, quad->y - 10)};
  const WorldSnapshot lights(1, std::max(1, int(map.signals.size())));

  OffscreenPicture picture(800, 600, 4);
  Pixels empty{{}, 800}, full{{}, 800};
  picture.begin_still();
  scene.draw_roads(camera);
  picture.end_still();
  picture.begin_frame();
  picture.read(empty.rgba);
  picture.begin_frame();
  scene.draw_traffic(camera, lights.view(), {cars[0]});
  picture.read(full.rgba);

  const Point north = camera.to_screen(cars[0].x, cars[0].y), south = camera.to_screen(cars[1].x, cars[1].y);
  CHECK(north.y < south.y);
  CHECK(empty.difference({400, 300}, colours::kAsphalt) < 4);
  CHECK(empty.difference(camera.to_screen(quad->x + 40, quad->y), colours::kGround) < 4);
  CHECK(full.difference({400, 300}, colours::kAsphalt) < 4);
  // the roof is the car's colour, a little lighter; the other place has no car
  CHECK(full.difference(north, colours::kWreck) < 40);
  CHECK(full.difference(north, colours::kAsphalt) > 40);
  const Point south_roof = camera.to_screen(cars[1].x, cars[1].y);
  for (int c = 0; c < 3; ++c) {
    const size_t at = (size_t(south_roof.y) * 800 + size_t(south_roof.x)) * 4 + size_t(c);
    CHECK(full.rgba[at] == empty.rgba[at]);
  }
}

TEST_CASE("a screenshot is a PNG of the wanted size") {
  if (!context_or_skip()) return;
  Folder folder;
  CaptureOptions options;
  options.width = 640;
  options.height = 360;
  save_screenshot(live_crossing(), folder.file("a.png"), 1.5, options);
  int width = 0, height = 0, channels = 0;
  uint8_t* pixels = stbi_load(folder.file("a.png").c_str(), &width, &height, &channels, 3);
  REQUIRE(pixels != nullptr);
  CHECK(width == 640);
  CHECK(height == 360);
  int asphalt = 0, ground = 0;
  const auto near_to = [](const uint8_t* p, uint32_t colour) {
    return std::abs(p[0] - int(colour & 255)) < 4 && std::abs(p[1] - int(colour >> 8 & 255)) < 4 &&
           std::abs(p[2] - int(colour >> 16 & 255)) < 4;
  };
  for (int i = 0; i < width * height; ++i) {
    asphalt += near_to(pixels + 3 * i, colours::kAsphalt);
    ground += near_to(pixels + 3 * i, colours::kGround);
  }
  stbi_image_free(pixels);
  CHECK(asphalt > width * height / 100);
  CHECK(ground > width * height / 10);
  CHECK_THROWS_AS(save_screenshot(live_crossing(), folder.file("no/such/folder.png"), 0, options), Error);
  CHECK_THROWS_WITH_AS(save_screenshot(live_crossing(), folder.file("a.gif"), 0, options),
                       (folder.file("a.gif") + ": expected a screenshot's name to end in .png").c_str(),
                       Error);
}

TEST_CASE("a film of one second has thirty frames") {
  if (!context_or_skip()) return;
  if (!runs("ffmpeg") || !runs("ffprobe")) {
    MESSAGE("skipped: ffmpeg is not installed");
    return;
  }
  Folder folder;
  CaptureOptions options;
  options.width = 320;
  options.height = 180;
  FilmOptions film;
  film.to_s = 1;
  const FilmReport report = save_film(live_crossing(), folder.file("a.mp4"), film, options);
  CHECK(report.frames == 30);
  const std::string command =
      "ffprobe -v error -count_frames -select_streams v:0 -show_entries "
      "stream=nb_read_frames,width,height,codec_name -of csv=p=0 " +
      folder.file("a.mp4");
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char line[128] = "";
  CHECK(std::fgets(line, sizeof line, pipe) != nullptr);
  pclose(pipe);
  CHECK(std::string(line) == "h264,320,180,30\n");
  CHECK_THROWS_AS(save_film(live_crossing(), folder.file("a.avi"), film, options), Error);
}

TEST_CASE("a film without ffmpeg says so and leaves no file") {
  Folder folder;
  const std::string path = std::getenv("PATH") != nullptr ? std::getenv("PATH") : "";
  setenv("PATH", folder.path.c_str(), 1);
  std::string text;
  try {
    FilmWriter writer(folder.file("a.mp4"), 320, 180, 30);
  } catch (const Error& error) {
    text = error.what();
  }
  setenv("PATH", path.c_str(), 1);
  CHECK(text.find("ffmpeg") != std::string::npos);
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("a live source keeps what it has driven, and can judge any row again") {
  const auto source = live_crossing();
  CHECK(source->row_count() == 1);
  CHECK(source->extend_to(20));
  CHECK(source->row_count() == 21);
  CHECK(source->snapshot(20)->view().episode_step[0] == 20);
  CHECK(source->snapshot(3)->view().episode_step[0] == 3);
  CHECK_FALSE(source->extend_to(kLiveRows));
  CHECK(source->probabilities(7, 2).size() == 12);
}

TEST_CASE("a log source shows what was driven, and a policy judges it") {
  Folder folder;
  Simulator simulator(testing::plain_world(1, 10), testing::crossing(), {});
  LaneDriver driver;
  WorldSnapshot last(10, simulator.view().signal_stride);
  {
    EpisodeWriter writer(folder.file("a.h5"), simulator, 0, "", "");
    for (int step = 0; step < 40; ++step) {
      driver.act(simulator.observation(), simulator.view(), simulator.steps_done(), ActionMode::sampled);
      simulator.step();
      writer.append(simulator);
    }
    last.copy_from(simulator.view(), 0);
  }
  const auto map = testing::crossing()[0];
  auto source = make_log_source(EpisodeLog(folder.file("a.h5")), map, std::make_shared<LaneDriver>());
  CHECK(source->row_count() == 41);
  CHECK_FALSE(source->is_live());
  CHECK_FALSE(source->extend_to(41));
  for (int row : {0, 3, 9, 12, 20, 33, 39, 2, 40}) source->snapshot(row);  // more than are kept
  CHECK(source->snapshot(40)->view().pose[4].a == last.view().pose[4].a);
  CHECK(source->pose(40, 4).b == last.view().pose[4].b);
  CHECK(source->probabilities(12, 3).size() == 12);
  CHECK(make_log_source(EpisodeLog(folder.file("a.h5")), map, nullptr)->probabilities(12, 3).empty());
  CHECK_THROWS_AS(make_log_source(EpisodeLog(folder.file("a.h5")), testing::ring()[0], nullptr), Error);

  if (!context_or_skip()) return;
  CaptureOptions options;
  options.width = 320;
  options.height = 180;
  options.follow = 4;
  save_screenshot(std::move(source), folder.file("a.png"), -1, options);
  CHECK(fs::file_size(folder.file("a.png")) > 1000);
  source = make_log_source(EpisodeLog(folder.file("a.h5")), map, nullptr);
  CHECK_THROWS_AS(save_screenshot(std::move(source), folder.file("late.png"), 1000, options), Error);
  CHECK_FALSE(fs::exists(folder.file("late.png")));
}
