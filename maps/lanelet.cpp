#include "maps/lanelet.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <pugixml.hpp>
#include <unordered_map>

#include "base/error.h"
#include "maps/lanelet_map.h"
#include "maps/open_drive_xml.h"
#include "maps/transverse_mercator.h"
#include "maps/word_counts.h"

namespace gigalane {
namespace {

using open_drive::Context;
using open_drive::number;
using open_drive::text;

constexpr double kLongestBoundM = 2e4;
constexpr double kFurthestM = 1e8;  ///< places of UTM are within 1e7 m

std::string tag(const pugi::xml_node& element, const char* key) {
  for (const pugi::xml_node& node : element.children("tag"))
    if (std::strcmp(node.attribute("k").value(), key) == 0) return node.attribute("v").value();
  return "";
}

/// "50", "50 km/h", "30 mph", "8.3 m/s" in m/s; 0 where it is no number. Without a unit it is km/h.
double read_speed(const std::string& words) {
  char* end = nullptr;
  const double value = std::strtod(words.c_str(), &end);
  if (end == words.c_str() || !(value > 0) || !std::isfinite(value)) return 0;
  const std::string unit = end;
  if (unit.find("mph") != std::string::npos) return value * 0.44704;
  if (unit.find("m/s") != std::string::npos || unit.find("mps") != std::string::npos) return value;
  return value / 3.6;
}

/// The limit that a sign of a speed_limit element stands for: a number with a unit, or a sign as "de274-60".
double speed_of_sign(const std::string& sign) {
  const size_t dash = sign.find_last_of('-');
  return read_speed(dash == std::string::npos ? sign : sign.substr(dash + 1));
}

class Reader {
 public:
  Reader(const std::string& xml, const std::string& origin) : lines_(xml), in_{origin, "", &lines_} {
    const pugi::xml_parse_result result = document_.load_buffer(xml.data(), xml.size());
    if (!result)
      fail(origin, ":", lines_.line_at(size_t(result.offset)), ": not whole XML (", result.description(),
           "), expected a Lanelet2 map");
    root_ = document_.child("osm");
    if (!root_) in_.stop("no element <osm>, expected a Lanelet2 map");
  }

  LaneletMap read() {
    read_nodes();
    for (const pugi::xml_node& way : root_.children("way")) ways_.emplace(id_of(way), way);
    for (const pugi::xml_node& relation : root_.children("relation"))
      if (tag(relation, "type") == "lanelet") read_lanelet(relation);
    if (map_.lanelets.empty()) stop_without_lanelets();
    for (const pugi::xml_node& relation : root_.children("relation"))
      if (tag(relation, "type") == "regulatory_element") read_rule(relation);
    return std::move(map_);
  }

 private:
  std::string id_of(const pugi::xml_node& element) const { return text(in_, element, "id"); }

  // ---- places

  /// Local coordinates where every node has them; else latitude and longitude, around the middle of the map
  /// rounded to a hundredth of a degree.
  void read_nodes() {
    const auto nodes = root_.children("node");
    const bool local = std::all_of(nodes.begin(), nodes.end(), [](const pugi::xml_node& node) {
      return !tag(node, "local_x").empty() && !tag(node, "local_y").empty();
    });
    double low[2] = {90, 180}, high[2] = {-90, -180};
    for (const pugi::xml_node& node : nodes) {
      if (local) break;
      const double at[2] = {number(in_, node, "lat"), number(in_, node, "lon")};
      for (int k = 0; k < 2; ++k) {
        low[k] = std::min(low[k], at[k]);
        high[k] = std::max(high[k], at[k]);
      }
    }
    if (!local && (low[0] < -85 || high[0] > 85 || low[1] < -180 || high[1] > 180 || high[1] - low[1] > 3))
      in_.stop("latitude ", low[0], " to ", high[0], ", longitude ", low[1], " to ", high[1],
               ", expected a city between -85 and 85 degrees");
    const auto middle = [&](int k) { return std::round(50 * (low[k] + high[k])) / 100; };
    const TransverseMercator projection(middle(0), middle(1));
    for (const pugi::xml_node& node : nodes) {
      const Context in{in_.file, "node " + id_of(node), &lines_};
      BoundPoint point{0, 0, to_number(in, tag(node, "ele"), 0)};
      if (local) {
        point.x = to_number(in, tag(node, "local_x"), 0);
        point.y = to_number(in, tag(node, "local_y"), 0);
      } else {
        const auto place = projection.project(number(in_, node, "lat"), number(in_, node, "lon"));
        point.x = place.x;
        point.y = place.y;
      }
      nodes_.emplace(id_of(node), point);
    }
  }

  static double to_number(const Context& in, const std::string& words, double otherwise) {
    if (words.empty()) return otherwise;
    return open_drive::to_number(in, pugi::xml_node(), "value of <tag>", words.c_str());
  }

  std::vector<BoundPoint> points_of(const Context& in, const pugi::xml_node& member) const {
    const auto way = ways_.find(text(in, member, "ref"));
    if (way == ways_.end()) in.stop("names way ", member.attribute("ref").value(), ", which does not exist");
    std::vector<BoundPoint> points;
    for (const pugi::xml_node& nd : way->second.children("nd")) {
      const auto node = nodes_.find(text(in, nd, "ref"));
      if (node == nodes_.end())
        in.stop("way ", way->first, " names node ", nd.attribute("ref").value(), ", which does not exist");
      points.push_back(node->second);
    }
    return points;
  }

  // ---- lanelets

  /// Whether cars may drive on it: what participants say, or else its subtype.
  static bool for_cars(const pugi::xml_node& relation) {
    for (const char* key : {"participant:vehicle:car", "participant:vehicle"})
      if (const std::string value = tag(relation, key); !value.empty()) return value == "yes";
    const std::string subtype = tag(relation, "subtype");
    return subtype.empty() || std::count(subtypes().begin(), subtypes().end(), subtype) > 0;
  }
  static const std::vector<std::string>& subtypes() {
    static const std::vector<std::string> list{"road", "highway", "play_street", "exit",
                                               "road_shoulder_exit"};
    return list;
  }

  [[noreturn]] void stop_without_lanelets() const {
    WordCounts found;
    in_.last = pugi::xml_node();
    for (const pugi::xml_node& relation : root_.children("relation"))
      if (tag(relation, "type") == "lanelet") {
        found.add(tag(relation, "subtype"));
        if (!in_.last) in_.last = relation;
      }
    if (found.total() == 0) in_.stop("no lane to drive on: it has no lanelets, expected at least one");
    in_.stop("no lane to drive on: lanelets are of subtype ", found.text(), ", expected at least one of ",
             any_of_words(subtypes()), ", or with participant:vehicle = yes");
  }

  void read_lanelet(const pugi::xml_node& relation) {
    if (!for_cars(relation)) return;
    Lanelet lanelet;
    lanelet.id = id_of(relation);
    const Context in{in_.file, "lanelet " + lanelet.id, &lines_};
    lanelet.left = bound(in, relation, "left");
    lanelet.right = bound(in, relation, "right");
    align(lanelet);
    if (tag(relation, "one_way") == "no") lanelet.type = LaneType::bidirectional;
    const std::string crossing = tag(relation, "is_intersection");
    lanelet.intersection =
        crossing == "yes" || crossing == "true" || !tag(relation, "turn_direction").empty();
    lanelet.speed_mps = read_speed(tag(relation, "speed_limit"));
    const int index = int(map_.lanelets.size());
    index_of_.emplace(lanelet.id, index);
    for (const pugi::xml_node& member : relation.children("member"))
      if (std::strcmp(member.attribute("role").value(), "regulatory_element") == 0)
        subjects_[member.attribute("ref").value()].push_back(index);
    map_.lanelets.push_back(std::move(lanelet));
  }

  std::vector<BoundPoint> bound(const Context& in, const pugi::xml_node& relation, const char* role) const {
    std::vector<BoundPoint> points;
    int ways = 0;
    for (const pugi::xml_node& member : relation.children("member"))
      if (std::strcmp(member.attribute("role").value(), role) == 0) {
        points = points_of(in, member);
        ++ways;
      }
    if (ways != 1) in.stop(ways, " members of role ", role, ", expected one");
    const auto same = [](const BoundPoint& a, const BoundPoint& b) {
      return std::hypot(a.x - b.x, a.y - b.y) < 1e-6;
    };
    points.erase(std::unique(points.begin(), points.end(), same), points.end());
    if (points.size() < 2)
      in.stop("its ", role, " bound has ", points.size(), " places, expected two or more");
    check_length(in, points, role);
    return points;
  }

  /// A bound as long as no lane is would take all memory or time to search.
  static void check_length(const Context& in, const std::vector<BoundPoint>& points, const char* role) {
    double whole = 0;
    for (size_t k = 1; k < points.size(); ++k)
      whole += std::hypot(points[k].x - points[k - 1].x, points[k].y - points[k - 1].y);
    if (!(whole <= kLongestBoundM))
      in.stop("its ", role, " bound is ", whole, " m long, expected at most ", kLongestBoundM);
    if (!(std::hypot(points[0].x, points[0].y) <= kFurthestM))
      in.stop("its ", role, " bound is at (", points[0].x, ", ", points[0].y, "), expected at most ",
              kFurthestM, " m from the origin");
  }

  /// Turns the bounds so that they run alongside each other with the left one on the left: the order of
  /// their points is free in Lanelet2, the direction of travel follows from which is left.
  static void align(Lanelet& lanelet) {
    auto &left = lanelet.left, &right = lanelet.right;
    const auto apart = [](const BoundPoint& a, const BoundPoint& b) {
      return std::hypot(a.x - b.x, a.y - b.y);
    };
    if (apart(left.front(), right.front()) + apart(left.back(), right.back()) >
        apart(left.front(), right.back()) + apart(left.back(), right.front()))
      std::reverse(right.begin(), right.end());
    std::vector<BoundPoint> ring = right;
    ring.insert(ring.end(), left.rbegin(), left.rend());
    double twice_area = 0;
    for (size_t k = 0; k < ring.size(); ++k) {
      const BoundPoint &a = ring[k], &b = ring[(k + 1) % ring.size()];
      twice_area += (a.x - ring[0].x) * (b.y - ring[0].y) - (a.y - ring[0].y) * (b.x - ring[0].x);
    }
    if (twice_area >= 0) return;
    std::reverse(left.begin(), left.end());
    std::reverse(right.begin(), right.end());
  }

  // ---- rules

  void read_rule(const pugi::xml_node& relation) {
    const std::string subtype = tag(relation, "subtype"), id = id_of(relation);
    const Context in{in_.file, "regulatory element " + id, &lines_};
    if (subtype == "speed_limit") {
      limit_speeds(in, relation, id);
      return;
    }
    LaneletRule rule;
    rule.id = id;
    rule.lanelets = subjects_[id];
    if (subtype == "traffic_light")
      rule.type = "1000001";
    else if (subtype == "right_of_way")
      rule.type = "205";
    else if (subtype == "all_way_stop")
      rule.type = "206";
    else if (subtype == "traffic_sign")
      rule.type = type_of_sign(sign_of(in, relation));
    if (rule.type.empty()) return;
    if (subtype == "right_of_way") rule.lanelets = lanelets_of_role(relation, "yield");
    for (const pugi::xml_node& member : relation.children("member")) {
      const std::string role = member.attribute("role").value(), type = member.attribute("type").value();
      if (type == "way" && role == "ref_line") rule.line = points_of(in, member);
      if (type == "way" && role == "refers" && rule.post.empty()) rule.post = points_of(in, member);
    }
    map_.rules.push_back(std::move(rule));
  }

  std::vector<int> lanelets_of_role(const pugi::xml_node& relation, const char* role) const {
    std::vector<int> lanelets;
    for (const pugi::xml_node& member : relation.children("member")) {
      const auto found = index_of_.find(member.attribute("ref").value());
      if (std::strcmp(member.attribute("role").value(), role) == 0 && found != index_of_.end())
        lanelets.push_back(found->second);
    }
    return lanelets;
  }

  /// What a sign says: the subtype of the way that it is, or the element's own.
  std::string sign_of(const Context& in, const pugi::xml_node& relation) const {
    for (const pugi::xml_node& member : relation.children("member")) {
      if (std::strcmp(member.attribute("role").value(), "refers") != 0) continue;
      const auto way = ways_.find(text(in, member, "ref"));
      if (way != ways_.end() && !tag(way->second, "subtype").empty()) return tag(way->second, "subtype");
    }
    return tag(relation, "sign_type");
  }

  static std::string type_of_sign(const std::string& sign) {
    if (sign == "de206" || sign == "usR1-1" || sign == "stop" || sign == "stop_sign") return "206";
    if (sign == "de205" || sign == "usR1-2" || sign == "yield") return "205";
    return "";
  }

  void limit_speeds(const Context& in, const pugi::xml_node& relation, const std::string& id) {
    double limit = speed_of_sign(sign_of(in, relation));
    if (limit <= 0) limit = read_speed(tag(relation, "speed_limit"));
    if (limit <= 0) in.stop("no number in its sign_type, expected a limit as \"50 km/h\" or \"de274-50\"");
    for (const int lanelet : subjects_[id]) map_.lanelets[size_t(lanelet)].speed_mps = limit;
  }

  open_drive::LineIndex lines_;
  Context in_;
  pugi::xml_document document_;
  pugi::xml_node root_;
  std::unordered_map<std::string, BoundPoint> nodes_;
  std::unordered_map<std::string, pugi::xml_node> ways_;
  std::unordered_map<std::string, int> index_of_;               ///< of lanelets
  std::unordered_map<std::string, std::vector<int>> subjects_;  ///< lanelets by rule
  LaneletMap map_;
};

}  // namespace

bool is_lanelet_map(const std::string& xml) {
  return xml.find("v=\"lanelet\"") != std::string::npos || xml.find("v='lanelet'") != std::string::npos;
}

RoadNetwork parse_lanelets(const std::string& xml, const std::string& origin) {
  RoadNetwork network = make_roads(Reader(xml, origin).read());
  network.source = origin.substr(origin.find_last_of('/') + 1);
  network.name = network.source.substr(0, network.source.find('.'));
  return network;
}

}  // namespace gigalane
