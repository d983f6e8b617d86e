// OpenDRIVE's <road>: reference line, profiles, links.
#include <algorithm>
#include <cstring>
#include <map>

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

constexpr double kLongestRoadM = 2e5;
constexpr double kLongestPoly3M = 1e4;
constexpr double kMostTurnRad = 100;  ///< of one piece
/// Between where a piece ends and the next one, or the road's end, is. Towns need 1e-11 m; netconvert
/// writes 0.1 m for the length of any shorter road.
constexpr double kEndToleranceM = 0.11;

void check_geometry(const Context& in, const Geometry& g) {
  const double turn = g.length * std::max(std::abs(g.curvature_start), std::abs(g.curvature_end));
  if (turn > kMostTurnRad)
    in.stop("<geometry> at s = ", g.s, " turns by up to ", turn, " rad, expected at most ", kMostTurnRad);
  if (g.kind == Geometry::Kind::poly3 && g.length > kLongestPoly3M)
    in.stop("<poly3> at s = ", g.s, " is ", g.length, " m long, expected at most ", kLongestPoly3M);
}

constexpr double kFurthestM = 1e8;       ///< places of UTM are within 1e7 m
constexpr double kSectionSlackM = 1e-2;  ///< lengths are rounded

Geometry read_geometry(const Context& in, const pugi::xml_node& node) {
  Geometry g;
  g.s = number(in, node, "s");
  g.x = number(in, node, "x");
  g.y = number(in, node, "y");
  if (std::max(std::abs(g.x), std::abs(g.y)) > kFurthestM)
    in.stop("<geometry> at s = ", g.s, " begins at (", g.x, ", ", g.y, "), expected at most ", kFurthestM,
            " m from the origin");
  g.heading = number(in, node, "hdg");
  g.length = number(in, node, "length");
  if (g.length < 0 || g.length > kLongestRoadM)
    in.stop("<geometry> length = ", g.length, " at s = ", g.s, ", expected 0 to ", kLongestRoadM);
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
    const std::string range = one_of(in, param, "pRange", {"", "normalized", "arcLength"});
    g.normalised = range != "arcLength";
  } else {
    in.stop("<geometry> at s = ", g.s,
            " is of no known kind, expected line, arc, spiral, poly3 or paramPoly3");
  }
  check_geometry(in, g);
  return g;
}

/// The pieces must make up the road, one from where the other ends: else some of it is missing.
void check_line(const Context& in, const pugi::xml_node& node, const Road& road) {
  double end = 0;
  for (const Geometry& g : road.geometry) {
    if (std::abs(g.s - end) > kEndToleranceM) {
      for (const pugi::xml_node& piece : node.child("planView").children("geometry"))
        if (number(in, piece, "s") == g.s) break;  // what was read last is named
      in.stop("<geometry> begins at s = ", g.s, ", expected ", end, ", the end of what comes before it");
    }
    end = g.s + g.length;
  }
  in.last = node;
  if (std::abs(end - road.length) > kEndToleranceM)
    in.stop("<road> length = ", road.length, ", but its <geometry> ends at s = ", end);
}

RoadLink read_link(const Context& in, const pugi::xml_node& node, const Surroundings& around) {
  RoadLink link;
  if (!node) return link;
  const bool to_junction = std::strcmp(node.attribute("elementType").value(), "junction") == 0;
  const IdIndex& index = to_junction ? around.junctions : around.roads;
  const char* id = text(in, node, "elementId");
  const auto found = index.find(id);
  if (found == index.end())
    in.stop("<", node.name(), "> names ", to_junction ? "junction " : "road ", shortened(id),
            ", which does not exist");
  link.kind = to_junction ? RoadLink::Kind::junction : RoadLink::Kind::road;
  link.index = found->second;
  link.contact = contact(in, node);
  if (!to_junction && node.attribute("elementS") && !node.attribute("contactPoint")) {
    link.s = number(in, node, "elementS");
    link.along_s = *node.attribute("elementDir").value() != '-';
  }
  return link;
}

/// 1.4's tilt of one side or both.
void read_crossfall(const Context& in, const pugi::xml_node& node, Road& road) {
  const std::string side = node.attribute("side").value();
  in.last = node;
  if (!side.empty() && side != "left" && side != "right" && side != "both")
    in.stop("<crossfall> side = \"", shortened(side), "\", expected left, right or both");
  const Cubic record = read_cubic(in, node, "s");
  if (side != "right") road.crossfall_left.push_back(record);
  if (side != "left") road.crossfall_right.push_back(record);
}

/// Records of one s make up one profile, by t.
void read_shape(const Context& in, const pugi::xml_node& parent, std::vector<ShapeProfile>& out) {
  std::map<double, std::vector<Cubic>> profiles;
  for (const pugi::xml_node& node : parent.children("shape"))
    profiles[number(in, node, "s")].push_back(read_cubic(in, node, "t"));
  for (auto& [s, pieces] : profiles) {
    sort_cubics(pieces);
    out.push_back({s, std::move(pieces)});
  }
}

void read_lateral_profile(const Context& in, const pugi::xml_node& node, Road& road) {
  road.superelevation = read_cubics(in, node, "superelevation", "s");
  for (const pugi::xml_node& crossfall : node.children("crossfall")) read_crossfall(in, crossfall, road);
  sort_cubics(road.crossfall_left);
  sort_cubics(road.crossfall_right);
  read_shape(in, node, road.shape);
}

}  // namespace

Road read_road(const Context& in, const pugi::xml_node& node, const Surroundings& around) {
  Road road;
  road.line = in.line_of(node);
  road.id = text(in, node, "id");
  road.length = number(in, node, "length");
  if (road.length < 0 || road.length > kLongestRoadM)
    in.stop("<road> length = ", road.length, ", expected 0 to ", kLongestRoadM);
  road.left_hand_traffic = one_of(in, node, "rule", {"", "RHT", "LHT"}) == "LHT";
  const std::string junction = node.attribute("junction").value();
  if (!junction.empty() && junction != "-1") {
    const auto found = around.junctions.find(junction);
    if (found == around.junctions.end())
      in.stop("junction = ", shortened(junction), ", which does not exist");
    road.junction = found->second;
  }
  const pugi::xml_node link = node.child("link");
  road.predecessor = read_link(in, link.child("predecessor"), around);
  road.successor = read_link(in, link.child("successor"), around);

  for (const pugi::xml_node& piece : node.child("planView").children("geometry"))
    road.geometry.push_back(read_geometry(in, piece));
  if (road.geometry.empty()) in.stop("no element <geometry> in <planView>, expected at least one");
  std::stable_sort(road.geometry.begin(), road.geometry.end(),
                   [](const Geometry& a, const Geometry& b) { return a.s < b.s; });
  check_line(in, node, road);
  road.elevation = read_cubics(in, node.child("elevationProfile"), "elevation", "s");
  read_lateral_profile(in, node.child("lateralProfile"), road);
  for (const pugi::xml_node& type : node.children("type"))  // without a limit: read as an unknown one
    read_speed(in, type.child("speed"), number(in, type, "s"), road.speeds);
  const pugi::xml_node lanes = node.child("lanes");
  road.lane_offset = read_cubics(in, lanes, "laneOffset", "s");
  road.sections = read_sections(in, lanes, around.options);
  for (const LaneSection& section : road.sections)
    if (section.s < -kSectionSlackM || section.s > road.length + kSectionSlackM)
      in.stop("<laneSection> s = ", section.s, ", expected 0 to the road's length of ", road.length);
  road.signals = read_signals(in, node);
  road.stop_lines = read_stop_lines(in, node);
  return road;
}

}  // namespace gigalane::open_drive
