#include "maps/sumo_net.h"

#include <algorithm>
#include <cstring>
#include <pugixml.hpp>
#include <sstream>

#include "base/error.h"
#include "maps/open_drive_xml.h"
#include "maps/sumo_net_steps.h"
#include "maps/xml_tags.h"

namespace gigalane {
namespace {

pugi::xml_document parse(const std::string& xml, const std::string& origin, bool lines) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(xml.data(), xml.size());
  if (!result)
    fail(origin, lines ? ":" + std::to_string(line_at(xml, size_t(result.offset))) : "", ": not whole XML (",
         result.description(), "), expected a SUMO network");
  if (!document.child("net")) fail(origin, ": no element <net>, expected a SUMO network");
  return document;
}

/// The turns of each program: an approach is green in the phase in which most of its links are, the first of
/// those; turns are those phases in their order.
void read_programs(const pugi::xml_node& net, SumoNet& result) {
  std::map<std::string, std::map<std::string, std::vector<size_t>>> links;  // program, edge, link indices
  for (const pugi::xml_node& connection : net.children("connection")) {
    const pugi::xml_attribute program = connection.attribute("tl");
    if (program && connection.attribute("from").value()[0] != ':')
      links[program.value()][connection.attribute("from").value()].push_back(
          size_t(std::max(0, connection.attribute("linkIndex").as_int())));
  }
  std::map<std::string, std::vector<std::string>>
      phases;  // programs of one junction are turns like any other
  for (const pugi::xml_node& logic : net.children("tlLogic"))
    for (const pugi::xml_node& phase : logic.children("phase"))
      phases[logic.attribute("id").value()].push_back(phase.attribute("state").value());
  for (const auto& [id, states] : phases) {
    if (!links.count(id)) continue;
    SumoNet::Program program{id, {}};
    for (const auto& [edge, indices] : links[id]) {
      int best = -1, most = 0;
      for (size_t p = 0; p < states.size(); ++p) {
        int green = 0;  // a green that must give way counts less
        for (const size_t k : indices)
          if (k < states[p].size()) green += states[p][k] == 'G' ? 3 : states[p][k] == 'g' ? 2 : 0;
        if (green > most) {
          most = green;
          best = int(p);
        }
      }
      if (best >= 0) program.turn_of_edge.emplace(edge, best);
    }
    result.programs.push_back(std::move(program));
  }
}

}  // namespace

SumoNet read_sumo_net(const std::string& xml, const std::string& origin, bool lines) {
  const pugi::xml_document document = parse(xml, origin, lines);
  const pugi::xml_node net = document.child("net");
  SumoNet result;
  for (const pugi::xml_node& connection : net.children("connection"))
    if (std::strcmp(connection.attribute("dir").value(), "t") == 0)
      result.half_turns.insert({connection.attribute("from").value(), connection.attribute("to").value()});
  read_programs(net, result);
  return result;
}

PreparedNet prepare_net(const std::string& xml, const std::string& origin, bool lines) {
  pugi::xml_document document = parse(xml, origin, lines);
  pugi::xml_node net = document.child("net");
  const open_drive::LineIndex index(xml);
  const open_drive::Context in{origin, "", lines ? &index : nullptr};
  sumo_net::check_numbers(net, origin, in.lines);
  const std::string left = open_drive::one_of(in, net, "lefthand", {"", "true", "false", "1", "0"});
  const bool mirrored = left == "true" || left == "1";
  net.remove_attribute("lefthand");
  if (mirrored) sumo_net::mirror(net);
  for (pugi::xml_node edge : net.children("edge")) {
    edge.remove_attribute("name");
    edge.append_attribute("name") = edge.attribute("id").value();
  }
  std::ostringstream text;
  document.save(text, "", pugi::format_raw);
  return {text.str(), mirrored};
}

}  // namespace gigalane
