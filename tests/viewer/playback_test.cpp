// The clock of a replay.
#include "viewer/playback.h"

#include <doctest/doctest.h>

using gigalane::Playback;

TEST_CASE("time runs at its speed, and stops at the end") {
  Playback p(0.3f, 11);  // 3 s
  CHECK(p.duration_s() == doctest::Approx(3));
  p.advance(1.0, false);
  CHECK(p.time_s() == doctest::Approx(1));
  CHECK(p.row() == 3);
  CHECK(p.fraction() == doctest::Approx(1.0 / 3).epsilon(0.001));
  p.set_speed(2);
  p.advance(0.5, false);
  CHECK(p.time_s() == doctest::Approx(2));
  p.advance(10, false);
  CHECK(p.time_s() == doctest::Approx(3));
  CHECK(p.row() == 10);
  CHECK(p.fraction() == 0);
  CHECK_FALSE(p.playing);
}

TEST_CASE("speeds have bounds") {
  Playback p(0.1f, 2);
  p.set_speed(100);
  CHECK(p.speed() == Playback::kFastest);
  p.set_speed(0.01);
  CHECK(p.speed() == Playback::kSlowest);
}

TEST_CASE("steps go from row to row and pause") {
  Playback p(0.3f, 5);
  for (int row = 1; row <= 4; ++row) {
    p.step(1);
    CHECK(p.row() == row);
    CHECK(p.fraction() == doctest::Approx(0).epsilon(1e-3));
  }
  p.step(1);
  CHECK(p.row() == 4);
  CHECK_FALSE(p.playing);
  p.seek(0.7);  // between rows 2 and 3
  p.step(-1);
  CHECK(p.row() == 2);
  p.step(-1);
  CHECK(p.row() == 1);
}

TEST_CASE("loops go round") {
  Playback p(0.5f, 21);  // 10 s
  p.looping = true;
  p.advance(11, false);
  CHECK(p.time_s() == doctest::Approx(1));
  CHECK(p.playing);
  p.loop_from_s = 2;
  p.loop_to_s = 4;
  p.seek(3.5);
  p.advance(1, false);
  CHECK(p.time_s() == doctest::Approx(2.5));
}

TEST_CASE("a live source has no end") {
  Playback p(0.3f, 3);
  p.advance(0.7, true);
  CHECK(p.playing);
  CHECK(p.row() == 2);
}
