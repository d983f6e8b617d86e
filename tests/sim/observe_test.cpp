#include "sim/observe.h"

#include <doctest/doctest.h>

#include "maps/generate.h"
#include "tests/sim/observe_reference.h"

namespace gigalane {
namespace {

const ObservationShape kFull{}, kOdd{{40, 48, 20, 4}}, kWide{{64, 80, 64, 8}}, kSmall{{7, 13, 3, 1}};

bool is_absent(const WorldView& view, int slot) { return view.status[slot] == uint8_t(AgentStatus::absent); }

/// Compares one element of a set; positions within a fraction of a millimetre.
void check_element(const ObservedRows& rows, int slot, int set, int element,
                   const std::vector<double>& expected) {
  for (int f = 0; f < int(expected.size()); ++f) {
    CAPTURE(set);
    CAPTURE(element);
    CAPTURE(f);
    CHECK(std::abs(rows.at(slot, set, f, element) - expected[size_t(f)]) <
          2e-5 * (1 + std::abs(expected[size_t(f)])));
  }
}

void check_zero_beyond(const ObservedRows& rows, int slot) {
  const int features[kSetCount] = {kLaneFeatures, kBoundaryFeatures, kAgentFeatures, kStopLineFeatures};
  for (int set = 0; set < kSetCount; ++set) {
    for (int f = 0; f < features[set]; ++f)
      for (int k = rows.count(slot, set); k < rows.shape.capacity[set]; ++k)
        CHECK(rows.at(slot, set, f, k) == 0.0f);
    const int end = set + 1 < kSetCount ? rows.shape.set_offset(set + 1) : rows.shape.ego_offset();
    for (int k = rows.shape.set_offset(set) + features[set] * rows.shape.capacity[set]; k < end; ++k)
      CHECK(rows.row(slot)[k] == 0.0f);
  }
}

void check_against_reference(const MadeUpWorlds& worlds, ObservationShape shape) {
  const WorldView& view = worlds.view;
  const ObservedRows rows = observe_with<CpuLanes>(view, shape);
  const MapView& map = worlds.map.view;
  for (int slot = 0; slot < view.world_count * view.agents_per_world; ++slot) {
    CAPTURE(slot);
    check_zero_beyond(rows, slot);
    if (is_absent(view, slot)) {
      for (int k = 0; k < shape.row_stride(); ++k) CHECK(rows.row(slot)[k] == 0.0f);
      for (int set = 0; set < kSetCount; ++set) CHECK(rows.count(slot, set) == 0);
      continue;
    }
    const ReferenceObserver reference(worlds, slot / view.agents_per_world, slot % view.agents_per_world);
    const int quad = view.quad[slot];
    const GroupList points = listed_points(map, quad), edges = listed_edges(map, quad);
    REQUIRE(rows.count(slot, kLaneSet) == std::min(points.count, shape.capacity[kLaneSet]));
    for (int k = 0; k < rows.count(slot, kLaneSet); ++k)
      check_element(rows, slot, kLaneSet, k, reference.lane(points.place(k)));
    REQUIRE(rows.count(slot, kBoundarySet) == std::min(edges.count, shape.capacity[kBoundarySet]));
    for (int k = 0; k < rows.count(slot, kBoundarySet); ++k)
      check_element(rows, slot, kBoundarySet, k, reference.edge(edges.place(k)));
    const std::vector<int> seen = reference.seen(shape.capacity[kAgentSet]);
    REQUIRE(rows.count(slot, kAgentSet) == int(seen.size()));
    for (int k = 0; k < int(seen.size()); ++k)
      check_element(rows, slot, kAgentSet, k, reference.other(seen[size_t(k)]));
    REQUIRE(rows.count(slot, kStopLineSet) ==
            std::min<int>(map.lists[quad].stop_line_count, shape.capacity[kStopLineSet]));
    for (int k = 0; k < rows.count(slot, kStopLineSet); ++k)
      check_element(rows, slot, kStopLineSet, k, reference.stop_line(map.lists[quad].stop_lines[k]));
    const std::vector<double> ego = reference.ego();
    REQUIRE(ego.size() == size_t(kEgoFeatures));
    for (int f = 0; f < kEgoFeatures; ++f) {
      CAPTURE(f);
      CHECK(std::abs(rows.ego(slot, f) - ego[size_t(f)]) < 2e-5 * (1 + std::abs(ego[size_t(f)])));
    }
  }
}

TEST_CASE("observations equal their definition in double precision") {
  for (const ObservationShape& shape : {kFull, kOdd, kWide, kSmall})
    check_against_reference(MadeUpWorlds(2, 70, 1), shape);
  check_against_reference(MadeUpWorlds(3, 1, 2), kFull);
  check_against_reference(MadeUpWorlds(2, 7, 3), kFull);
}

bool same_bits(const ObservedRows& a, const ObservedRows& b, int slots) {
  return std::memcmp(a.rows, b.rows, size_t(slots) * size_t(a.shape.row_stride()) * sizeof(float)) == 0 &&
         a.counts == b.counts;
}

TEST_CASE("observations have the same bits at every width and on the emulated warp") {
  for (const ObservationShape& shape : {kFull, kOdd, kWide, kSmall}) {
    for (bool drop : {false, true}) {
      MadeUpWorlds worlds(2, 67, 4);
      for (int a = 0; a < 20; ++a) worlds.place(a, 10, 10, 0.1f * float(a));  // all in one place
      for (int a = 20; a < 60; ++a)
        worlds.place(a, 3 * float(a % 8), 3 * float(a / 8), 0.0f);  // a lattice: ties
      const int slots = worlds.view.world_count * worlds.view.agents_per_world;
      const std::vector<float> hints(worlds.view.nearest_hint, worlds.view.nearest_hint + slots);
      const auto observe = [&](auto lanes) {
        std::copy(hints.begin(), hints.end(), worlds.view.nearest_hint);
        return observe_with<decltype(lanes)>(worlds.view, shape, drop);
      };
      const ObservedRows one = observe(ScalarLanes());
      CHECK(same_bits(one, observe(VectorLanes<8>()), slots));
      CHECK(same_bits(one, observe(VectorLanes<16>()), slots));
      CHECK(same_bits(one, observe(VectorLanes<32>()), slots));
      CHECK(same_bits(one, observe(WarpLanes()), slots));
    }
  }
}

TEST_CASE("the hint of the search changes no observation, nor does doing without") {
  MadeUpWorlds worlds(2, 64, 5);
  const int slots = 128;
  const ObservedRows before = observe_with<CpuLanes>(worlds.view, kFull);
  CHECK(same_bits(before, observe_with<CpuLanes>(worlds.view, kFull), slots));
  for (float hint : {0.0f, -1.0f, 1e30f, 1e-30f, std::nanf("")}) {
    std::fill_n(worlds.view.nearest_hint, slots, hint);
    CHECK(same_bits(before, observe_with<CpuLanes>(worlds.view, kFull), slots));
  }
  worlds.view.nearest_hint = nullptr;
  CHECK(same_bits(before, observe_with<CpuLanes>(worlds.view, kFull), slots));
}

TEST_CASE("an observation does not depend on other worlds or on its place in the batch") {
  MadeUpWorlds worlds(3, 33, 6);
  const ObservedRows all = observe_with<CpuLanes>(worlds.view, kFull);
  for (int slot = 66; slot < 99; ++slot) worlds.remove(slot);
  const ObservedRows without_last = observe_with<CpuLanes>(worlds.view, kFull);
  CHECK(std::memcmp(all.rows, without_last.rows, 66 * size_t(kFull.row_stride()) * sizeof(float)) == 0);
}

/// The world seen in a mirror along its x axis.
void mirror(MadeUpWorlds& worlds) {
  WorldView& v = worlds.view;
  for (int w = 0; w < v.world_count; ++w)
    v.variant[w].yx = -v.variant[w].yx, v.variant[w].yy = -v.variant[w].yy,
    v.variant[w].y0 = -v.variant[w].y0;
  for (int s = 0; s < v.world_count * v.agents_per_world; ++s) {
    v.pose[s].b = -v.pose[s].b, v.pose[s].d = -v.pose[s].d;
    if (!is_absent(v, s)) v.y_m[s] = -v.y_m[s];
    v.motion[s].c = -v.motion[s].c, v.motion[s].d = -v.motion[s].d;
    v.frenet[s].b = -v.frenet[s].b, v.frenet[s].d = -v.frenet[s].d;
  }
}

TEST_CASE("a mirrored world gives a mirrored observation") {
  MadeUpWorlds worlds(2, 64, 7);
  const ObservedRows there = observe_with<CpuLanes>(worlds.view, kFull);
  mirror(worlds);
  const ObservedRows here = observe_with<CpuLanes>(worlds.view, kFull);
  CHECK(there.counts == here.counts);
  // what changes its sign: all that points to the left; edges turn round, to keep the drivable area on their
  // left
  const std::vector<std::vector<int>> flipped{{kLaneY, kLaneSin},
                                              {kBoundaryY, kBoundaryU},
                                              {kAgentY, kAgentSin, kAgentVelocityY},
                                              {kStopY, kStopSin}};
  const int features[kSetCount] = {kLaneFeatures, kBoundaryFeatures, kAgentFeatures, kStopLineFeatures};
  for (int slot = 0; slot < 128; ++slot) {
    for (int set = 0; set < kSetCount; ++set)
      for (int f = 0; f < features[set]; ++f)
        for (int k = 0; k < here.count(slot, set); ++k) {
          const auto& list = flipped[size_t(set)];
          const float sign = std::count(list.begin(), list.end(), f) ? -1.0f : 1.0f;
          CHECK(here.at(slot, set, f, k) == sign * there.at(slot, set, f, k));
        }
    for (int f = 0; f < kEgoFeatures; ++f) {
      const bool left = f == kEgoOffset || f == kEgoLaneSin || f == kEgoLaneCurvature || f == kEgoSteering ||
                        f == kEgoAccelerationAcross ||
                        (f >= kEgoGoals && f < kEgoCoefficients && (f - kEgoGoals) % kGoalFeatures == kGoalY);
      CHECK(here.ego(slot, f) == (left ? -1.0f : 1.0f) * there.ego(slot, f));
    }
  }
}

TEST_CASE("nothing degenerate makes a NaN") {
  MadeUpWorlds worlds(2, 40, 8);
  WorldView& v = worlds.view;
  for (int s = 0; s < 80; ++s) {
    worlds.place(s, 0, 0, 0);                                            // every agent in one place
    v.goal_count[s] = uint8_t(s % 3), v.goal_index[s] = uint8_t(s % 5);  // no goals, or none left
    v.body[s].d = s % 2 ? kUnreachable : -5.0f;
    v.motion[s] = {0, 0, 0, 0};
  }
  v.variant[1] = {0, 0, 0, 0, 0, 0};
  for (const ObservationShape& shape : {kFull, kOdd}) {
    const ObservedRows rows = observe_with<CpuLanes>(v, shape);
    for (int k = 0; k < 80 * shape.row_stride(); ++k) CHECK(std::isfinite(rows.rows[k]));
  }
}

TEST_CASE("the route hint lies on the road ahead, on either side of a mirror") {
  const CompiledMap ring = generate_ring_road({50});
  const MapView map = ring.view();
  for (const float flip : {1.0f, -1.0f}) {
    MadeUpWorlds worlds(1, 3, 10);
    WorldView& v = worlds.view;
    v.maps = &map;
    v.variant[0] = {1, 0, 0, flip, 0, 0};
    for (int slot = 0; slot < 3; ++slot) {
      const Quad& quad = map.quads[v.quad[slot] = 40 * slot];
      worlds.place(slot, quad.x, flip * quad.y, std::atan2(flip * quad.tangent_y, quad.tangent_x));
      v.frenet[slot] = {0, 0, 1, 0};
      v.goal_count[slot] = 1, v.goal_index[slot] = 0,
      v.goal[slot * kMaxGoals] = uint16_t(map.lane_point_count - 2);
    }
    v.goal_count[2] = 0;
    const ObservedRows rows = observe_with<CpuLanes>(v, kFull, false, true);
    CHECK(same_bits(rows, observe_with<WarpLanes>(v, kFull, false, true), 3));
    for (int slot = 0; slot < 3; ++slot) {
      for (int n = 0; n < kRouteHints; ++n) {
        const int f = kEgoRouteHint + kHintFeatures * n;
        const double ahead = route_hint_ahead(n), angle = flip * ahead / 50;
        const bool any = slot < 2;
        CHECK(std::abs(rows.ego(slot, f + kHintX) * ahead - any * 50 * std::sin(std::abs(angle))) < 1.5);
        CHECK(std::abs(rows.ego(slot, f + kHintY) * ahead / 2 - any * flip * 50 * (1 - std::cos(angle))) <
              1.0);
        CHECK(std::abs(rows.ego(slot, f + kHintCos) - any * std::cos(angle)) < 0.03);
        CHECK(std::abs(rows.ego(slot, f + kHintSin) - any * std::sin(angle)) < 0.03);
      }
    }
  }
}

TEST_CASE("an agent without a goal is told that every lane is as far as can be") {
  MadeUpWorlds worlds(1, 4, 9);
  worlds.view.goal_count[0] = 0, worlds.view.goal_index[0] = 0, worlds.view.body[0].d = kUnreachable;
  worlds.view.quad[0] = 1;
  const ObservedRows rows = observe_with<CpuLanes>(worlds.view, kFull);
  REQUIRE(rows.count(0, kLaneSet) == 80);
  for (int k = 0; k < 80; ++k) {
    CHECK(rows.at(0, kLaneSet, kLaneRouteAbsolute, k) == 2.0f);
    CHECK(rows.at(0, kLaneSet, kLaneRouteRelative, k) == 0.0f);
  }
  for (int f = kEgoGoals; f < kEgoCoefficients; ++f) CHECK(rows.ego(0, f) == 0.0f);
}

}  // namespace
}  // namespace gigalane
