#include "train/tensorboard.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <protozero/pbf_reader.hpp>

#include "base/atomic_file.h"

using namespace gigalane;

namespace {

template <class Integer>
Integer integer_at(const std::string& bytes, size_t offset) {
  Integer value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

TEST_CASE("CRC-32C of the check string of its definition") {
  CHECK(crc32c("123456789") == 0xE3069283u);
  CHECK(crc32c("") == 0u);
}

TEST_CASE("An events file holds framed, checksummed records") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("gigalane_tensorboard_" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::string file;
  {
    TensorBoardWriter writer(folder.string(), 41);
    writer.write(41, {{"goal_rate", 0.5}, {"loss", -2}});
    file = read_file(writer.path());
    CHECK(std::filesystem::path(writer.path()).filename().string().rfind("events.out.tfevents.", 0) == 0);
  }
  std::filesystem::remove_all(folder);

  std::vector<std::string> events;
  for (size_t at = 0; at < file.size();) {
    REQUIRE(at + 12 <= file.size());
    const uint64_t length = integer_at<uint64_t>(file, at);
    CHECK(integer_at<uint32_t>(file, at + 8) == masked_crc32c(file.substr(at, 8)));
    REQUIRE(at + 16 + length <= file.size());
    events.push_back(file.substr(at + 12, length));
    CHECK(integer_at<uint32_t>(file, at + 12 + length) == masked_crc32c(events.back()));
    at += 16 + length;
  }
  REQUIRE(events.size() == 3);

  protozero::pbf_reader version(events[0]);
  REQUIRE(version.next(3));
  CHECK(version.get_string() == "brain.Event:2");
  protozero::pbf_reader start(events[1]);
  REQUIRE(start.next(2));
  CHECK(start.get_int64() == 41);
  REQUIRE(start.next(7));
  protozero::pbf_reader session = start.get_message();
  REQUIRE(session.next(1));
  CHECK(session.get_enum() == 1);  // START: what was written of later steps is forgotten
  protozero::pbf_reader event(events[2]);
  REQUIRE(event.next(2));
  CHECK(event.get_int64() == 41);
  REQUIRE(event.next(5));
  protozero::pbf_reader summary = event.get_message();
  REQUIRE(summary.next(1));
  protozero::pbf_reader value = summary.get_message();
  REQUIRE(value.next(1));
  CHECK(value.get_string() == "goal_rate");
  REQUIRE(value.next(2));
  CHECK(value.get_float() == 0.5f);
  REQUIRE(summary.next(1));
  summary.skip();
  CHECK(!summary.next());
}
