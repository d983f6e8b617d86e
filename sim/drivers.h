/// Who drives an agent: the policy, or one of the drivers that share its worlds by configuration.
#pragma once
#include "base/philox.h"
#include "base/scalar.h"
#include "sim/config.h"
#include "sim/vehicle.h"

namespace gigalane {

enum class DriverKind : uint8_t {
  policy = 0,
  idm = 1,             ///< follows its route and its leader (sim/idm.h)
  constant_speed = 2,  ///< keeps its speed and its route
  parked = 3,          ///< stands where it began
  replay = 4,          ///< does what an episode log holds
  outside = 5          ///< asks for WorldView::jerk, which a caller of the simulator writes
};

/// DriverConfig as the phases receive it.
struct DriverRules {
  IdmConfig idm;
  ConstantSpeedConfig constant_speed;
  float parked;
  int outside_agents,
      replay_agents;  ///< slots of each world: first the outside caller's, then those of a log

  /// Whether anyone but the policy may drive.
  HOST_DEVICE bool any() const {
    return outside_agents > 0 || replay_agents > 0 || idm.share > 0 || constant_speed.share > 0 || parked > 0;
  }
};

/// Who drives the agent of a slot in a life: the first slots by number, the others by share.
HOST_DEVICE DriverKind draw_driver(const DriverRules& rules, int agent, KeyedRandom random) {
  if (!rules.any()) return DriverKind::policy;
  if (agent < rules.outside_agents) return DriverKind::outside;
  if (agent < rules.outside_agents + rules.replay_agents) return DriverKind::replay;
  float left = random.unit();
  if (left < rules.idm.share) return DriverKind::idm;
  left -= rules.idm.share;
  if (left < rules.constant_speed.share) return DriverKind::constant_speed;
  left -= rules.constant_speed.share;
  return left < rules.parked ? DriverKind::parked : DriverKind::policy;
}

/// The action of the twelve whose jerks are nearest to these: what logs, rewards and counts show.
HOST_DEVICE int nearest_action(const Action& jerk) {
  const int along = jerk.along < -9.5f ? 0 : jerk.along < -2.0f ? 1 : jerk.along < 2.0f ? 2 : 3;
  const int across = jerk.across < -2.0f ? 0 : jerk.across < 2.0f ? 1 : 2;
  return 3 * along + across;
}

/// "policy", "IDM", ...: for people.
inline const char* driver_name(DriverKind kind) {
  constexpr const char* kNames[] = {"policy", "IDM", "constant speed", "parked", "replay", "outside caller"};
  return int(kind) < 6 ? kNames[int(kind)] : "unknown";
}

}  // namespace gigalane
