// Swept boxes against boundary edges: brute force in fine sub-steps, in affine variants, at every width of
// lanes.
#include "sim/off_road.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tests/sim/fine_steps.h"
#include "tests/sim/grouped.h"

using namespace gigalane;

namespace {

struct Edges {
  std::vector<Record> record;
  std::vector<RecordGroup> groups;
  std::vector<uint16_t> list;

  void add(float x0, float y0, float x1, float y1) {
    record.push_back({0.5f * (x0 + x1), 0.5f * (y0 + y1), 0.5f * (x1 - x0), 0.5f * (y1 - y0)});
  }
  GroupList view() {
    groups = testing::grouped(record);
    list.clear();
    for (size_t k = 0; k < groups.size(); ++k) list.push_back(uint16_t(k));
    list.resize(list.size() + 64, 0);
    return {groups.data(), list.data(), kGroupSize * int(groups.size())};
  }
};

bool segment_touches(const testing::FineBox& b, const Record& edge, const Affine& m) {
  const double ex = double(m.xx) * edge.a + double(m.xy) * edge.b + m.x0,
               ey = double(m.yx) * edge.a + double(m.yy) * edge.b + m.y0;
  const double hx = double(m.xx) * edge.c + double(m.xy) * edge.d,
               hy = double(m.yx) * edge.c + double(m.yy) * edge.d;
  const double x = b.c * (ex - b.x) + b.s * (ey - b.y), y = b.c * (ey - b.y) - b.s * (ex - b.x);
  const double u = b.c * hx + b.s * hy, v = b.c * hy - b.s * hx;
  return std::abs(x) <= b.half_length + std::abs(u) && std::abs(y) <= b.half_width + std::abs(v) &&
         std::abs(x * v - y * u) <= b.half_length * std::abs(v) + b.half_width * std::abs(u);
}
bool touches_in_fine_steps(const Edges& edges, const Affine& m, const Sweep& s, double grown) {
  const int steps = testing::fine_steps(s);
  for (int n = 0; n <= steps; ++n) {
    const testing::FineBox box = testing::box_at(s, double(n) / steps, grown);
    for (const Record& edge : edges.record)
      if (segment_touches(box, edge, m)) return true;
  }
  return false;
}

template <class L>
bool in_lanes_of(const GroupList& near, const Affine& m, const Sweep& s) {
  bool touches = false;
  const Box cover = cover_of(s);
  in_lanes<L>([&]() { touches = sweep_touches_boundary<L>(near, m, s, cover); });
  return touches;
}

}  // namespace

TEST_CASE("the swept box agrees with fine sub-steps to two millimetres, at every width") {
  std::mt19937 random(21);
  std::uniform_real_distribution<float> unit(-1, 1);
  int touching = 0, apart = 0, over_by_the_end = 0;
  for (int n = 0; n < 3000; ++n) {
    Edges edges;
    const int count = 1 + int(random() % 20);
    for (int k = 0; k < count; ++k) {
      const float x = 9 * unit(random), y = 9 * unit(random), u = unit(random), v = unit(random);
      edges.add(x, y, x + u, y + v);
    }
    const float flip = random() % 2 ? -1.0f : 1.0f;
    const Affine variant{flip * (1 + 0.25f * unit(random)),
                         0.1f * unit(random),
                         0.05f * unit(random),
                         1 + 0.2f * unit(random),
                         3,
                         -2};
    const float length = 3.9f + 3.1f * unit(random), heading = 3.14f * unit(random);
    const Sweep s{{3 + 2 * unit(random), -2 + 2 * unit(random), std::cos(heading), std::sin(heading)},
                  {8 * unit(random) * std::abs(unit(random)),
                   std::tan(0.5f * unit(random) * std::abs(unit(random))) / (0.6f * length)},
                  length,
                  std::min(length, 1.9f + 1.1f * unit(random))};
    // on the road when the step begins
    edges.record.erase(std::remove_if(edges.record.begin(), edges.record.end(),
                                      [&](const Record& e) {
                                        return segment_touches(testing::box_at(s, 0, 0.002), e, variant);
                                      }),
                       edges.record.end());
    const GroupList near = edges.view();
    const bool hit = in_lanes_of<ScalarLanes>(near, variant, s);
    CHECK(in_lanes_of<VectorLanes<8>>(near, variant, s) == hit);
    CHECK(in_lanes_of<VectorLanes<16>>(near, variant, s) == hit);
    CHECK(in_lanes_of<VectorLanes<32>>(near, variant, s) == hit);
    if (n < 300) CHECK(in_lanes_of<WarpLanes>(near, variant, s) == hit);
    if (touches_in_fine_steps(edges, variant, s, -0.0015)) {
      CHECK(hit);
      ++touching;
      const testing::FineBox end = testing::box_at(s, 1, 0);
      over_by_the_end += std::none_of(edges.record.begin(), edges.record.end(),
                                      [&](const Record& e) { return segment_touches(end, e, variant); });
    } else if (!touches_in_fine_steps(edges, variant, s, 0.0015)) {
      CHECK_FALSE(hit);
      ++apart;
    }
  }
  CHECK(touching > 300);
  CHECK(apart > 500);
  CHECK(over_by_the_end > 50);
}

TEST_CASE("a box along a kerb") {
  Edges edges;
  for (int x = -10; x < 20; ++x) edges.add(float(x), 1.75f, float(x + 1), 1.75f);
  const GroupList near = edges.view();
  const auto off = [&](float y, float heading, float distance) {
    const Sweep s{{0, y, std::cos(heading), std::sin(heading)}, {distance, 0}, 4.5f, 2};
    return in_lanes_of<CpuLanes>(near, Affine{}, s);
  };
  CHECK_FALSE(off(0, 0, 5));
  CHECK_FALSE(off(0.74f, 0, 5));
  CHECK(off(0.76f, 0, 5));
  CHECK(off(0, 0.2f, 5));
  CHECK_FALSE(off(0, 0.2f, 1));
  CHECK(off(0, 0.4f, 0));  // a corner, standing
  CHECK(off(0, 1.5707963f, 0));
}

TEST_CASE("the smallest scale of a variant") {
  CHECK(smallest_scale({}) == doctest::Approx(1));
  CHECK(smallest_scale({-0.9f, 0, 0, 1.2f, 5, 6}) == doctest::Approx(0.9));
  CHECK(smallest_scale({0, 0.8f, -1.3f, 0, 0, 0}) == doctest::Approx(0.8));
  std::mt19937 random(2);
  std::uniform_real_distribution<float> unit(-1, 1);
  for (int n = 0; n < 200; ++n) {
    const Affine m{
        1 + 0.3f * unit(random), 0.2f * unit(random), 0.2f * unit(random), 1 + 0.3f * unit(random), 0, 0};
    double least = 10;
    for (int k = 0; k < 720; ++k) {
      const double a = k * 3.14159265 / 720;
      least = std::min(least, std::hypot(m.xx * std::cos(a) + m.xy * std::sin(a),
                                         m.yx * std::cos(a) + m.yy * std::sin(a)));
    }
    CHECK(smallest_scale(m) == doctest::Approx(least).epsilon(1e-3));
  }
}
