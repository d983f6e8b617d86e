#include "viewer/film_writer.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"

extern char** environ;

namespace gigalane {
namespace {

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

const std::string& checked(const std::string& path) {
  require(ends_with(path, ".mp4"), path, ": expected a film's name to end in .mp4");
  return path;
}

}  // namespace

FilmWriter::FilmWriter(const std::string& path, int width, int height, int frames_per_s)
    : file_(checked(path)), path_(path) {
  require(width % 2 == 0 && height % 2 == 0, "film of ", width, "x", height,
          " pixels, expected even numbers");
  start(width, height, frames_per_s);
}

void FilmWriter::start(int width, int height, int frames_per_s) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height),
                    rate = std::to_string(frames_per_s);
  const std::string target = file_.temporary();
  const char* arguments[] = {"ffmpeg",     "-loglevel",  "error",         "-nostdin",  "-y",
                             "-f",         "rawvideo",   "-pixel_format", "rgba",      "-video_size",
                             size.c_str(), "-framerate", rate.c_str(),    "-i",        "-",
                             "-c:v",       "libx264",    "-preset",       "veryfast",  "-crf",
                             "20",         "-pix_fmt",   "yuv420p",       "-movflags", "+faststart",
                             "-f",         "mp4",        target.c_str(),  nullptr};
  int ends[2];
  require(pipe2(ends, O_CLOEXEC) == 0, "cannot make a pipe to ffmpeg: ", std::strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
  // Ctrl-C is ours to handle: ffmpeg ends when the pipe does
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t process = -1;
  const int error =
      posix_spawnp(&process, "ffmpeg", &actions, &attributes, const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[0]);
  if (error != 0) {
    close(ends[1]);
    fail("a film needs ffmpeg, which cannot be started: ", std::strerror(error), " (apt install ffmpeg)");
  }
  pipe_ = ends[1];
  process_ = process;
  std::signal(SIGPIPE, SIG_IGN);  // an ffmpeg that ended is an error of write()
}

FilmWriter::~FilmWriter() {
  if (process_ > 0) {
    kill(process_, SIGTERM);
    wait();
  }
}

void FilmWriter::add(const std::vector<uint8_t>& pixels) {
  for (size_t done = 0; done < pixels.size();) {
    const ssize_t n = write(pipe_, pixels.data() + done, pixels.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      wait();
      fail(path_, ": ffmpeg ended while the film was written: ", std::strerror(error));
    }
    done += size_t(n);
  }
}

int FilmWriter::wait() {
  if (pipe_ >= 0) close(pipe_);
  pipe_ = -1;
  int status = 0;
  while (process_ > 0 && waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return status;
}

void FilmWriter::finish() {
  const int status = wait();
  require(WIFEXITED(status) && WEXITSTATUS(status) == 0, path_, ": ffmpeg failed with status ",
          WIFEXITED(status) ? WEXITSTATUS(status) : status);
  file_.commit();
}

}  // namespace gigalane
