/// Who goes first where the ways of two agents meet: who is there already; else who turns less to get there;
/// else, where both go much alike, who gets there earlier at the speed that it has. Both judge by the same
/// numbers and come to opposite ends. Who stands is waited for only where it is in the way and has less of
/// the junction left (leaves_before): of many who stand in each other's ways one can always go.
#pragma once
#include "base/lanes.h"
#include "base/scalar.h"
#include "sim/idm.h"
#include "sim/path_points.h"

namespace gigalane {

constexpr float kMergingCosine =
    0.8f;  ///< of the angle between two paths: above, they merge; below, they cross
constexpr float kHeadOnCosine = -0.9f;     ///< below, two drive past each other: they meet without the margin
constexpr float kMovingMps = 0.1f;         ///< faster is waited for
constexpr float kMeetingMarginM = 0.3f;    ///< between two bodies on their ways
constexpr float kMeetingMarginS = 1.0f;    ///< between one leaving and the other coming
constexpr float kMeetingMostS = 5.0f;      ///< that one waits for who has the right of way
constexpr float kBendM = 40.0f;            ///< ahead that turning counts
constexpr float kBendRatio = 2.0f;         ///< of two bends: more, and one turns
constexpr float kStraightBend = 0.02f;     ///< 1/m; less is straight
constexpr float kLeastApproachMps = 2.0f;  ///< who is slower would come at this speed

/// Where two paths meet, metres along each from the middle of its agent; `meet` false: nowhere.
struct Meeting {
  bool meet;
  float own_m, other_m;                ///< where the first touches the other's way
  float own_leaves_m, other_leaves_m;  ///< where it last does
  float own_bend, other_bend;          ///< the sharpest on the way there, 1/m
  float cosine;                        ///< of the angle between the two there
};

/// Of the points of a path up to `last`, as far as kBendM.
HOST_DEVICE float sharpest_bend(const PathAhead& path, int last) {
  float bend = 0;
  for (int n = 0; n <= last && path.place_m[n] < kBendM; ++n)
    bend = maximum(bend, absolute(path.curvature[n]));
  return bend;
}

/// Two ways, as wide as the bodies that go them. The same, own and other exchanged, for both agents.
template <class L>
LANES_FUNCTION Meeting find_meeting(const PathAhead& own, const PathAhead& other, float own_width_m,
                                    float other_width_m) {
  using Float = typename L::Float;
  Meeting m{};
  int own_piece = kPathPoints, other_piece = kPathPoints, own_last = 0, other_last = 0;
  for (int first = 0; first < kPathPoints; first += L::width) {
    const Float x = L::load(other.piece_x + first), y = L::load(other.piece_y + first);
    const Float vx = L::load(other.piece_ux + first), vy = L::load(other.piece_uy + first);
    const Float half = L::load(other.piece_half_m + first);
    const auto goes = L::first(kPathPoints - first) & (half > Float(0.0f));
    auto met = L::mask(false);
    Float begins(kNoStop);  // of the way where the other's pieces touch it, from their middles
    for (int n = 0; n < kPathPoints && own.piece_half_m[n] > 0; ++n) {
      const float ux = own.piece_ux[n], uy = own.piece_uy[n], half_piece = own.piece_half_m[n];
      const Float dx = x - own.piece_x[n], dy = y - own.piece_y[n];
      const Float dot = vx * ux + vy * uy, c = L::abs(dot), s = L::abs(vx * uy - vy * ux);
      const Float margin = L::select(dot > Float(kHeadOnCosine), Float(0.5f * kMeetingMarginM), Float(0.0f));
      const Float half_own = margin + 0.5f * own_width_m, half_other = margin + 0.5f * other_width_m;
      const Float along = dx * ux + dy * uy, reach = c * half + s * half_other;
      const Float other_along = Float(0.0f) - (dx * vx + dy * vy),
                  other_reach = c * half_piece + s * half_own;
      const auto overlap = goes & (L::abs(along) < reach + half_piece) &
                           (L::abs(dx * uy - dy * ux) < s * half + c * half_other + half_own) &
                           (L::abs(other_along) < other_reach + half) &
                           (L::abs(dx * vy - dy * vx) < s * half_piece + c * half_own + half_other);
      if (!L::any(overlap)) continue;
      met = met | overlap;
      own_last = maximum(own_last, n);
      begins = L::min(begins, L::select(overlap, other_along - other_reach, Float(kNoStop)));
      if (n > own_piece) continue;
      const float own_begins =
          maximum(L::reduce_min(L::select(overlap, along - reach, Float(kNoStop))), -half_piece);
      const float there = own.place_m[n] + half_piece + own_begins;
      m.own_m = n < own_piece ? there : minimum(m.own_m, there);
      own_piece = n;
    }
    if (!L::any(met)) continue;
    other_last = first + int(L::reduce_max(L::select(met, L::lane_index(), typename L::Int(0))));
    if (other_piece < kPathPoints) continue;
    const int lane = L::first_set(met);
    other_piece = first + lane;
    const float half_piece = other.piece_half_m[other_piece];
    m.other_m = other.place_m[other_piece] + half_piece + maximum(L::at(begins, lane), -half_piece);
  }
  if (own_piece == kPathPoints) return m;
  m.meet = true;
  m.own_leaves_m = own.place_m[own_last] + 2.0f * own.piece_half_m[own_last];
  m.other_leaves_m = other.place_m[other_last] + 2.0f * other.piece_half_m[other_last];
  m.own_bend = sharpest_bend(own, own_last), m.other_bend = sharpest_bend(other, other_last);
  m.cosine = own.piece_ux[own_piece] * other.piece_ux[other_piece] +
             own.piece_uy[own_piece] * other.piece_uy[other_piece];
  return m;
}

/// Who meets: its body's length, its speed.
struct Approaching {
  float length_m, speed_mps;
};

/// Of two who stand in each other's ways, in whatever circle of many: the one who has less of the junction
/// left goes, so that there is always one.
HOST_DEVICE bool leaves_before(float leaves_m, int slot, float other_leaves_m, int other_slot) {
  return leaves_m < other_leaves_m || (leaves_m == other_leaves_m && slot < other_slot);
}

/// How far the own front may still go for the other to pass first; kNoStop: the own driver goes first.
/// `ahead`: its front is further on than the other's, which decides where both are there.
HOST_DEVICE float way_to_wait(const Meeting& m, const Approaching& own, const Approaching& other,
                              bool ahead) {
  if (!m.meet) return kNoStop;
  const float own_way = m.own_m - 0.5f * own.length_m, other_way = m.other_m - 0.5f * other.length_m;
  if (own_way <= 0) return other_way <= 0 && !ahead ? 0 : kNoStop;
  if (other_way <= 0) return own_way;
  if (own.speed_mps * own.speed_mps > -2.0f * kHardestBraking * own_way) return kNoStop;  // too late
  const float own_pace = maximum(own.speed_mps, kLeastApproachMps),
              other_pace = maximum(other.speed_mps, kLeastApproachMps);
  const float own_comes_s = own_way / own_pace, other_comes_s = other_way / other_pace;
  const float other_leaves_s = (m.other_leaves_m + 0.5f * other.length_m) / other_pace;
  if (other_leaves_s + kMeetingMarginS < own_comes_s) return kNoStop;
  const float own_bend = maximum(m.own_bend, kStraightBend),
              other_bend = maximum(m.other_bend, kStraightBend);
  const float own_clears_s = minimum((m.own_leaves_m - m.own_m + own.length_m) / own_pace, kMeetingMostS);
  const bool waits = other_bend > kBendRatio * own_bend   ? false
                     : own_bend > kBendRatio * other_bend ? other_comes_s < own_comes_s + own_clears_s
                     : other_comes_s == own_comes_s       ? !ahead
                                                          : other_comes_s < own_comes_s;
  return waits ? own_way : kNoStop;
}

}  // namespace gigalane
