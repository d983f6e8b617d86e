#include "maps/road_height.h"

#include <algorithm>
#include <cmath>

namespace gigalane {
namespace {

/// The last record at or before `s`, the first one if all lie behind, and the share of the way to the next.
template <class Record>
size_t last_before(const std::vector<Record>& records, double s, double& to_next) {
  const auto next = std::upper_bound(records.begin(), records.end(), s,
                                     [](double at, const Record& record) { return at < record.s; });
  to_next = 0;
  if (next == records.begin()) return 0;
  const Record& before = *(next - 1);
  if (next != records.end()) to_next = (s - before.s) / (next->s - before.s);
  return size_t(next - 1 - records.begin());
}

double height_of(const ShapeProfile& profile, double t) {
  return value_at(profile.pieces, std::max(t, profile.pieces.front().s));
}

}  // namespace

HeightProfile::HeightProfile(const Road& road, double s)
    : road_(road),
      elevation_(value_at(road.elevation, s)),
      bank_(std::tan(value_at(road.superelevation, s))),
      fall_left_(std::tan(value_at(road.crossfall_left, s))),
      fall_right_(std::tan(value_at(road.crossfall_right, s))) {
  profile_ = last_before(road.shape, s, to_next_);
}

double HeightProfile::surface(double t) const {
  double z = elevation_ + t * bank_ - std::abs(t) * (t > 0 ? fall_left_ : fall_right_);
  if (road_.shape.empty()) return z;
  const double here = height_of(road_.shape[profile_], t);
  if (to_next_ <= 0) return z + here;
  return z + here + to_next_ * (height_of(road_.shape[profile_ + 1], t) - here);
}

double raised_by(const RoadLane& lane, double ds) {
  if (lane.heights.empty()) return 0;
  double to_next = 0;
  const size_t k = last_before(lane.heights, ds, to_next);
  const auto middle = [&](size_t record) {
    return 0.5 * (lane.heights[record].inner_m + lane.heights[record].outer_m);
  };
  return to_next > 0 ? middle(k) + to_next * (middle(k + 1) - middle(k)) : middle(k);
}

}  // namespace gigalane
