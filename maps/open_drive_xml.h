/// Strict access to XML attributes for the OpenDRIVE importer; internal to maps/.
#pragma once
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>
#include <initializer_list>
#include <pugixml.hpp>
#include <string>
#include <unordered_map>

#include "base/error.h"
#include "maps/open_drive.h"

namespace gigalane::open_drive {

/// A value as errors show it: its beginning, if it is long.
inline std::string shortened(const std::string& value) {
  return value.size() <= 40 ? value : value.substr(0, 40) + "...";
}

/// Finds lines of a text by byte.
class LineIndex {
 public:
  explicit LineIndex(const std::string& text) {
    for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at) ends_.push_back(at);
  }
  /// From 1.
  int line_at(size_t byte) const {
    return 1 + int(std::lower_bound(ends_.begin(), ends_.end(), byte) - ends_.begin());
  }

 private:
  std::vector<size_t> ends_;
};

/// Where we are in the file: every error names it, with the line of the element that was read last.
struct Context {
  std::string file;
  std::string where;                 ///< "road 12", "junction 3"; empty at top level
  const LineIndex* lines = nullptr;  ///< null: errors name no line
  mutable pugi::xml_node last{};

  /// The same file, at an element that has an id.
  Context at(const char* element, const pugi::xml_node& node) const {
    return {file, std::string(element) + " " + shortened(node.attribute("id").value()), lines};
  }
  /// The line of an element, from 1; 0 if unknown.
  int line_of(const pugi::xml_node& node) const {
    const std::ptrdiff_t offset = node.offset_debug();
    return lines && offset >= 0 ? lines->line_at(size_t(offset)) : 0;
  }
  template <class... Parts>
  [[noreturn]] void stop(const Parts&... parts) const {
    const int line = line_of(last);
    const std::string place = file + (line > 0 ? ":" + std::to_string(line) : "") + ": ";
    if (where.empty()) fail(place, parts...);
    fail(place, where, ": ", parts...);
  }
};

/// Index of each road and junction by its id.
using IdIndex = std::unordered_map<std::string, int>;

constexpr double kLargestNumber = 1e20;  ///< coefficients of short records may be this large
constexpr int kLargestLaneId = 100;

inline const char* text(const Context& in, const pugi::xml_node& node, const char* attribute) {
  in.last = node;
  const pugi::xml_attribute found = node.attribute(attribute);
  if (!found) in.stop("<", node.name(), "> lacks the attribute ", attribute);
  return found.value();
}

inline double to_number(const Context& in, const pugi::xml_node& node, const char* attribute,
                        const char* value) {
  in.last = node;
  const char *from = value, *stop = value + std::strlen(value);
  while (*from == ' ' || *from == '+') ++from;
  while (stop > from && std::isspace(static_cast<unsigned char>(stop[-1]))) --stop;
  double number = 0;
  const auto [end, error] = std::from_chars(from, stop, number);
  if (error == std::errc::result_out_of_range && number == 0) return 0;  // too small for a double
  if (error != std::errc() || end != stop || !std::isfinite(number))
    in.stop("<", node.name(), "> ", attribute, " = \"", shortened(value), "\", expected a number");
  if (std::abs(number) > kLargestNumber)
    in.stop("<", node.name(), "> ", attribute, " = ", number, ", expected at most ", kLargestNumber);
  return number;
}
inline double number(const Context& in, const pugi::xml_node& node, const char* attribute) {
  return to_number(in, node, attribute, text(in, node, attribute));
}
/// The value of an attribute, "" where it is absent; stops at one that is not among `values`.
inline std::string one_of(const Context& in, const pugi::xml_node& node, const char* attribute,
                          std::initializer_list<const char*> values) {
  const std::string value = node.attribute(attribute).value();
  std::string expected;
  for (const char* known : values) {
    if (value == known) return value;
    if (*known) expected += (expected.empty() ? "" : " or ") + std::string(known);
  }
  in.last = node;
  in.stop("<", node.name(), "> ", attribute, " = \"", shortened(value), "\", expected ", expected);
}
inline double number_or(const Context& in, const pugi::xml_node& node, const char* attribute,
                        double fallback) {
  const pugi::xml_attribute found = node.attribute(attribute);
  return found && *found.value() ? to_number(in, node, attribute, found.value()) : fallback;
}
inline int lane_number(const Context& in, const pugi::xml_node& node, const char* attribute) {
  const double value = number(in, node, attribute);
  if (value != std::floor(value) || std::abs(value) > kLargestLaneId)
    in.stop("<", node.name(), "> ", attribute, " = ", value, ", expected a whole number from ",
            -kLargestLaneId, " to ", kLargestLaneId);
  return int(value);
}
inline RoadEnd contact(const Context& in, const pugi::xml_node& node) {
  return one_of(in, node, "contactPoint", {"", "start", "end"}) == "end" ? RoadEnd::end : RoadEnd::start;
}

/// What the links of a road may name, and how its lanes are read.
struct Surroundings {
  const IdIndex &roads, &junctions;
  const OpenDriveOptions& options;
};

// open_drive_road.cpp
Road read_road(const Context& in, const pugi::xml_node& node, const Surroundings& around);
// open_drive_lanes.cpp
/// One record that starts at the attribute `s`.
Cubic read_cubic(const Context& in, const pugi::xml_node& node, const char* s);
void sort_cubics(std::vector<Cubic>& records);
std::vector<Cubic> read_cubics(const Context& in, const pugi::xml_node& parent, const char* element,
                               const char* s);
void read_speed(const Context& in, const pugi::xml_node& node, double s, std::vector<SpeedRecord>& out);
std::vector<LaneSection> read_sections(const Context& in, const pugi::xml_node& lanes,
                                       const OpenDriveOptions& options);
// open_drive_virtual.cpp
/// Cuts the sections of roads where links of other roads meet them midway.
void cut_linked_sections(RoadNetwork& network);
// open_drive_signals.cpp
/// Stop lines among a road's <objects> and <signals>.
std::vector<RoadMark> read_stop_lines(const Context& in, const pugi::xml_node& road);
std::vector<RoadSignal> read_signals(const Context& in, const pugi::xml_node& road);
/// The network has its roads, and the junctions before this one.
Junction read_junction(const Context& in, const pugi::xml_node& node, const IdIndex& roads,
                       const RoadNetwork& network);
std::vector<Controller> read_controllers(const Context& in, const pugi::xml_node& root);
// open_drive_references.cpp
/// Stops unless the lanes that the connection's last link names exist where its roads meet.
void check_lane_link(const Context& in, const pugi::xml_node& node, const RoadNetwork& network,
                     const Connection& connection);
/// Stops at a signal or controller that is named and does not exist.
void check_references(const Context& in, const pugi::xml_node& root, const RoadNetwork& network);

}  // namespace gigalane::open_drive
