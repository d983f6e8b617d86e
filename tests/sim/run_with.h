/// Steps a simulator's worlds on the CPU by a chosen back end instead of its own.
#pragma once
#include "sim/simulator.h"
#include "sim/step.h"

namespace gigalane::testing {

/// One step, observed where the simulator observes; `everything` starts episode 0 of every world first.
template <class L>
void step_with(Simulator& sim, bool everything) {
  const SimulationConfig& c = sim.config();
  const Observe observe{sim.view(), sim.observation(), sim.observe_options()};
  with_phases(sim.view(), step_rules(c), {}, everything, observe, [&](const auto&... phases) {
    run_phases_with<L>({}, c.worlds, c.agents_per_world, phases...);
  });
}

}  // namespace gigalane::testing
