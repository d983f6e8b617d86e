// Roads that are met midway, as in virtual junctions: their sections are cut there, so that lanes end and
// begin.
#include "maps/open_drive_xml.h"

namespace gigalane::open_drive {
namespace {

constexpr double kNearCutM = 0.5;  ///< a section that begins this near needs no cut

void shift(std::vector<Cubic>& records, double by) {
  for (Cubic& record : records) record.s -= by;
}

/// The part of a section from `by` metres after its start on.
LaneSection rest_of(const LaneSection& section, double by) {
  LaneSection rest = section;
  rest.s += by;
  for (RoadLane& lane : rest.lanes) {
    shift(lane.widths, by);
    shift(lane.borders, by);
    for (LaneHeight& height : lane.heights) height.s -= by;
    for (SpeedRecord& speed : lane.speeds) speed.s -= by;
    lane.predecessors.assign(1, lane.id);
  }
  return rest;
}

void cut_section(Road& road, double s) {
  size_t k = 0;
  while (k + 1 < road.sections.size() && road.sections[k + 1].s <= s + kNearCutM) ++k;
  LaneSection& section = road.sections[k];
  if (s < section.s + kNearCutM || s > road.section_end(k) - kNearCutM) return;
  LaneSection rest = rest_of(section, s - section.s);
  for (RoadLane& lane : section.lanes) lane.successors.assign(1, lane.id);
  road.sections.insert(road.sections.begin() + std::ptrdiff_t(k) + 1, std::move(rest));
}

}  // namespace

void cut_linked_sections(RoadNetwork& network) {
  for (size_t road = 0; road < network.roads.size(); ++road)
    for (const RoadLink link : {network.roads[road].predecessor, network.roads[road].successor})
      if (link.kind == RoadLink::Kind::road && link.s >= 0)
        cut_section(network.roads[size_t(link.index)], link.s);
}

}  // namespace gigalane::open_drive
