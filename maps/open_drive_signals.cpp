// OpenDRIVE's <signal>, <signalReference>, <controller> and <junction>.
#include <algorithm>
#include <cctype>
#include <cstring>

#include "maps/open_drive_xml.h"

namespace gigalane::open_drive {
namespace {

RoadSignal read_signal(const Context& in, const pugi::xml_node& node) {
  RoadSignal signal;
  signal.id = text(in, node, "id");
  signal.is_reference = std::strcmp(node.name(), "signalReference") == 0;
  signal.type = node.attribute("type").value();
  signal.dynamic = std::strcmp(node.attribute("dynamic").value(), "yes") == 0;
  signal.s = number(in, node, "s");
  signal.t = number_or(in, node, "t", 0);
  signal.z_offset = number_or(in, node, "zOffset", 0);
  const char* orientation = node.attribute("orientation").value();
  signal.orientation = *orientation == '+' || *orientation == '-' ? *orientation : 'n';
  for (const pugi::xml_node& validity : node.children("validity"))
    signal.validities.push_back({lane_number(in, validity, "fromLane"), lane_number(in, validity, "toLane")});
  return signal;
}

/// Whether the text, whatever its case and separators, begins with "stopline".
bool is_stop_line(const char* name) {
  std::string letters;
  for (; *name; ++name)
    if (std::isalpha(static_cast<unsigned char>(*name)))
      letters += char(std::tolower(static_cast<unsigned char>(*name)));
  return letters.compare(0, 8, "stopline") == 0;
}

}  // namespace

std::vector<RoadMark> read_stop_lines(const Context& in, const pugi::xml_node& road) {
  std::vector<RoadMark> marks;
  for (const pugi::xml_node& node : road.child("objects").children("object"))
    for (const char* attribute : {"name", "type", "subtype"})
      if (is_stop_line(node.attribute(attribute).value())) {
        marks.push_back({number(in, node, "s"), number_or(in, node, "t", 0)});
        break;
      }
  for (const pugi::xml_node& node : road.child("signals").children("signal"))
    if (std::strcmp(node.attribute("type").value(), "294") == 0)  // the German catalogue's
      marks.push_back({number(in, node, "s"), number_or(in, node, "t", 0)});
  return marks;
}

std::vector<RoadSignal> read_signals(const Context& in, const pugi::xml_node& road) {
  std::vector<RoadSignal> signals;
  for (const pugi::xml_node& node : road.child("signals").children())
    if (std::strcmp(node.name(), "signal") == 0 || std::strcmp(node.name(), "signalReference") == 0)
      signals.push_back(read_signal(in, node));
  return signals;
}

Junction read_junction(const Context& in, const pugi::xml_node& node, const IdIndex& roads,
                       const RoadNetwork& network) {
  Junction junction;
  junction.id = text(in, node, "id");
  const auto road = [&](const pugi::xml_node& connection, const char* attribute) {
    const char* id = text(in, connection, attribute);
    const auto found = roads.find(id);
    if (found == roads.end())
      in.stop("<connection> ", attribute, " = ", shortened(id), ", which does not exist");
    return found->second;
  };
  for (const pugi::xml_node& entry : node.children("connection")) {
    // a direct junction links two roads without one between them; a virtual connection leads nowhere
    const bool direct = !entry.attribute("connectingRoad") && entry.attribute("linkedRoad");
    if (!direct && !entry.attribute("connectingRoad")) continue;
    Connection connection;
    connection.incoming = road(entry, "incomingRoad");
    connection.connecting = road(entry, direct ? "linkedRoad" : "connectingRoad");
    connection.contact = contact(in, entry);
    for (const pugi::xml_node& link : entry.children("laneLink")) {
      connection.lane_links.push_back({lane_number(in, link, "from"), lane_number(in, link, "to")});
      check_lane_link(in, link, network, connection);
    }
    junction.connections.push_back(std::move(connection));
  }
  std::vector<std::pair<double, std::string>> turns;
  for (const pugi::xml_node& entry : node.children("controller"))
    turns.push_back({number_or(in, entry, "sequence", 0), text(in, entry, "id")});
  std::stable_sort(turns.begin(), turns.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& turn : turns) junction.controllers.push_back(std::move(turn.second));
  return junction;
}

std::vector<Controller> read_controllers(const Context& in, const pugi::xml_node& root) {
  std::vector<Controller> controllers;
  for (const pugi::xml_node& node : root.children("controller")) {
    Controller controller;
    controller.id = text(in, node, "id");
    for (const pugi::xml_node& control : node.children("control")) {
      std::string id = text(in, control, "signalId");
      auto& signals = controller.signals;
      if (std::find(signals.begin(), signals.end(), id) == signals.end()) signals.push_back(std::move(id));
    }
    controllers.push_back(std::move(controller));
  }
  return controllers;
}

}  // namespace gigalane::open_drive
