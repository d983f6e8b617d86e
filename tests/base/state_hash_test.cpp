#include "base/state_hash.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "base/atomic_file.h"
#include "base/error.h"

namespace gigalane {

static uint64_t hash_of(const std::string& bytes) {
  StateHash hash;
  hash.add(bytes.data(), bytes.size());
  return hash.value();
}

TEST_CASE("the state hash depends on every bit and on the order") {
  const std::string bytes = "twenty-one bytes long";
  std::set<uint64_t> hashes = {hash_of(bytes)};
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = char(changed[bit / 8] ^ (1 << bit % 8));
    hashes.insert(hash_of(changed));
  }
  CHECK(hashes.size() == bytes.size() * 8 + 1);
  CHECK(hash_of("0123456789abcdef") != hash_of("89abcdef01234567"));
}

TEST_CASE("blocks hash otherwise than their concatenation, and padding is not a zero") {
  StateHash parts;
  parts.add("abcdefgh", 8);
  parts.add("ijklmnop", 8);
  CHECK(parts.value() != hash_of("abcdefghijklmnop"));
  CHECK(hash_of("abc") != hash_of(std::string("abc\0", 4)));
  CHECK(hash_of("") != StateHash().value());
}

TEST_CASE("the state hash's definition is kept: golden values") {
  // worked out with an independent program (Python's integers)
  CHECK(StateHash().hex() == "9353dfc8a195f3e2");
  CHECK(to_hex(hash_of("abcdefghij")) == "efd23c1987463769");
  StateHash value;
  value.add_value(1.5f);
  CHECK(value.hex() == "9ccc052a418e5c3f");
}

TEST_CASE("SHA-256 gives the values of FIPS 180-4 and of sha256sum") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // lengths around a block's end
  CHECK(sha256_hex(std::string(55, 'x')) ==
        "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
  CHECK(sha256_hex(std::string(64, 'x')) ==
        "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
}

TEST_CASE("SHA-256 of a file is that of its bytes") {
  const std::string path = "sha256_test.bin";
  write_file(path, "abc");
  CHECK(sha256_file(path) == sha256_hex("abc"));
  std::remove(path.c_str());
  CHECK_THROWS_WITH_AS(sha256_file(path), "sha256_test.bin: cannot open: No such file or directory", Error);
}

}  // namespace gigalane
