// OpenDRIVE's <road>: reference line, profiles, lane sections, links.
#include <algorithm>
#include <cstring>

#include "maps/open_drive_xml.h"

namespace gigalane::open_drive {
namespace {

void read_coefficients(const Context& in, const pugi::xml_node& node, const char* prefix, double* out) {
  const char* names[4] = {"a", "b", "c", "d"};
  for (int k = 0; k < 4; ++k) {
    const std::string name = std::string(names[k]) + prefix;
    out[k] = number(in, node, name.c_str());
  }
}

Geometry read_geometry(const Context& in, const pugi::xml_node& node) {
  Geometry g;
  g.s = number(in, node, "s");
  g.x = number(in, node, "x");
  g.y = number(in, node, "y");
  g.heading = number(in, node, "hdg");
  g.length = number(in, node, "length");
  if (g.length < 0) in.stop("<geometry> length = ", g.length, " at s = ", g.s, ", expected 0 or more");
  if (node.child("line")) {
    g.kind = Geometry::Kind::line;
  } else if (const pugi::xml_node arc = node.child("arc")) {
    g.kind = Geometry::Kind::arc;
    g.curvature_start = g.curvature_end = number(in, arc, "curvature");
  } else if (const pugi::xml_node spiral = node.child("spiral")) {
    g.kind = Geometry::Kind::spiral;
    g.curvature_start = number(in, spiral, "curvStart");
    g.curvature_end = number(in, spiral, "curvEnd");
  } else if (const pugi::xml_node poly = node.child("poly3")) {
    g.kind = Geometry::Kind::poly3;
    read_coefficients(in, poly, "", g.v);
  } else if (const pugi::xml_node param = node.child("paramPoly3")) {
    g.kind = Geometry::Kind::param_poly3;
    read_coefficients(in, param, "U", g.u);
    read_coefficients(in, param, "V", g.v);
    g.normalised = std::strcmp(param.attribute("pRange").value(), "arcLength") != 0;
  } else {
    in.stop("<geometry> at s = ", g.s,
            " is of no known kind, expected line, arc, spiral, poly3 or paramPoly3");
  }
  return g;
}

std::vector<Cubic> read_cubics(const Context& in, const pugi::xml_node& parent, const char* element,
                               const char* s) {
  std::vector<Cubic> records;
  for (const pugi::xml_node& node : parent.children(element))
    records.push_back({number(in, node, s), number(in, node, "a"), number(in, node, "b"),
                       number(in, node, "c"), number(in, node, "d")});
  std::stable_sort(records.begin(), records.end(), [](const Cubic& a, const Cubic& b) { return a.s < b.s; });
  return records;
}

/// OpenDRIVE's units of speed; none means m/s. Empty if there is no limit ("no limit", "undefined").
bool read_speed(const Context& in, const pugi::xml_node& node, double s, std::vector<SpeedRecord>& out) {
  const char* max = node.attribute("max").value();
  if (!*max || std::strcmp(max, "no limit") == 0 || std::strcmp(max, "undefined") == 0) return false;
  const std::string unit = node.attribute("unit").value();
  double factor = 1;
  if (unit == "mph")
    factor = 0.44704;
  else if (unit == "km/h")
    factor = 1 / 3.6;
  else if (!unit.empty() && unit != "m/s")
    in.stop("<speed> unit = \"", unit, "\", expected m/s, km/h or mph");
  const double limit = factor * number(in, node, "max");
  if (limit > 0) out.push_back({s, limit});
  return limit > 0;
}

LaneType read_type(const char* type) {
  if (std::strcmp(type, "driving") == 0) return LaneType::driving;
  if (std::strcmp(type, "bidirectional") == 0) return LaneType::bidirectional;
  return LaneType::none;
}

RoadLane read_lane(const Context& in, const pugi::xml_node& node) {
  RoadLane lane;
  lane.id = integer(in, node, "id");
  lane.type = read_type(text(in, node, "type"));
  lane.widths = read_cubics(in, node, "width", "sOffset");
  for (const pugi::xml_node& speed : node.children("speed"))
    read_speed(in, speed, number(in, speed, "sOffset"), lane.speeds);
  const pugi::xml_node link = node.child("link");
  for (const pugi::xml_node& to : link.children("predecessor"))
    lane.predecessors.push_back(integer(in, to, "id"));
  for (const pugi::xml_node& to : link.children("successor"))
    lane.successors.push_back(integer(in, to, "id"));
  return lane;
}

std::vector<LaneSection> read_sections(const Context& in, const pugi::xml_node& lanes) {
  std::vector<LaneSection> sections;
  for (const pugi::xml_node& node : lanes.children("laneSection")) {
    LaneSection section;
    section.s = number(in, node, "s");
    for (const char* side : {"left", "right"})
      for (const pugi::xml_node& lane : node.child(side).children("lane"))
        section.lanes.push_back(read_lane(in, lane));
    std::sort(section.lanes.begin(), section.lanes.end(),
              [](const RoadLane& a, const RoadLane& b) { return a.id < b.id; });
    if (!sections.empty() && section.s < sections.back().s)
      in.stop("<laneSection> s = ", section.s, ", expected at least ", sections.back().s,
              ", the one before it");
    sections.push_back(std::move(section));
  }
  if (sections.empty()) in.stop("no element <laneSection>, expected at least one");
  return sections;
}

RoadLink read_link(const Context& in, const pugi::xml_node& node, const IdIndex& roads,
                   const IdIndex& junctions) {
  RoadLink link;
  if (!node) return link;
  const bool to_junction = std::strcmp(node.attribute("elementType").value(), "junction") == 0;
  const IdIndex& index = to_junction ? junctions : roads;
  const char* id = text(in, node, "elementId");
  const auto found = index.find(id);
  if (found == index.end())
    in.stop("<", node.name(), "> names ", to_junction ? "junction " : "road ", id, ", which does not exist");
  link.kind = to_junction ? RoadLink::Kind::junction : RoadLink::Kind::road;
  link.index = found->second;
  link.contact = contact(node);
  return link;
}

}  // namespace

Road read_road(const Context& in, const pugi::xml_node& node, const IdIndex& roads,
               const IdIndex& junctions) {
  Road road;
  road.id = text(in, node, "id");
  road.length = number(in, node, "length");
  if (road.length < 0) in.stop("length = ", road.length, ", expected 0 or more");
  road.left_hand_traffic = std::strcmp(node.attribute("rule").value(), "LHT") == 0;
  const std::string junction = node.attribute("junction").value();
  if (!junction.empty() && junction != "-1") {
    const auto found = junctions.find(junction);
    if (found == junctions.end()) in.stop("junction = ", junction, ", which does not exist");
    road.junction = found->second;
  }
  const pugi::xml_node link = node.child("link");
  road.predecessor = read_link(in, link.child("predecessor"), roads, junctions);
  road.successor = read_link(in, link.child("successor"), roads, junctions);

  for (const pugi::xml_node& piece : node.child("planView").children("geometry"))
    road.geometry.push_back(read_geometry(in, piece));
  if (road.geometry.empty()) in.stop("no element <geometry> in <planView>, expected at least one");
  std::stable_sort(road.geometry.begin(), road.geometry.end(),
                   [](const Geometry& a, const Geometry& b) { return a.s < b.s; });
  road.elevation = read_cubics(in, node.child("elevationProfile"), "elevation", "s");
  road.superelevation = read_cubics(in, node.child("lateralProfile"), "superelevation", "s");
  for (const pugi::xml_node& type : node.children("type"))
    for (const pugi::xml_node& speed : type.children("speed"))
      read_speed(in, speed, number(in, type, "s"), road.speeds);
  const pugi::xml_node lanes = node.child("lanes");
  road.lane_offset = read_cubics(in, lanes, "laneOffset", "s");
  road.sections = read_sections(in, lanes);
  road.signals = read_signals(in, node);
  return road;
}

}  // namespace gigalane::open_drive
