/// Runs the program as a user would, and what it leaves behind in a folder of its own.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gigalane::testing {

struct Outcome {
  int status;
  std::string out, err;
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A folder under the system's temporary one, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gigalane_test_XXXXXX").string();
    if (!mkdtemp(name.data())) std::abort();
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Runs a program with `arguments` as a shell reads them, from the root of the source.
inline Outcome run_program(const std::string& path, const std::string& arguments,
                           const std::string& before = "") {
  Folder folder;
  const std::string command = "cd '" GIGALANE_TEST_SOURCE_DIR "' && " + before + " '" + path + "' " +
                              arguments + " >" + (folder / "out") + " 2>" + (folder / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(folder / "out"),
          read_text(folder / "err")};
}
inline Outcome run_gigalane(const std::string& arguments, const std::string& before = "") {
  return run_program(GIGALANE_TEST_PROGRAM, arguments, before);
}

}  // namespace gigalane::testing
