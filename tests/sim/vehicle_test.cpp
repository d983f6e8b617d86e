// The bicycle against an independent program of its formulas in double precision, and its properties.
#include "sim/vehicle.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace gigalane;

namespace {

/// The formulas as they stand in the paper, in double precision, with the rear axle as the reference point;
/// and who comes to a stand loses its acceleration along.
struct Reference {
  double x, y, heading, v, along, across, steering;  // of the rear axle

  void step(double jerk_along, double jerk_across, const VehicleTraits& t, double dt) {
    const auto stop = [](double before, double after) { return before * after < 0 ? 0.0 : after; };
    const double along_before = along, v_before = v, wheelbase = 0.6 * t.length;
    along = std::clamp(stop(along, along + t.throttle * jerk_along * dt), -5.0, 2.5 * t.acceleration);
    across = std::clamp(stop(across, across + t.steer * jerk_across * dt), -4.0, 4.0);
    v = std::clamp(stop(v, v + (along + along_before) / 2 * dt), -2.0, 20.0 * t.speed);
    if (v_before != 0 && v == 0) along = 0;
    const double asked = std::atan(across / std::max(v * v, 1e-5) * wheelbase);
    steering = std::clamp(steering + std::clamp(asked - steering, -0.6 * dt, 0.6 * dt), -0.55, 0.55);
    const double curvature = std::tan(steering) / wheelbase, d = (v + v_before) / 2 * dt,
                 turn = d * curvature;
    across = v * v * curvature;
    const double ahead = std::abs(curvature) < 1e-12 ? d : std::sin(turn) / curvature;
    const double left = std::abs(curvature) < 1e-12 ? 0.0 : (1 - std::cos(turn)) / curvature;
    x += std::cos(heading) * ahead - std::sin(heading) * left;
    y += std::sin(heading) * ahead + std::cos(heading) * left;
    heading += turn;
  }
};

constexpr VehicleTraits kCar{4.5f, 1, 1, 1, 1};

VehicleState at_speed(float speed) { return {{0, 0, 1, 0}, speed, 0, 0, 0}; }

}  // namespace

TEST_CASE("the bicycle follows its formulas") {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> unit(0, 1);
  double worst_place = 0, worst_speed = 0, worst_heading = 0;
  for (int drive = 0; drive < 200; ++drive) {
    const VehicleTraits traits{0.8f + 6.2f * unit(random), 0.8f + 0.45f * unit(random),
                               0.8f + 0.45f * unit(random), 0.67f + 0.8f * unit(random),
                               0.67f + 0.8f * unit(random)};
    VehicleState state = at_speed(10 * unit(random));
    const double rear = 0.3 * double(traits.length);
    for (int step = 0; step < 60; ++step) {
      // from the state as it is, so that only the error of one step is seen
      const double heading = std::atan2(double(state.pose.sin_heading), double(state.pose.cos_heading));
      Reference reference{state.pose.x - rear * std::cos(heading),
                          state.pose.y - rear * std::sin(heading),
                          heading,
                          state.speed,
                          state.along,
                          state.across,
                          state.steering};
      const Action action = action_of(int(random() % kActionCount));
      const float dt = step % 2 ? 0.3f : 0.0667f;
      state = advance(state, action, traits, dt);
      reference.step(action.along, action.across, traits, dt);
      const double x = reference.x + rear * std::cos(reference.heading);
      const double y = reference.y + rear * std::sin(reference.heading);
      worst_place = std::max(worst_place, std::hypot(x - state.pose.x, y - state.pose.y));
      worst_speed = std::max(worst_speed, std::abs(reference.v - state.speed));
      worst_heading = std::max(worst_heading, std::abs(std::sin(reference.heading) - state.pose.sin_heading));
      CHECK(state.along == doctest::Approx(reference.along).epsilon(1e-5));
      CHECK(state.across == doctest::Approx(reference.across).epsilon(1e-4));
      CHECK(state.steering == doctest::Approx(reference.steering).epsilon(1e-5));
    }
  }
  CHECK(worst_place < 1e-4);  // float at some hundred metres from the origin
  CHECK(worst_speed < 1e-5);
  CHECK(worst_heading < 5e-6);
}

TEST_CASE("one step from anywhere: displacement, angles and speeds to 1e-5, 10,000 steps of every action") {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> unit(-1, 1);
  double worst_place = 0, worst_turn = 0, worst_rest = 0;
  for (int n = 0; n < kActionCount * 10000; ++n) {
    const float length = 3.9f + 3.1f * unit(random);
    const VehicleTraits traits{length, 1 + 0.24f * unit(random), 1 + 0.24f * unit(random),
                               1.08f + 0.41f * unit(random), 1.08f + 0.41f * unit(random)};
    const float heading = 3.14f * unit(random), dt = 0.175f + 0.125f * unit(random);
    const VehicleState before{{0, 0, std::cos(heading), std::sin(heading)},
                              n % 5 == 0 ? 0.0f : 9 + 11 * unit(random),
                              -1 + 4 * unit(random),
                              4 * unit(random),
                              0.55f * unit(random)};
    const double rear = 0.3 * double(length),
                 from = std::atan2(double(before.pose.sin_heading), double(before.pose.cos_heading));
    Reference reference{-rear * std::cos(from), -rear * std::sin(from), from,           before.speed,
                        before.along,           before.across,          before.steering};
    const Action action = action_of(n % kActionCount);
    const VehicleState after = advance(before, action, traits, dt);
    reference.step(action.along, action.across, traits, dt);
    const double to = reference.heading, x = reference.x + rear * std::cos(to) - after.pose.x,
                 y = reference.y + rear * std::sin(to) - after.pose.y;
    const double turned = std::atan2(double(after.pose.sin_heading), double(after.pose.cos_heading)) - to;
    worst_place = std::max(worst_place, std::hypot(x, y));
    worst_turn = std::max(worst_turn, std::abs(std::remainder(turned, 6.283185307179586)));
    worst_turn = std::max(worst_turn, std::abs(reference.steering - after.steering));
    worst_rest =
        std::max({worst_rest, std::abs(reference.v - after.speed), std::abs(reference.along - after.along),
                  std::abs(reference.across - after.across) / (1 + std::abs(reference.across))});
  }
  CHECK(worst_place < 1e-5);
  CHECK(worst_turn < 1e-5);
  CHECK(worst_rest < 1e-5);
}

TEST_CASE("a car at rest does not creep: coasting and steering leave it still, a rare action can be undone") {
  VehicleState still = at_speed(0);
  for (int step = 0; step < 500; ++step) still = advance(still, {0, 4.0f * float(step % 3 - 1)}, kCar, 0.3f);
  CHECK(still.pose.x == 0.0f);
  CHECK(still.pose.y == 0.0f);
  CHECK(still.speed == 0.0f);
  // an action sampled now and then, and a driver that takes back what it did: exactly at rest again, not
  // nearly, so that nothing adds up
  for (const float jerk : {4.0f, -4.0f}) {
    for (const float throttle : {0.8f, 1.0f, 1.25f}) {
      VehicleState state = at_speed(0);
      const VehicleTraits traits{4.5f, throttle, 1, 1, 1};
      for (int event = 0; event < 200; ++event) {
        for (const float side : {1.0f, -1.0f, -1.0f, 1.0f})
          state = advance(state, {side * jerk, 0}, traits, 0.3f);
        CHECK(state.along == 0.0f);
        CHECK(state.speed == 0.0f);
        const float before = state.pose.x;
        for (int step = 0; step < 20; ++step) state = advance(state, {0, 0}, traits, 0.3f);
        CHECK(state.pose.x == before);
      }
    }
  }
}

TEST_CASE("actions are the twelve of the paper") {
  for (int index = 0; index < kActionCount; ++index) {
    const float along[] = {-15, -4, 0, 4}, across[] = {-4, 0, 4};
    CHECK(action_of(index).along == along[index / 3]);
    CHECK(action_of(index).across == across[index % 3]);
  }
}

TEST_CASE("without input a car keeps its speed and goes straight") {
  VehicleState state = at_speed(9);
  for (int step = 0; step < 100; ++step) state = advance(state, {0, 0}, kCar, 0.3f);
  CHECK(state.speed == 9.0f);
  CHECK(state.pose.y == 0.0f);
  CHECK(state.pose.x == doctest::Approx(270));
  CHECK(state.pose.cos_heading == 1.0f);
}

TEST_CASE("braking stops at exactly 0 and does not run on into reversing") {
  for (const float dt : {0.05f, 0.0667f, 0.3f, 0.5f}) {
    for (float speed = 0.05f; speed < 12; speed += 0.35f) {
      VehicleState state = at_speed(speed);
      int steps = 0;
      while (state.speed > 0 && ++steps < 1000) {
        const float before = state.pose.x;
        state = advance(state, {-15, 0}, kCar, dt);
        CHECK(state.pose.x >= before);
      }
      CHECK(state.speed == 0.0f);
      const float stopped = state.pose.x;
      for (int step = 0; step < 20; ++step) state = advance(state, {0, step % 2 ? 4.0f : -4.0f}, kCar, dt);
      CHECK(state.speed == 0.0f);
      CHECK(state.pose.x == stopped);
      // reversing is asked for anew, and comes to a stand as well
      for (int step = 0; step < 3; ++step) state = advance(state, {-4, 0}, kCar, dt);
      CHECK(state.speed < 0.0f);
      CHECK(state.pose.x < stopped);
      for (steps = 0; state.speed < 0 && ++steps < 1000;) state = advance(state, {4, 0}, kCar, dt);
      const float reversed = state.pose.x;
      for (int step = 0; step < 20; ++step) state = advance(state, {0, 0}, kCar, dt);
      CHECK(state.speed == 0.0f);
      CHECK(state.pose.x == reversed);
    }
  }
}

TEST_CASE("an acceleration that changes sign stops at exactly 0") {
  VehicleState state = at_speed(10);
  state.along = 1;
  state = advance(state, {-15, 0}, kCar, 0.3f);
  CHECK(state.along == 0.0f);
  state.across = -0.5f;
  state.steering = -0.02f;
  state = advance(state, {0, 4}, kCar, 0.3f);
  CHECK(state.across == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("limits hold from any state") {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> unit(-1, 1);
  for (int n = 0; n < 2000; ++n) {
    VehicleState state{
        {0, 0, 1, 0}, 30 * unit(random), 6 * unit(random), 6 * unit(random), 0.55f * unit(random)};
    const VehicleTraits traits{4 + 3 * unit(random), 1.25f, 0.8f, 1.5f, 0.7f};
    const float steering = state.steering;
    state = advance(state, action_of(int(random() % kActionCount)), traits, 0.3f);
    CHECK(state.speed >= -2.0f);
    CHECK(state.speed <= 20 * 0.7f);
    CHECK(state.along >= -5.0f);
    CHECK(state.along <= 2.5f * 1.5f);
    CHECK(std::abs(state.steering) <= 0.55f);
    CHECK(std::abs(state.steering - steering) <= 0.18001f);
    CHECK(std::hypot(state.pose.cos_heading, state.pose.sin_heading) == doctest::Approx(1));
  }
}

TEST_CASE("steering answers to both sides when creeping backwards") {
  // with a floor on the curvature that has a sign, the wheels lock to one side in reverse
  for (const float side : {4.0f, -4.0f}) {
    VehicleState state = at_speed(-0.5f);
    for (int step = 0; step < 4; ++step) state = advance(state, {0, side}, kCar, 0.3f);
    CHECK(state.steering * side > 0.1f);
    for (int step = 0; step < 6; ++step) state = advance(state, {0, -side}, kCar, 0.3f);
    CHECK(state.steering * side < 0.0f);
    CHECK(state.speed == -0.5f);
  }
}

TEST_CASE("a mirrored action gives the mirrored drive") {
  VehicleState left = at_speed(3), right = left;
  for (int step = 0; step < 80; ++step) {
    const int along = step % 4, across = (step / 3) % 3;
    left = advance(left, action_of(along * 3 + across), kCar, 0.3f);
    right = advance(right, action_of(along * 3 + 2 - across), kCar, 0.3f);
    CHECK(left.pose.x == right.pose.x);
    CHECK(left.pose.y == -right.pose.y);
    CHECK(left.steering == -right.steering);
  }
}

TEST_CASE("the arc of a step leads to where the step leads") {
  VehicleState state = at_speed(6);
  for (int step = 0; step < 60; ++step) {
    Arc arc;
    const VehicleState after = advance(state, action_of((step * 7) % 12), kCar, 0.3f, arc);
    Pose pose = state.pose;
    for (int piece = 0; piece < 8; ++piece)
      pose = moved(pose, motion_along({arc.distance / 8, arc.curvature}, kCar.length));
    CHECK(pose.x == doctest::Approx(after.pose.x).epsilon(1e-5));
    CHECK(pose.y == doctest::Approx(after.pose.y).epsilon(1e-5));
    state = after;
  }
}
