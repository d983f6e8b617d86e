/// What is done to a SUMO network before netconvert reads it; internal to maps/.
#pragma once
#include <pugixml.hpp>
#include <string>

#include "maps/open_drive_xml.h"

namespace gigalane::sumo_net {

// sumo_net_mirror.cpp
/// A number with the other sign, by its text, so that no digit is lost.
std::string negative(const std::string& number);
/// Mirrors the elements of <net>: x changes its sign, and so the side that traffic keeps to.
void mirror(pugi::xml_node net);

// sumo_net_numbers.cpp
/// Stops at a number in <net> that is none, or that no road has, naming file, line (if `lines` are given) and
/// element.
void check_numbers(const pugi::xml_node& net, const std::string& origin, const open_drive::LineIndex* lines);

}  // namespace gigalane::sumo_net
