/// A 64-bit hash of the world's state, and SHA-256 for files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace gigalane {

/// Order-dependent hash of the blocks of bytes added, not cryptographic. A block is read as little-endian
/// 64-bit words, the last one padded with zeros:
///   h = rotate_left(h ^ (word * 0x9E3779B185EBCA87), 27) * 0xC2B2AE3D27D4EB4F
/// and then once more with the block's length in bytes as a word; value() mixes h as MurmurHash3 ends. Two
/// blocks therefore hash otherwise than their concatenation.
class StateHash {
 public:
  void add(const void* bytes, size_t size);
  template <class T>
  void add_value(const T& value) {
    add(&value, sizeof value);
  }
  uint64_t value() const;
  /// value() as 16 hexadecimal digits.
  std::string hex() const;

 private:
  uint64_t state_ = 0x27D4EB2F165667C5u;
};

/// `value` as 16 hexadecimal digits.
std::string to_hex(uint64_t value);

/// SHA-256 (FIPS 180-4) as 64 hexadecimal digits.
std::string sha256_hex(const void* bytes, size_t size);
std::string sha256_hex(const std::string& bytes);
/// The same of a file. Throws Error if it cannot be read.
std::string sha256_file(const std::string& path);

}  // namespace gigalane
