// OpenDRIVE's <lanes>: sections, lanes, their widths or borders, speeds and links.
#include <algorithm>
#include <cstring>

#include "maps/open_drive_xml.h"

namespace gigalane::open_drive {

constexpr double kNoLimitMps = 130 / 3.6;  ///< what is advised on roads without a limit
namespace {

bool names(const std::vector<std::string>& list, const char* name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

LaneType read_type(const char* type, const char* direction, const OpenDriveOptions& options) {
  if (names(options.bidirectional, type)) return LaneType::bidirectional;
  if (!names(options.driving, type)) return LaneType::none;
  return std::strcmp(direction, "both") == 0 ? LaneType::bidirectional : LaneType::driving;
}

/// A truth value of OpenDRIVE, false where it is left out.
bool is_true(const Context& in, const pugi::xml_node& node, const char* attribute) {
  const std::string value = node.attribute(attribute).value();
  if (value == "true" || value == "1") return true;
  in.last = node;
  if (!value.empty() && value != "false" && value != "0")
    in.stop("<", node.name(), "> ", attribute, " = \"", shortened(value), "\", expected true or false");
  return false;
}

RoadLane read_lane(const Context& in, const pugi::xml_node& node, const OpenDriveOptions& options) {
  RoadLane lane;
  lane.id = lane_number(in, node, "id");
  if (lane.id == 0) in.stop("<lane> id = 0 beside the centre, expected another number");
  const char* direction = node.attribute("direction").value();  // from 1.8 on
  lane.type = read_type(text(in, node, "type"), direction, options);
  lane.reversed = std::strcmp(direction, "reversed") == 0;
  lane.widths = read_cubics(in, node, "width", "sOffset");
  if (lane.widths.empty()) lane.borders = read_cubics(in, node, "border", "sOffset");
  for (const pugi::xml_node& height : node.children("height"))
    lane.heights.push_back(
        {number(in, height, "sOffset"), number(in, height, "inner"), number(in, height, "outer")});
  std::stable_sort(lane.heights.begin(), lane.heights.end(),
                   [](const LaneHeight& a, const LaneHeight& b) { return a.s < b.s; });
  lane.level = is_true(in, node, "level");
  for (const pugi::xml_node& speed : node.children("speed"))
    read_speed(in, speed, number(in, speed, "sOffset"), lane.speeds);
  const pugi::xml_node link = node.child("link");
  for (const pugi::xml_node& to : link.children("predecessor"))
    lane.predecessors.push_back(lane_number(in, to, "id"));
  for (const pugi::xml_node& to : link.children("successor"))
    lane.successors.push_back(lane_number(in, to, "id"));
  return lane;
}

}  // namespace

Cubic read_cubic(const Context& in, const pugi::xml_node& node, const char* s) {
  return {number(in, node, s), number(in, node, "a"), number(in, node, "b"), number(in, node, "c"),
          number(in, node, "d")};
}

void sort_cubics(std::vector<Cubic>& records) {
  std::stable_sort(records.begin(), records.end(), [](const Cubic& a, const Cubic& b) { return a.s < b.s; });
}

std::vector<Cubic> read_cubics(const Context& in, const pugi::xml_node& parent, const char* element,
                               const char* s) {
  std::vector<Cubic> records;
  for (const pugi::xml_node& node : parent.children(element)) records.push_back(read_cubic(in, node, s));
  sort_cubics(records);
  return records;
}

/// OpenDRIVE's units of speed; none means m/s. "no limit" counts as kNoLimitMps; "undefined" or none as 0, an
/// unknown limit that ends the one before.
void read_speed(const Context& in, const pugi::xml_node& node, double s, std::vector<SpeedRecord>& out) {
  const char* max = node.attribute("max").value();
  if (!*max || std::strcmp(max, "undefined") == 0) return out.push_back({s, 0});
  if (std::strcmp(max, "no limit") == 0) return out.push_back({s, kNoLimitMps});
  const std::string unit = node.attribute("unit").value();
  double factor = 1;
  if (unit == "mph")
    factor = 0.44704;
  else if (unit == "km/h")
    factor = 1 / 3.6;
  else if (!unit.empty() && unit != "m/s")
    in.stop("<speed> unit = \"", shortened(unit), "\", expected m/s, km/h or mph");
  const double limit = factor * number(in, node, "max");
  out.push_back({s, std::max(0.0, limit)});
}

std::vector<LaneSection> read_sections(const Context& in, const pugi::xml_node& lanes,
                                       const OpenDriveOptions& options) {
  std::vector<LaneSection> sections;
  for (const pugi::xml_node& node : lanes.children("laneSection")) {
    LaneSection section;
    section.s = number(in, node, "s");
    for (const char* side : {"left", "right"})
      for (const pugi::xml_node& lane : node.child(side).children("lane"))
        section.lanes.push_back(read_lane(in, lane, options));
    std::sort(section.lanes.begin(), section.lanes.end(),
              [](const RoadLane& a, const RoadLane& b) { return a.id < b.id; });
    in.last = node;
    for (size_t k = 1; k < section.lanes.size(); ++k)
      if (section.lanes[k].id == section.lanes[k - 1].id)
        in.stop("<laneSection> s = ", section.s, " has two lanes ", section.lanes[k].id);
    if (!sections.empty() && section.s < sections.back().s)
      in.stop("<laneSection> s = ", section.s, ", expected at least ", sections.back().s,
              ", the one before it");
    sections.push_back(std::move(section));
  }
  if (sections.empty()) in.stop("no element <laneSection>, expected at least one");
  return sections;
}

}  // namespace gigalane::open_drive
