#include "base/atomic_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace gigalane {

namespace {

/// An empty folder that goes away with the test.
struct Folder {
  std::string path = "atomic_file_test";
  Folder() {
    std::filesystem::remove_all(path);
    make_folder(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  int file_count() const {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path)) ++count;
    return count;
  }
};

}  // namespace

TEST_CASE("a file reads back as it was written, and is replaced whole") {
  const Folder folder;
  const std::string path = folder.path + "/a.bin";
  const std::string bytes = std::string("zero \0 and more", 15) + std::string(200000, 'x');
  write_file(path, bytes);
  CHECK(read_file(path) == bytes);
  write_file(path, "short");
  CHECK(read_file(path) == "short");
  write_file(path, "");
  CHECK(read_file(path) == "");
  CHECK(folder.file_count() == 1);
}

TEST_CASE("without commit the old file stays and no temporary one is left") {
  const Folder folder;
  const std::string path = folder.path + "/a.txt";
  write_file(path, "old");
  {
    AtomicFile file(path);
    CHECK(std::filesystem::path(file.temporary()).parent_path() == folder.path);
    std::ofstream(file.temporary()) << "new";
    CHECK(read_file(path) == "old");
    CHECK(folder.file_count() == 2);
  }
  CHECK(read_file(path) == "old");
  CHECK(folder.file_count() == 1);
}

TEST_CASE("commit puts the new file in the old one's place") {
  const Folder folder;
  const std::string path = folder.path + "/a.txt";
  write_file(path, "old");
  AtomicFile file(path);
  std::ofstream(file.temporary()) << "new";
  file.commit();
  CHECK(read_file(path) == "new");
  CHECK(folder.file_count() == 1);
}

TEST_CASE("two writers of one file have different temporary names") {
  const Folder folder;
  const AtomicFile a(folder.path + "/a"), b(folder.path + "/a");
  CHECK(a.temporary() != b.temporary());
}

TEST_CASE("errors name the file and the reason") {
  const Folder folder;
  CHECK_THROWS_WITH_AS(read_file(folder.path + "/none"),
                       "atomic_file_test/none: cannot open: No such file or directory", Error);
  CHECK_THROWS_WITH_AS(read_file(folder.path), "atomic_file_test: cannot read: it is a folder", Error);
  CHECK_THROWS_WITH_AS(write_file("no/such/folder/a", "x"),
                       "no/such/folder/a: cannot write: no folder no/such/folder", Error);
  write_file(folder.path + "/file", "x");
  CHECK_THROWS_AS(make_folder(folder.path + "/file"), Error);
  CHECK_THROWS_AS(make_folder(folder.path + "/file/below"), Error);
  AtomicFile nothing_written(folder.path + "/b");
  CHECK_THROWS_AS(nothing_written.commit(), Error);
}

TEST_CASE("folders are made with their parents") {
  const Folder folder;
  make_folder(folder.path + "/a/b/c");
  make_folder(folder.path + "/a/b/c");
  CHECK(std::filesystem::is_directory(folder.path + "/a/b/c"));
}

}  // namespace gigalane
