// Roundabouts and grids of streets.
#include <cmath>

#include "maps/generate.h"
#include "maps/generate_parts.h"

namespace gigalane {
namespace {

using namespace generate;

/// Every arm meets the ring in a junction of its own; between two of them the ring is a road.
class RoundaboutMaker {
 public:
  explicit RoundaboutMaker(const Roundabout& o) : o_(o), network_(named("roundabout")) {
    // where the curves of entry and exit have room: the arm begins a lane and a half outside of the ring
    reach_ = o.radius_m + 1.5 * o.radius_m * std::sin(kHalfMouth);
    // arms first, then the pieces of the ring from each arm to the next
    for (int k = 0; k < o.arms; ++k) add_arm(k);
    for (int k = 0; k < o.arms; ++k) add_piece(k);
    for (int k = 0; k < o.arms; ++k)
      add_loop(network_, k, RoadEnd::end, 1, o.lane_width_m, o.loop_radius_m, o.speed_mps);
    for (int k = 0; k < o.arms; ++k) join(k);
  }

  RoadNetwork take() { return std::move(network_); }

 private:
  static constexpr double kHalfMouth = 0.42;  ///< rad of the ring, on both sides of an arm

  double angle_of(int arm) const { return arm * 2 * kPi / o_.arms; }

  void add_arm(int k) {
    const double angle = angle_of(k);
    const Vec2 out{std::cos(angle), std::sin(angle)};
    network_.junctions.push_back({"junction" + std::to_string(k), {}, {}});
    network_.roads.push_back(two_way(Pen(reach_ * out, angle).line(o_.arm_m), "arm" + std::to_string(k), 1,
                                     o_.lane_width_m, o_.speed_mps));
    RoadSignal sign;
    sign.id = "yield" + std::to_string(k);
    sign.type = "205";
    sign.s = 0.5;
    sign.t = o_.lane_width_m + 1;
    sign.orientation = '-';
    sign.validities = {{1, 1}};
    network_.roads.back().signals.push_back(sign);
    network_.roads.back().predecessor = {RoadLink::Kind::junction, k, RoadEnd::start};
  }

  void add_piece(int k) {
    const double from = angle_of(k) + kHalfMouth, to = angle_of(k + 1) - kHalfMouth;
    const Pen pen =
        Pen(o_.radius_m * Vec2{std::cos(from), std::sin(from)}, from + kPi / 2).arc(o_.radius_m, to - from);
    Road road = pen.road("ring" + std::to_string(k), o_.speed_mps);
    road.lane_offset = {{0, 0.5 * o_.lane_width_m, 0, 0, 0}};
    add_lane(road, -1, o_.lane_width_m);
    road.predecessor = {RoadLink::Kind::junction, k, RoadEnd::start};
    road.successor = {RoadLink::Kind::junction, (k + 1) % o_.arms, RoadEnd::start};
    network_.roads.push_back(std::move(road));
  }

  void join(int k) {
    const LaneAt before{o_.arms + (k + o_.arms - 1) % o_.arms, -1, RoadEnd::end},
        after{o_.arms + k, -1, RoadEnd::start};
    const LaneAt entry{k, 1, RoadEnd::start}, exit{k, -1, RoadEnd::start};
    add_way(network_, k, before, after, o_.lane_width_m);
    add_way(network_, k, before, exit, o_.lane_width_m);
    add_way(network_, k, entry, after, o_.lane_width_m);
  }

  const Roundabout& o_;
  RoadNetwork network_;
  double reach_ = 0;
};

/// Nodes (column, row) from the lower left corner; a street runs from each to the next one east and north.
class GridMaker {
 public:
  explicit GridMaker(const GridCity& o) : o_(o), network_(named("grid")), arms_(size_t(nodes() * nodes())) {
    // room for the innermost curve: the outermost lane turns right on 5 m
    half_size_ = o.lanes * o.lane_width_m + 5;
    for (int row = 0; row < nodes(); ++row)
      for (int column = 0; column < nodes(); ++column) {
        network_.junctions.push_back({std::to_string(column) + "," + std::to_string(row), {}, {}});
        if (column + 1 < nodes()) add_street(column, row, 1, 0);
        if (row + 1 < nodes()) add_street(column, row, 0, 1);
      }
    for (size_t node = 0; node < arms_.size(); ++node) add_crossing(int(node));
  }

  RoadNetwork take() { return std::move(network_); }

 private:
  int nodes() const { return o_.blocks + 1; }
  int node_at(int column, int row) const { return row * nodes() + column; }

  void add_street(int column, int row, int dx, int dy) {
    const Vec2 direction{double(dx), double(dy)};
    const Vec2 start =
        o_.block_m * (Vec2{double(column), double(row)} - 0.5 * Vec2{double(o_.blocks), double(o_.blocks)}) +
        half_size_ * direction;
    const Pen pen = Pen(start, dx ? 0 : kPi / 2).line(o_.block_m - 2 * half_size_);
    const int road = int(network_.roads.size());
    network_.roads.push_back(two_way(pen, std::to_string(road), o_.lanes, o_.lane_width_m, o_.speed_mps));
    arms_[size_t(node_at(column, row))].push_back({road, RoadEnd::start});
    arms_[size_t(node_at(column + dx, row + dy))].push_back({road, RoadEnd::end});
  }

  void add_crossing(int node) {
    const std::vector<Arm>& arms = arms_[size_t(node)];
    add_ways(network_, node, arms, o_.lanes, o_.lane_width_m);
    if (!o_.lights || arms.size() < 3) return;
    for (const Arm& arm : arms) {  // those that face each other together
      const bool east_west = std::abs(std::cos(network_.roads[size_t(arm.road)].geometry[0].heading)) > 0.5;
      add_light(network_, node, arm,
                network_.junctions[size_t(node)].id + (east_west ? " east-west" : " north-south"));
    }
  }

  const GridCity& o_;
  RoadNetwork network_;
  std::vector<std::vector<Arm>> arms_;
  double half_size_ = 0;
};

}  // namespace

RoadNetwork make_roundabout(const Roundabout& options) { return RoundaboutMaker(options).take(); }
RoadNetwork make_grid_city(const GridCity& options) { return GridMaker(options).take(); }

}  // namespace gigalane
