// Single roads and crossings.
#include "maps/generate.h"

#include <cmath>

#include "maps/compile.h"
#include "maps/generate_parts.h"

namespace gigalane {

using namespace generate;

RoadNetwork make_straight_road(const StraightRoad& o) {
  RoadNetwork network = named("straight");
  network.roads.push_back(
      two_way(Pen({-0.5 * o.length_m, 0}, 0).line(o.length_m), "0", o.lanes, o.lane_width_m, o.speed_mps));
  if (!o.loops) return network;
  add_loop(network, 0, RoadEnd::end, o.lanes, o.lane_width_m, o.loop_radius_m, o.speed_mps);
  add_loop(network, 0, RoadEnd::start, o.lanes, o.lane_width_m, o.loop_radius_m, o.speed_mps);
  return network;
}

RoadNetwork make_ring_road(const RingRoad& o) {
  RoadNetwork network = named("ring");
  for (int half = 0; half < 2; ++half) {
    const Pen pen = Pen({half ? -o.radius_m : o.radius_m, 0}, half ? -kPi / 2 : kPi / 2).arc(o.radius_m, kPi);
    network.roads.push_back(one_lane(pen, std::to_string(half), o.lane_width_m, o.speed_mps,
                                     {1 - half, -1, RoadEnd::end}, {1 - half, -1, RoadEnd::start}));
  }
  return network;
}

RoadNetwork make_curved_road(const CurvedRoad& o) {
  RoadNetwork network = named("curve");
  const Pen pen = Pen({-o.arm_m, 0}, 0).line(o.arm_m).arc(o.radius_m, o.angle_deg * kPi / 180).line(o.arm_m);
  network.roads.push_back(two_way(pen, "0", o.lanes, o.lane_width_m, o.speed_mps));
  for (const RoadEnd end : {RoadEnd::end, RoadEnd::start})
    add_loop(network, 0, end, o.lanes, o.lane_width_m, o.loop_radius_m, o.speed_mps);
  return network;
}

RoadNetwork make_crossing(const Crossing& o) {
  RoadNetwork network = named(o.arms == 3 ? "t_junction" : "crossing");
  network.junctions.push_back({"junction", {}, {}});
  std::vector<Arm> arms;
  for (int arm = 0; arm < o.arms; ++arm) {
    const double angle = arm * kPi / 2;
    const Pen pen = Pen(o.half_size_m * Vec2{std::cos(angle), std::sin(angle)}, angle).line(o.arm_m);
    network.roads.push_back(two_way(pen, std::to_string(arm), o.lanes, o.lane_width_m, o.speed_mps));
    arms.push_back({arm, RoadEnd::start});
    if (o.lights) add_light(network, 0, arms.back(), "turn" + std::to_string(arm));
  }
  for (const Arm& arm : arms)
    add_loop(network, arm.road, RoadEnd::end, o.lanes, o.lane_width_m, o.loop_radius_m, o.speed_mps);
  add_ways(network, 0, arms, o.lanes, o.lane_width_m);
  return network;
}

CompiledMap generate_straight_road(const StraightRoad& options) {
  return compile(make_straight_road(options));
}
CompiledMap generate_ring_road(const RingRoad& options) { return compile(make_ring_road(options)); }
CompiledMap generate_crossing(const Crossing& options) { return compile(make_crossing(options)); }

}  // namespace gigalane
