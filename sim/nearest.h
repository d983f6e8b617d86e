/// The exact nearest agents of a world: by squared distance in the plane, then by index.
///
/// A threshold on the squared distance leaves a few candidates, found from last time's and by bisection; a
/// candidate's place is the number of candidates before it. The hint saves time and changes no result.
#pragma once
#include "base/lanes.h"
#include "base/records.h"
#include "sim/observation_layout.h"
#include "sim/world_view.h"

namespace gigalane {

constexpr float kSightSquared = kSightM * kSightM;
constexpr float kBeyond = 3e38f;  ///< squared distance of what is never near

/// The agents of one world. Rows may be read up to a block of lanes beyond `count`.
struct AgentsView {
  const float* x_m;
  const float* y_m;
  const Record* pose;
  const Record* motion;
  const Record* body;
  int count;
};

/// Working memory of one search: on the stack of a CPU, in the shared memory of a warp.
struct NearestScratch {
  alignas(64) float distance[kMaxAgents + kWidestLanes];  ///< squared, to each agent
  alignas(64) float candidate_distance[kMaxAgents + kWidestLanes];
  alignas(64) uint16_t candidate[kMaxAgents + kWidestLanes];
};

/// Squared distances to all agents; kBeyond to `self`. Absent agents are at kFarAway, out of sight.
template <class L>
LANES_FUNCTION void measure_distances(const AgentsView& agents, int self, float x, float y, float* distance) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  for (int k = 0; k < agents.count; k += L::width) {
    const Float dx = L::load(agents.x_m + k) - x, dy = L::load(agents.y_m + k) - y;
    const auto counts = L::first(agents.count - k) & !(L::lane_index() == Int(self - k));
    L::store(distance + k, L::select(counts, dx * dx + dy * dy, Float(kBeyond)), L::width);
  }
  L::sync();
}

template <class L>
LANES_FUNCTION int count_within(const float* distance, int count, float threshold) {
  int within = 0;
  for (int k = 0; k < count; k += L::width)
    within += L::count(L::load(distance + k) <= typename L::Float(threshold));
  return within;
}

/// How many candidates a threshold for the nearest `wanted` may leave: fewer cost more attempts, more cost
/// ranking.
HOST_DEVICE int most_candidates(int wanted) { return round_up16(wanted + wanted / 4 + 4); }

/// A squared radius that holds between `wanted` and most_candidates() agents, or all in sight if they are
/// fewer; more if many are at one distance.
template <class L>
LANES_FUNCTION float find_threshold(const float* distance, int count, int wanted, float hint) {
  const int most = most_candidates(wanted);
  float low = 0.0f, high = kSightSquared;
  float threshold = hint > 0.0f && hint < kSightSquared ? hint : kSightSquared;
  for (int attempt = 0; attempt < 30; ++attempt) {
    const int within = count_within<L>(distance, count, threshold);
    const bool too_many = within > most, too_few = within < wanted && threshold < kSightSquared;
    if (!too_many && !too_few) return threshold;
    if (too_many)
      high = threshold;
    else
      low = threshold;
    threshold = attempt == 0 && too_few ? kSightSquared : 0.5f * (low + high);
  }
  return high;
}

/// Packs the agents within the threshold, in order of index, and fills up the last block with agent 0,
/// infinitely far. Returns how many were found.
template <class L>
LANES_FUNCTION int collect_candidates(float threshold, int count, NearestScratch& s) {
  using Float = typename L::Float;
  int found = 0;
  for (int k = 0; k < count; k += L::width) {
    const Float distance = L::load(s.distance + k);
    const auto within = L::packing(distance <= Float(threshold));
    L::store_packed(s.candidate_distance + found, within, distance);
    L::store_packed(s.candidate + found, within, L::lane_index() + typename L::Int(k));
    found += L::packed_count(within);
  }
  L::store(s.candidate_distance + found, Float(kBeyond), L::width);
  L::store(s.candidate + found, typename L::Int(0));
  L::sync();
  return found;
}

/// Writes the candidates in order of distance, then index. The padding of the last block lands in place
/// `count`.
template <class L>
LANES_FUNCTION void rank_with_ties(const float* distance, const uint16_t* agent, int count,
                                   uint16_t* nearest) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  for (int k = 0; k < count; k += L::width) {
    const Float own = L::load(distance + k);
    Int place = 0;
    for (int other = 0; other < count; ++other) {
      const Float theirs = distance[other];  // of smaller index: comes first at equal distance
      place = L::increment(place, (theirs < own) | ((theirs == own) & (L::lane_index() > Int(other - k))));
    }
    L::scatter(nearest, place, L::load(agent + k));
  }
  L::sync();
}

/// The same. A place is the number of candidates that are nearer; without ties these are 0 to count - 1, so
/// that their sum tells whether there are any.
template <class L>
LANES_FUNCTION void rank_candidates(const float* distance, const uint16_t* agent, int count,
                                    uint16_t* nearest) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  Int sum = 0;
  for (int k = 0; k < count; k += L::width) {
    const Float own = L::load(distance + k);
    Int place = 0;
    for (int other = 0; other < count; ++other) place = L::increment(place, Float(distance[other]) < own);
    sum = sum + L::select(L::first(count - k), place, Int(0));
    L::scatter(nearest, place, L::load(agent + k));
  }
  L::sync();
  if (L::reduce_add(sum) != count * (count - 1) / 2) rank_with_ties<L>(distance, agent, count, nearest);
}

/// Lists the nearest `wanted` of the measured distances that are in sight, and 0 up to the end of the last
/// block
/// (`nearest` holds kMaxAgents and a block more). Returns how many there are; `hint` is updated.
template <class L>
LANES_FUNCTION int select_nearest(NearestScratch& s, int count, int wanted, float& hint, uint16_t* nearest) {
  for (int k = 0; k < wanted; k += L::width) L::store(nearest + k, typename L::Int(0));
  L::sync();
  float threshold = find_threshold<L>(s.distance, count, wanted, hint);
  const int found = collect_candidates<L>(threshold, count, s);
  rank_candidates<L>(s.candidate_distance, s.candidate, found, nearest);
  if (found <= wanted && threshold < kSightSquared)
    threshold *= 1.1f;
  else if (found > most_candidates(wanted) - 4)
    threshold *= 0.95f;
  hint = threshold;
  return found < wanted ? found : wanted;
}

/// Metres of height between two agents that the slope of roads does not explain at this distance in the
/// plane: one passes over the other.
template <class L>
LANES_FUNCTION typename L::Mask on_other_level(typename L::Float height, typename L::Float squared_distance) {
  using Float = typename L::Float;
  const Float excess =
      L::max(L::abs(height) - Float(2.5f), Float(0.0f));  // 0.12 of the distance is a steep road
  return excess * excess > squared_distance * (0.12f * 0.12f);
}

/// Puts agents that are clearly on another level out of sight.
template <class L>
LANES_FUNCTION void exclude_other_levels(const AgentsView& agents, int self, float z, float* distance) {
  using Float = typename L::Float;
  using Int = typename L::Int;
  for (int k = 0; k < agents.count; k += L::width) {
    const Float squared = L::load(distance + k);
    const Int agent = L::select(L::first(agents.count - k), L::lane_index() + Int(k), Int(self));
    const Float other_z = L::gather(&agents.body[0].c, agent * Int(4));
    const auto other = on_other_level<L>(other_z - z, squared);
    L::store(distance + k, L::select(other, Float(kBeyond), squared), L::width);
  }
  L::sync();
}

}  // namespace gigalane
