#include "sim/check_config.h"

#include <algorithm>
#include <cmath>

#include "base/config.h"
#include "base/error.h"
#include "maps/map_view.h"
#include "sim/vehicle.h"
#include "sim/world_view.h"

namespace gigalane {
namespace {

/// The longest half diagonal and the highest speed of any body that may be drawn.
struct Extremes {
  float half_diagonal_m, speed_mps;
};
Extremes extremes_of(const SimulationConfig& c) {
  Extremes most{std::hypot(c.traits.length_m.high, c.traits.width_m.high) / 2,
                kFastest * std::max(1.0f, c.traits.speed_spread)};
  for (const KindConfig* kind : {&c.kinds.car, &c.kinds.truck, &c.kinds.cyclist, &c.kinds.pedestrian}) {
    if (kind->share <= 0) continue;
    most.half_diagonal_m =
        std::max(most.half_diagonal_m, std::hypot(kind->length_m.high, kind->width_m.high) / 2);
    most.speed_mps = std::max(most.speed_mps, kind->top_speed_mps.high);
  }
  return most;
}

/// A body must not outrun, in one step, the edges of the road that are listed around it.
void require_reach(const SimulationConfig& c) {
  const PerturbationConfig& p = c.perturbation;
  const float most_shear = std::max(std::abs(p.shear.low), std::abs(p.shear.high));
  const float scale =
      p.enabled ? p.scale.low * std::min(p.anisotropy.low, 1 / p.anisotropy.high) * (1 - most_shear) : 1;
  const Extremes most = extremes_of(c);
  const float driven_m = most.speed_mps * c.time_step_s;
  const float from_middle_m = 4, reach_m = (most.half_diagonal_m + driven_m) / scale + from_middle_m;
  require(reach_m <= float(kReachCount - 1), "simulation: a body may reach ", reach_m,
          " m of road in a step, expected at most ", kReachCount - 1,
          ": lower time_step_s, length and speed of traits or kinds, or the perturbation");
}

void require_share(const char* what, float share) {
  require(share <= 1.0f + 1e-6f, "simulation.", what, ": shares add up to ", share, ", expected at most 1");
}

/// Slots that belong to somebody must be in use whatever number of agents is drawn.
void require_slots(const SimulationConfig& c) {
  const int slots = c.agents_min > 0 ? c.agents_min : c.agents_per_world;
  require(c.drivers.outside_agents <= slots, "simulation.drivers.outside_agents = ", c.drivers.outside_agents,
          ", expected at most ", slots);
  require(c.drivers.replay.empty() || !c.perturbation.enabled,
          "simulation.drivers.replay: in variants of the map, expected perturbation.enabled: false");
}

}  // namespace

void check_config(const SimulationConfig& c) {
  SimulationConfig read_back;  // each number in its range, also where no file was read
  parse_config(to_yaml(c), "simulation", {}, read_back);
  require(c.worlds >= 1, "simulation.worlds = ", c.worlds, ", expected at least 1");
  require(c.agents_per_world >= 1 && c.agents_per_world <= kMaxAgents,
          "simulation.agents_per_world = ", c.agents_per_world, ", expected 1 to ", kMaxAgents);
  require(c.agents_min <= c.agents_per_world, "simulation.agents_min = ", c.agents_min,
          ", expected at most agents_per_world = ", c.agents_per_world);
  require_share("kinds",
                c.kinds.car.share + c.kinds.truck.share + c.kinds.cyclist.share + c.kinds.pedestrian.share);
  require_share("drivers", c.drivers.idm.share + c.drivers.constant_speed.share + c.drivers.parked);
  require_slots(c);
  require_reach(c);
}

}  // namespace gigalane
