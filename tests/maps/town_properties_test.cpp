// What must hold on every town, small or cut into regions.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <tuple>

#include "maps/compile.h"
#include "maps/localise.h"
#include "maps/open_drive.h"
#include "maps/route.h"
#include "maps/strips.h"
#include "tests/maps/lane_search.h"
#include "tests/maps/quad_search.h"
#include "tests/maps/towns.h"

using namespace gigalane;

namespace {

constexpr const char* kTowns[] = {"Town01", "Town02",   "Town03", "Town04", "Town05", "Town06",
                                  "Town07", "Town10HD", "Town11", "Town12", "Town13", "Town15"};

/// Every n-th index of a range, so that `most` or fewer are looked at.
template <class Visit>
void sample(int count, int most, Visit visit) {
  const int step = std::max(1, count / most) | 1;
  for (int k = step / 2; k < count; k += step) visit(k);
}

// ---- places

void check_centres(const MapView& map) {
  sample(map.quad_count, 200000, [&](int q) {
    const Quad& quad = map.quads[q];
    const auto between = [](float a, float b, float share) { return a + share * (b - a); };
    for (const float share : {0.05f, 0.5f, 0.95f}) {  // from the middle of the rear to that of the front
      const float x = between(quad.corner_x[0] + quad.corner_x[3], quad.corner_x[1] + quad.corner_x[2],
                              share) /
                      2,
                  y = between(quad.corner_y[0] + quad.corner_y[3], quad.corner_y[1] + quad.corner_y[2],
                              share) /
                      2;
      bool found = false;
      for_each_quad_at(map, x, y, [&](int other) { found = found || other == q; });
      REQUIRE(found);
      REQUIRE(std::abs(place_in_quad(quad, x, y).offset_m) < 0.01f);
    }
  });
}

// ---- the boundary

struct Pose {
  double x, y, cosine, sine;
};

/// Whether a car of 4.5 x 1.8 m touches a segment, by separating axes.
bool car_touches(const Record& edge, const Pose& car) {
  const double dx = edge.a - car.x, dy = edge.b - car.y;
  const double along = dx * car.cosine + dy * car.sine, across = dy * car.cosine - dx * car.sine;
  const double u = edge.c * car.cosine + edge.d * car.sine, v = edge.d * car.cosine - edge.c * car.sine;
  return std::abs(along) <= 2.25 + std::abs(u) && std::abs(across) <= 0.9 + std::abs(v) &&
         std::abs(along * v - across * u) <= 2.25 * std::abs(v) + 0.9 * std::abs(u);
}

/// Against the edges listed for a quad, nearest first.
bool is_off_road(const MapView& map, int q, const Pose& car) {
  const GroupList edges = listed_edges(map, q);
  for (int k = 0; k < edges.count; ++k) {
    const Record edge = edges[k];
    if (std::hypot(edge.a - map.quads[q].x, edge.b - map.quads[q].y) > 16) return false;  // groups span 6 m
    if (car_touches(edge, car)) return true;
  }
  return false;
}

/// What `maps check` lists of a map, by lane.
class Listed {
 public:
  explicit Listed(const CompiledMap& map) : map_(map), stretches_(map.lanes.size()) {
    for (const Finding& f : map.findings) {
      if (f.fault == Fault::gap || f.fault == Fault::kink) joints_.insert({f.fault, f.lane, f.other_lane});
      if (f.fault == Fault::tight || f.fault == Fault::narrow || f.fault == Fault::dead_end ||
          f.fault == Fault::open_start)
        stretches_[size_t(f.lane)].push_back({f.from_m, f.to_m});
    }
  }

  bool has_joint(Fault fault, int lane, int next) const { return joints_.count({fault, lane, next}) > 0; }
  /// Whether a car that is off the road there is one that check foresaw.
  bool has_place(int lane, double along_m) const {
    constexpr double kRoundingM = 0.002;
    for (const auto& [from, to] : stretches_[size_t(lane)])
      if (along_m >= double(from) - kRoundingM && along_m <= double(to) + kRoundingM) return true;
    return false;
  }
  /// Of all metres of lane.
  double share_of_places() const {
    double listed = 0, all = 0;
    for (const Quad& quad : map_.quads) {
      all += quad.half_length;
      listed += has_place(quad.lane, quad.lane_offset_m) ? double(quad.half_length) : 0;
    }
    return listed / all;
  }

 private:
  const CompiledMap& map_;
  std::vector<std::vector<std::pair<float, float>>> stretches_;
  std::set<std::tuple<Fault, int, int>> joints_;
};

void check_cars_on_centres(const CompiledMap& owner, const MapView& map) {
  const Listed listed(owner);
  int off_road = 0;
  for (int q = 0; q < map.quad_count; ++q) {
    const Quad& quad = map.quads[q];
    for (const double share : {-0.9, 0.0, 0.9}) {
      const double along = share * double(quad.half_length);
      const Pose car{quad.x + along * quad.tangent_x, quad.y + along * quad.tangent_y, quad.tangent_x,
                     quad.tangent_y};
      if (!is_off_road(map, q, car)) continue;
      ++off_road;
      CAPTURE(quad.x);
      CAPTURE(quad.y);
      CAPTURE(quad.width);
      CAPTURE(quad.lane_offset_m);
      CAPTURE(map.lanes[quad.lane].length_m);
      REQUIRE(listed.has_place(quad.lane, double(quad.lane_offset_m) + along));
    }
  }
  const double share = listed.share_of_places(), off = off_road / (3.0 * map.quad_count);
  MESSAGE(owner.name, ": ", 100 * share, " % of lane listed as too tight, ", 100 * off, " % of places are");
  CHECK(share < 0.006);
}

void check_boxes_across_edges(const CompiledMap& owner, const MapView& map) {
  sample(map.boundary_count, 50000, [&](int e) {
    const Record& edge = map.boundary[e];
    const double size = std::hypot(edge.c, edge.d), ux = edge.c / size, uy = edge.d / size;
    const int q = owner.boundary_quad[size_t(e)];
    for (const double out : {-0.85, 0.0, 0.85})
      REQUIRE(is_off_road(map, q, {edge.a + out * uy, edge.b - out * ux, ux, uy}));
  });
}

// ---- joints

/// Metres between the end of a lane and the start of the next, and degrees between their directions.
struct Joint {
  double gap_m, turn_deg;
};

Joint joint_of(Vec2 end_left, Vec2 end_right, Vec2 before, double end_curvature, Vec2 start_left,
               Vec2 start_right, Vec2 after, double start_curvature) {
  const Vec2 end = 0.5 * (end_left + end_right), start = 0.5 * (start_left + start_right);
  const Vec2 in = end - before, out = after - start;
  // a chord's direction is that of the curve in its middle
  const double heading_in = std::atan2(in.y, in.x) + 0.5 * length(in) * end_curvature,
               heading_out = std::atan2(out.y, out.x) - 0.5 * length(out) * start_curvature;
  return {length(end - start), std::abs(std::remainder(heading_in - heading_out, 2 * M_PI)) * 180 / M_PI};
}

Joint compiled_joint(const MapView& map, const Lane& a, const Lane& b) {
  const Quad &p = map.quads[a.first_quad + a.quad_count - 1], &q = map.quads[b.first_quad];
  const auto corner = [](const Quad& quad, int k) { return Vec2{quad.corner_x[k], quad.corner_y[k]}; };
  return joint_of(corner(p, 2), corner(p, 1), 0.5 * (corner(p, 0) + corner(p, 3)), p.curvature, corner(q, 3),
                  corner(q, 0), 0.5 * (corner(q, 1) + corner(q, 2)), q.curvature);
}

Joint source_joint(const Strip& a, const Strip& b) {
  const size_t n = a.left.size() - 1;
  return joint_of(a.left[n], a.right[n], 0.5 * (a.left[n - 1] + a.right[n - 1]), a.curvature.back(),
                  b.left[0], b.right[0], 0.5 * (b.left[1] + b.right[1]), b.curvature.front());
}

/// 5 cm and 1 degree, or listed by check and the source's own: never worse than there, but for 0.3 degrees of
/// corners on a grid.
void check_joints(const RoadNetwork& network, const CompiledMap& owner, const MapView& map) {
  const std::vector<Strip> strips = make_strips(network);
  const Listed listed(owner);
  REQUIRE(int(strips.size()) == map.lane_count);
  int broken = 0, joints = 0;
  for (int lane = 0; lane < map.lane_count; ++lane)
    for (int k = 0; k < map.lanes[lane].successor_count; ++k) {
      const int next = map.successors[map.lanes[lane].first_successor + k];
      const Joint compiled = compiled_joint(map, map.lanes[lane], map.lanes[next]),
                  source = source_joint(strips[size_t(lane)], strips[size_t(next)]);
      CAPTURE(lane);
      CAPTURE(next);
      CAPTURE(source.gap_m);
      CAPTURE(source.turn_deg);
      REQUIRE((compiled.gap_m <= 0.05 || listed.has_joint(Fault::gap, lane, next)));
      REQUIRE((compiled.turn_deg <= 1 || listed.has_joint(Fault::kink, lane, next)));
      REQUIRE(compiled.gap_m <= std::max(0.05, source.gap_m + 0.002));
      REQUIRE(compiled.turn_deg <= std::max(1.0, source.turn_deg + 0.3));
      ++joints;
      broken += compiled.gap_m > 0.05 || compiled.turn_deg > 1;
    }
  MESSAGE(owner.name, ": ", broken, " of ", joints, " joints listed as apart or turned");
  CHECK(broken <= joints / 30);
}

// ---- distances

/// Against a search from quad to quad, which may change lanes anywhere, and so is a little shorter.
/// Against a search that changes lanes anywhere.
void check_changes_anywhere(const MapView& map) {
  for (const int goal : {map.lane_point_count / 3, map.lane_point_count - 5}) {
    const std::vector<double> fresh = testing::search_quads(map, map.lane_point_quad[goal]);
    sample(map.quad_count, 20000, [&](int q) {
      const double d = route_distance(map, q, 0, goal), expected = fresh[size_t(q)];
      CAPTURE(goal);
      CAPTURE(q);
      if (expected >= double(kUnreachable)) {
        REQUIRE(d >= 0.5 * double(kUnreachable));
      } else {
        REQUIRE(d >= expected * 0.999 - 0.1);  // lanes may also be changed at their very ends
        // they are changed at lane points only: elsewhere at the price of a few changes more
        REQUIRE(d <= expected * 1.01 + 3 * 3.6);
      }
    });
  }
}

void check_triangles(const MapView& map) {
  std::mt19937 random(7);
  const auto draw = [&] { return int(random() % uint32_t(map.lane_point_count)); };
  int checked = 0;
  for (int k = 0; k < 200000; ++k) {
    const int a = draw(), b = draw(), c = draw();
    const double ab = distance_from_point(map, a, b), bc = distance_from_point(map, b, c);
    if (ab >= 0.5 * double(kUnreachable) || bc >= 0.5 * double(kUnreachable)) continue;
    // each of the three is rounded to a float, or a sum of two
    REQUIRE(double(distance_from_point(map, a, c)) <= (ab + bc) * (1 + 4e-7));
    ++checked;
  }
  CHECK(checked > 10000);
}

// ---- lists

double edge_distance(const Record& edge, double x, double y) {
  const double dx = x - edge.a, dy = y - edge.b, square = double(edge.c) * edge.c + double(edge.d) * edge.d;
  const double u = square > 0 ? std::clamp((dx * edge.c + dy * edge.d) / square, -1.0, 1.0) : 0.0;
  return std::hypot(dx - u * edge.c, dy - u * edge.d);
}

/// Every distance of `all` (sorted) up to that of the first member of the last group listed, and at least up
/// to `complete_m`, is found in the list.
template <class Distance>
void check_listed(const GroupList& list, const std::vector<double>& all, double complete_m,
                  const Distance& distance) {
  REQUIRE(size_t(list.count) >= std::min<size_t>(all.size(), kListedFeatures));
  std::vector<double> found;
  double reach = complete_m;
  for (int k = 0; k < list.count; ++k) found.push_back(distance(list[k]));
  for (int k = 0; k < list.count; k += kGroupSize)
    reach = std::max(reach, *std::min_element(found.begin() + k, found.begin() + k + kGroupSize));
  std::sort(found.begin(), found.end());
  for (const double d : all) {
    if (d > reach - 5e-3) break;
    const auto near = std::lower_bound(found.begin(), found.end(), d - 5e-3);
    REQUIRE(near != found.end());
    REQUIRE(*near < d + 5e-3);
  }
}

void check_lists(const CompiledMap& owner, const MapView& map) {
  sample(map.quad_count, 40, [&](int q) {
    const Quad& quad = map.quads[q];
    std::vector<double> edges, points;
    for (int e = 0; e < map.boundary_count; ++e) {
      const double d = edge_distance(map.boundary[e], quad.x, quad.y);
      const double rise = std::abs(map.quads[owner.boundary_quad[size_t(e)]].z - quad.z);
      if (d <= 100 && rise <= 2.5 + 0.12 * d) edges.push_back(d);
    }
    for (int p = 0; p < map.lane_point_count; ++p) {
      const double d = std::hypot(map.lane_points[p].a - quad.x, map.lane_points[p].b - quad.y);
      if (d <= 300) points.push_back(d);
    }
    std::sort(edges.begin(), edges.end());
    std::sort(points.begin(), points.end());
    // groups are listed by their nearest member: all edges within some distance are there, and no more than
    // the other members of their groups beyond it
    const GroupList listed_edge = listed_edges(map, q), listed_point = listed_points(map, q);
    check_listed(listed_edge, edges, 30.99,
                 [&](const Record& edge) { return edge_distance(edge, quad.x, quad.y); });
    check_listed(listed_point, points, 0,
                 [&](const Record& point) { return std::hypot(point.a - quad.x, point.b - quad.y); });
  });
}

// ---- mirrors

/// The network seen in a mirror along x: y, turns and sides change their sign, and so does the rule of the
/// road.
RoadNetwork mirrored(RoadNetwork network) {
  const auto negate = [](std::vector<Cubic>& records) {
    for (Cubic& r : records) r.a = -r.a, r.b = -r.b, r.c = -r.c, r.d = -r.d;
  };
  for (Road& road : network.roads) {
    road.left_hand_traffic = !road.left_hand_traffic;
    for (Geometry& g : road.geometry) {
      g.y = -g.y, g.heading = -g.heading;
      g.curvature_start = -g.curvature_start, g.curvature_end = -g.curvature_end;
      for (double& v : g.v) v = -v;
    }
    negate(road.superelevation);
    negate(road.lane_offset);
    for (LaneSection& section : road.sections) {
      for (RoadLane& lane : section.lanes) {
        lane.id = -lane.id;
        for (auto* links : {&lane.predecessors, &lane.successors})
          for (int& id : *links) id = -id;
      }
      std::reverse(section.lanes.begin(), section.lanes.end());
    }
    for (RoadSignal& signal : road.signals) {
      signal.t = -signal.t;
      for (auto& [from, to] : signal.validities) from = -from, to = -to;
    }
    for (RoadMark& mark : road.stop_lines) mark.t = -mark.t;
  }
  for (Junction& junction : network.junctions)
    for (Connection& connection : junction.connections)
      for (auto& [from, to] : connection.lane_links) from = -from, to = -to;
  return network;
}

/// The lane of the mirrored map that a lane has become, for each lane.
std::vector<int> match_lanes(const MapView& a, const MapView& b) {
  std::vector<int> match(size_t(a.lane_count), -1);
  for (int k = 0; k < a.lane_count; ++k) {
    const Quad& p = a.quads[a.lanes[k].first_quad];
    for (int n = 0; n < b.lane_count; ++n) {
      const Quad& q = b.quads[b.lanes[n].first_quad];
      if (b.lanes[n].road == a.lanes[k].road && b.lanes[n].lane_id == -a.lanes[k].lane_id &&
          b.lanes[n].quad_count == a.lanes[k].quad_count && std::hypot(p.x - q.x, p.y + q.y) < 0.3)
        match[size_t(k)] = n;
    }
    REQUIRE(match[size_t(k)] >= 0);
  }
  return match;
}

double boundary_length(const CompiledMap& map) {
  double sum = 0;
  for (int e = 0; e < map.boundary_count(); ++e)
    sum += 2 * std::hypot(map.boundary[size_t(e)].c, map.boundary[size_t(e)].d);
  return sum;
}

/// The lanes whose quads contain the point, by `name`.
template <class Name>
std::vector<int> lanes_at(const MapView& map, float x, float y, Name name) {
  std::set<int> lanes;
  for_each_quad_at(map, x, y, [&](int q) { lanes.insert(name(map.quads[q].lane)); });
  return {lanes.begin(), lanes.end()};
}

void check_mirror(const char* name) {
  const RoadNetwork network = read_open_drive(testing::town_file(name).string());
  const CompiledMap here = compile(network, 1), there = compile(mirrored(network), 1);
  const MapView a = here.view(), b = there.view();
  REQUIRE(a.quad_count == b.quad_count);
  REQUIRE(a.lane_point_count == b.lane_point_count);
  CHECK(a.stop_line_count == b.stop_line_count);
  CHECK(boundary_length(here) == doctest::Approx(boundary_length(there)).epsilon(2e-3));
  const std::vector<int> match = match_lanes(a, b);
  const auto point = [&](int p) {
    const int lane = a.quads[a.lane_point_quad[p]].lane;
    return b.lanes[match[size_t(lane)]].first_point + p - a.lanes[lane].first_point;
  };
  int places = 0, differ = 0;
  for (int k = 0; k < a.lane_count; ++k) {
    const Lane &own = a.lanes[k], &other = b.lanes[match[size_t(k)]];
    REQUIRE(own.routable == other.routable);
    REQUIRE(own.successor_count == other.successor_count);
    REQUIRE((own.left < 0 ? -1 : match[size_t(own.left)]) == other.right);
    for (int q = 0; q < own.quad_count; q += 5) {
      const Quad &u = a.quads[own.first_quad + q], &v = b.quads[other.first_quad + q];
      REQUIRE(std::hypot(u.x - v.x, u.y + v.y) < 0.1);  // closed gaps may close to the other side
      REQUIRE(std::abs(u.curvature + v.curvature) < 1e-4);
      REQUIRE(u.level == v.level);
      // to the right of the middle: the same lanes lie there, and it is as far to the left
      const float aside = -0.3f * u.width, x = u.x - u.tangent_y * aside, y = u.y + u.tangent_x * aside;
      const std::vector<int> lanes = lanes_at(a, x, y, [&](int lane) { return match[size_t(lane)]; });
      differ += lanes != lanes_at(b, x, -y, [](int lane) { return lane; });
      ++places;
      const float seen = place_in_quad(v, x, -y).offset_m;
      REQUIRE(std::abs(place_in_quad(u, x, y).offset_m + seen) < 0.1f);
    }
  }
  CHECK(differ * 100 < places);  // those where an edge lies
  sample(a.lane_point_count, 150, [&](int from) {
    sample(a.lane_point_count, 150, [&](int to) {
      const float own = distance_from_point(a, from, to),
                  other = distance_from_point(b, point(from), point(to));
      if (own < 0.5f * kUnreachable) REQUIRE(std::abs(own - other) < 0.02f * own + 0.5f);
      REQUIRE((own < 0.5f * kUnreachable) == (other < 0.5f * kUnreachable));
    });
  });
}

}  // namespace

TEST_CASE("every town: centres, boundary, joints, distances and lists") {
  for (const char* name : kTowns) {
    if (!testing::has_town(name)) return;
    const RoadNetwork network = read_open_drive(testing::town_file(name).string());
    const CompiledMap map = compile(network);  // in memory: three of them make files of 2 GB together
    const MapView view = map.view();
    CAPTURE(std::string(name));
    check_centres(view);
    check_cars_on_centres(map, view);
    check_boxes_across_edges(map, view);
    testing::check_distances(map, network, map.regions.empty() ? 40 : 4);
    check_changes_anywhere(view);
    check_triangles(view);
    check_lists(map, view);
    check_joints(network, map, view);
  }
}

TEST_CASE("a mirrored town gives mirrored answers") {
  for (const char* name :
       {"Town01", "Town02", "Town03", "Town04", "Town05", "Town06", "Town07", "Town10HD", "Town15"}) {
    if (!testing::has_town(name)) return;
    CAPTURE(std::string(name));
    check_mirror(name);
  }
}
