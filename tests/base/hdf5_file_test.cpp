#include "base/hdf5_file.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <limits>
#include <numeric>

#include "base/atomic_file.h"
#include "base/error.h"

namespace gigalane {

namespace {

/// A file name that goes away with the test.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::string& name) : path(name) { std::remove(path.c_str()); }
  ~TemporaryFile() { std::remove(path.c_str()); }
};

template <class T>
void check_type(const std::string& path) {
  const std::vector<T> values = {std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), T(0), T(1),
                                 T(7)};
  {
    Hdf5File file(path, Hdf5File::Mode::create);
    file.write("values", values);
  }
  CHECK(Hdf5File(path, Hdf5File::Mode::read).read<T>("values") == values);
}

std::vector<float> counted(size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.5f);
  return values;
}

}  // namespace

TEST_CASE("datasets of every type read back") {
  const TemporaryFile file("hdf5_test_types.h5");
  check_type<float>(file.path);
  check_type<double>(file.path);
  check_type<int8_t>(file.path);
  check_type<int16_t>(file.path);
  check_type<int32_t>(file.path);
  check_type<int64_t>(file.path);
  check_type<uint8_t>(file.path);
  check_type<uint16_t>(file.path);
  check_type<uint32_t>(file.path);
  check_type<uint64_t>(file.path);
}

TEST_CASE("datasets of one to four dimensions, compressed or not, empty or long") {
  const TemporaryFile place("hdf5_test_shapes.h5");
  const auto values = counted(300000);
  {
    Hdf5File file(place.path, Hdf5File::Mode::create);
    file.write("/a/b/two", values.data(), {1000, 300});
    file.write("three", values.data(), {100, 30, 100}, 0);
    file.write("four", values.data(), {2, 3, 5, 10000}, 9);
    file.write("none", values.data(), {0, 5});
    file.write("wide", values.data(), {1, 300000});
  }
  const Hdf5File file(place.path, Hdf5File::Mode::read);
  CHECK(file.shape("/a/b/two") == std::vector<size_t>{1000, 300});
  CHECK(file.read<float>("/a/b/two", {1000, 300}) == values);
  CHECK(file.read<float>("three") == values);
  CHECK(file.read<float>("four", {2, 3, 5, 10000}) == values);
  CHECK(file.read<float>("none").empty());
  CHECK(file.read<float>("wide") == values);
  CHECK(file.read_rows<float>("/a/b/two", 10, 2) ==
        std::vector<float>(values.begin() + 3000, values.begin() + 3600));
}

TEST_CASE("groups and what they hold") {
  const TemporaryFile place("hdf5_test_groups.h5");
  Hdf5File file(place.path, Hdf5File::Mode::create);
  file.create_group("/x/y");
  file.create_group("/x/y");
  file.write("/x/b", counted(3));
  file.write("/x/a", counted(3));
  CHECK(file.has("/x"));
  CHECK(file.has("/x/y"));
  CHECK(file.has("/x/a"));
  CHECK(!file.has("/x/z"));
  CHECK(!file.has("/no/such/thing"));
  CHECK(file.list("/x") == std::vector<std::string>{"a", "b", "y"});
  CHECK(file.list() == std::vector<std::string>{"x"});
}

TEST_CASE("attributes are read as they were written, and replaced") {
  const TemporaryFile place("hdf5_test_attributes.h5");
  {
    Hdf5File file(place.path, Hdf5File::Mode::create);
    file.create_group("/map");
    file.set_attribute("/", "version", "0.1");
    file.set_attribute("/", "version", "0.2 with \xc3\xa4");
    file.set_attribute("/map", "empty", "");
    file.set_attribute("/map", "seed", int64_t(-9007199254740993));
    file.set_attribute("/map", "time_step_s", 0.1);
  }
  const Hdf5File file(place.path, Hdf5File::Mode::read);
  CHECK(file.string_attribute("/", "version") == "0.2 with \xc3\xa4");
  CHECK(file.string_attribute("/map", "empty") == "");
  CHECK(file.int_attribute("/map", "seed") == -9007199254740993);
  CHECK(file.double_attribute("/map", "time_step_s") == 0.1);
  CHECK(file.has_attribute("/map", "seed"));
  CHECK(!file.has_attribute("/map", "sed"));
  CHECK(!file.has_attribute("/none", "seed"));
  CHECK_THROWS_WITH_AS(file.int_attribute("/map", "sed"), "hdf5_test_attributes.h5: no attribute sed of /map",
                       Error);
  CHECK_THROWS_WITH_AS(file.int_attribute("/", "version"),
                       "hdf5_test_attributes.h5: attribute version of /, expected an integer", Error);
  CHECK_THROWS_WITH_AS(file.double_attribute("/map", "seed"),
                       "hdf5_test_attributes.h5: attribute seed of /map, expected a number", Error);
}

TEST_CASE("long texts are datasets") {
  const TemporaryFile place("hdf5_test_text.h5");
  const std::string text(100000, 'x');
  Hdf5File file(place.path, Hdf5File::Mode::create);
  file.write_text("config", text);
  file.write_text("nothing", "");
  CHECK(file.read_text("config") == text);
  CHECK(file.read_text("nothing") == "");
  CHECK_THROWS_AS(file.set_attribute("/", "config", text), Error);
}

TEST_CASE("appended rows come in order, over chunk borders") {
  const TemporaryFile place("hdf5_test_append.h5");
  const auto values = counted(60);
  {
    Hdf5File file(place.path, Hdf5File::Mode::create);
    file.create_appendable<float>("/steps/x_m", {3}, 4);
    file.create_appendable<int32_t>("/steps/number", {}, 8);
    for (int step = 0; step < 10; ++step) {
      file.append("/steps/x_m", values.data() + 6 * step, 2);
      file.append("/steps/number", &step, 1);
    }
    file.append("/steps/number", static_cast<const int32_t*>(nullptr), 0);
    CHECK(file.shape("/steps/x_m") == std::vector<size_t>{20, 3});
    file.close();
  }
  const Hdf5File file(place.path, Hdf5File::Mode::read);
  CHECK(file.read<float>("/steps/x_m", {20, 3}) == values);
  CHECK(file.read<int32_t>("/steps/number") == std::vector<int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a file whose writer was killed opens at its last flush") {
  const TemporaryFile place("hdf5_test_killed.h5");
  const auto values = counted(1000);
  const pid_t writer = fork();
  REQUIRE(writer >= 0);
  if (writer == 0) {
    Hdf5File file(place.path, Hdf5File::Mode::create);
    file.create_appendable<float>("x", {10}, 5);
    file.flush();
    file.append("x", values.data(), 40);
    file.flush();
    file.append("x", values.data() + 400, 60);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(writer, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  const Hdf5File file(place.path, Hdf5File::Mode::read);
  const auto got = file.read<float>("x");
  CHECK(got.size() >= 400);
  CHECK(std::vector<float>(got.begin(), got.begin() + 400) ==
        std::vector<float>(values.begin(), values.begin() + 400));
}

TEST_CASE("a truncated file is one clear line, wherever it ends") {
  const TemporaryFile place("hdf5_test_truncated.h5");
  {
    Hdf5File file(place.path, Hdf5File::Mode::create);
    file.write("x", counted(10000));
  }
  const std::string whole = read_file(place.path);
  for (const size_t size : {whole.size() - 1, whole.size() / 2, size_t(200), size_t(8), size_t(0)}) {
    write_file(place.path, whole.substr(0, size));
    std::string message = "no error";
    try {
      Hdf5File(place.path, Hdf5File::Mode::read).read<float>("x");
    } catch (const Error& error) {
      message = error.what();
    }
    CAPTURE(message);
    const bool truncated = message.rfind("hdf5_test_truncated.h5: truncated or damaged HDF5 file: ", 0) == 0;
    const bool not_one = message.rfind("hdf5_test_truncated.h5: not an HDF5 file", 0) == 0;
    CHECK((truncated || not_one));
    CHECK(message.find('\n') == std::string::npos);
    if (size == whole.size() - 1) CHECK(truncated);
  }
}

TEST_CASE("a file with damaged data says which dataset") {
  const TemporaryFile place("hdf5_test_damaged.h5");
  {
    Hdf5File file(place.path, Hdf5File::Mode::create);
    file.write("x", counted(100000));
  }
  std::string bytes = read_file(place.path);
  for (size_t i = bytes.size() / 2; i < bytes.size() / 2 + 1000; ++i) bytes[i] = char(~bytes[i]);
  write_file(place.path, bytes);
  std::string message = "no error";
  try {
    Hdf5File(place.path, Hdf5File::Mode::read).read<float>("x");
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.rfind("hdf5_test_damaged.h5: cannot read x: ", 0) == 0);
}

TEST_CASE("a file that claims more values than it can hold is refused before memory is asked for") {
  const TemporaryFile place("hdf5_test_claims.h5");
  const uint64_t count = 1234577, claimed = count | uint64_t(1) << 37;
  {
    Hdf5File file(place.path, Hdf5File::Mode::create);
    file.write("x", std::vector<uint8_t>(count), 0);
  }
  std::string bytes = read_file(place.path);
  const std::string old(reinterpret_cast<const char*>(&count), sizeof count);
  int places = 0;  // the dimension, and its most
  for (size_t at = 0; (at = bytes.find(old, at)) != std::string::npos; at += sizeof count, ++places)
    bytes.replace(at, sizeof claimed, reinterpret_cast<const char*>(&claimed), sizeof claimed);
  REQUIRE(places >= 1);
  write_file(place.path, bytes);
  CHECK_THROWS_WITH_AS(Hdf5File(place.path, Hdf5File::Mode::read).read<uint8_t>("x"),
                       doctest::Contains("hdf5_test_claims.h5: x: claims 1.3744e+11 bytes in a file of"),
                       Error);
}

TEST_CASE("the user block is left alone") {
  const TemporaryFile place("hdf5_test_user_block.h5");
  {
    Hdf5File file(place.path, Hdf5File::Mode::create, 512);
    file.write("x", counted(6));
  }
  std::string bytes = read_file(place.path);
  CHECK(bytes.substr(512, 4) == "\x89HDF");
  bytes.replace(0, 4, "text");
  write_file(place.path, bytes);
  CHECK(Hdf5File(place.path, Hdf5File::Mode::read).read<float>("x") == counted(6));
  CHECK_THROWS_AS(Hdf5File(place.path, Hdf5File::Mode::create, 100), Error);
}

TEST_CASE("every error names the file and the object") {
  const TemporaryFile place("hdf5_test_errors.h5");
  CHECK_THROWS_WITH_AS(Hdf5File(place.path, Hdf5File::Mode::read), "hdf5_test_errors.h5: no such file",
                       Error);
  CHECK_THROWS_AS(Hdf5File("no/such/folder/a.h5", Hdf5File::Mode::create), Error);
  write_file(place.path, "a text");
  CHECK_THROWS_WITH_AS(Hdf5File(place.path, Hdf5File::Mode::read),
                       "hdf5_test_errors.h5: not an HDF5 file, or its beginning is damaged", Error);
  Hdf5File file(place.path, Hdf5File::Mode::create);
  file.write("x", counted(6));
  CHECK_THROWS_WITH_AS(file.read<float>("y"), "hdf5_test_errors.h5: no dataset y", Error);
  CHECK_THROWS_WITH_AS(file.read<float>("x", {5}), "hdf5_test_errors.h5: x is 6, expected 5", Error);
  CHECK_THROWS_WITH_AS(file.read<float>("x", {2, 3}), "hdf5_test_errors.h5: x is 6, expected 2 x 3", Error);
  CHECK_THROWS_WITH_AS(file.read<int32_t>("x"), "hdf5_test_errors.h5: x, expected integers", Error);
  CHECK_THROWS_WITH_AS(file.read_rows<float>("x", 4, 3), "hdf5_test_errors.h5: x: rows 4 to 7 of 6", Error);
  CHECK_THROWS_WITH_AS(file.write("x", counted(6)), "hdf5_test_errors.h5: x exists already", Error);
  CHECK_THROWS_WITH_AS(file.list("none"), "hdf5_test_errors.h5: no group none", Error);
  CHECK_THROWS_AS(file.append("x", counted(1).data(), 1), Error);  // not made to grow
  file.create_group("g");
  CHECK_THROWS_AS(file.read<float>("g"), Error);
}

TEST_CASE("an opened file cannot be written") {
  const TemporaryFile place("hdf5_test_read_only.h5");
  { Hdf5File(place.path, Hdf5File::Mode::create).write("x", counted(6)); }
  Hdf5File file(place.path, Hdf5File::Mode::read);
  CHECK_THROWS_AS(file.write("y", counted(6)), Error);
  CHECK_THROWS_AS(file.set_attribute("/", "a", int64_t(1)), Error);
}

TEST_CASE("moving hands over the open file") {
  const TemporaryFile place("hdf5_test_moved.h5");
  Hdf5File first(place.path, Hdf5File::Mode::create);
  first.create_appendable<float>("x", {}, 4);
  Hdf5File second(std::move(first));
  second.append("x", counted(3).data(), 3);
  CHECK(second.read<float>("x") == counted(3));
}

}  // namespace gigalane
