// What elements of OpenDRIVE name by number or id must be there: a link, light or turn that is lost by a slip
// of the pen would be missed by nobody until cars stand still.
#include <set>
#include <string>

#include "maps/connection_ends.h"
#include "maps/open_drive_xml.h"

namespace gigalane::open_drive {
namespace {

using Ids = std::set<std::string>;

void check_id(const Context& in, const pugi::xml_node& node, const char* attribute, const Ids& known) {
  const std::string id = text(in, node, attribute);
  if (known.count(id) == 0)
    in.stop("<", node.name(), "> ", attribute, " = ", shortened(id), ", which does not exist");
}

/// A road's lane sections at one end; its centre lane counts as well.
bool has_lane(const Road& road, RoadEnd end, int lane) {
  const LaneSection& section = end == RoadEnd::start ? road.sections.front() : road.sections.back();
  return lane == 0 || section.find(lane) != nullptr;
}

bool has_lane_anywhere(const Road& road, int lane) {
  return lane == 0 || std::any_of(road.sections.begin(), road.sections.end(),
                                  [&](const LaneSection& s) { return s.find(lane) != nullptr; });
}

}  // namespace

void check_lane_link(const Context& in, const pugi::xml_node& node, const RoadNetwork& network,
                     const Connection& connection) {
  const auto [from, to] = connection.lane_links.back();
  const auto refuse = [&](const char* attribute, int lane, const Road& road, const std::string& place) {
    in.last = node;
    in.stop("<laneLink> ", attribute, " = ", lane, ", but road ", shortened(road.id), " has no such lane ",
            place);
  };
  const auto at = [](RoadEnd end) { return end == RoadEnd::start ? "at its start" : "at its end"; };
  const Road &incoming = network.roads[size_t(connection.incoming)],
             &connecting = network.roads[size_t(connection.connecting)];
  if (!has_lane(connecting, connection.contact, to)) refuse("to", to, connecting, at(connection.contact));
  if (midway_link(network, connection)) {
    if (!has_lane_anywhere(incoming, from)) refuse("from", from, incoming, "anywhere");
    return;
  }
  const RoadEnd end = facing_end(network, connection, int(network.junctions.size()));
  if (!has_lane(incoming, end, from)) refuse("from", from, incoming, at(end));
}

void check_references(const Context& in, const pugi::xml_node& root, const RoadNetwork& network) {
  Ids signals, controllers;
  for (const Road& road : network.roads)
    for (const RoadSignal& signal : road.signals)
      if (!signal.is_reference) signals.insert(signal.id);
  for (const Controller& controller : network.controllers) controllers.insert(controller.id);
  for (const pugi::xml_node& road : root.children("road"))
    for (const pugi::xml_node& node : road.child("signals").children("signalReference"))
      check_id(in.at("road", road), node, "id", signals);
  for (const pugi::xml_node& controller : root.children("controller"))
    for (const pugi::xml_node& node : controller.children("control"))
      check_id(in.at("controller", controller), node, "signalId", signals);
  for (const pugi::xml_node& junction : root.children("junction"))
    for (const pugi::xml_node& node : junction.children("controller"))
      check_id(in.at("junction", junction), node, "id", controllers);
}

}  // namespace gigalane::open_drive
