#include "maps/netconvert_report.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <pugixml.hpp>
#include <sstream>
#include <vector>

#include "maps/word_counts.h"
#include "maps/xml_tags.h"

namespace gigalane {
namespace {

struct Complaint {
  std::string text;
  int line = 0, column = 0;  ///< in the file that netconvert read; 0: it does not say
};

/// "Error: what\n In file 'which'\n At line/column 1/2." of a program's output, or else its first line that
/// is no warning.
Complaint first_complaint(const std::string& output) {
  Complaint complaint;
  std::istringstream lines(output);
  std::string first;
  for (std::string line; std::getline(lines, line);) {
    if (!complaint.text.empty()) {
      std::sscanf(line.c_str(), " At line/column %d/%d", &complaint.line, &complaint.column);
      if (line.empty() || line[0] != ' ' || complaint.line > 0) break;
    } else if (line.rfind("Error: ", 0) == 0) {
      complaint.text = line.substr(7);
    } else if (first.empty() && line.rfind("Warning: ", 0) != 0) {
      first = line;
    }
  }
  if (complaint.text.empty()) complaint.text = first.empty() ? "it says nothing" : first;
  if (complaint.text.back() == '.') complaint.text.pop_back();
  return complaint;
}

/// Puts words in place of a path and of what follows it up to a quote or blank.
void hide(std::string& text, const std::string& path, const std::string& words) {
  for (size_t at = 0; !path.empty() && (at = text.find(path, at)) != std::string::npos; at += words.size())
    text.replace(at, std::min(text.find_first_of("' \"", at), text.size()) - at, words);
}

std::vector<std::string> quoted_words(const std::string& text) {
  std::vector<std::string> words;
  for (size_t from = 0; (from = text.find('\'', from)) != std::string::npos;) {
    const size_t to = text.find_first_of("' ", from + 1);  // a blank: that was an apostrophe
    if (to == std::string::npos) break;
    if (text[to] == '\'' && to > from + 1) words.push_back(text.substr(from + 1, to - from - 1));
    from = text[to] == '\'' && to > from + 1 ? to + 1 : to;
  }
  return words;
}

/// The first number in an id: netconvert's "-12#3" is part of OpenStreetMap's way 12.
std::string number_in(const std::string& id) {
  const size_t from = id.find_first_of("0123456789");
  if (from == std::string::npos) return "";
  return id.substr(from, id.find_first_not_of("0123456789", from) - from);
}

/// Whether a complaint may be about elements of this name.
bool speaks_of(const std::string& text, const std::string& element) {
  const auto says = [&](const char* word) { return text.find(word) != std::string::npos; };
  if (element == "way") return says("way") || says("dge") || says("lane");
  if (element == "node") return says("node") || says("unction");
  return says(element.c_str() + 1);  // "Edge" and "edge"
}

/// The element whose id stands in a complaint.
pugi::xml_node find_named(const pugi::xml_document& document, const std::string& text) {
  const bool streets = document.child("osm");
  const std::vector<std::string> words = quoted_words(text);
  pugi::xml_node found;
  const auto look_at = [&](const pugi::xml_node& node) {
    const std::string id = node.attribute("id").value();
    const auto names = [&](const std::string& word) { return id == (streets ? number_in(word) : word); };
    if (!found && !id.empty() && speaks_of(text, node.name()) &&
        std::any_of(words.begin(), words.end(), names))
      found = node;
  };
  for (const pugi::xml_node& node : document.first_child()) {
    for (const pugi::xml_node& lane : node.children("lane")) look_at(lane);
    look_at(node);
  }
  return found;
}

/// Whether SUMO's type of a street lets cars in.
bool for_cars(const pugi::xml_node& type) {
  const auto lists = [&](const char* attribute) {
    std::istringstream words(type.attribute(attribute).value());
    for (std::string word; words >> word;)
      if (word == "passenger" || word == "all") return true;
    return false;
  };
  return type.attribute("allow") ? lists("allow") : !lists("disallow");
}

/// Which streets there are where none is for cars, of which netconvert says only "No edges loaded"; empty:
/// some are.
std::string streets_without_cars(const pugi::xml_node& osm, const std::string& types_path) {
  pugi::xml_document types;
  if (!osm || !types.load_file(types_path.c_str())) return "";
  WordCounts found;
  for (const pugi::xml_node& way : osm.children("way")) {
    const std::string kind = way.find_child_by_attribute("tag", "k", "highway").attribute("v").value();
    if (kind.empty()) continue;
    const std::string id = "highway." + kind;
    const pugi::xml_node type = types.first_child().find_child_by_attribute("type", "id", id.c_str());
    if (type && for_cars(type)) return "";
    found.add(kind);
  }
  const std::string streets =
      found.total() > 0 ? "its streets are highway = " + found.text() : "it has no streets";
  return ": no lane to drive on: " + streets + ", expected at least one that is open to cars by SUMO's " +
         types_path.substr(types_path.find_last_of('/') + 1) + ", as highway = residential";
}

}  // namespace

std::string netconvert_error(const std::string& output, const Conversion& conversion) {
  Complaint complaint = first_complaint(output);
  if (complaint.line > 0) complaint.line = std::max(1, complaint.line - conversion.first_line + 1);
  std::string place = conversion.source, name;
  size_t byte = std::string::npos;
  if (complaint.line > 0 && !conversion.read_text.empty())
    byte = same_element(conversion.text, conversion.read_text, complaint.line, complaint.column);
  pugi::xml_document document;
  document.load_buffer(conversion.text.data(), conversion.text.size());
  if (complaint.text == "No edges loaded" || complaint.text == "No nodes loaded")
    if (const std::string why = streets_without_cars(document.child("osm"), conversion.types); !why.empty())
      return conversion.source + why;
  if (const pugi::xml_node named = find_named(document, complaint.text)) {
    name = std::string(named.name()) + " " + named.attribute("id").value() + ": ";
    if (byte == std::string::npos && named.offset_debug() >= 0) byte = size_t(named.offset_debug());
  }
  if (complaint.line > 0 && conversion.read == conversion.source)
    place += ":" + std::to_string(complaint.line);
  else if (byte != std::string::npos)
    place += ":" + std::to_string(line_at(conversion.text, byte));
  hide(complaint.text, conversion.read, conversion.source);
  hide(complaint.text, conversion.folder, "a temporary file");
  return place + ": " + name + "netconvert, which converts it, stops: " + complaint.text +
         ", expected a network that it can convert";
}

int line_of_complaint(const std::string& output) { return first_complaint(output).line; }

}  // namespace gigalane
