/// The phases by world at the start of a step: lives end, or the whole episode; those who are absent begin a
/// new life, when the agents of a log are in their places; then the lights change.
#pragma once
#include "base/schedule.h"
#include "maps/variant.h"
#include "sim/lights.h"
#include "sim/spawn.h"

namespace gigalane {

/// Ends of lives, and new episodes.
struct EndLives {
  static constexpr Over over = Over::worlds;
  WorldView view;
  StepRules rules;
  bool everything;  ///< start episode 0 of every world

  HOST_DEVICE void operator()(int world) const {
    if (everything || view.episode_step[world] >= uint32_t(rules.episode_steps)) {
      begin_episode(world);
    } else {
      ++view.episode_step[world];
      end_lives(world);
    }
    view.smallest_scale[world] = smallest_scale(view.variant[world]);
  }

 private:
  HOST_DEVICE void begin_episode(int world) const {
    const uint32_t episode = everything ? 0 : view.episode[world] + 1;
    view.episode[world] = episode;
    view.episode_step[world] = 0;
    const uint32_t number = view.first_world + uint32_t(world);
    if (episode == 0 && rules.stagger_episodes)
      view.episode_step[world] = KeyedRandom(view.seed, number, 0, 0, uint32_t(Purpose::first_step))
                                     .below(uint32_t(rules.episode_steps));
    KeyedRandom random(view.seed, number, 0, episode, uint32_t(Purpose::episode));
    view.variant[world] = variant_of_episode(random);
    view.variant_inverse[world] = inverse(view.variant[world]);
    const int most = view.agents_per_world,
              least = rules.agents_min > 0 ? minimum(rules.agents_min, most) : most;
    view.agent_count[world] = uint16_t(least + int(random.below(uint32_t(most - least + 1))));
    plan_lights(world, {view.seed, number, episode});
    for (int agent = 0; agent < most; ++agent) {
      const int slot = world * most + agent;
      if (everything) view.life[slot] = 0;
      remove_agent(view, slot);
      view.life_step[slot] = 0;  // never placed in this episode
      view.goal_count[slot] = 0;
    }
  }

  HOST_DEVICE Affine variant_of_episode(KeyedRandom& random) const {
    const PerturbationConfig& perturbation = rules.perturbation;
    if (perturbation.variants == 0) return draw_variant(perturbation, random);
    // not by the world's seed: a run that is resumed with new worlds must keep to its list
    const uint32_t number = random.below(uint32_t(perturbation.variants));
    KeyedRandom of_list(0, number, 0, 0, uint32_t(Purpose::variant));
    return draw_variant(perturbation, of_list);
  }

  HOST_DEVICE void plan_lights(int world, const EpisodeKey& key) const {
    const MapView& map = view.maps[view.map[world]];
    for (int k = 0; k < view.signal_stride; ++k)
      view.signal_plan[world * view.signal_stride + k] =
          k < map.signal_count ? light_plan(rules.lights, key, map.signals[k], k) : light_off();
  }

  /// Those whose life ended in the last step leave, or stay where they are as wrecks.
  HOST_DEVICE void end_lives(int world) const {
    for (int agent = 0; agent < view.agent_count[world]; ++agent) {
      const int slot = world * view.agents_per_world + agent;
      if (view.status[slot] != uint8_t(AgentStatus::driving) || !view.terminated[slot]) continue;
      if (rules.after_end == AfterEnd::stop) {
        view.status[slot] = uint8_t(AgentStatus::stopped);
        view.motion[slot] = {0, 0, 0, view.motion[slot].d};
        view.life_step[slot] = maximum(int(view.life_step[slot]), 2);  // who hits it later hits no spawn
      } else {
        remove_agent(view, slot);
        view.life_step[slot] = maximum(int(view.life_step[slot]), 1);  // it was there
      }
    }
  }
};

/// New lives, one after another in order of index.
struct BeginLives {
  static constexpr Over over = Over::worlds;
  WorldView view;
  StepRules rules;

  HOST_DEVICE void operator()(int world) const {
    const WorldMap map = world_map(view, world);
    for (int agent = 0; agent < view.agents_per_world; ++agent) {
      const int slot = world * view.agents_per_world + agent;
      expect_road(view, map.map, slot, rules.time_step_s);
      if (is_replayed(agent)) continue;
      view.events[slot] = 0;
      if (agent >= view.agent_count[world] || view.status[slot] != uint8_t(AgentStatus::absent)) continue;
      if (rules.after_end == AfterEnd::remove && view.life_step[slot] > 0) continue;
      ++view.life[slot];
      draw_character(view, world, agent, rules);
      if (place_agent(view, map, world, agent, rules)) view.events[slot] = kSpawned;
    }
  }

 private:
  HOST_DEVICE bool is_replayed(int agent) const {
    const int first = rules.drivers.outside_agents;
    return agent >= first && agent < first + rules.drivers.replay_agents;
  }
};

/// What lights show at the end of this step.
struct ChangeLights {
  static constexpr Over over = Over::worlds;
  WorldView view;
  float time_step_s;

  HOST_DEVICE void operator()(int world) const {
    const float time_s = float(view.episode_step[world]) * time_step_s;
    const int first = world * view.signal_stride, count = view.maps[view.map[world]].signal_count;
    for (int k = 0; k < view.signal_stride; ++k)
      view.signal_state[first + k] =
          uint8_t(k < count ? light_state(view.signal_plan[first + k], time_s) : LightState::off);
  }
};

}  // namespace gigalane
