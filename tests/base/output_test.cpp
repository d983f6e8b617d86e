// Progress, log and interrupts: what a user sees.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"

namespace gigalane {

namespace {

/// Runs `body` in a child process with standard error in a file; returns that file, and the child's status.
template <class Body>
std::string stderr_of(const Body& body, int* status_out = nullptr) {
  const std::string path = "output_test_stderr.txt";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (!freopen(path.c_str(), "w", stderr)) _exit(99);
    body();
    fflush(stderr);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status_out) *status_out = status;
  const std::string text = read_file(path);
  std::remove(path.c_str());
  return text;
}

}  // namespace

TEST_CASE("durations") {
  CHECK(format_duration(0) == "0:00");
  CHECK(format_duration(7.9) == "0:07");
  CHECK(format_duration(754) == "12:34");
  CHECK(format_duration(11045) == "3:04:05");
  CHECK(format_duration(2 * 86400 + 3 * 3600 + 4 * 60) == "2 d 03:04");
  CHECK(format_duration(-5) == "0:00");
  CHECK(format_duration(1.0 / 0.0) == "?");
  CHECK(format_duration(0.0 / 0.0) == "?");
}

TEST_CASE("counts have three digits") {
  CHECK(format_count(0) == "0");
  CHECK(format_count(0.1234) == "0.123");
  CHECK(format_count(1) == "1");
  CHECK(format_count(45.64) == "45.6");
  CHECK(format_count(789.4) == "789");
  CHECK(format_count(999.9) == "1k");
  CHECK(format_count(1234) == "1.23k");
  CHECK(format_count(45.6e6) == "45.6M");
  CHECK(format_count(-1500) == "-1.5k");
}

TEST_CASE("a line of progress") {
  CHECK(progress_line("train", 420, 1000, "it", 12.3, "loss 1", 0) ==
        "train   42 %  420/1k it  12.3 it/s  0:47 left  loss 1");
  CHECK(progress_line("train", 420, 1000, "it", 12.3, "", 200) ==
        "train   42 % [========>           ]  420/1k it  12.3 it/s  0:47 left");
  CHECK(progress_line("t", 10, 10, "it", 1, "", 200) == "t  100 % [====================]  10/10 it  1 it/s");
  CHECK(progress_line("read", 3e6, 0, "B", 1e6, "", 80) == "read  3M B  1M B/s");
  CHECK(progress_line("train", 420, 1000, "it", 12.3, "a long text", 30).size() == 29);
  CHECK(progress_line("t", 20, 10, "it", 1, "", 0) == "t  100 %  20/10 it  1 it/s");
  CHECK(progress_line("evaluate", 0.25, 1, "", 0.25, "9 km", 0) == "evaluate   25 %  0:03 left  9 km");
}

TEST_CASE("without a terminal short work says nothing and escapes are not written") {
  const std::string text = stderr_of([] {
    Progress progress("train", 10, "it");
    for (int i = 0; i <= 10; ++i) progress.update(i);
    progress.finish();
  });
  CHECK(text == "");
}

TEST_CASE("without a terminal longer work writes plain lines") {
  const std::string text = stderr_of([] {
    Progress progress("train", 10, "it");
    usleep(2100000);
    progress.update(5, "half");
    progress.update(6, "too soon");
    progress.update(10, "all");
    progress.finish();
  });
  CHECK(text.find("train   50 %  5/10 it") == 0);
  CHECK(text.find("half\n") != std::string::npos);
  CHECK(text.find("too soon") == std::string::npos);
  CHECK(text.find("train  100 %  10/10 it") != std::string::npos);
  CHECK(text.find("all  in 0:02\n") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("the log writes to standard error by level, and to its file") {
  const std::string path = "output_test.log";
  std::remove(path.c_str());
  const std::string text = stderr_of([&] {
    open_log_file(path);
    log_debug("one");
    log_info("two {} %d");
    log_warning("three");
    set_log_level(LogLevel::error);
    log_info("four");
    log_error("five");
    set_log_level(LogLevel::debug);
    log_debug("six");
    close_log_file();
    log_info("seven");
  });
  CHECK(text == "two {} %d\nwarning: three\nerror: five\nsix\nseven\n");
  const std::string file = read_file(path);
  for (const char* message : {" info two {} %d\n", " warning three\n", " info four\n", " error five\n"})
    CHECK(file.find(message) != std::string::npos);
  CHECK(file.find("one") == std::string::npos);
  CHECK(file.find("seven") == std::string::npos);
  CHECK_THROWS_AS(open_log_file(path + "/a.log"), Error);
  std::remove(path.c_str());
}

TEST_CASE("the first interrupt sets a flag, the second ends the program") {
  int status = 0;
  const std::string text = stderr_of(
      [] {
        catch_interrupts();
        if (interrupted()) _exit(1);
        raise(SIGINT);
        if (!interrupted()) _exit(2);
        raise(SIGINT);
        _exit(3);
      },
      &status);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGINT);
  CHECK(text == "\nstopping: press Ctrl-C again to stop at once\n");
  stderr_of(
      [] {
        catch_interrupts();
        raise(SIGTERM);
        _exit(interrupted() ? 0 : 2);
      },
      &status);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("the flag can be set by hand") {
  CHECK(!interrupted());
  set_interrupted(true);
  CHECK(interrupted());
  set_interrupted(false);
  CHECK(!interrupted());
}

}  // namespace gigalane
