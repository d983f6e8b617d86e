/// Strict access to XML attributes for the OpenDRIVE importer; internal to maps/.
#pragma once
#include <charconv>
#include <cmath>
#include <cstring>
#include <pugixml.hpp>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "maps/road_network.h"

namespace gigalane::open_drive {

/// Where we are in the file: every error names it.
struct Context {
  std::string file;
  std::string where;  ///< "road 12", "junction 3"; empty at top level

  template <class... Parts>
  [[noreturn]] void stop(const Parts&... parts) const {
    if (where.empty()) fail(file, ": ", parts...);
    fail(file, ": ", where, ": ", parts...);
  }
};

/// Index of each road and junction by its id.
using IdIndex = std::unordered_map<std::string, int>;

inline const char* text(const Context& in, const pugi::xml_node& node, const char* attribute) {
  const pugi::xml_attribute found = node.attribute(attribute);
  if (!found) in.stop("<", node.name(), "> lacks the attribute ", attribute);
  return found.value();
}

inline double to_number(const Context& in, const pugi::xml_node& node, const char* attribute,
                        const char* value) {
  while (*value == ' ' || *value == '+') ++value;
  double number = 0;
  const auto [end, error] = std::from_chars(value, value + std::strlen(value), number);
  if (error != std::errc() || !std::isfinite(number))
    in.stop("<", node.name(), "> ", attribute, " = \"", value, "\", expected a number");
  return number;
}
inline double number(const Context& in, const pugi::xml_node& node, const char* attribute) {
  return to_number(in, node, attribute, text(in, node, attribute));
}
inline double number_or(const Context& in, const pugi::xml_node& node, const char* attribute,
                        double fallback) {
  const pugi::xml_attribute found = node.attribute(attribute);
  return found && *found.value() ? to_number(in, node, attribute, found.value()) : fallback;
}
inline int integer(const Context& in, const pugi::xml_node& node, const char* attribute) {
  return int(number(in, node, attribute));
}
inline RoadEnd contact(const pugi::xml_node& node) {
  return std::strcmp(node.attribute("contactPoint").value(), "end") == 0 ? RoadEnd::end : RoadEnd::start;
}

// open_drive_road.cpp
Road read_road(const Context& in, const pugi::xml_node& node, const IdIndex& roads, const IdIndex& junctions);
// open_drive_signals.cpp
std::vector<RoadSignal> read_signals(const Context& in, const pugi::xml_node& road);
Junction read_junction(const Context& in, const pugi::xml_node& node, const IdIndex& roads);
std::vector<Controller> read_controllers(const Context& in, const pugi::xml_node& root);

}  // namespace gigalane::open_drive
