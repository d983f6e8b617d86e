// Checkpoints: what is saved is what is read; whatever is damaged is refused in one line and left as it was.
#include "policy/checkpoint.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/state_hash.h"

using namespace gigalane;
namespace fs = std::filesystem;

namespace {

/// A folder that goes with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("gigalane-checkpoint-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

Checkpoint sample() {
  Checkpoint c;
  c.text = {{"config", "seed: 1\nname: \"\xc3\xa4\"\n"}, {"version", "0.1.0"}};
  c.numbers = {{"transitions", 1e12 + 1}, {"third", 1.0 / 3}, {"minus", -0.0}, {"nan", NAN}};
  c.tensors["actor.head.weight"] = {{2, 3}, {1, 2.5f, -0.0f, INFINITY, 1e-40f, 0.1f}};
  c.tensors["scalar"] = {{}, {7}};
  c.tensors["empty"] = {{0, 4}, {}};
  c.blobs["worlds"] = {0, 255, 10, 13, 0};
  c.blobs["nothing"] = {};
  return c;
}

std::string message_of(const std::string& path) {
  try {
    load_checkpoint(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// Refused in one line that names the file and says `part`; the file stays.
void check_refused(const std::string& path, const std::string& bytes, const std::string& part) {
  write_file(path, bytes);
  const std::string message = message_of(path);
  CAPTURE(message);
  CHECK(message.find(path) != std::string::npos);
  CHECK(message.find(part) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  CHECK(read_file(path) == bytes);
}

/// The file with its sum made right again.
std::string signed_again(std::string bytes) {
  bytes.resize(bytes.size() - 64);
  return bytes + sha256_hex(bytes);
}

}  // namespace

TEST_CASE("what is saved is what is read") {
  Folder folder;
  const Checkpoint before = sample();
  save_checkpoint(folder / "1.ckpt", before);
  const Checkpoint after = load_checkpoint(folder / "1.ckpt");
  CHECK(after.text == before.text);
  CHECK(after.blobs == before.blobs);
  REQUIRE(after.numbers.size() == before.numbers.size());
  for (const auto& [name, value] : before.numbers) {
    if (std::isnan(value))
      CHECK(std::isnan(after.numbers.at(name)));
    else
      CHECK(std::memcmp(&value, &after.numbers.at(name), sizeof value) == 0);
  }
  REQUIRE(after.tensors.size() == before.tensors.size());
  for (const auto& [name, array] : before.tensors) {
    const NamedArray& read = after.tensors.at(name);
    CHECK(read.shape == array.shape);
    REQUIRE(read.values.size() == array.values.size());
    if (!array.values.empty())
      CHECK(std::memcmp(read.values.data(), array.values.data(), array.values.size() * sizeof(float)) == 0);
  }
  save_checkpoint(folder / "2.ckpt", after);
  CHECK(read_file(folder / "1.ckpt") == read_file(folder / "2.ckpt"));
}

TEST_CASE("missing, truncated, damaged and foreign files") {
  Folder folder;
  const std::string path = folder / "1.ckpt", bad = folder / "bad.ckpt";
  CHECK(message_of(path).find(path) != std::string::npos);
  CHECK(message_of(folder.path.string()).find("folder") != std::string::npos);
  save_checkpoint(path, sample());
  const std::string whole = read_file(path);
  for (size_t size = 0; size < whole.size(); size += 7)
    check_refused(bad, whole.substr(0, size), "truncated");
  check_refused(bad, whole + "more", "damaged");
  check_refused(bad, std::string(5000, 'x'), "not a Gigalane checkpoint");
  check_refused(bad, "PK\x03\x04", "not a Gigalane checkpoint");
  for (size_t at = 32; at < whole.size(); at += 11) {
    std::string changed = whole;
    changed[at] = char(changed[at] ^ 4);
    check_refused(bad, changed, "damaged");
  }
}

TEST_CASE("a header that lies is refused, even under a right sum") {
  Folder folder;
  const std::string path = folder / "1.ckpt", bad = folder / "bad.ckpt";
  save_checkpoint(path, sample());
  const std::string whole = read_file(path);
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string changed = whole;
    const size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(from.size() == to.size());
    return signed_again(changed.replace(at, from.size(), to));
  };
  check_refused(bad, replaced("[2,3]", "[9,3]"), "damaged");
  check_refused(bad, replaced("[2,3]", "[-2,3"), "damaged");
  check_refused(bad, replaced("\"offset\":0", "\"offset\":9"), "damaged");
  check_refused(bad, replaced("\"tensors\"", "\"tensers\""), "damaged");
  check_refused(bad, replaced("{\"blobs\"", "[\"blobs\""), "damaged");
  std::string long_header = whole;
  long_header[24 + 5] = 1;
  check_refused(bad, signed_again(long_header), "damaged");
}

TEST_CASE("the newest checkpoint that can be read") {
  Folder folder;
  const std::string run = folder / "run";
  CHECK_THROWS_AS(newest_checkpoint(run), Error);
  make_folder(run + "/checkpoints");
  CHECK_THROWS_AS(newest_checkpoint(run), Error);
  for (const char* name : {"9", "10", "100"})
    save_checkpoint(run + "/checkpoints/" + name + ".ckpt", sample());
  write_file(run + "/checkpoints/200.ckpt.tmp-1", "half");
  write_file(run + "/checkpoints/notes.ckpt", "no number");
  std::string warning = "none";
  CHECK(newest_checkpoint(run, &warning) == run + "/checkpoints/100.ckpt");
  CHECK(warning.empty());

  write_file(run + "/checkpoints/100.ckpt", read_file(run + "/checkpoints/100.ckpt").substr(0, 300));
  CHECK(newest_checkpoint(run, &warning) == run + "/checkpoints/10.ckpt");
  CHECK(warning.find("100.ckpt") != std::string::npos);
  CHECK(warning.find("truncated") != std::string::npos);
  CHECK(warning.find('\n') == std::string::npos);

  write_file(run + "/checkpoints/9.ckpt", "");
  write_file(run + "/checkpoints/10.ckpt", "");
  CHECK_THROWS_AS(newest_checkpoint(run), Error);
}
