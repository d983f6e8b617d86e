// Lanes that nearly meet are joined without kinks.
#include <doctest/doctest.h>

#include <cmath>

#include "maps/check.h"
#include "maps/compile.h"
#include "maps/strips.h"

using namespace gigalane;

namespace {

constexpr double kDegrees = 180 / 3.14159265358979;

Road one_lane(const std::string& id, std::vector<Geometry> pieces, std::vector<Cubic> widths) {
  Road road;
  road.id = id;
  for (Geometry& piece : pieces) {
    piece.s = road.length;
    road.length += piece.length;
  }
  road.geometry = std::move(pieces);
  RoadLane lane;
  lane.id = -1;
  lane.type = LaneType::driving;
  lane.widths = std::move(widths);
  road.sections = {{0, {lane}}};
  return road;
}

Geometry straight(double x, double y, double length) {
  Geometry g;
  g.x = x, g.y = y, g.length = length;
  return g;
}
Geometry arc(double x, double y, double heading, double length, double curvature) {
  Geometry g = straight(x, y, length);
  g.heading = heading;
  g.kind = Geometry::Kind::arc;
  g.curvature_start = g.curvature_end = curvature;
  return g;
}

/// The first road leads into the second.
CompiledMap map_of(Road first, Road second) {
  first.successor = {RoadLink::Kind::road, 1, RoadEnd::start};
  second.predecessor = {RoadLink::Kind::road, 0, RoadEnd::end};
  first.sections[0].lanes[0].successors = second.sections[0].lanes[0].predecessors = {-1};
  RoadNetwork network;
  network.roads = {std::move(first), std::move(second)};
  return compile(network, 1);
}

struct Joint {
  double gap_m, turn_deg;
};
/// Between the middles of the first lane's last quad and the second lane's first.
Joint joint_of(const CompiledMap& map) {
  const Lane &a = map.lanes[0], &b = map.lanes[1];
  const Quad &p = map.quads[size_t(a.first_quad + a.quad_count - 1)], &q = map.quads[size_t(b.first_quad)];
  const double dx = 0.5 * (double(p.corner_x[1]) + p.corner_x[2] - q.corner_x[0] - q.corner_x[3]),
               dy = 0.5 * (double(p.corner_y[1]) + p.corner_y[2] - q.corner_y[0] - q.corner_y[3]);
  const double before = std::atan2(p.tangent_y, p.tangent_x) + p.half_length * p.curvature,
               after = std::atan2(q.tangent_y, q.tangent_x) - q.half_length * q.curvature;
  return {std::hypot(dx, dy), kDegrees * std::abs(std::remainder(after - before, 2 * M_PI))};
}

int count(const CompiledMap& map, Fault fault) {
  int n = 0;
  for (const Finding& f : map.findings) n += f.fault == fault;
  return n;
}

}  // namespace

TEST_CASE("a lane that jumps to the next one's width just before it ends widens evenly instead") {
  for (const double before_end : {0.002, 0.1, 0.4}) {
    for (const bool turned : {false, true}) {  // the jump ends the first lane, or begins the second
      CAPTURE(before_end);
      CAPTURE(turned);
      Road first = one_lane("1", {straight(0, 0, 16)}, {{0, 2.5, 0, 0, 0}, {16 - before_end, 2.75, 0, 0, 0}}),
           second = one_lane("2", {straight(16, 0, 80)}, {{0, 2.75, 0, 0, 0}});
      if (turned) {
        first = one_lane("1", {straight(-64, 0, 80)}, {{0, 2.75, 0, 0, 0}});
        second = one_lane("2", {straight(16, 0, 16)},
                          {{0, 2.75, 0, 0, 0}, {before_end / 2, 2.75, 0, 0, 0}, {before_end, 2.5, 0, 0, 0}});
      }
      const CompiledMap map = map_of(first, second);
      const Joint joint = joint_of(map);
      CHECK(joint.gap_m < 1e-3);
      CHECK(joint.turn_deg < 0.2);
      CHECK(count(map, Fault::kink) + count(map, Fault::gap) == 0);
      const Lane& narrow = map.lanes[turned ? 1 : 0];
      for (int k = 0; k < narrow.quad_count; ++k) {
        const Quad& quad = map.quads[size_t(narrow.first_quad + k)];
        CHECK(quad.width > 2.499f);
        CHECK(quad.width < 2.751f);
        const float step =
            k == 0 ? 0 : std::abs(quad.width - map.quads[size_t(narrow.first_quad + k) - 1].width);
        CHECK(step < 0.03f);  // 0.25 m over 16 m, half as much again where it is steepest
      }
    }
  }
}

TEST_CASE("a gap that is closed bends the lane and does not kink it") {
  for (const double off : {0.004, 0.03, 0.095}) {
    CAPTURE(off);
    const CompiledMap map = map_of(one_lane("1", {straight(0, 0, 40)}, {{0, 3.5, 0, 0, 0}}),
                                   one_lane("2", {straight(40, off, 60)}, {{0, 3.5, 0, 0, 0}}));
    CHECK(joint_of(map).gap_m < 1e-3);
    CHECK(joint_of(map).turn_deg < 0.3);
    CHECK(count(map, Fault::kink) + count(map, Fault::gap) == 0);
    // the shorter lane stays, and so does the far end of the other
    const Quad &first = map.quads[0], &last = map.quads.back();
    CHECK(first.y + map.origin_y == doctest::Approx(-1.75).epsilon(1e-3));
    CHECK(last.y + map.origin_y == doctest::Approx(off - 1.75).epsilon(1e-3));
  }
}

TEST_CASE("wider gaps and steps of the width are left and listed") {
  const CompiledMap aside = map_of(one_lane("1", {straight(0, 0, 40)}, {{0, 3.5, 0, 0, 0}}),
                                   one_lane("2", {straight(40, 0.15, 60)}, {{0, 3.5, 0, 0, 0}}));
  CHECK(joint_of(aside).gap_m == doctest::Approx(0.15).epsilon(0.01));
  CHECK(count(aside, Fault::gap) == 1);
  const CompiledMap wider = map_of(one_lane("1", {straight(0, 0, 40)}, {{0, 3.0, 0, 0, 0}}),
                                   one_lane("2", {straight(40, 0, 60)}, {{0, 3.4, 0, 0, 0}}));
  CHECK(joint_of(wider).gap_m == doctest::Approx(0.2).epsilon(0.01));
  CHECK(count(wider, Fault::gap) == 1);
}

TEST_CASE("an inner border that runs back a little where a tight curve ends hardly turns the lane's end") {
  // of a kind with a connecting road of Town15: it turns right, its right border about the curve's centre
  const Road first = one_lane(
      "1",
      {arc(187.9025, 431.5465, 2.4141, 0.3219, 0), arc(187.6621, 431.7605, 2.4141, 2.6398, -0.09766),
       arc(185.9374, 433.7493, 2.1563, 2.5273, -0.29855), arc(185.4272, 436.1638, 1.4018, 0.3216, 0)},
      {{0, 3.25, 0, 0.02221, -0.00255}});
  Road second = one_lane("2", {arc(185.4813, 436.4809, 1.4017, 1.6629, 0.25529)}, {{0, 3.5, 0, 0, 0}});
  RoadNetwork network;
  network.roads = {first, second};
  const std::vector<Strip> source = make_strips(network);
  const Strip &a = source[0], &b = source[1];
  const auto middle = [](const Strip& strip, size_t k) { return 0.5 * (strip.left[k] + strip.right[k]); };
  const size_t n = size_t(a.piece_count());
  const Vec2 in = middle(a, n) - middle(a, n - 1), out = middle(b, 1) - middle(b, 0);
  const double turn = std::atan2(cross(in, out), dot(in, out)) -
                      0.5 * (length(in) * a.curvature.back() + length(out) * b.curvature.front());
  CHECK(joint_of(map_of(first, second)).turn_deg < std::abs(turn) * kDegrees + 0.3);
}

TEST_CASE("lanes on the inside of a bend tighter than they are far out turn its corner") {
  // the reference line turns right by 0.7 rad in one point; the lanes lie 3 to 6 m to its right
  Geometry before = straight(0, 0, 20), after = straight(20, 0, 20);
  after.heading = -0.7;
  Road road = one_lane("1", {before, after}, {{0, 3, 0, 0, 0}});
  road.lane_offset = {{0, -3, 0, 0, 0}};
  RoadNetwork network;
  network.roads = {road};
  const CompiledMap map = compile(network, 1);
  CHECK(count(map, Fault::crossed_quad) == 0);
  CHECK(count(map, Fault::kink) == 1);  // no car turns so tightly
  // its borders turn on the line that halves the corner, but for chords of a metre
  const double corner_m = std::tan(0.35);
  double area = 0;
  for (const Quad& quad : map.quads) {
    const double x[4] = {quad.corner_x[0], quad.corner_x[1], quad.corner_x[2], quad.corner_x[3]};
    const double y[4] = {quad.corner_y[0], quad.corner_y[1], quad.corner_y[2], quad.corner_y[3]};
    area += 0.5 * ((x[2] - x[0]) * (y[3] - y[1]) - (x[3] - x[1]) * (y[2] - y[0]));
  }
  CHECK(area == doctest::Approx(2 * 3 * (20 - 4.5 * corner_m)).epsilon(0.01));
  double nearest_m = 1e9;
  for (const Quad& quad : map.quads)
    for (int c = 0; c < 4; ++c)
      nearest_m = std::min(nearest_m, std::hypot(quad.corner_x[c] + map.origin_x - (20 - 6 * corner_m),
                                                 quad.corner_y[c] + map.origin_y + 6));
  CHECK(nearest_m < 0.2);
}
