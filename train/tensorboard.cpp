#include "train/tensorboard.h"

#include <array>
#include <chrono>
#include <protozero/pbf_writer.hpp>

#include "base/error.h"

namespace gigalane {

namespace {

// Fields of tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
enum EventField : uint32_t { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7 };
enum SummaryField : uint32_t { kValue = 1 };
enum SessionLogField : uint32_t { kStatus = 1 };
constexpr int32_t kSessionStart = 1;
enum ValueField : uint32_t { kTag = 1, kSimpleValue = 2 };

double seconds_since_epoch() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) ? 0x82F63B78u : 0u);
    table[byte] = remainder;
  }
  return table;
}

/// Little-endian, whatever the machine.
template <class Integer>
std::string bytes_of(Integer value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof value; ++i) bytes += char(uint8_t(value >> (8 * i)));
  return bytes;
}

}  // namespace

uint32_t crc32c(const std::string& bytes) {
  static const std::array<uint32_t, 256> table = make_crc_table();
  uint32_t crc = 0xFFFFFFFFu;
  for (char byte : bytes) crc = (crc >> 8) ^ table[(crc ^ uint8_t(byte)) & 0xFFu];
  return ~crc;
}

uint32_t masked_crc32c(const std::string& bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
}

TensorBoardWriter::TensorBoardWriter(const std::string& folder, int64_t first_step)
    : path_(folder + "/events.out.tfevents." + std::to_string(int64_t(seconds_since_epoch())) + ".gigalane"),
      file_(path_, std::ios::binary | std::ios::app) {
  require(file_.is_open(), path_, ": cannot be written");
  std::string version, session;
  protozero::pbf_writer of_version(version), of_session(session);
  of_version.add_double(kWallTime, seconds_since_epoch());
  of_version.add_string(kFileVersion, "brain.Event:2");
  write_record(version);
  of_session.add_double(kWallTime, seconds_since_epoch());
  of_session.add_int64(kStep, first_step);
  protozero::pbf_writer(of_session, kSessionLog).add_enum(kStatus, kSessionStart);
  write_record(session);
}

void TensorBoardWriter::write(int64_t step, const std::vector<NamedValue>& values) {
  std::string event;
  protozero::pbf_writer writer(event);
  writer.add_double(kWallTime, seconds_since_epoch());
  writer.add_int64(kStep, step);
  {
    protozero::pbf_writer summary(writer, kSummary);
    for (const NamedValue& named : values) {
      protozero::pbf_writer value(summary, kValue);
      value.add_string(kTag, named.name);
      value.add_float(kSimpleValue, float(named.value));
    }
  }
  write_record(event);
}

void TensorBoardWriter::write_record(const std::string& event) {
  const std::string length = bytes_of(uint64_t(event.size()));
  file_ << length << bytes_of(masked_crc32c(length)) << event << bytes_of(masked_crc32c(event));
  file_.flush();
  require(file_.good(), path_, ": cannot be written (is the disk full?)");
}

}  // namespace gigalane
