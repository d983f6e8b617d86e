#include "base/state_hash.h"

#include <cstring>

#include "base/atomic_file.h"

namespace gigalane {

namespace {

uint64_t rotate_left(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

uint64_t mix(uint64_t hash, uint64_t word) {
  return rotate_left(hash ^ (word * 0x9E3779B185EBCA87u), 27) * 0xC2B2AE3D27D4EB4Fu;
}

}  // namespace

void StateHash::add(const void* bytes, size_t size) {
  const auto* from = static_cast<const unsigned char*>(bytes);
  uint64_t hash = state_;
  for (size_t left = size; left > 0;) {
    const size_t part = left < 8 ? left : 8;
    uint64_t word = 0;
    std::memcpy(&word, from, part);
    hash = mix(hash, word);
    from += part;
    left -= part;
  }
  state_ = mix(hash, size);
}

uint64_t StateHash::value() const {
  uint64_t h = state_;
  h = (h ^ h >> 33) * 0xFF51AFD7ED558CCDu;
  h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53u;
  return h ^ h >> 33;
}

std::string to_hex(uint64_t value) {
  std::string text(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4) text[size_t(i)] = "0123456789abcdef"[value & 15];
  return text;
}

std::string StateHash::hex() const { return to_hex(value()); }

std::string sha256_hex(const std::string& bytes) { return sha256_hex(bytes.data(), bytes.size()); }

std::string sha256_file(const std::string& path) { return sha256_hex(read_file(path)); }

}  // namespace gigalane
