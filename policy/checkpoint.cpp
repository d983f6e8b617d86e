// The file, all numbers little-endian:
//   "GIGALANE-CKPT-1\n"   16 bytes
//   size of the file      uint64
//   size of the header    uint64
//   header                JSON: text, numbers, tensors and blobs (offsets count from the data's start)
//   data                  from the next multiple of 64 on
//   SHA-256               of all before it, 64 hexadecimal digits
#include "policy/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/state_hash.h"

namespace gigalane {
namespace {

using nlohmann::json;

constexpr char kMagic[] = "GIGALANE-CKPT-1\n";
constexpr size_t kMagicSize = 16, kPrologue = kMagicSize + 16, kSumSize = 64;
static_assert(sizeof kMagic == kMagicSize + 1);
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is what lies in memory");

constexpr size_t round_up64(size_t n) { return (n + 63) / 64 * 64; }

/// Appends bytes to the data and tells where they are.
json place(std::string& data, const void* bytes, size_t size) {
  data.resize(round_up64(data.size()));
  const json where = {{"offset", data.size()}, {"bytes", size}};
  data.append(static_cast<const char*>(bytes), size);
  return where;
}

std::string header_of(const Checkpoint& checkpoint, std::string& data) {
  json header = {{"text", checkpoint.text},
                 {"numbers", json::object()},
                 {"tensors", json::object()},
                 {"blobs", json::object()}};
  for (const auto& [name, value] : checkpoint.numbers) header["numbers"][name] = value;  // not a number: null
  for (const auto& [name, array] : checkpoint.tensors) {
    json entry = place(data, array.values.data(), array.values.size() * sizeof(float));
    entry["shape"] = array.shape;
    header["tensors"][name] = entry;
  }
  for (const auto& [name, blob] : checkpoint.blobs)
    header["blobs"][name] = place(data, blob.data(), blob.size());
  return header.dump(-1, ' ', false, json::error_handler_t::replace);
}

uint64_t read_number(const std::string& file, size_t at) {
  uint64_t value = 0;
  std::memcpy(&value, file.data() + at, sizeof value);
  return value;
}

/// Checks magic, sizes and sum; returns where the data starts and the header.
struct Opened {
  std::string header;
  const char* data;
  uint64_t data_size;
};
Opened open(const std::string& path, const std::string& file) {
  const size_t known = std::min(file.size(), kMagicSize);
  require(std::memcmp(file.data(), kMagic, known) == 0, path, ": not a Gigalane checkpoint");
  require(file.size() >= kPrologue, path, ": truncated: ", file.size(), " bytes of a checkpoint's beginning");
  const uint64_t size = read_number(file, kMagicSize), header_size = read_number(file, kMagicSize + 8);
  require(file.size() >= size, path, ": truncated: ", file.size(), " bytes, expected ", size);
  require(file.size() == size && size >= kPrologue + kSumSize, path, ": damaged: ", file.size(),
          " bytes, expected ", size);
  const size_t summed = file.size() - kSumSize;
  require(file.compare(summed, kSumSize, sha256_hex(file.data(), summed)) == 0, path,
          ": damaged: its SHA-256 does not match its content");
  require(header_size <= summed - kPrologue && round_up64(kPrologue + header_size) <= summed, path,
          ": damaged: a header of ", header_size, " bytes");
  const size_t start = round_up64(kPrologue + header_size);
  return {file.substr(kPrologue, header_size), file.data() + start, summed - start};
}

/// The bytes of an entry, checked to lie within the data.
const char* bytes_of(const json& entry, const Opened& file, uint64_t& size) {
  const uint64_t offset = entry.at("offset").get<uint64_t>();
  size = entry.at("bytes").get<uint64_t>();
  require(offset % 64 == 0, "an entry at ", offset, ", expected a multiple of 64");
  require(offset <= file.data_size && size <= file.data_size - offset, "an entry beyond the end of the file");
  return file.data + offset;
}

NamedArray read_array(const json& entry, const Opened& file) {
  uint64_t size = 0;
  const char* bytes = bytes_of(entry, file, size);
  return array_of(entry.at("shape").get<std::vector<int64_t>>(), bytes, size);
}

Checkpoint parse(const Opened& file) {
  const json header = json::parse(file.header);
  Checkpoint checkpoint;
  checkpoint.text = header.at("text").get<std::map<std::string, std::string>>();
  for (const auto& [name, value] : header.at("numbers").items())
    checkpoint.numbers[name] =
        value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  for (const auto& [name, entry] : header.at("tensors").items())
    checkpoint.tensors[name] = read_array(entry, file);
  for (const auto& [name, entry] : header.at("blobs").items()) {
    uint64_t size = 0;
    const char* bytes = bytes_of(entry, file, size);
    checkpoint.blobs[name].assign(bytes, bytes + size);
  }
  return checkpoint;
}

/// N of "N.ckpt", -1 for any other name.
int64_t number_of(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  const bool digits =
      !stem.empty() && stem.size() < 18 && stem.find_first_not_of("0123456789") == std::string::npos;
  return file.extension() == ".ckpt" && digits ? std::stoll(stem) : -1;
}

}  // namespace

NamedArray array_of(std::vector<int64_t> shape, const char* bytes, uint64_t size) {
  uint64_t count = 1;
  for (const int64_t extent : shape) {
    require(extent >= 0 && (extent == 0 || count <= size / sizeof(float) / uint64_t(extent)),
            "a tensor beyond its bytes");
    count *= uint64_t(extent);
  }
  require(count * sizeof(float) == size, "a tensor of ", size, " bytes with a shape of ", count, " numbers");
  NamedArray array{std::move(shape), std::vector<float>(size_t(count))};
  if (size > 0) std::memcpy(array.values.data(), bytes, size);
  return array;
}

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  std::string data;
  const std::string header = header_of(checkpoint, data);
  const size_t start = round_up64(kPrologue + header.size());
  const uint64_t sizes[2] = {start + data.size() + kSumSize, header.size()};
  std::string file;
  file.reserve(sizes[0]);
  file.append(kMagic, kMagicSize);
  file.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
  file.append(header);
  file.resize(start);
  file.append(data);
  file.append(sha256_hex(file));
  write_file(path, file);
}

Checkpoint load_checkpoint(const std::string& path) {
  const std::string file = read_file(path);
  const Opened opened = open(path, file);
  try {
    return parse(opened);
  } catch (const std::exception& error) {
    fail(path, ": damaged: ", error.what());
  }
}

std::string newest_checkpoint(const std::string& run_folder, std::string* warning) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(run_folder) / "checkpoints";
  std::error_code failed;
  std::vector<std::pair<int64_t, std::string>> files;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (const int64_t number = number_of(entry->path()); number >= 0)
      files.emplace_back(number, entry->path().string());
  require(!files.empty(), run_folder, ": no checkpoint in this folder, expected checkpoints/N.ckpt");
  std::sort(files.rbegin(), files.rend());
  std::string problem;
  for (const auto& [number, path] : files) {
    try {
      load_checkpoint(path);
      if (warning) *warning = problem.empty() ? "" : problem + "; going on from " + path;
      return path;
    } catch (const Error& error) {
      if (problem.empty()) problem = error.what();
    }
  }
  fail(problem, "; no checkpoint in ", run_folder, " can be read");
}

}  // namespace gigalane
