#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace gigalane {

namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// A file descriptor that closes itself.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

[[noreturn]] void fail_with_errno(const std::string& path, const char* what) {
  const int error = errno;
  fail(path, ": cannot ", what, ": ", std::strerror(error));
}

void flush_to_disk(const std::string& path, int flags) {
  const Descriptor file{open(path.c_str(), flags)};
  if (file.number < 0 || fsync(file.number) != 0) fail_with_errno(path, "flush to disk");
}

void write_all(int file, const std::string& bytes, const std::string& path) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_with_errno(path, "write");
    done += size_t(written);
  }
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  static std::atomic<int> count{0};
  std::error_code error;
  require(std::filesystem::is_directory(folder_of(path), error), path, ": cannot write: no folder ",
          folder_of(path));
  temporary_ = path + ".tmp-" + std::to_string(getpid()) + "-" + std::to_string(count++);
}

AtomicFile::~AtomicFile() {
  if (!committed_) std::remove(temporary_.c_str());
}

void AtomicFile::commit() {
  flush_to_disk(temporary_, O_RDONLY);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail_with_errno(path_, "replace");
  committed_ = true;
  flush_to_disk(folder_of(path_), O_RDONLY | O_DIRECTORY);
}

void write_file(const std::string& path, const std::string& bytes) {
  AtomicFile file(path);
  {
    const Descriptor to{open(file.temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
    if (to.number < 0) fail_with_errno(path, "write");
    write_all(to.number, bytes, path);
  }
  file.commit();
}

std::string read_file(const std::string& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) fail_with_errno(path, "open");
  struct stat status;
  if (fstat(file.number, &status) != 0) fail_with_errno(path, "read");
  require(!S_ISDIR(status.st_mode), path, ": cannot read: it is a folder");
  std::string bytes;
  bytes.reserve(size_t(status.st_size));
  char part[65536];
  for (;;) {
    const ssize_t got = read(file.number, part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with_errno(path, "read");
    if (got == 0) return bytes;
    bytes.append(part, size_t(got));
  }
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  require(!error && std::filesystem::is_directory(path), path, ": cannot make this folder",
          error ? ": " + error.message() : "");
}

}  // namespace gigalane
