#include "policy/safetensors.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "base/error.h"

namespace gigalane {
namespace {

using nlohmann::json;

constexpr uint64_t kLargestHeader = 100'000'000;  // the format's own limit

NamedArray read_array(const json& entry, const char* data, uint64_t data_size) {
  require(entry.at("dtype").get<std::string>() == "F32", "a tensor of type ", entry.at("dtype").dump(),
          ", expected F32");
  const auto range = entry.at("data_offsets").get<std::vector<uint64_t>>();
  require(range.size() == 2 && range[0] <= range[1] && range[1] <= data_size,
          "a tensor beyond the end of the file");
  return array_of(entry.at("shape").get<std::vector<int64_t>>(), data + range[0], range[1] - range[0]);
}

/// How many bytes the header says that the data has.
uint64_t data_end(const json& header) {
  uint64_t end = 0;
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__") end = std::max(end, entry.at("data_offsets").at(1).get<uint64_t>());
  return end;
}

}  // namespace

void save_safetensors(const Actor& actor, const std::string& path) {
  json header;
  header["__metadata__"] = describe(actor);
  std::string data;
  for (const auto& [name, array] : actor.tensors) {
    const size_t start = data.size();
    data.append(reinterpret_cast<const char*>(array.values.data()), array.values.size() * sizeof(float));
    header[name] = {{"dtype", "F32"}, {"shape", array.shape}, {"data_offsets", {start, data.size()}}};
  }
  std::string text = header.dump(-1, ' ', false, json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data is aligned
  const uint64_t size = text.size();
  write_file(path, std::string(reinterpret_cast<const char*>(&size), sizeof size) + text + data);
}

Actor load_safetensors(const std::string& path) {
  const std::string file = read_file(path);
  require(file.size() >= 8, path, ": truncated: ", file.size(), " bytes");
  uint64_t size = 0;
  std::memcpy(&size, file.data(), sizeof size);
  require(size >= 2 && size <= kLargestHeader, path, ": not a .safetensors file");
  require(size <= file.size() - 8, path, ": truncated, or not a .safetensors file: ", file.size(),
          " bytes, a header of ", size);
  const char* data = file.data() + 8 + size;
  const uint64_t data_size = file.size() - 8 - size;
  json header;
  std::map<std::string, std::string> texts;
  std::map<std::string, NamedArray> tensors;
  try {
    header = json::parse(file.data() + 8, data);
    const uint64_t end = data_end(header);
    require(data_size >= end, "truncated: ", data_size, " bytes of data, expected ", end);
    require(data_size == end, "damaged: ", data_size, " bytes of data, expected ", end);
    if (header.contains("__metadata__"))
      texts = header["__metadata__"].get<std::map<std::string, std::string>>();
    for (const auto& [name, entry] : header.items())
      if (name != "__metadata__") tensors[name] = read_array(entry, data, data_size);
  } catch (const json::exception&) {
    fail(path, ": damaged, or not a .safetensors file");
  } catch (const Error& error) {
    fail(path, ": ", error.what());
  }
  Actor actor = read_description(texts, path);
  actor.card.kind = "safetensors";
  actor.tensors = std::move(tensors);
  check_tensors(actor, path);
  const auto sum = texts.find("weights_sha256");
  require(sum == texts.end() || sum->second == actor.card.sha256, path,
          ": damaged: the SHA-256 of its weights does not match");
  return actor;
}

}  // namespace gigalane
