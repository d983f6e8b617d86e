// What numbers a SUMO network may hold: netconvert lets NaN and widths below 0 pass, or stops at them without
// naming an element.
#include <cstring>
#include <sstream>

#include "maps/sumo_net_steps.h"

namespace gigalane::sumo_net {
namespace {

using open_drive::Context;
using open_drive::number;
using open_drive::shortened;
using open_drive::to_number;

constexpr double kFurthestM = 1e8;  ///< places of UTM are within 1e7 m

enum class Kind {
  number,
  size,           ///< 0 or more
  size_or_unset,  ///< the same, or -1, by which SUMO says that there is none
  index,          ///< whole, 0 or more
  distance,       ///< a coordinate
  places          ///< x,y or x,y,z, by spaces
};

struct Rule {
  const char *element, *attribute;
  Kind kind;
};

/// What netconvert makes roads of. Times of lights may be words ("begin") and decide nothing here.
constexpr Rule kRules[] = {
    {"type", "speed", Kind::size},
    {"type", "width", Kind::size_or_unset},
    {"edge", "priority", Kind::number},
    {"edge", "length", Kind::size},
    {"edge", "shape", Kind::places},
    {"lane", "index", Kind::index},
    {"lane", "speed", Kind::size},
    {"lane", "length", Kind::size},
    {"lane", "width", Kind::size_or_unset},
    {"lane", "endOffset", Kind::size},
    {"lane", "shape", Kind::places},
    {"junction", "x", Kind::distance},
    {"junction", "y", Kind::distance},
    {"junction", "z", Kind::distance},
    {"junction", "radius", Kind::size_or_unset},
    {"junction", "shape", Kind::places},
    {"connection", "fromLane", Kind::index},
    {"connection", "toLane", Kind::index},
    {"connection", "contPos", Kind::number},
    {"connection", "visibility", Kind::number},
    {"connection", "speed", Kind::number},
    {"connection", "length", Kind::number},
    {"connection", "shape", Kind::places},
};

void check_places(const Context& in, const pugi::xml_node& node, const pugi::xml_attribute& value) {
  std::istringstream places(value.value());
  for (std::string place; places >> place;) {
    int count = 0;
    for (size_t from = 0; from <= place.size(); ++count) {
      const size_t to = std::min(place.find(',', from), place.size());
      const double at = to_number(in, node, value.name(), place.substr(from, to - from).c_str());
      if (std::abs(at) > kFurthestM)
        in.stop("<", node.name(), "> ", value.name(), " has ", at, ", expected at most ", kFurthestM,
                " m from the origin");
      from = to + 1;
    }
    if (count != 2 && count != 3)
      in.stop("<", node.name(), "> ", value.name(), " has \"", shortened(place), "\", expected x,y or x,y,z");
  }
}

const char* fault_of(double value, Kind kind) {
  switch (kind) {
    case Kind::size:
      return value < 0 ? "0 or more" : nullptr;
    case Kind::size_or_unset:
      return value < 0 && value != -1 ? "0 or more, or -1 for none" : nullptr;
    case Kind::index:
      return value < 0 || value != std::floor(value) ? "a whole number from 0 on" : nullptr;
    case Kind::distance:
      return std::abs(value) > kFurthestM ? "at most 1e8 m from the origin" : nullptr;
    default:
      return nullptr;
  }
}

void check(const Context& in, const pugi::xml_node& node) {
  for (const Rule& rule : kRules) {
    if (std::strcmp(rule.element, node.name()) != 0) continue;
    const pugi::xml_attribute found = node.attribute(rule.attribute);
    if (!found) continue;
    if (rule.kind == Kind::places) {
      check_places(in, node, found);
      continue;
    }
    const double value = number(in, node, rule.attribute);
    if (const char* expected = fault_of(value, rule.kind))
      in.stop("<", node.name(), "> ", rule.attribute, " = ", value, ", expected ", expected);
  }
}

/// As the source names it: "edge a", "connection from a to b".
std::string name_of(const pugi::xml_node& node) {
  const std::string kind = node.name();
  if (const pugi::xml_attribute id = node.attribute("id")) return kind + " " + shortened(id.value());
  return kind + " from " + shortened(node.attribute("from").value()) + " to " +
         shortened(node.attribute("to").value());
}

/// Ways over a junction, which netconvert leaves out and makes anew.
bool is_internal(const pugi::xml_node& node) {
  return std::strcmp(node.attribute("function").value(), "internal") == 0 ||
         std::strcmp(node.attribute("type").value(), "internal") == 0 ||
         node.attribute("from").value()[0] == ':';
}

}  // namespace

void check_numbers(const pugi::xml_node& net, const std::string& origin, const open_drive::LineIndex* lines) {
  for (const pugi::xml_node& node : net.children()) {
    if (is_internal(node)) continue;
    check({origin, name_of(node), lines}, node);
    if (std::strcmp(node.name(), "edge") != 0) continue;
    for (const pugi::xml_node& lane : node.children("lane")) check({origin, name_of(lane), lines}, lane);
  }
}

}  // namespace gigalane::sumo_net
