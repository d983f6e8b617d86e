// SUMO networks of traffic on the left: the exact mirror of those on the right, and what SUMO itself builds.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <pugixml.hpp>
#include <set>
#include <utility>

#include "maps/check.h"
#include "maps/compile.h"
#include "maps/import.h"
#include "maps/sumo_net.h"
#include "tests/maps/small_town.h"

using namespace gigalane;
using testing::built_town;
using testing::Folder;

namespace {

using LaneName = std::pair<std::string, int>;  // the road's id, the lane's

LaneName name_of(const CompiledMap& map, const Lane& lane) {
  return {map.road_ids[size_t(lane.road)], lane.lane_id};
}

std::map<LaneName, const Lane*> lanes_of(const CompiledMap& map) {
  std::map<LaneName, const Lane*> lanes;
  for (const Lane& lane : map.lanes) lanes.emplace(name_of(map, lane), &lane);
  return lanes;
}

std::set<LaneName> successors_of(const CompiledMap& map, const Lane& lane, int sign) {
  std::set<LaneName> names;
  for (int k = 0; k < lane.successor_count; ++k) {
    LaneName name = name_of(map, map.lanes[size_t(map.successors[size_t(lane.first_successor + k)])]);
    name.second *= sign;
    names.insert(name);
  }
  return names;
}

/// The net seen in a mirror, as SUMO writes one of traffic on the left.
std::string mirrored(const std::string& net) {
  std::string text = net;
  const size_t at = text.find("<net ");
  REQUIRE(at != std::string::npos);
  text = prepare_net(text.insert(at + 5, "lefthand=\"true\" "), "net").xml;
  return text.insert(text.find("<net ") + 5, "lefthand=\"true\" ");
}

}  // namespace

TEST_CASE("a SUMO network and its mirror become maps that mirror each other: lanes, ways on, lights") {
  if (!testing::has_netconvert()) return;
  const Folder folder;
  const std::string net = built_town(folder, "--no-turnarounds --tls.default-type static");
  const CompiledMap right = compile(read_network(net)),
                    left =
                        compile(read_network(folder.write("left.net.xml", mirrored(read_maybe_zipped(net)))));
  CHECK(left.origin_x == doctest::Approx(-right.origin_x).epsilon(1e-4));
  CHECK(left.origin_y == doctest::Approx(right.origin_y).epsilon(1e-4));
  REQUIRE(left.lanes.size() == right.lanes.size());
  REQUIRE(left.quads.size() == right.quads.size());
  const auto lanes = lanes_of(left);
  for (const Lane& a : right.lanes) {
    const LaneName name = name_of(right, a);
    CAPTURE(name.first);
    REQUIRE(lanes.count({name.first, -name.second}) == 1);
    const Lane& b = *lanes.at({name.first, -name.second});
    CHECK(successors_of(right, a, -1) == successors_of(left, b, 1));
    CHECK(a.speed_limit_mps == b.speed_limit_mps);
    CHECK((a.left >= 0) == (b.right >= 0));
    REQUIRE(a.quad_count == b.quad_count);
    for (int k = 0; k < a.quad_count; ++k) {
      const Quad &p = right.quads[size_t(a.first_quad + k)], &q = left.quads[size_t(b.first_quad + k)];
      CHECK(std::abs(p.x + q.x) < 0.005f);
      CHECK(std::abs(p.y - q.y) < 0.005f);
      CHECK(std::abs(p.tangent_x + q.tangent_x) < 0.002f);
    }
  }
  REQUIRE(left.stop_lines.size() == right.stop_lines.size());
  for (size_t k = 0; k < right.stop_lines.size(); ++k) {
    const StopLine &p = right.stop_lines[k], &q = left.stop_lines[k];
    CHECK(std::abs(p.x0 + q.x1) < 0.01f);
    CHECK(std::abs(p.y0 - q.y1) < 0.01f);
    CHECK(right.signals[size_t(p.signal)].phase == left.signals[size_t(q.signal)].phase);
  }
}

TEST_CASE(
    "what SUMO builds for traffic on the left: lanes are on the left, and go where SUMO's connections say") {
  if (!testing::has_netconvert()) return;
  const Folder folder;
  const std::string path =
      built_town(folder, "--lefthand --no-turnarounds --tls.guess-signals --tls.default-type static");
  const std::string xml = read_maybe_zipped(path);
  pugi::xml_document document;
  REQUIRE(document.load_buffer(xml.data(), xml.size()));
  const pugi::xml_node net = document.child("net");
  REQUIRE(net.attribute("lefthand").as_bool());

  const CompiledMap map = compile(read_network(path));
  CHECK(map.statistics.components == 1);
  CHECK(map.statistics.lights == 4);
  CHECK(count_traps(map.findings) == 0);
  const auto lanes = lanes_of(map);

  // lane 0 is the outermost, on the left; OpenDRIVE counts from the middle
  std::map<std::string, int> lane_count;
  int found = 0;
  for (const pugi::xml_node& edge : net.children("edge")) {
    const auto all = edge.children("lane");
    if (!edge.attribute("function"))
      lane_count[edge.attribute("id").value()] = int(std::distance(all.begin(), all.end()));
  }
  const auto lane_of = [&](const std::string& edge, int index) {
    const auto lane = lanes.find({edge, lane_count.at(edge) - index});
    return lane == lanes.end() ? nullptr : lane->second;
  };
  for (const pugi::xml_node& edge : net.children("edge"))
    for (const pugi::xml_node& lane : edge.children("lane")) {
      if (edge.attribute("function")) continue;
      const Lane* here = lane_of(edge.attribute("id").value(), lane.attribute("index").as_int());
      REQUIRE(here);
      const Quad& quad = map.quads[size_t(here->first_quad + here->quad_count / 2)];
      double x0, y0, x1, y1;
      if (std::sscanf(lane.attribute("shape").value(), "%lf,%lf %lf,%lf", &x0, &y0, &x1, &y1) != 4) continue;
      const double along = std::hypot(x1 - x0, y1 - y0), x = quad.x + map.origin_x - x0,
                   y = quad.y + map.origin_y - y0;
      if (std::string(lane.attribute("shape").value()).find(' ') !=
          std::string(lane.attribute("shape").value()).rfind(' '))
        continue;                                                     // not straight
      CHECK(std::abs(x * (y1 - y0) - y * (x1 - x0)) / along < 0.05);  // beside its middle line
      CHECK(quad.tangent_x * (x1 - x0) + quad.tangent_y * (y1 - y0) > 0.999 * along);
      ++found;
    }
  CHECK(found > 20);

  std::set<std::pair<const Lane*, const Lane*>> wanted, given;
  for (const pugi::xml_node& connection : net.children("connection")) {
    const std::string from = connection.attribute("from").value(), to = connection.attribute("to").value();
    if (from[0] == ':' || to[0] == ':') continue;
    wanted.insert({lane_of(from, connection.attribute("fromLane").as_int()),
                   lane_of(to, connection.attribute("toLane").as_int())});
  }
  for (const Lane& lane : map.lanes) {
    if (lane.junction >= 0) continue;
    for (int k = 0; k < lane.successor_count; ++k) {
      const Lane& over = map.lanes[size_t(map.successors[size_t(lane.first_successor + k)])];
      if (over.junction < 0) continue;
      REQUIRE(over.successor_count == 1);
      given.insert({&lane, &map.lanes[size_t(map.successors[size_t(over.first_successor)])]});
    }
  }
  CHECK(wanted.size() > 30);
  CHECK(wanted == given);
}
