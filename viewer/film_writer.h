/// A film file, through ffmpeg: frames go in as raw pixels, H.264 comes out.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/atomic_file.h"

namespace gigalane {

class FilmWriter {
 public:
  /// Starts ffmpeg. Throws Error, one line, where there is none, or `path` is not an .mp4 file in a folder
  /// that exists.
  FilmWriter(const std::string& path, int width, int height, int frames_per_s);
  /// Without finish(): ends ffmpeg and leaves no file.
  ~FilmWriter();
  FilmWriter(const FilmWriter&) = delete;
  FilmWriter& operator=(const FilmWriter&) = delete;

  /// Adds a frame: rows from the top, RGBA. Throws Error where ffmpeg has ended.
  void add(const std::vector<uint8_t>& pixels);
  /// Closes the film and gives it its name. Throws Error where ffmpeg failed.
  void finish();

 private:
  void start(int width, int height, int frames_per_s);
  int wait();

  AtomicFile file_;
  std::string path_;
  int pipe_ = -1, process_ = -1;
};

}  // namespace gigalane
