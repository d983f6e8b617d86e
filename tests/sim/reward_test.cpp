// Every term of the reward by hand.
#include "sim/reward.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace gigalane;

namespace {

struct Scene {
  RewardInput in{{{0, 0, 1, 0}, 5, 0, 0, 0}, {0, 0}, 0, 1, 0, 0, 0};
  float coefficient[kCoefficientCount] = {10,     2,     1.5f,    0.05f,  0.02f, 0.5f,
                                          0.005f, 0.25f, 0.0025f, 0.004f, 0.7f,  2.5e-5f};
  float terms[kRewardTerms];
  float dt = 0.3f, penalty_scale = 1, progress_per_m = 0;
  float sum = 0;

  Scene& score() {
    for (float& t : terms) t = std::nanf("");
    sum = reward_of(in, coefficient, dt, penalty_scale, progress_per_m, terms);
    double total = 0;
    for (float t : terms) total += t;
    CHECK(sum == doctest::Approx(total));
    return *this;
  }
  doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-5); }
};

}  // namespace

TEST_CASE("goal, collision, off-road and red light are events") {
  Scene s;
  s.score();
  CHECK(s.terms[kGoalTerm] == 0);
  CHECK(s.terms[kCollisionTerm] == 0);
  CHECK(s.terms[kOffRoadTerm] == 0);
  CHECK(s.terms[kStopLineTerm] == 0);
  s.in.events = kReachedGoal | kCollided | kOffRoad | kRanRedLight;
  s.in.state.speed = -1.5f;
  s.score();
  CHECK(s.terms[kGoalTerm] == 1);
  CHECK(s.terms[kCollisionTerm] == s.near(-(2 + 0.1 * 1.5)));
  CHECK(s.terms[kOffRoadTerm] == s.near(-1.5));
  CHECK(s.terms[kStopLineTerm] == s.near(-0.7));
  s.penalty_scale = 0.2f;
  s.score();
  CHECK(s.terms[kCollisionTerm] == s.near(-0.2 * (2 + 0.1 * 1.5)));
  CHECK(s.terms[kOffRoadTerm] == s.near(-0.2 * 1.5));
  CHECK(s.terms[kStopLineTerm] == s.near(-0.7));
}

TEST_CASE("comfort counts each of its three limits once") {
  Scene s;
  s.in.state.along = -3.1f;
  CHECK(s.score().terms[kComfortTerm] == s.near(-0.05));
  s.in.state.across = 3.2f;
  CHECK(s.score().terms[kComfortTerm] == s.near(-0.1));
  s.in.jerk = {-15, 4};
  CHECK(s.score().terms[kComfortTerm] == s.near(-0.15));
  s.in = {{{0, 0, 1, 0}, 5, 3, -3, 0}, {4, -4}, 0, 1, 0, 0, 0};  // at the limits: comfortable
  CHECK(s.score().terms[kComfortTerm] == 0);
}

TEST_CASE("lane align uses the speed with its sign: reversing along the lane earns nothing") {
  Scene s;
  CHECK(s.score().terms[kLaneAlignTerm] == s.near(0.02 * 0.3 * 0.0025));
  s.in.state.speed = -2;  // backwards along the lane is against it
  CHECK(s.score().terms[kLaneAlignTerm] == s.near(0.02 * 0.3 * (0.5 * -2 + 0.0025)));
  s.in.cos_lane = -1;  // heading against the lane
  s.in.state.speed = 4;
  CHECK(s.score().terms[kLaneAlignTerm] == s.near(0.02 * 0.3 * (-1 + 0.5 * -4 + 0.0025 * (1 - 2))));
  s.in.state.speed = -2;  // backwards, heading against: moves along the lane
  CHECK(s.score().terms[kLaneAlignTerm] == s.near(0.02 * 0.3 * (-1 - 0.0025)));
  s.in.cos_lane = 0.5f;
  s.in.sin_lane = -std::sqrt(0.75f);
  s.in.state.speed = 4;
  CHECK(s.score().terms[kLaneAlignTerm] == s.near(0.02 * 0.3 * 0.0025 * (1 - 60.0 / 90)));
}

TEST_CASE("lane centre is measured from the agent's own bias, to the left") {
  Scene s;
  s.in.offset = 1.25f;
  CHECK(s.score().terms[kLaneCentreTerm] == s.near(-0.005 * 0.3 * (1 - 0.05 / std::exp(0.5))));
  s.in.offset = -0.75f;
  CHECK(s.score().terms[kLaneCentreTerm] == s.near(-0.005 * 0.3 * (1 - 0.05 / std::exp(0.5))));
  s.in.cos_lane = 0.5f;  // only along the lane
  CHECK(s.score().terms[kLaneCentreTerm] == s.near(0.005 * 0.3 * 0.05 / std::exp(0.5)));
  s.in.offset = 30;  // far off: no smaller than on the edge of the lane
  s.in.cos_lane = 1;
  CHECK(s.score().terms[kLaneCentreTerm] < -0.005 * 0.3 * 29);
}

TEST_CASE("velocity, reverse and time") {
  Scene s;
  s.in.cos_lane = 0.8f;
  CHECK(s.score().terms[kVelocityTerm] == s.near(0.0025 * 0.3 * 0.8));
  CHECK(s.terms[kReverseTerm] == 0);
  CHECK(s.terms[kTimeTerm] == s.near(-2.5e-5 * 0.3));
  s.in.state.speed = 2.5f;
  CHECK(s.score().terms[kVelocityTerm] == 0);
  s.in.state.speed = -0.1f;
  CHECK(s.score().terms[kReverseTerm] == s.near(-0.004 * 0.3));
  s.in.state.speed = 0;
  CHECK(s.score().terms[kReverseTerm] == 0);
  CHECK(s.terms[kTimeTerm] == 0);  // waiting is free
  s.in.state.along = 0.5f;
  CHECK(s.score().terms[kTimeTerm] == s.near(-2.5e-5 * 0.3));
}

TEST_CASE("progress pays the difference of two potentials, whatever the way between") {
  Scene s;
  s.progress_per_m = 0.01f;
  s.in.progress_m = 3;
  CHECK(s.score().terms[kProgressTerm] == s.near(0.03));

  // round and round: the route distance jumps as the agent crosses to the opposite lane and back
  const std::vector<float> circle = {100, 97, 94, 394, 391, 388, 97, 100};
  float paid = 100, earned = 0;
  for (int round = 0; round < 200; ++round)
    for (const float route : circle) {
      const float next = follow_route(paid, route, 3);
      CHECK(std::abs(next - paid) <= 6.001f);
      earned += paid - next;
      paid = next;
    }
  CHECK(std::abs(earned) < 320);  // bounded by the potential's range, not by the number of rounds
  CHECK(earned == doctest::Approx(100 - paid).epsilon(1e-3));
  CHECK(follow_route(paid, 0, 0) == paid);  // standing still pays nothing
  CHECK(follow_route(50, 47, 3) == 47.0f);  // driving on pays what is gained
  CHECK(follow_route(50, kUnreachable, 2) == 54.0f);
}
