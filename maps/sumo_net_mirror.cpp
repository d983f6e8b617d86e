// A SUMO network seen in a mirror, east for west, in which those who keep to the left keep to the right.
// Lanes are counted from the outermost one on both sides, and netconvert works out turns and the right of way
// anew.
#include <algorithm>
#include <cstring>
#include <sstream>

#include "maps/sumo_net_steps.h"

namespace gigalane::sumo_net {

std::string negative(const std::string& number) {
  const size_t digits = std::min(number.find_first_not_of(" +"), number.size());
  return number[digits] == '-' ? number.substr(digits + 1) : "-" + number.substr(digits);
}

namespace {

/// Of each "x,y" or "x,y,z", by spaces.
void mirror_places(pugi::xml_attribute places) {
  if (!places) return;
  std::istringstream words(places.value());
  std::string mirrored;
  for (std::string place; words >> place;) mirrored += (mirrored.empty() ? "" : " ") + negative(place);
  places.set_value(mirrored.c_str());
}

}  // namespace

void mirror(pugi::xml_node net) {
  for (pugi::xml_node node : net.children()) {
    mirror_places(node.attribute("shape"));
    for (const pugi::xml_node& lane : node.children("lane")) mirror_places(lane.attribute("shape"));
    if (std::strcmp(node.name(), "junction") != 0) continue;
    if (pugi::xml_attribute x = node.attribute("x")) x.set_value(negative(x.value()).c_str());
    pugi::xml_attribute type = node.attribute("type");
    if (std::strcmp(type.value(), "right_before_left") == 0)
      type.set_value("left_before_right");
    else if (std::strcmp(type.value(), "left_before_right") == 0)
      type.set_value("right_before_left");
  }
}

}  // namespace gigalane::sumo_net
