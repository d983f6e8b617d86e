// Plans and states of traffic lights.
#include "sim/lights.h"

#include <doctest/doctest.h>

#include "tests/sim/worlds.h"

using namespace gigalane;

TEST_CASE("a light is green, then yellow, then red, and again") {
  const Record plan{5, 10, 3, 30};  // green from 5 s on
  const struct {
    float time;
    LightState state;
  } expected[] = {{0, LightState::red},       {4.9f, LightState::red},           {5, LightState::green},
                  {14.9f, LightState::green}, {15, LightState::yellow},          {17.9f, LightState::yellow},
                  {18, LightState::red},      {34.9f, LightState::red},          {35, LightState::green},
                  {65, LightState::green},    {3000 + 15.5f, LightState::yellow}};
  for (const auto& e : expected) CHECK(light_state(plan, e.time) == e.state);
  CHECK(light_state(light_off(), 12) == LightState::off);
  CHECK(light_state(light_always_green(), 12) == LightState::green);
}

TEST_CASE("the turns of a junction never meet, and each comes in every cycle") {
  LightConfig rules;
  for (int phase_count = 1; phase_count <= 4; ++phase_count)
    for (uint32_t episode = 0; episode < 20; ++episode) {
      const EpisodeKey key{11, 3, episode};
      Record plan[4];
      double reds = 0;
      for (int p = 0; p < phase_count; ++p) {
        plan[p] = junction_plan(rules, key, 5, p, phase_count);
        CHECK(plan[p].d == plan[0].d);
        CHECK(plan[p].b >= 1.0f);
        CHECK(plan[p].b <= 10.0f);
        CHECK(plan[p].c >= 1.5f);
        CHECK(plan[p].c <= 2.25f);
        reds += plan[p].d - plan[p].b - plan[p].c;
      }
      int greens[4] = {}, all_red = 0;
      for (int n = 0; n < 4000; ++n) {
        const float time = float(n) * 0.1f;
        int going = 0;
        for (int p = 0; p < phase_count; ++p) {
          const LightState state = light_state(plan[p], time);
          going += state == LightState::green || state == LightState::yellow;
          greens[p] += state == LightState::green;
        }
        CHECK(going <= 1);
        all_red += going == 0;
      }
      CHECK(all_red > 0);  // clearance
      for (int p = 0; p < phase_count; ++p) CHECK(greens[p] > 0);
    }
}

TEST_CASE("lights are removed, off and always green as often as configured") {
  const LightConfig rules;
  const Signal signal{0, 0, 0, 1, 0, 2, 4};
  int off = 0, green = 0, episodes_off = 0;
  const int episodes = 20000;
  for (int episode = 0; episode < episodes; ++episode) {
    const EpisodeKey key{1, 0, uint32_t(episode)};
    episodes_off += all_lights_off(rules, key);
    const Record plan = light_plan(rules, key, signal, 7);
    off += plan.d == 0;
    green += plan.d < 0;
  }
  const double works = 0.8 * 0.8 * 0.8;  // not all off, group kept, light kept
  CHECK(episodes_off / double(episodes) == doctest::Approx(0.2).epsilon(0.05));
  CHECK(off / double(episodes) == doctest::Approx(1 - works).epsilon(0.03));
  CHECK(green / double(episodes) == doctest::Approx(works * 0.05).epsilon(0.1));
}

TEST_CASE("lights of one group show the same unless one is removed") {
  LightConfig rules;
  rules.light_removed = 0;
  for (uint32_t episode = 0; episode < 50; ++episode) {
    const EpisodeKey key{2, 9, episode};
    const Signal signal{0, 0, 0, 1, 1, 3, 4};
    const Record a = light_plan(rules, key, signal, 0), b = light_plan(rules, key, signal, 1);
    CHECK(a.a == b.a);
    CHECK(a.b == b.b);
    CHECK(a.d == b.d);
  }
  rules.enabled = false;
  CHECK(light_plan(rules, {2, 9, 0}, Signal{0, 0, 0, 1, 1, 3, 4}, 0).d == 0);
}

TEST_CASE("in evaluation every light works, whatever the policy was trained among") {
  SimulationConfig c = testing::plain_world(40, 2);
  c.lights.all_off = 0.5f;
  c.lights.light_removed = c.lights.group_removed = c.lights.always_green = 0.2f;
  const auto working = [&](const SimulationConfig& of) {
    Simulator sim(of, testing::crossing(), {});
    const WorldView& v = sim.view();
    int count = 0;
    for (int k = 0; k < 40 * v.signal_stride; ++k) count += v.signal_plan[k].d > 0;
    return count;
  };
  SimulationConfig evaluated = evaluation_world(c);
  evaluated.worlds = 40, evaluated.agents_per_world = 2;
  const int all = 40 * testing::crossing()[0]->view().signal_count;
  CHECK(working(evaluated) == all);
  CHECK(working(c) < all * 3 / 4);
}
