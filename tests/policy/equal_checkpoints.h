/// Compares checkpoints bit for bit, all but what a clock gives.
#pragma once
#include <doctest/doctest.h>

#include <cstring>

#include "policy/checkpoint.h"

namespace gigalane::testing {

inline void check_equal(const Checkpoint& a, const Checkpoint& b) {
  CHECK(a.text == b.text);
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (const auto& [name, tensor] : a.tensors) {
    CAPTURE(name);
    const std::vector<float>& other = b.tensors.at(name).values;
    REQUIRE(tensor.values.size() == other.size());
    CHECK(std::memcmp(tensor.values.data(), other.data(), other.size() * sizeof(float)) == 0);
  }
  for (const auto& [name, number] : a.numbers) {
    CAPTURE(name);
    if (name != "training_s") CHECK(number == b.numbers.at(name));
  }
  CHECK(a.blobs == b.blobs);
}

}  // namespace gigalane::testing
