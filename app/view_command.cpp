#include "app/view_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "app/finite.h"
#include "app/policy_world.h"
#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "maps/map_library.h"
#include "viewer/capture.h"
#include "viewer/window.h"

namespace gigalane {
namespace {

struct Arguments {
  std::string episode, policy, map, scenario, actions = "sampled", screenshot, film, size = "1920x1080";
  int agents = 50, threads = 1;
  float time_step_s = 0.3f;
  uint64_t seed = 1;
  double at_s = -1;
  FilmOptions film_options;
  CaptureOptions capture;
  bool no_caption = false;
};

std::unique_ptr<PlaybackSource> open_log(const Arguments& a) {
  EpisodeLog log(a.episode);
  const auto map = load_map(a.map.empty() ? log.info().map_name : a.map);
  std::shared_ptr<Driver> driver;
  if (!a.policy.empty()) driver = load_driver(a.policy, a.threads);
  return make_log_source(std::move(log), map, driver);
}

SimulationConfig live_world(const Arguments& a, const Driver* driver) {
  if (!a.scenario.empty())
    return scenario_world(find_scenario(a.scenario), driver ? &driver->card() : nullptr, kLiveRows);
  return policy_world(driver->card(), a.map, a.agents, a.time_step_s, kLiveRows);
}

std::unique_ptr<PlaybackSource> open_live(const Arguments& a) {
  if (a.scenario.empty() && (a.policy.empty() || a.map.empty()))
    throw CLI::RequiredError("EPISODE, or --policy FILE and --map NAME, or --scenario NAME,");
  std::shared_ptr<Driver> driver = a.policy.empty() ? nullptr : load_driver(a.policy, a.threads);
  Simulator::Options options;
  options.seed = a.seed;
  options.threads = a.threads;
  Simulator simulator(live_world(a, driver.get()), options);
  return make_live_source(std::move(simulator), driver,
                          a.actions == "greedy" ? ActionMode::greedy : ActionMode::sampled);
}

void read_size(const std::string& text, CaptureOptions& capture) {
  char end = 0;
  const bool read = std::sscanf(text.c_str(), "%dx%d%c", &capture.width, &capture.height, &end) == 2;
  require(read && capture.width > 0 && capture.height > 0, "size = ", text,
          ", expected WIDTHxHEIGHT in pixels");
}

void make_film(std::unique_ptr<PlaybackSource> source, const Arguments& a) {
  std::unique_ptr<Progress> progress;
  const FilmReport report =
      save_film(std::move(source), a.film, a.film_options, a.capture, [&](int frame, int frames) {
        if (!progress) progress = std::make_unique<Progress>("film", frames, "frame");
        progress->update(frame);
      });
  if (progress) progress->finish();
  std::printf("%s: %d frames, %.1f s of film in %.1f s, %.1f frames/s, %.2fx real time\n", a.film.c_str(),
              report.frames, report.film_s, report.wall_s, report.frames / report.wall_s,
              report.film_s / report.wall_s);
}

void run(Arguments& a) {
  read_size(a.size, a.capture);
  a.capture.caption = !a.no_caption;
  std::unique_ptr<PlaybackSource> source = a.episode.empty() ? open_live(a) : open_log(a);
  if (!source->is_live() && !source->info().finished)
    log_warning(a.episode + ": the program that wrote it was cut off; what it had flushed is shown");
  if (!a.screenshot.empty()) {
    save_screenshot(std::move(source), a.screenshot, a.at_s, a.capture);
    std::printf("%s: %dx%d pixels\n", a.screenshot.c_str(), a.capture.width, a.capture.height);
  } else if (!a.film.empty()) {
    make_film(std::move(source), a);
  } else {
    WindowOptions window;
    window.follow = a.capture.follow;
    window.at_s = std::max(0.0, a.at_s);
    show_window(std::move(source), window);
  }
}

}  // namespace

void add_view_command(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "view", "Look at an episode log, or at a policy that drives: window, picture or film");
  command->footer(
      "Examples: gigalane view episode.h5\n"
      "          gigalane view --policy runs/first_drive --map Town03 --agents 100 --film town03.mp4 --to "
      "30");
  command->add_option("EPISODE", a->episode, "episode log; without one, --policy drives on --map");
  command->add_option("--policy", a->policy, "drives, or judges what an episode log shows");
  auto* map = command->add_option("--map", a->map, "name or file");
  command
      ->add_option("--scenario", a->scenario,
                   "a named scene (see bench sim --scenario list) as live world; needs no policy where none "
                   "drives")
      ->excludes(map);
  command->add_option("--agents", a->agents, "agents in a live world")
      ->check(CLI::Range(1, kMaxAgents))
      ->capture_default_str();
  command->add_option("--seed", a->seed, "of a live world and of sampled actions")->capture_default_str();
  command->add_option("--time-step", a->time_step_s, "seconds a step of a live world")
      ->check(CLI::Range(0.01, 0.5) & finite())
      ->capture_default_str();
  command->add_option("--actions", a->actions, "sampled or greedy")
      ->check(CLI::IsMember({"sampled", "greedy"}))
      ->capture_default_str();
  auto* screenshot =
      command->add_option("--screenshot", a->screenshot, "write a PNG instead of opening a window");
  command->add_option("--at", a->at_s, "moment of the picture, s")->check(CLI::NonNegativeNumber & finite());
  command->add_option("--film", a->film, "write an .mp4 instead of opening a window")->excludes(screenshot);
  command->add_option("--from", a->film_options.from_s, "first moment of the film, s")
      ->check(CLI::NonNegativeNumber & finite());
  command->add_option("--to", a->film_options.to_s, "last moment of the film, s")
      ->check(CLI::NonNegativeNumber & finite());
  command->add_option("--fps", a->film_options.frames_per_s, "frames a second")
      ->check(CLI::Range(1, 240))
      ->capture_default_str();
  command->add_option("--follow", a->capture.follow, "agent that the camera keeps to")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--across", a->capture.across_m, "metres from the left to the right edge")
      ->check(CLI::Range(5.0, 100000.0) & finite());
  command->add_option("--size", a->size, "of picture and film, pixels")->capture_default_str();
  command->add_flag("--no-caption", a->no_caption, "no title, time, scale and legend");
  command->add_option("--threads", a->threads, "of the simulator and the policy")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->callback([a] { run(*a); });
}

}  // namespace gigalane
