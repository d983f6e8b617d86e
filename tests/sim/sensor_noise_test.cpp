// Sensor noise: its moments, that it is drawn by its key, that off means off, what of it an agent sees.
#include "sim/sensor_noise.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "sim/ego_features.h"
#include "tests/sim/worlds.h"

using namespace gigalane;

namespace {

struct Moments {
  double count = 0, sum = 0, squares = 0, cubes = 0, fourths = 0, most = 0;
  void add(double x) {
    ++count, sum += x, squares += x * x, cubes += x * x * x, fourths += x * x * x * x;
    most = std::max(most, std::abs(x));
  }
  double mean() const { return sum / count; }
  double deviation() const { return std::sqrt(squares / count); }
};

/// Two simulators of the same worlds, the second with noise.
struct Twins {
  Simulator plain, noisy;
  Twins(SimulationConfig c, const SensorNoise& noise, const testing::Maps& maps)
      : plain(c, maps, {}), noisy((c.observation.noise = noise, c), maps, {}) {}
  void step(uint32_t number) {
    testing::set_random_actions(plain, number);
    testing::set_random_actions(noisy, number);
    plain.step();
    noisy.step();
  }
};

SimulationConfig busy(int worlds, int agents) {
  SimulationConfig c;
  c.worlds = worlds;
  c.agents_per_world = agents;
  c.episode_steps = 30;
  return c;
}

double angle_between(float c0, float s0, float c1, float s1) {
  return std::atan2(double(c0) * s1 - double(s0) * c1, double(c0) * c1 + double(s0) * s1);
}

}  // namespace

TEST_CASE("Philox by lanes gives the words of the scalar one") {
  constexpr int kWidth = CpuLanes::width;
  using Int = CpuLanes::Int;
  for (uint32_t n = 0; n < 200; ++n) {
    const uint32_t a = n * 2654435761u, b = ~n, c = n * n * 40503u;
    Int word[4] = {CpuLanes::lane_index() * Int(77) + Int(int(a)), Int(int(b)), Int(int(c)),
                   CpuLanes::lane_index()};
    int got[4][kWidth];
    philox4x32<CpuLanes>(word, a ^ 5u, b ^ 9u);
    for (int k = 0; k < 4; ++k) CpuLanes::store(got[k], word[k]);
    for (int lane = 0; lane < kWidth; ++lane) {
      const Random4 wanted = philox4x32({{a + 77u * uint32_t(lane), b, c, uint32_t(lane)}}, a ^ 5u, b ^ 9u);
      for (int k = 0; k < 4; ++k) REQUIRE(uint32_t(got[k][lane]) == wanted.v[k]);
    }
  }
}

TEST_CASE("the error of one word: mean 0, variance 1, nearly normal, bounded") {
  Moments m;
  for (uint32_t n = 0; n < 100000; ++n)
    for (const uint32_t bits : philox4x32({{n, 1, 2, 3}}, 4, 5).v)
      m.add(double(normal_of<OneLane>(int(bits))));
  const double error = 1 / std::sqrt(m.count);
  CHECK(std::abs(m.mean()) < 4 * error);
  CHECK(std::abs(m.squares / m.count - 1) < 4 * std::sqrt(1.7) * error);
  CHECK(std::abs(m.cubes / m.count) < 4 * std::sqrt(11.0) * error);
  CHECK(std::abs(m.fourths / m.count - 2.7) < 0.02);  // 3 - 1.2 / 4
  CHECK(m.most <= 510 / 147.8);
  CHECK(normal_of<OneLane>(-1) == doctest::Approx(510 / 147.8005).epsilon(1e-6));
  CHECK(normal_of<OneLane>(0) == -normal_of<OneLane>(-1));
}

TEST_CASE("errors of others have the deviations that were asked for, and leave the rest alone") {
  SensorNoise noise;
  noise.others_position_m = 0.5f, noise.others_heading_rad = 0.1f, noise.others_speed_mps = 0.8f;
  Twins twins(busy(4, 16), noise, testing::crossing());
  Moments place, heading, speed, lag, pair;
  double last = 0;
  for (uint32_t step = 0; step < 60; ++step) {
    twins.step(step);
    REQUIRE(twins.plain.hash() == twins.noisy.hash());
    const ObservationView a = twins.plain.observation(), b = twins.noisy.observation();
    const int capacity = a.shape.capacity[kAgentSet];
    for (int slot = 0; slot < twins.plain.slot_count(); ++slot) {
      const int count = a.count(slot, kAgentSet);
      REQUIRE(b.count(slot, kAgentSet) == count);
      const auto of = [&](const ObservationView& v, int feature, int k) {
        return v.feature(slot, kAgentSet, feature)[k];
      };
      for (int k = 0; k < count; ++k) {
        const double dx = double(of(b, kAgentX, k)) - double(of(a, kAgentX, k)),
                     dy = double(of(b, kAgentY, k)) - double(of(a, kAgentY, k));
        place.add(dx / kPositionScale), place.add(dy / kPositionScale);
        pair.add(dx * dy / (kPositionScale * kPositionScale));
        const double turned =
            angle_between(of(a, kAgentCos, k), of(a, kAgentSin, k), of(b, kAgentCos, k), of(b, kAgentSin, k));
        heading.add(turned);
        lag.add(last * turned), last = turned;  // with the element before, or another agent's first
        const float ego = twins.plain.view().motion[slot].a;
        const auto seen_speed = [&](const ObservationView& v) {
          const double vx = double(of(v, kAgentVelocityX, k)) / kSpeedScale + double(ego),
                       vy = double(of(v, kAgentVelocityY, k)) / kSpeedScale;
          return vx * double(of(v, kAgentCos, k)) + vy * double(of(v, kAgentSin, k));
        };
        speed.add(seen_speed(b) - seen_speed(a));
        CHECK(of(a, kAgentLength, k) == of(b, kAgentLength, k));
        CHECK(of(a, kAgentWidth, k) == of(b, kAgentWidth, k));
        CHECK(of(a, kAgentHeight, k) == of(b, kAgentHeight, k));
      }
      for (int k = count; k < capacity; ++k)
        for (int f = 0; f < kAgentFeatures; ++f) CHECK(of(b, f, k) == 0);
      // all else is as it was
      CHECK(std::memcmp(a.row(slot), b.row(slot), size_t(a.shape.set_offset(kAgentSet)) * sizeof(float)) ==
            0);
      CHECK(std::memcmp(a.ego(slot), b.ego(slot), kEgoFeatures * sizeof(float)) == 0);
    }
  }
  const double error = 4 / std::sqrt(heading.count);
  CHECK(heading.count > 20000);
  CHECK(place.deviation() == doctest::Approx(0.5).epsilon(0.01));
  CHECK(heading.deviation() == doctest::Approx(0.1).epsilon(0.015));
  CHECK(speed.deviation() == doctest::Approx(0.8).epsilon(0.015));
  CHECK(std::abs(place.mean()) < 0.5 * error);
  CHECK(std::abs(heading.mean()) < 0.1 * error);
  CHECK(std::abs(speed.mean()) < 0.8 * error);
  CHECK(std::abs(pair.mean()) < 0.25 * error);  // ahead and to the left: not correlated
  CHECK(std::abs(lag.mean()) < 0.01 * error);   // nor one agent with the next
  CHECK(place.most < 0.5 * 3.46);
}

TEST_CASE("errors of its own place: the whole map moves as one, the lane says the same, others stay") {
  SensorNoise noise;
  noise.own_position_m = 0.4f, noise.own_heading_rad = 0.05f, noise.own_speed_mps = 0.6f;
  SimulationConfig c = busy(4, 16);
  c.observation.route_hint = true;
  Twins twins(c, noise, testing::crossing());
  Moments ahead, left, turn, speed;
  for (uint32_t step = 0; step < 40; ++step) {
    twins.step(step);
    REQUIRE(twins.plain.hash() == twins.noisy.hash());
    const ObservationView a = twins.plain.observation(), b = twins.noisy.observation();
    for (int slot = 0; slot < twins.plain.slot_count(); ++slot) {
      if (a.count(slot, kLaneSet) < 2) continue;
      const auto lane = [&](const ObservationView& v, int feature, int k) {
        return double(v.feature(slot, kLaneSet, feature)[k]);
      };
      // the motion of the frame, from the first lane point
      const double angle = -angle_between(float(lane(a, kLaneCos, 0)), float(lane(a, kLaneSin, 0)),
                                          float(lane(b, kLaneCos, 0)), float(lane(b, kLaneSin, 0)));
      const double cs = std::cos(angle), sn = std::sin(angle);
      const auto moved = [&](double x, double y, double& u, double& v) {
        u = cs * x - sn * y, v = sn * x + cs * y;
      };
      double u, v;
      moved(lane(b, kLaneX, 0) / kPositionScale, lane(b, kLaneY, 0) / kPositionScale, u, v);
      const double dx = lane(a, kLaneX, 0) / kPositionScale - u, dy = lane(a, kLaneY, 0) / kPositionScale - v;
      ahead.add(dx), left.add(dy), turn.add(angle);
      for (int k = 1; k < a.count(slot, kLaneSet); ++k) {
        moved(lane(b, kLaneX, k) / kPositionScale, lane(b, kLaneY, k) / kPositionScale, u, v);
        CHECK(std::hypot(u + dx - lane(a, kLaneX, k) / kPositionScale,
                         v + dy - lane(a, kLaneY, k) / kPositionScale) < 2e-2);
      }
      const auto edge = [&](const ObservationView& s, int feature) {
        return double(s.feature(slot, kBoundarySet, feature)[3]);
      };
      if (a.count(slot, kBoundarySet) > 3) {
        moved(edge(b, kBoundaryX) / kPositionScale, edge(b, kBoundaryY) / kPositionScale, u, v);
        CHECK(std::hypot(u + dx - edge(a, kBoundaryX) / kPositionScale,
                         v + dy - edge(a, kBoundaryY) / kPositionScale) < 2e-2);
      }
      const float *e = a.ego(slot), *f = b.ego(slot);
      const double aside = dx * double(e[kEgoLaneSin]) + dy * double(e[kEgoLaneCos]);
      CHECK(std::abs(double(f[kEgoOffset] - e[kEgoOffset]) / 0.5 - aside) < 1e-2);
      CHECK(std::abs(angle_between(e[kEgoLaneCos], e[kEgoLaneSin], f[kEgoLaneCos], f[kEgoLaneSin]) - angle) <
            1e-3);
      speed.add(double(f[kEgoSpeed] - e[kEgoSpeed]) / kSpeedScale);
      for (const int same :
           {int(kEgoSteering), int(kEgoLength), int(kEgoSpeedLimit), int(kEgoCoefficients) + 1})
        CHECK(e[same] == f[same]);
      for (int feature = 0; feature < kAgentFeatures; ++feature)
        CHECK(std::memcmp(a.feature(slot, kAgentSet, feature), b.feature(slot, kAgentSet, feature),
                          size_t(a.count(slot, kAgentSet)) * sizeof(float)) == 0);
    }
  }
  const double error = 4 / std::sqrt(ahead.count);
  CHECK(ahead.count > 1500);
  CHECK(ahead.deviation() == doctest::Approx(0.4).epsilon(0.06));
  CHECK(left.deviation() == doctest::Approx(0.4).epsilon(0.06));
  CHECK(turn.deviation() == doctest::Approx(0.05).epsilon(0.06));
  CHECK(speed.deviation() == doctest::Approx(0.6).epsilon(0.06));
  CHECK(std::abs(ahead.mean()) < 0.4 * error);
  CHECK(std::abs(left.mean()) < 0.4 * error);
  CHECK(std::abs(turn.mean()) < 0.05 * error);
  CHECK(std::abs(speed.mean()) < 0.6 * error);
}

TEST_CASE("errors are drawn anew at each step and life of a world, and the same when a state is seen again") {
  SensorNoise noise;
  noise.others_position_m = noise.own_position_m = 1;
  SimulationConfig c = busy(2, 8);
  c.observation.noise = noise;
  Simulator sim(c, testing::crossing(), {}), other(c, testing::crossing(), {});
  for (uint32_t step = 0; step < 10; ++step) testing::set_random_actions(sim, step), sim.step();
  const ObservationView seen = sim.observation();
  const size_t floats = size_t(sim.slot_count()) * size_t(seen.shape.row_stride());
  const std::vector<float> first(seen.rows, seen.rows + floats);
  sim.observe(seen);
  CHECK(std::memcmp(first.data(), seen.rows, floats * sizeof(float)) == 0);
  other.restore(sim.save());
  other.observe(other.observation());
  CHECK(std::memcmp(first.data(), other.observation().rows, floats * sizeof(float)) == 0);
  ++sim.view().episode_step[0];
  ++sim.view().episode[1];
  sim.observe(seen);
  const size_t half = floats / 2;
  CHECK(std::memcmp(first.data(), seen.rows, half * sizeof(float)) != 0);
  CHECK(std::memcmp(first.data() + half, seen.rows + half, half * sizeof(float)) != 0);
}

TEST_CASE("noise outside its bounds, or unknown, is an error with the key") {
  SimulationConfig c;
  CHECK_NOTHROW(
      parse_config("observation: {noise: {others_position_m: 0.5, own_heading_rad: 0.02}}", "text", {}, c));
  CHECK(c.observation.noise.others_position_m == 0.5f);
  CHECK_THROWS_WITH_AS(parse_config("observation: {noise: {own_speed_mps: -1}}", "text", {}, c),
                       doctest::Contains("own_speed_mps"), Error);
  CHECK_THROWS_WITH_AS(parse_config("observation: {noise: {position: 1}}", "text", {}, c),
                       doctest::Contains("position"), Error);
  CHECK(evaluation_world(c).observation.noise.others_position_m == 0);
}
