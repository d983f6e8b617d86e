// The example drives as its text says, from outside: it gets somewhere, and mostly stays out of trouble.
#include <doctest/doctest.h>

#include <cstdio>

#include "tests/app/program.h"

namespace program = gigalane::testing;

namespace {

struct Drive {
  double agent_steps = 0, km = 0, reward = 0;
  int goals = 0, collisions = 0, off_road = 0, red_lights = 0;
};

Drive drive(const std::string& arguments) {
  const program::Outcome o = program::run_program(GIGALANE_EXAMPLE_DRIVE_BY_RULES, arguments);
  CAPTURE(o.err);
  REQUIRE(o.status == 0);
  Drive d;
  const int read = std::sscanf(
      o.out.c_str(),
      "map=%*s agent_steps=%lf km=%lf goals=%d collisions=%d off_road=%d red_lights=%d reward=%lf",
      &d.agent_steps, &d.km, &d.goals, &d.collisions, &d.off_road, &d.red_lights, &d.reward);
  REQUIRE_MESSAGE(read == 7, o.out);
  return d;
}

}  // namespace

TEST_CASE("the example opens a generated map, steps its worlds and reads what comes of it") {
  const Drive d = drive("'grid?blocks=4' 2 16 90 7");
  CHECK(d.agent_steps > 0.9 * 2 * 16 * 90 / 0.3);
  CHECK(d.km > 10);
  CHECK(d.goals > 15);
  CHECK(d.off_road <= 50);  // it cuts tight corners, and says so
  CHECK(d.red_lights <= 5);
  CHECK(d.reward > -0.04);
  CHECK(d.collisions <= 20);
  const Drive again = drive("'grid?blocks=4' 2 16 90 7");
  CHECK(again.km == d.km);
  CHECK(drive("'grid?blocks=4' 2 16 90 8").km != d.km);
}

TEST_CASE("the example says in one line what is wrong") {
  for (const char* arguments :
       {"NoSuchTown", "'grid?blocks=4' none", "'grid?blocks=4' 1 100000", "a 1 2 3 4 5"}) {
    const program::Outcome o = program::run_program(GIGALANE_EXAMPLE_DRIVE_BY_RULES, arguments);
    CHECK(o.status == 1);
    CHECK(o.err.find("drive_by_rules: ") == 0);
    CHECK(o.err.find('\n') == o.err.size() - 1);
  }
}
