// Crossing a stop line: once, forwards, anywhere on the carriageway.
#include "sim/red_light.h"

#include <doctest/doctest.h>

using namespace gigalane;

namespace {
// into the junction is +x; over the whole carriageway of a two-way road: right end y = -3.5, left end y = 3.5
constexpr StopLine kLine{10, -3.5f, 10, 3.5f, 1, 0, 0, 0, 0};
}  // namespace

TEST_CASE("the step that crosses from behind to ahead counts, and no other") {
  CHECK(crosses_line(kLine, {9, 0}, {11, 0}));
  CHECK(crosses_line(kLine, {9.99f, 0}, {10, 0}));     // arriving on the line
  CHECK_FALSE(crosses_line(kLine, {10, 0}, {12, 0}));  // it counted before
  CHECK_FALSE(crosses_line(kLine, {7, 0}, {9.9f, 0}));
  CHECK_FALSE(crosses_line(kLine, {11, 0}, {13, 0}));  // already inside when the light turns
  CHECK_FALSE(crosses_line(kLine, {11, 0}, {9, 0}));   // backwards, or out of the junction
}

TEST_CASE("driving round over the oncoming lane crosses it too; the pavement does not") {
  CHECK(crosses_line(kLine, {9, 3}, {11, 3}));
  CHECK(crosses_line(kLine, {9, -3}, {11, -3}));
  CHECK_FALSE(crosses_line(kLine, {9, 4}, {11, 4}));
  CHECK_FALSE(crosses_line(kLine, {9, -4}, {11, -4}));
}

TEST_CASE("a slanted line") {
  const StopLine line{0, 0, 4, 4, 0.7071f, -0.7071f, 0, 0, 0};  // into the junction: to the lower right
  CHECK(crosses_line(line, {1, 3}, {3, 1}));
  CHECK_FALSE(crosses_line(line, {3, 1}, {1, 3}));
  CHECK_FALSE(crosses_line(line, {4, 6}, {6, 4}));
}
