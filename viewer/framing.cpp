#include "viewer/framing.h"

#include <algorithm>
#include <cmath>

namespace gigalane {
namespace {

constexpr int kSampledRows = 60;
constexpr float kLightsBonus = 1.25f;

struct Place {
  Point centre;
  float weight;
};

std::vector<Place> junctions_of(const MapView& map, const Affine& variant) {
  std::vector<double> x(size_t(map.junction_count)), y(x), n(x);
  for (int q = 0; q < map.quad_count; ++q) {
    const int junction = map.lanes[map.quads[q].lane].junction;
    if (junction < 0 || junction >= map.junction_count) continue;
    x[size_t(junction)] += double(map.quads[q].x);
    y[size_t(junction)] += double(map.quads[q].y);
    n[size_t(junction)] += 1;
  }
  std::vector<Place> places;
  for (size_t j = 0; j < n.size(); ++j)
    if (n[j] > 0)
      places.push_back({apply(variant, float(x[j] / n[j]), float(y[j] / n[j])),
                        map.junction_phase_count[j] > 0 ? kLightsBonus : 1.0f});
  return places;
}

}  // namespace

Point busiest_place(PlaybackSource& source, int first, int last, float across) {
  const MapView map = source.map().view();
  std::vector<Point> seen;
  const int step = std::max(1, (last - first) / kSampledRows);
  for (int row = first; row <= last; row += step)
    for (int slot = 0; slot < source.info().agents; ++slot)
      if (source.present(row, slot)) seen.push_back({source.pose(row, slot).a, source.pose(row, slot).b});
  std::vector<Place> places = junctions_of(map, source.info().variant);
  if (places.empty())
    for (size_t i = 0; i < seen.size(); i += std::max<size_t>(1, seen.size() / 200))
      places.push_back({seen[i], 1});
  Place best{apply(source.info().variant, 0, 0), 0};
  float most = -1;
  for (const Place& place : places) {
    float score = 0;
    for (const Point& p : seen) {
      const float distance = std::hypot(p.x - place.centre.x, p.y - place.centre.y);
      score += std::max(0.0f, 1 - distance / (0.4f * across));
    }
    if (score * place.weight > most) most = score * place.weight, best = place;
  }
  return best.centre;
}

}  // namespace gigalane
